"""Nobody at a door that asks for somebody: a browser is sent to the login, a program is told how to prove itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from api.links import base
from api.problems import Problem, response
from api.static import prefers_html


class Unknown(Problem):
    """401: nobody, or a key that is none."""

    def __init__(self, detail: str) -> None:
        super().__init__(401, detail)


def refused(request: Request[Any, Any, Any], error: Unknown) -> Response[bytes]:
    """The login page for whoever looks at a page, else a problem with WWW-Authenticate."""
    if request.method in ("GET", "HEAD") and prefers_html(request) and "authorization" not in request.headers:
        asked = request.scope["path"] + (
            f"?{text}" if (text := request.scope["query_string"].decode("latin-1")) else ""
        )
        address = f"{base(request)}/login?next={quote(asked, safe='')}"
        return Response(b"", status_code=303, headers={"location": address, "cache-control": "no-store"})
    answer = response(request, error)
    # Before Basic a browser would ask for a name and password itself, over the page.
    ways = 'Bearer realm="Skysift"'
    answer.headers["www-authenticate"] = (
        ways if "sec-fetch-site" in request.headers else f'{ways}, Basic realm="Skysift", charset="UTF-8"'
    )
    return answer

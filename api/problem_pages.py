"""Problems as pages, for people: who mistypes a filter on a page reads there what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from litestar import Response

from api import formats, pages
from api.formats import AnyRequest, Format
from api.links import base
from api.markup import anchor, tag
from api.problems import HANDLERS, MEDIA_TYPE, Problem

_DOCUMENT = Format("json", MEDIA_TYPE, "Problem document", accepts=("application/json",))
Handler = Callable[[AnyRequest, Any], Response[bytes]]


def handlers() -> dict[int | type[Exception], Handler]:
    """What tells a client of each kind of error: as a document, or as a page where it asked for one."""
    return {kind: _for_people(own) for kind, own in HANDLERS.items()}


def _for_people(own: Handler) -> Handler:
    def tell(request: AnyRequest, error: Any) -> Response[bytes]:
        answer = own(request, error)
        return _page(request, answer) if _wanted(request) else answer

    return tell


def _wanted(request: AnyRequest) -> bool:
    if request.method != "GET":
        return False
    form = request.query_params.get("f")
    if form is not None:
        return str(form) == formats.HTML_FORM.name
    try:
        return formats.chosen(request, (_DOCUMENT, formats.HTML_FORM), None) is formats.HTML_FORM
    except Problem:  # neither fits
        return False


def _page(request: AnyRequest, answer: Response[bytes]) -> Response[bytes]:
    said: Mapping[str, Any] = orjson.loads(answer.content)
    root, path = base(request), request.scope["path"]
    at_fault = tag("p", "It is about ", tag("code", said["parameter"]), ".") if "parameter" in said else None
    afresh = anchor(f"{root}{path}?f=html", "Start again without parameters") if said["status"] == 400 else None
    title = f"{said['status']} {said['title']}"
    body = pages.page(root, title, pages.COLLECTIONS, pages.lead(said["detail"]), at_fault, tag("p", afresh))
    headers = {**answer.headers, "content-security-policy": pages.POLICY, "vary": "Accept"}
    return Response(
        f"<!doctype html>\n{body}\n".encode(), status_code=answer.status_code, media_type=formats.HTML, headers=headers
    )

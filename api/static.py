"""The map page and its files, from the web folder: tagged, packed where it pays, and nothing beside them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from litestar import Response
from litestar.params import FromPath

from api import replies
from api.caller import PUBLIC
from api.preload import with_preloads
from api.problems import Problem
from api.replies import AnyRequest
from api.routes import route

FOLDERS = ("css", "js", "icons", "fonts", "vendor", "basemap")
TYPES = {
    ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json",
    ".geojson": "application/geo+json", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png",
    ".html": "text/html", ".txt": "text/plain", ".map": "application/json",
    ".pbf": "application/vnd.mapbox-vector-tile",
}  # fmt: skip
PACKED_ALREADY = (".woff2", ".png")
CACHE = "public, max-age=3600, must-revalidate"
MOST_FILES = 512
"""Files kept in memory, read and packed: more than the page has, or a visit would push out what it asks for next."""
FILE_POLICY = "default-src 'self'; frame-ancestors 'none'"
"""A worker lives under the policy of its own script file: the map's worker must be able to fetch."""

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,100}")


def prefers_html(request: AnyRequest) -> bool:
    """Whether the client is a browser: it names HTML, and JSON not before it."""
    accept = request.headers.get("accept", "")[:500].lower()
    html, json = accept.find("text/html"), accept.find("application/json")
    return html >= 0 and (json < 0 or html < json)


async def page(request: AnyRequest, name: str = "index.html") -> Response[bytes]:
    """The map page, or another of the web folder, with a policy that lets it run nothing but its own scripts."""
    path = request.app.state.settings.web / name
    if not path.is_file():
        raise Problem(404, f"the page {name} is not there; run ./run, or ask for application/json")
    content = with_preloads(request.app.state.settings.web, _read(path, path.stat().st_mtime_ns))
    return await replies.reply(request, content, TYPES[".html"], {"content-security-policy": policy(content)})


@lru_cache(maxsize=4)
def policy(content: bytes) -> str:
    """The content security policy of a page: its inline scripts, the import map, are let in by hash."""
    digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(content))
    hashes = "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


@route("/static/{path:path}", PUBLIC, ["v"])
async def show_file(request: AnyRequest, path: FromPath[str]) -> Response[bytes]:
    """One file of the page."""
    found = _inside(request.app.state.settings.web, str(path))
    stat = found.stat()
    tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {"etag": tag, "cache-control": CACHE, "vary": "Accept-Encoding", "content-security-policy": FILE_POLICY}
    kind = TYPES.get(found.suffix, "application/octet-stream")
    if replies.unchanged(request, tag):
        return Response(b"", status_code=304, headers=headers, media_type=kind)
    packs = found.suffix not in PACKED_ALREADY and stat.st_size > replies.SMALL and replies.accepts_gzip(request)
    if packs:
        headers["content-encoding"] = "gzip"
    content = await asyncio.to_thread(_packed if packs else _read, found, stat.st_mtime_ns)
    return replies.whole(request, content, kind, headers)


def _inside(web: Path, text: str) -> Path:
    """The file of that name, if it lies in one of the page's folders: names are checked, links are followed nowhere."""
    parts = text.strip("/").split("/")
    if len(parts) < 2 or parts[0] not in FOLDERS or not all(map(_NAME.fullmatch, parts)):
        raise Problem(404, f"there is no file {text[:100]!r}")
    found = web.joinpath(*parts)
    if not found.is_file() or not found.resolve().is_relative_to(web.resolve()):
        raise Problem(404, f"there is no file {text[:100]!r}")
    return found


@lru_cache(maxsize=MOST_FILES)
def _read(path: Path, changed: int) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=MOST_FILES)
def _packed(path: Path, changed: int) -> bytes:
    """The copy that set-up packed beside the file, unless the file is newer; else packed now, and kept."""
    beside = path.with_name(f"{path.name}.gz")
    if beside.is_file() and beside.stat().st_mtime_ns >= changed:
        return beside.read_bytes()
    return replies.packed(path.read_bytes())

"""Absolute links for a request, as its client sees the service: through proxies and under a path prefix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from litestar.connection import ASGIConnection

GEOJSON = "application/geo+json"
JSON = "application/json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"

_SAYING = frozenset((b"forwarded", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-prefix", b"host"))
"""The headers that say how a client sees the service."""

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]{1,60}){0,10}")
_FORWARDED = re.compile(r"\b(host|proto)=\"?([^\";, ]{1,300})\"?", re.IGNORECASE)


def base(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """`scheme://host[/prefix]` without a slash at the end (RFC 7239, else X-Forwarded-*, else the request itself)."""
    scope = request.scope
    said = tuple(one for one in scope["headers"] if one[0] in _SAYING)
    return _base(said, scope["scheme"], str(scope.get("root_path") or ""))


@lru_cache(100)
def _base(headers: Sequence[tuple[bytes, bytes]], scheme: str, root_path: str) -> str:
    header = {name.decode(): value.decode("latin-1") for name, value in reversed(headers)}
    first = header.get("forwarded", "").split(",")[0]
    said = {name.lower(): value for name, value in _FORWARDED.findall(first)}
    scheme = said.get("proto") or _first(header.get("x-forwarded-proto")) or scheme
    host = said.get("host") or _first(header.get("x-forwarded-host")) or header.get("host") or ""
    prefix = (_first(header.get("x-forwarded-prefix")) or root_path).rstrip("/")
    # What does not look like a host is not echoed into links.
    scheme = scheme.lower() if scheme.lower() in ("http", "https") else "http"
    host = host if _HOST.fullmatch(host) else "localhost"
    return f"{scheme}://{host}{prefix if _PREFIX.fullmatch(prefix) else ''}"


def _first(value: str | None) -> str:
    return (value or "").split(",")[0].strip()


def link(href: str, rel: str, kind: str, title: str = "") -> dict[str, str]:
    """One link object."""
    found = {"href": href, "rel": rel, "type": kind}
    return found | ({"title": title} if title else {})


def query(pairs: dict[str, str]) -> str:
    """A query string with its `?`; empty for no parameters. Commas, colons and slashes stay readable."""
    parts = [f"{quote(name, safe='')}={quote(value, safe=',:/.')}" for name, value in pairs.items()]
    return f"?{'&'.join(parts)}" if parts else ""

"""Where a request comes from: truly from this machine, or from a page of this service; nothing is believed for free."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from api.caller import Connection
from api.links import base
from api.settings import Settings, is_loopback

RELAYED = frozenset(
    (
        b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-prefix",
        b"x-forwarded-proto", b"x-forwarded-server", b"x-real-ip", b"via",
    )
)  # fmt: skip
"""Headers that tell of a proxy."""

_LONGEST_NAME = 300
"""Characters of an address that is looked at: names of hosts have 253 at most."""


def is_local(connection: Connection, settings: Settings) -> bool:
    """Whether somebody at this machine asks, and no proxy and no page of another site on somebody's behalf.

    A foreign Host is how a page reaches a loopback service under a name of its own (DNS rebinding). No browser speaks
    HTTP/1.0, but proxies with few settings do, and those send no word of whom they ask for.
    """
    header, client = connection.headers, connection.scope["client"]
    return (
        is_loopback(settings.host)
        and client is not None
        and is_loopback(client[0])
        and connection.scope["http_version"] != "1.0"
        and RELAYED.isdisjoint([name.lower() for name, _ in connection.scope["headers"]])
        and _loopback_name(f"//{header.get('host', '')}")
        and ("origin" not in header or _loopback_name(header["origin"]))
    )


def _loopback_name(address: str) -> bool:
    return len(address) <= _LONGEST_NAME and _is_loopback_name(address)


@lru_cache(100)
def _is_loopback_name(address: str) -> bool:
    try:
        return is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False


def from_own_page(connection: Connection) -> bool | None:
    """Whether a page of this service sent it; None where nothing says so, as with programs."""
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        mine, theirs = urlsplit(base(connection)), origin.partition("://")
        return mine.netloc.lower() == theirs[2].lower()
    return True if site else None

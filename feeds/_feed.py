"""One configured input: where it comes from, what it is called and what is known about it; and how that is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from feeds._errors import FeedError
from feeds._local import zone_name

Secrets = Mapping[str, str]
"""Keys for the other side, by name."""

_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9_.-]{0,39})=(.+)", re.S)
LONGEST_INTERVAL_S = 86_400.0
MOST_FEEDS = 31
"""One bit for each in a signed integer of four bytes."""


@dataclass(frozen=True)
class Feed:
    """`address` is a file, a folder, demo, or scheme://...; `receiver` is where it hears, (lat, lon) in degrees.

    `interval_s` is the pause between two questions, `zone` that of times without one (IANA; None: found out live, UTC
    in a file). `key` names what is sent in `header`: one of `secrets`, else of the environment; neither is shown.
    `base` and `auth` are other addresses of a service and of its tokens.
    """

    address: str
    name: str = ""
    format: str | None = None
    receiver: tuple[float, float] | None = None
    interval_s: float | None = None
    zone: str | None = None
    key: str = ""
    header: str = ""
    base: str = ""
    auth: str = ""
    secrets: Secrets = field(default_factory=dict, repr=False)

    @staticmethod
    def of(text: str, format: str | None = None) -> Feed:
        """From NAME=ADDRESS#at=LAT,LON&every=S and other options, of which only the address must be there.

        Raises FeedError for an option that is none, or has no such value.
        """
        match = None if Path(text).exists() or text.startswith("synthetic:") else _NAMED.fullmatch(text)
        name, rest = (match[1], match[2]) if match else ("", text)
        address, _, fragment = rest.partition("#") if "://" in rest else (rest, "", "")
        options: dict[str, Any] = {}
        for key, value in parse_qsl(fragment, keep_blank_values=True):
            if key not in _OPTIONS:
                raise FeedError(f"a feed has no option {key[:40]!r}", hint=f"known: {', '.join(_OPTIONS)}")
            field_name, convert = _OPTIONS[key]
            options[field_name] = convert(value)
        return Feed(address, name, **{"format": format} | options)


def told_apart(feeds: Sequence[Feed]) -> Sequence[Feed]:
    """The same. Raises FeedError where two would have one name, or there are more than rows can tell of."""
    names = [feed.name or _shown(feed.address) for feed in feeds]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise FeedError(f"two feeds are called {twice[0]!r}", hint="give each a name of its own, as NAME=ADDRESS")
    if len(feeds) > MOST_FEEDS:
        raise FeedError(f"{len(feeds)} feeds: at most {MOST_FEEDS} can be told apart")
    return feeds


def _shown(address: str) -> str:
    return public(address) if address.startswith(("http://", "https://")) else address


def public(url: str) -> str:
    """The address without user, password and query, which may hold a key: names are logged and shown."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise FeedError("no valid address", hint="write http://host:port/data/aircraft.json") from error
    if not parts.hostname:
        raise FeedError("the address names no host", hint="write http://host:port/data/aircraft.json")
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def place(text: str) -> tuple[float, float]:
    """(latitude, longitude) in degrees from "47.4,8.5". Raises FeedError."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        lat, lon = 999.0, 999.0
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise FeedError(f"{text[:60]!r} is no place", hint="write latitude,longitude in degrees, as 47.4,8.5")
    return lat, lon


def _interval(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.1 <= seconds <= LONGEST_INTERVAL_S:
        raise FeedError(f"every={text[:20]} is no interval", hint="write seconds, 0.1 to 86400")
    return seconds


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", text):
        raise FeedError(f"{text[:20]!r} is no name", hint="key= names a variable of the environment, header= a header")
    return text if text.isupper() else text.lower()


def _http(text: str) -> str:
    if not re.match(r"https?://[^/?#@]+", text):
        raise FeedError("no address of a service", hint="write http://host:port/path")
    return text


_OPTIONS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "at": ("receiver", place), "every": ("interval_s", _interval), "zone": ("zone", zone_name),
    "format": ("format", str), "key": ("key", _word), "header": ("header", _word), "base": ("base", _http),
    "auth": ("auth", _http),
}  # fmt: skip

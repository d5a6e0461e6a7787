"""The catalogue of formats: every format file declares one with @format_, and content decides which one fits."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feeds._errors import FeedError
from feeds._feed import Feed
from feeds._given import Given
from feeds._local import UTC
from feeds._source import Source
from geo.batch import Batch

NO_FORMAT = ("files", "folder", "live", "synthetic")
"""Public modules that are no format of observations, as are those called *_files: they read reference data."""


@dataclass(frozen=True)
class Format:
    """One format. `sniff` tells by content whether it fits; `read` gives batches in file order.

    `live` says that an address may be polled for it; `when` gives a document's time (ms) from its head alone.
    """

    id: str
    title: str
    units: str
    identity: str
    example: str
    sniff: Callable[[Given], bool]
    read: Callable[[Given], Iterator[Batch]]
    live: bool = False
    when: Callable[[Given], int | None] = lambda given: None


_FORMATS: dict[str, Format] = {}


def format_(**spec: object) -> Callable[[Callable[[Given], Iterator[Batch]]], Callable[[Given], Iterator[Batch]]]:
    """Declare the decorated generator as the reader of a format."""

    def register(read: Callable[[Given], Iterator[Batch]]) -> Callable[[Given], Iterator[Batch]]:
        one = Format(read=read, **spec)  # type: ignore[arg-type]
        if one.id in _FORMATS:
            raise ValueError(f"two formats are called {one.id!r}")
        _FORMATS[one.id] = one
        return read

    return register


def formats() -> dict[str, Format]:
    """All formats by id. Imports every format file; one that fails to import raises."""
    import feeds

    for module in pkgutil.iter_modules(feeds.__path__):
        if not module.name.startswith("_") and not module.name.endswith(NO_FORMAT):
            importlib.import_module(f"feeds.{module.name}")
    return dict(sorted(_FORMATS.items()))


def find(given: Given, format: str | None = None) -> Format:
    """The format that was named, or the one whose content fits. Raises FeedError naming the formats where none does."""
    known = formats()
    if format is not None:
        if format not in known:
            raise FeedError(f"there is no format {format!r}", hint=f"known: {', '.join(known)}")
        return known[format]
    if not given.head.strip():
        raise given.error("the file is empty")
    fits = [one for one in known.values() if one.sniff(given)]
    if not fits:
        listed = f"known formats: {', '.join(known)}; --format overrules"
        raise given.error(f"no known format ({_looks_like(given)})", hint=listed)
    if len(fits) > 1:
        raise given.error(f"could be {' or '.join(f.id for f in fits)}", hint="say which with --format")
    return fits[0]


_ARCHIVES = (("zip", 0, b"PK\x03\x04"), ("tar", 257, b"ustar"), ("7z", 0, b"7z\xbc\xaf\x27\x1c"))
"""Archives of several files, which are not read: name, where their mark stands, the mark."""


def _looks_like(given: Given) -> str:
    """What the content resembles, in words."""
    start = given.head.lstrip()[:15].lower()
    if packed := next((name for name, at, mark in _ARCHIVES if given.head.startswith(mark, at)), None):
        return f"a {packed} archive; unpack it, and give the folder"
    if given.parquet:
        return f"Parquet with columns {', '.join(given.parquet[:8])}"
    if start.startswith((b"<!doctype", b"<html")):
        return "a web page; tar1090 and readsb serve the data at data/aircraft.json"
    if given.shape.top:
        return f"JSON with keys {', '.join(sorted(given.shape.record)[:8]) or 'none'}"
    return f"it begins with {given.head[:24]!r}"


def open_source(spec: str, format: str | None = None) -> Source:
    """A source from what Feed.of understands: an address, a file, a folder, or "demo". Raises FeedError."""
    return open_feed(Feed.of(spec, format))


def open_feed(feed: Feed) -> Source:
    """The source of a feed. Raises FeedError where it cannot be one."""
    source = _opened(feed)
    source.name = feed.name or source.name
    source.receiver = feed.receiver
    return source


def _opened(feed: Feed) -> Source:
    """By what the address looks like. Imported here: whoever reads a file waits for no client."""
    scheme = feed.address.partition("://")[0] if "://" in feed.address else ""
    if feed.address == "demo" or feed.address.startswith("synthetic:"):
        from feeds.synthetic import open_synthetic

        source: Source = open_synthetic(feed.address)
        return source
    if scheme in ("http", "https"):
        from feeds._services import key_access
        from feeds.live import LiveSource

        return LiveSource(feed.address, feed.format, access=key_access(feed), **_every(feed))
    if scheme:
        return _streamed(scheme, feed)
    return _recorded(feed)


def _streamed(scheme: str, feed: Feed) -> Source:
    from feeds._decoders import DECODERS
    from feeds._services import SERVICES
    from feeds._stream_source import StreamSource

    if scheme in SERVICES:
        return _served(scheme, feed)
    if scheme not in DECODERS:
        known = ", ".join(f"{name}://" for name in ("http", "https", *DECODERS, *SERVICES))
        raise FeedError(f"nothing is known of {scheme[:20]}://", source=feed.address[:80], hint=f"known: {known}")
    return StreamSource(feed.address, feed.zone, feed.receiver, **_every(feed))


def _served(scheme: str, feed: Feed) -> Source:
    from feeds._services import SERVICES, area_of
    from feeds.live import LiveSource

    service, text = SERVICES[scheme], feed.address.partition("://")[2]
    access = service.as_whom(feed.secrets, feed.auth)
    url = service.url(area_of(service, text), feed.base)
    every = max(feed.interval_s or service.interval_s, service.least_s)
    return LiveSource(url, feed.format or service.format, access=access, name=f"{scheme} {text}", interval_s=every)


def _recorded(feed: Feed) -> Source:
    from feeds.files import FileSource
    from feeds.folder import FolderSource

    path = Path("/dev/stdin" if feed.address == "-" else feed.address)
    if not path.exists():
        hint = "give a file, a folder, - for standard input, an address such as http:// or beast://, or demo"
        raise FeedError("there is no such file", source=feed.address, hint=hint)
    kind = FolderSource if path.is_dir() else FileSource
    return kind(path, feed.format, feed.zone or UTC, feed.receiver)


def _every(feed: Feed) -> dict[str, Any]:
    return {} if feed.interval_s is None else {"interval_s": feed.interval_s}

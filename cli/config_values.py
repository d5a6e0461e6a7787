"""What the type of a key does not say of its value: classes, feeds, networks and files that there are not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cli.configuration import Configuration
from cli.option_keys import KEYS

FILES = tuple(one.path for one in KEYS if one.type in ("path", "paths"))


def strange(found: Configuration) -> list[str]:
    """One line for each value that no service can begin with, with its place; nothing is opened but named files."""
    given = found.given
    out = list(_feeds(found))
    out += [f"{given[path].origin}: {path}: {why}" for path in given for why in _wrong(path, given[path].value)]
    return out


def _wrong(path: str, value: Any) -> Iterator[str]:
    if path == "judging.classes":
        yield from _classes(value)
    elif path == "alerts.allow_networks":
        yield from (f"{one[:60]!r} is no network, such as 10.0.0.0/8" for one in value if not _is_network(one))
    elif path in FILES:
        files = [value] if isinstance(value, str) else value
        yield from (f"there is no file or folder {one[:200]!r}" for one in files if not Path(one).exists())


def _classes(names: list[str]) -> Iterator[str]:
    from detectors._registry import registry

    known = registry()
    for name in names:
        if name not in known and name != "nine":
            near = get_close_matches(name, known, 1)
            yield f"no anomaly class {name[:60]!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _feeds(found: Configuration) -> Iterator[str]:
    """Of each feed what its address, options or format lack; and where two would have one name."""
    from cli.reading import feed_of
    from feeds import Feed, FeedError, told_apart

    feeds: list[Feed] = []
    for number, table in enumerate(found.feeds, 1):
        where = f"{found.feeds_origin}: [[feeds]] {_called(table, number)}"
        try:
            feeds.append(feed_of(table))
            _openable(feeds[-1])
        except FeedError as error:
            yield f"{where}: {error}"
    try:
        told_apart(feeds)
    except FeedError as error:
        yield f"{found.feeds_origin}: [[feeds]]: {error}"


def _called(table: Mapping[str, Any], number: int) -> str:
    return f"{number}" + (f" ({table['name']})" if table.get("name") else "")


def _openable(feed: Any) -> None:
    """Raises FeedError where it is no source. Nothing is asked of an address, and recordings are not looked into."""
    from feeds import FeedError, open_feed
    from feeds._registry import formats

    if "://" in feed.address:
        open_feed(feed)
    elif not feed.address.startswith(("demo", "synthetic:")) and not Path(feed.address).exists():
        raise FeedError(
            f"there is no file or folder {feed.address[:200]!r}", hint="addresses begin with http://, sbs://"
        )
    if feed.format and feed.format not in (known := formats()):
        near = get_close_matches(feed.format, known, 1)
        raise FeedError(f"there is no format {feed.format[:40]!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

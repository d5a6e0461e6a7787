"""Sources opened and recordings read, with a bar that says how far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cli.heard import Place
from cli.ui import INPUT, Failure, progress
from geo.batch import Batch

if TYPE_CHECKING:
    from feeds import Feed, Source


zone_option = click.option(
    "--zone", metavar="NAME", help="Time zone of recordings whose times name none (SBS), as Europe/Berlin; else UTC."
)


def feed_of(table: Mapping[str, Any]) -> Feed:
    """A table [[feeds]] as a feed, or {"spec": what Feed.of understands}; `usual_interval_s` where neither says how
    often, and it is no public service, which says so itself."""
    from feeds import Feed
    from feeds._feed import place
    from feeds._local import zone_name
    from feeds._services import is_service

    if "spec" in table:
        one = Feed.of(table["spec"], table.get("format") or None)
    else:
        where, zone = table.get("receiver"), table.get("zone")
        one = Feed(
            table["address"], table.get("name", ""), table.get("format") or None, place(where) if where else None,
            zone=zone_name(zone) if zone else None, secrets=table.get("secrets", {}),
            **{name: table.get(name, "") for name in ("key", "header", "base", "auth")},
        )  # fmt: skip
    own = one.interval_s or table.get("poll_interval_s")
    return replace(one, interval_s=own or (None if is_service(one.address) else table.get("usual_interval_s")))


def opened(
    specs: Sequence[str | Feed], format_: str | None = None, zone: str | None = None, heard: Place = None
) -> list[Source]:
    """Each address, file or folder as a source; `zone` and `heard`, the place of its receiver (lat, lon), hold where it
    names none itself (as Feed.of understands it).

    Imports late: `--help` does not wait for the formats.
    """
    from feeds import Feed, open_feed
    from feeds._local import zone_name

    named = None if zone is None else zone_name(zone)
    feeds = [Feed.of(spec, format_) if isinstance(spec, str) else spec for spec in specs]
    return [open_feed(replace(feed, zone=feed.zone or named, receiver=feed.receiver or heard)) for feed in feeds]


def read(sources: Sequence[Source], empty: bool = False) -> list[Batch]:
    """Every batch of the recordings. Raises Failure where something was in them and none of it could be used, unless
    they may be `empty`."""
    batches = []
    with progress("reading") as advance:
        for source in sources:
            for batch in source.batches():
                advance(len(batch), source.name)
                batches.append(batch)
    refused: Counter[str] = sum((one.rejected for one in sources), Counter())
    if refused and not empty and not any(map(len, batches)):
        raise Failure(nothing_of([one.name for one in sources], refused), INPUT)
    return batches


def nothing_of(names: Sequence[str], refused: Mapping[str, int]) -> str:
    """That no row was good, and why."""
    why = ", ".join(f"{reason} ({count:,})" for reason, count in refused.items())
    return f"{', '.join(names)}: no row could be used: {why}. `skysift feeds` shows how a file is read"

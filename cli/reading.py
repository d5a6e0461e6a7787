"""Sources opened and recordings read, with a bar that says how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli.ui import progress
from geo.batch import Batch

if TYPE_CHECKING:
    from feeds import Source


zone_option = click.option(
    "--zone", metavar="NAME", help="Time zone of recordings whose times name none (SBS), as Europe/Berlin; else UTC."
)


def opened(specs: Sequence[str], format_: str | None = None, zone: str | None = None) -> list[Source]:
    """Each address, file or folder as a source; `zone` holds where it names none itself (as Feed.of understands it).

    Imports late: `--help` does not wait for the formats.
    """
    from feeds import Feed, open_feed
    from feeds._local import zone_name

    named = None if zone is None else zone_name(zone)
    feeds = [Feed.of(spec, format_) for spec in specs]
    return [open_feed(replace(feed, zone=feed.zone or named)) for feed in feeds]


def read(sources: Sequence[Source]) -> list[Batch]:
    """Every batch of the recordings."""
    batches = []
    with progress("reading") as advance:
        for source in sources:
            for batch in source.batches():
                advance(len(batch), source.name)
                batches.append(batch)
    return batches

"""Sources opened and recordings read, with a bar that says how far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.ui import progress
from geo.batch import Batch

if TYPE_CHECKING:
    from feeds import Source


def opened(specs: Sequence[str], format_: str | None = None) -> list[Source]:
    """Each address, file or folder as a source. Imports late: `--help` does not wait for the formats."""
    from feeds import open_source

    return [open_source(spec, format_) for spec in specs]


def read(sources: Sequence[Source]) -> list[Batch]:
    """Every batch of the recordings."""
    batches = []
    with progress("reading") as advance:
        for source in sources:
            for batch in source.batches():
                advance(len(batch), source.name)
                batches.append(batch)
    return batches

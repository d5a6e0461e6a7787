"""A file becomes a source: recognised by content, read in bounded pieces, its rows in time order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from feeds._given import Given, Place
from feeds._local import UTC
from feeds._order import ordered
from feeds._registry import find
from feeds._source import Source
from geo.batch import Batch


class FileSource(Source):
    """One recording. Raises FeedError at once when it is of no known format."""

    def __init__(self, path: Path, format: str | None = None, zone: str = UTC, receiver: Place = None) -> None:
        self.given = Given(str(path), path, zone=zone, receiver=receiver)
        self.kind = find(self.given, format)
        super().__init__(str(path), self.kind.id)

    def batches(self) -> Iterator[Batch]:
        for batch in ordered(self.kind.read(self.given)):
            yield self.count(batch)

"""A file becomes a source: recognised by content, read in bounded pieces, its rows in time order."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from feeds._errors import FeedError
from feeds._given import Given, Place
from feeds._local import UTC
from feeds._order import ordered
from feeds._registry import find
from feeds._source import Source
from geo.batch import Batch


class FileSource(Source):
    """One recording. Raises FeedError at once when it is of no known format."""

    def __init__(self, path: Path, format: str | None = None, zone: str = UTC, receiver: Place = None) -> None:
        self.given = Given(str(path), path if path.is_file() else self._kept(path), zone=zone, receiver=receiver)
        self.kind = find(self.given, format)
        super().__init__(str(path), self.kind.id)

    def _kept(self, path: Path) -> Path:
        """What comes out of a pipe, as a file: readers look at its head first. It has no name, and is gone with us."""
        held = tempfile.TemporaryFile()  # noqa: SIM115  # as long as this source
        weakref.finalize(self, held.close)
        try:
            with path.open("rb") as pipe:
                shutil.copyfileobj(pipe, held)
        except OSError as error:
            raise FeedError(error.strerror or "cannot be read", source=str(path)) from error
        held.flush()
        return Path(f"/dev/fd/{held.fileno()}")

    def batches(self) -> Iterator[Batch]:
        for batch in ordered(self.kind.read(self.given)):
            yield self.count(batch)

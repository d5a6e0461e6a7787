"""A folder becomes a source: its files, whatever their formats, as one stream in time order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from feeds._errors import FeedError
from feeds._given import Given, Place
from feeds._local import UTC
from feeds._order import Part, merged, ordered
from feeds._registry import Format, find
from feeds._source import Source
from geo.batch import Batch


class FolderSource(Source):
    """A folder of snapshots or recordings, searched in depth. What is no known format is counted, not fatal."""

    def __init__(self, path: Path, format: str | None = None, zone: str = UTC, receiver: Place = None) -> None:
        super().__init__(str(path), format or "mixed")
        self.zone, self.place = zone, receiver
        self._found = list(self._look(path, format))
        kinds = {kind.id for _, kind, _ in self._found}
        if not kinds:
            raise FeedError(
                "holds no file of a known format", source=str(path), hint=self.last_error or "the folder is empty"
            )
        self.format = kinds.pop() if len(kinds) == 1 else "mixed"

    def _look(self, path: Path, format: str | None) -> Iterator[tuple[Path, Format, int | None]]:
        """The files that can be read with their formats and times, in natural order of their names."""
        for file in sorted((p for p in path.rglob("*") if p.is_file()), key=_natural):
            if any(part.startswith(".") for part in file.relative_to(path).parts):
                continue
            given = self._given(file)
            try:
                kind = find(given, format)
                yield file, kind, kind.when(given)
            except FeedError as error:
                self.rejected["file of no known format"] += 1
                self.leave_out(str(error))

    def _given(self, file: Path) -> Given:
        return Given(str(file), file, zone=self.zone, receiver=self.place)

    def batches(self) -> Iterator[Batch]:
        for batch in merged([Part(start, self._opener(file, kind)) for file, kind, start in self._found]):
            yield self.count(batch)

    def _opener(self, file: Path, kind: Format) -> Callable[[], Iterator[Batch]]:
        """Begin one file; an error in it ends that file only."""

        def batches() -> Iterator[Batch]:
            try:
                yield from ordered(kind.read(self._given(file)))
            except FeedError as error:
                self.rejected["file that cannot be read"] += 1
                self.leave_out(str(error))

        return batches


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key that puts aircraft_2 before aircraft_10."""
    return [(int(text), "") if text.isdecimal() else (0, text) for text in re.split(r"(\d+)", str(path))]

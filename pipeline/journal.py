"""The journal: what came in since the last checkpoint, in a file that a kill leaves whole, to be judged again alike."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np

from geo.batch import Batch
from geo.batch_bytes import packed, unpacked
from geo.schema import Array

_HEAD = np.dtype([("number", "<i8"), ("size", "<i8"), ("crc", "<u4")])
_ZIP = b"PK"

MOST_BYTES = 512 << 20
"""How much is written down while the database is away; what comes after that is dropped, and counted."""


@dataclass
class Journal:
    """`number` counts the batches; a checkpoint keeps it, so that what it knows already is not judged twice.

    `posted` are the ids of what programs sent that has been written down here, until it is gone from where it waited.
    Only what was posted is forced onto the disk: a killed process loses nothing, a power failure the last seconds of
    what receivers heard.
    """

    path: Path
    number: int = 0
    posted: set[int] = field(default_factory=set)

    def add(self, batch: Batch, posted: Sequence[int] = ()) -> None:
        """Write a batch behind the others, before it is judged; with the ids of what was posted that is in it."""
        if not len(batch):
            # Nothing of it is to be judged, and so nothing to be kept.
            self.posted |= set(posted)
        else:
            self.number += 1
            with self.path.open("ab") as file:
                end = file.tell()
                try:
                    file.write(_framed(self.number, batch, posted))
                    file.flush()
                    if posted:
                        os.fsync(file.fileno())
                except OSError:
                    # A torn batch would hide all those behind it.
                    file.truncate(end)
                    raise
            self.posted |= set(posted)

    @property
    def full(self) -> bool:
        """Whether it has become as long as it may."""
        return self.size >= MOST_BYTES

    @property
    def size(self) -> int:
        """Bytes that were written since it was cleared."""
        return self.path.stat().st_size if self.path.exists() else 0

    def clear(self) -> None:
        """A checkpoint knows of all: begin again."""
        self.path.write_bytes(b"")

    def rest(self) -> Iterator[Batch]:
        """The batches after `number`, in order, counting on. What was cut off in the middle was not judged."""
        data = self.path.read_bytes() if self.path.exists() else b""
        at = 0
        while at + _HEAD.itemsize <= len(data):
            (head,) = np.frombuffer(data, _HEAD, 1, at)
            body = data[at + _HEAD.itemsize : at + _HEAD.itemsize + int(head["size"])]
            if len(body) < head["size"] or crc32(body) != head["crc"]:
                return
            at += _HEAD.itemsize + int(head["size"])
            if head["number"] > self.number:
                self.number = int(head["number"])
                batch, posted = _opened(body)
                self.posted |= set(posted)
                yield batch

    def state(self) -> Mapping[str, Array]:
        """For the checkpoint."""
        return {"number": np.array([self.number]), "posted": np.array(sorted(self.posted), dtype=np.int64)}

    def restore(self, stored: Mapping[str, Array]) -> None:
        self.number = int(stored["number"][0])
        self.posted = set(stored["posted"].tolist()) if "posted" in stored else set()


def _framed(number: int, batch: Batch, posted: Sequence[int]) -> bytes:
    body = packed(batch)
    ids = np.array(posted, dtype="<i8").tobytes()
    whole = np.array([len(posted)], dtype="<i8").tobytes() + ids + body
    return np.array([(number, len(whole), crc32(whole))], dtype=_HEAD).tobytes() + whole


def _opened(whole: bytes) -> tuple[Batch, list[int]]:
    """The batch of a frame, and what was posted that is in it. Frames of before there was any are the batch alone."""
    if whole.startswith(_ZIP):
        return unpacked(whole), []
    count = int(np.frombuffer(whole, "<i8", 1)[0])
    ids = np.frombuffer(whole, "<i8", count, 8)
    return unpacked(whole[8 + 8 * count :]), ids.tolist()

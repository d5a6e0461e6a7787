"""The journal: what came in since the last checkpoint, in a file that a kill leaves whole, to be judged again alike."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import orjson

from geo.batch import Batch
from geo.schema import Array

_HEAD = np.dtype([("number", "<i8"), ("size", "<i8"), ("crc", "<u4")])
_LABELS = ":labels"

MOST_BYTES = 512 << 20
"""How much is written down while the database is away; what comes after that is dropped, and counted."""


@dataclass
class Journal:
    """`number` counts the batches; a checkpoint keeps it, so that what it knows already is not judged twice.

    Nothing is forced onto the disk: a killed process loses nothing, a power failure the last seconds.
    """

    path: Path
    number: int = 0

    def add(self, batch: Batch) -> None:
        """Write a batch behind the others, before it is judged."""
        if len(batch):
            self.number += 1
            with self.path.open("ab") as file:
                end = file.tell()
                try:
                    file.write(_framed(self.number, batch))
                    file.flush()
                except OSError:
                    # A torn batch would hide all those behind it.
                    file.truncate(end)
                    raise

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
                yield _batch(body)

    def state(self) -> Mapping[str, Array]:
        """For the checkpoint."""
        return {"number": np.array([self.number])}

    def restore(self, stored: Mapping[str, Array]) -> None:
        self.number = int(stored["number"][0])


def _framed(number: int, batch: Batch) -> bytes:
    labels = orjson.dumps(dict(batch.labels), option=orjson.OPT_NON_STR_KEYS)
    out = io.BytesIO()
    np.savez(out, **batch.columns, **{_LABELS: np.frombuffer(labels, dtype=np.uint8)})  # type: ignore[arg-type]
    body = out.getvalue()
    return np.array([(number, len(body), crc32(body))], dtype=_HEAD).tobytes() + body


def _batch(body: bytes) -> Batch:
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        columns = {name: arrays[name] for name in arrays.files}
    labels = orjson.loads(columns.pop(_LABELS).tobytes())
    return Batch(columns, {int(key): text for key, text in labels.items()})

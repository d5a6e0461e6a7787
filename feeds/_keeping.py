"""Records as they came in, kept for debugging: by day and feed, compressed, bounded in size and age, and read again.

A part holds one line that says what it is, then records, each after a line with its time (epoch ms) and its bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import zstandard

from feeds._errors import FeedError

FLUSH_BYTES, FLUSH_S = 256 << 10, 5.0
"""Records are compressed together; so much of them a kill may cost."""

PART_BYTES = 16 << 20
LARGEST_RECORD = 128 << 20
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PART = re.compile(r"[A-Za-z0-9._-]+-[0-9a-f]{8}-\d{5}\.zst")


@dataclass
class Keeping:
    """All feeds' records below `folder`: together `most_bytes`, each at most `most_days` old."""

    folder: Path
    most_bytes: int = 1_000_000_000
    most_days: float = 3.0
    clock: Callable[[], float] = time.time
    recorders: list[Recorder] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self._prune()

    def recorder(self, feed: str, kind: str) -> Recorder:
        """Of one feed; `kind` is documents (each record stands alone) or stream (one goes on in the next)."""
        self.recorders.append(Recorder(self, feed, kind))
        return self.recorders[-1]

    def close(self) -> None:
        """Write what waits. Raises OSError."""
        for one in self.recorders:
            one.flush()

    def append(self, path: Path, packed: bytes) -> None:
        """Add to a part; then the oldest parts go, where all are too many. Raises OSError."""
        with self._lock:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                file.write(packed)
            self._bytes += len(packed)
            if self._bytes > self.most_bytes:
                self._prune()

    def day_begins(self) -> None:
        """What has become too old goes."""
        with self._lock:
            self._prune()

    def _prune(self) -> None:
        oldest = day_of(self.clock() - timedelta(days=self.most_days).total_seconds())
        found = [(one.stat(), one) for one in parts(self.folder)]
        self._bytes = sum(stat.st_size for stat, _ in found)
        for stat, path in sorted(found, key=lambda one: (one[1].parent.name, one[0].st_mtime_ns)):
            if path.parent.name >= oldest and self._bytes <= self.most_bytes:
                continue
            path.unlink()
            self._bytes -= stat.st_size
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


@dataclass
class Recorder:
    """One feed's records. Used by one thread at a time."""

    keeping: Keeping
    feed: str
    kind: str
    waiting: bytearray = field(default_factory=bytearray)
    since: float = 0.0
    number: int = 0
    day: str = ""

    def add(self, record: bytes) -> None:
        """Keep one. Raises OSError where it cannot be written; it is lost then, and the next is tried."""
        now = self.keeping.clock()
        self.since = self.since if self.waiting else now
        self.waiting += b"%d %d\n%s\n" % (now * 1000, len(record), record)
        if len(self.waiting) >= FLUSH_BYTES or not 0 <= now - self.since < FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Raises OSError."""
        if not self.waiting:
            return
        data = bytes(self.waiting)
        self.waiting.clear()
        path = self._part()
        about = b"" if path.exists() else orjson.dumps({"feed": self.feed, "kind": self.kind}) + b"\n"
        self.keeping.append(path, zstandard.ZstdCompressor(level=6).compress(about + data))

    def _part(self) -> Path:
        """The file that is written into: of the day, and not full."""
        day = day_of(self.since)
        if day != self.day:
            self.day, self.number = day, 0
            self.keeping.day_begins()
        while (path := self.keeping.folder / day / f"{_slug(self.feed)}-{self.number:05}.zst").exists():
            if path.stat().st_size < min(PART_BYTES, max(self.keeping.most_bytes // 20, 1)):
                break
            self.number += 1
        return path


@dataclass(frozen=True)
class Part:
    """One file of kept records, with what it says of itself."""

    path: Path
    feed: str
    kind: str

    @property
    def day(self) -> str:
        return self.path.parent.name

    @staticmethod
    def of(path: Path) -> Part:
        """Raises FeedError where it is damaged from the beginning."""
        with path.open("rb") as file:
            about = _about(_Unpacked(file).readline(), path)
        return Part(path, str(about["feed"]), str(about["kind"]))

    def records(self) -> Iterator[tuple[int, bytes]]:
        """(epoch ms, record) in the order in which they came; those that were cut off by a kill are left out.
        Raises FeedError at damage, after what comes before it."""
        with self.path.open("rb") as file:
            stream = _Unpacked(file)
            stream.readline()
            while match := re.fullmatch(rb"(\d{1,15}) (\d{1,10})\n", stream.readline()):
                size = int(match[2])
                if size > LARGEST_RECORD or len(body := stream.read(size + 1)) != size + 1:
                    return
                yield int(match[1]), body[:-1]


class _Unpacked:
    """The unpacked bytes of all frames, up to where a kill has cut them off. Raises FeedError at damage."""

    def __init__(self, file: Any) -> None:
        self._stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        self._rest, self._source = b"", str(file.name)

    def readline(self) -> bytes:
        while b"\n" not in self._rest and len(self._rest) < FLUSH_BYTES and self._more():
            pass
        line, newline, self._rest = self._rest.partition(b"\n")
        return line + newline

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and self._more():
            pass
        out, self._rest = self._rest[:size], self._rest[size:]
        return out

    def _more(self) -> bool:
        try:
            piece = self._stream.read1(FLUSH_BYTES)
        except zstandard.ZstdError:
            hint = "what comes before is read, the rest of this file is lost"
            raise FeedError("no kept records from here on: it is damaged", source=self._source, hint=hint) from None
        self._rest += piece
        return bool(piece)


def _about(line: bytes, path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
        return {"feed": found["feed"], "kind": found["kind"]}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise FeedError("no kept records: its first line does not say what it is", source=str(path)) from None


def parts(folder: Path) -> list[Path]:
    """The files of kept records below a folder, and no others; by day, feed and number."""
    return sorted(
        path for path in folder.glob("*/*.zst") if _DAY.fullmatch(path.parent.name) and _PART.fullmatch(path.name)
    )


def day_of(seconds: float) -> str:
    """The day, UTC, as YYYY-MM-DD."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _slug(feed: str) -> str:
    """A file name that tells whose it is; two feeds never share one."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", feed).strip("-.")[:60] or "feed"
    return f"{plain}-{hashlib.blake2b(feed.encode(), digest_size=4).hexdigest()}"

"""What a reader is given: a name and plain bytes, whatever the file was packed with, never more than the limit."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from feeds._errors import FeedError
from feeds._shape import Shape, shape

HEAD_BYTES = 64 * 1024
BOM = b"\xef\xbb\xbf"
"""What Windows' editors put before text in UTF-8. It belongs to no format, so no reader sees it."""
PIECE_BYTES = 8 << 20
STREAM_LIMIT = 4 << 30
"""Largest unpacked size of a file that is read in pieces."""
DOCUMENT_LIMIT = 1 << 30
"""Largest unpacked size of a document that must lie in memory as a whole."""

_PACKERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": lambda raw: pa.CompressedInputStream(raw, "zstd"),
}
Place = tuple[float, float] | None

DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, pa.ArrowException)
"""What unpackers and Parquet raise for broken bytes; undecodable names are a ValueError."""


@dataclass
class Given:
    """One file or one answer. `data` holds the bytes where there is no `path`; `zone` is that of times without one,
    `receiver` where it was heard, (lat, lon) in degrees.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None
    limit: int = STREAM_LIMIT
    zone: str = "UTC"
    receiver: Place = None

    @property
    def stem(self) -> str:
        """The file's name without folders and endings: an identity where the source has none."""
        return re.sub(r"(\.(json|csv|txt|parquet|gz|bz2|xz|zst))+$", "", Path(self.name).name, flags=re.I) or self.name

    @property
    def ended_ms(self) -> int | None:
        """When the file was written last, epoch ms; None where there is no file."""
        return self.path.stat().st_mtime_ns // 1_000_000 if self.path else None

    def raw(self) -> IO[bytes]:
        """The bytes as they lie there, seekable."""
        try:
            return io.BytesIO(self.data or b"") if self.path is None else self.path.open("rb")
        except OSError as error:
            raise self.error(error.strerror or "cannot be opened", hint="check the path and its permissions") from error

    def open(self) -> io.BufferedReader:
        """The unpacked bytes. Reading raises FeedError at damage or beyond the limit."""
        raw = self.raw()
        magic = raw.read(6)
        raw.seek(0)
        unpack = next((make for mark, make in _PACKERS.items() if magic.startswith(mark)), None)
        return io.BufferedReader(_Unpacked(self, raw, unpack(raw) if unpack else raw), 1 << 20)

    def read(self) -> bytes:
        """The whole unpacked document. Raises FeedError when it is too large to lie in memory."""
        limit = min(self.limit, DOCUMENT_LIMIT)
        pieces, size = [], 0
        with self.open() as stream:
            while piece := stream.read(PIECE_BYTES):
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    reason = f"larger than {limit:,} bytes when unpacked"
                    raise self.error(reason, hint="split it, or convert it to Parquet")
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @cached_property
    def head(self) -> bytes:
        """The first unpacked bytes, enough to tell what it is."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @cached_property
    def shape(self) -> Shape:
        """The outline of a JSON document, from its head."""
        return shape(self.head)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The names in the first line of a CSV, lower case."""
        try:
            row = next(csv.reader([self._first_line], delimiter=self.delimiter), [])
        except csv.Error:
            return ()
        return tuple(cell.strip().lower() for cell in row)

    @property
    def _first_line(self) -> str:
        line = self.head.split(b"\n", 1)[0]
        return line.decode("ascii", "replace").strip("\r\0")

    @property
    def delimiter(self) -> str:
        """What separates the cells of a CSV: the most frequent of comma, semicolon and tab in its first line."""
        return max(",;\t", key=self._first_line.count)

    def seekable(self) -> IO[bytes]:
        """The unpacked bytes where one can jump about in them, as Parquet needs."""
        raw = self.raw()
        if raw.read(4) == b"PAR1":
            raw.seek(0)
            return raw
        raw.close()
        return io.BytesIO(self.read())

    @cached_property
    def parquet(self) -> tuple[str, ...]:
        """The column names of a Parquet file; none when it is not one."""
        if not self.head.startswith(b"PAR1"):
            return ()
        with self.seekable() as file:
            try:
                return tuple(pq.read_schema(file).names)
            except DAMAGED as error:
                raise self.error(f"damaged Parquet: {error}", hint="fetch the file again") from error

    @property
    def names(self) -> frozenset[str]:
        """Column names of a table, whatever it is written in, lower case."""
        if self.parquet:
            return frozenset(name.lower() for name in self.parquet)
        if self.shape.top:
            return frozenset(key.lower() for key in self.shape.record)
        return frozenset(self.cells)

    def error(self, reason: str, *, line: int | None = None, byte: int | None = None, hint: str = "") -> FeedError:
        """A FeedError that names this input."""
        return FeedError(reason, source=self.name, line=line, byte=byte, hint=hint)


class _Unpacked(io.RawIOBase):
    """Counts what comes out of the unpacker and turns its errors into ours."""

    def __init__(self, given: Given, raw: IO[bytes], stream: Any) -> None:
        self._given, self._raw, self._stream, self._count = given, raw, stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = cast(bytes, self._stream.read(len(buffer)))
        except DAMAGED as error:
            at = self._raw.tell()
            raise self._given.error(f"damaged: {error}", byte=at, hint="fetch or pack the file again") from error
        if not self._count:
            chunk = chunk.removeprefix(BOM)
        self._count += len(chunk)
        if self._count > self._given.limit:
            limit = f"more than {self._given.limit:,} bytes when unpacked"
            raise self._given.error(limit, byte=self._raw.tell(), hint="raise the limit if you trust the file")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()

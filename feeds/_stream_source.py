"""A receiver's TCP port becomes a source that never ends: it is connected to again and again, with patience."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from urllib.parse import urlsplit

from feeds._decoders import DECODERS
from feeds._errors import FeedError
from feeds._living import INTERVAL_S, TIMEOUT_S, Living
from geo.batch import Batch

QUIET_S = 90.0
"""Nothing for so long, not even an empty line: the other side may be gone without a word. Connect again."""

PIECE_BYTES = 4 << 20
"""Taken at once at most; more stays in the socket, and so with the sender, until it has been decoded."""

_READ = 1 << 16


class StreamSource(Living):
    """`address` is scheme://host:port; the scheme names the protocol."""

    records = "stream"

    def __init__(
        self, address: str, zone: str | None = None, receiver: tuple[float, float] | None = None, *,
        interval_s: float = INTERVAL_S, timeout_s: float = TIMEOUT_S,
        quiet_s: float = QUIET_S, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        scheme, self.host, self.port = parts_of(address)
        self.decoder = DECODERS[scheme](zone, receiver)
        super().__init__(f"{scheme}://{_bracketed(self.host)}:{self.port}", self.decoder.format, interval_s, clock)
        self.timeout_s, self.quiet_s = timeout_s, quiet_s

    async def poll(self) -> AsyncIterator[Batch]:
        """A Batch for each interval in which something came. Ends only when cancelled."""
        while True:
            writer = None
            try:
                async with asyncio.timeout(self.timeout_s):
                    reader, writer = await asyncio.open_connection(self.host, self.port)
                async for batch in self._heard(reader):
                    yield batch
            except TimeoutError:
                self.failed("timeout", f"{self.name}: no connection within {self.timeout_s:g} s")
            except OSError as error:
                # Not str(error): it names every address that was tried.
                reason = "connection broken" if writer else "no connection"
                self.failed(reason, f"{self.name}: {error.strerror or type(error).__name__}")
            except FeedError as error:
                self.failed("answer that cannot be read", f"{self.name}: {error}")
            finally:
                self.decoder.cut()
                if writer:
                    writer.close()
                    with suppress(OSError, TimeoutError):
                        async with asyncio.timeout(1.0):
                            await writer.wait_closed()
            await asyncio.sleep(self.pause())

    async def _heard(self, reader: asyncio.StreamReader) -> AsyncIterator[Batch]:
        """What one connection gives. Raises OSError when it breaks or falls silent, FeedError for another protocol."""
        heard = time.monotonic()
        while True:
            data, ended = await self._piece(reader)
            if data:
                heard = time.monotonic()
                batch = self.taken(await asyncio.to_thread(self._decoded, data))
                if len(batch):
                    self._failures = 0
                    yield batch
            if ended:
                raise ConnectionResetError(0, "the other side closed the connection")
            if time.monotonic() - heard > self.quiet_s:
                raise ConnectionResetError(0, f"nothing came for {self.quiet_s:g} s")

    def _decoded(self, data: bytes) -> Batch:
        self.keep(data)
        return self.decoder.take(data, int(self.clock() * 1000))

    async def _piece(self, reader: asyncio.StreamReader) -> tuple[bytes, bool]:
        """What comes in one interval, never much more than PIECE_BYTES, and whether that was the end."""
        data, ended = bytearray(), False
        with suppress(TimeoutError):
            async with asyncio.timeout(self.interval_s):
                while len(data) < PIECE_BYTES and not ended:
                    some = await reader.read(_READ)
                    data += some
                    ended = not some
        return bytes(data), ended


def parts_of(address: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises FeedError where one of them is missing."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise FeedError(f"{address[:80]!r} names no host and port", hint="write sbs://192.168.1.10:30003")
    return parts.scheme, host, port


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

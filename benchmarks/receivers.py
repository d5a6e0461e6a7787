"""Receivers on loopback, in a process of their own: aircraft.json over http and BaseStation lines over TCP, of one sky.

Every aircraft sends once a second; whoever hears it hears the same transmission, so that feeds overlap as real ones do.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson

from benchmarks.world import snapshot
from geo.batch import Batch
from geo.schema import Array, icao24_text
from geo.sphere import KNOT_M_S, destination

HTTP, SBS, POST = "http", "sbs", "post"
SEND_S = 0.1
"""BaseStation lines go out this often."""

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Sky:
    """`aircraft` of the synthetic world go on along their tracks from `start` (epoch seconds); receiver `k` of `feeds`
    hears `each` of them, and each its neighbours' by two thirds."""

    start: float
    aircraft: int
    each: int

    @staticmethod
    def of(start: float, feeds: int, each: int) -> Sky:
        return Sky(start, each + (feeds - 1) * (each // 3), each)

    def rows(self) -> Batch:
        """Where they are at the start, one row each."""
        # Of those who are asked for some have not yet begun their flight.
        return snapshot(None, self.aircraft * 6 // 5 + 50).take(np.arange(self.aircraft))

    def heard(self, feed: int) -> slice:
        """The rows that a receiver hears."""
        first = feed * (self.each // 3)
        return slice(first, first + self.each)


class Air:
    """The sky as it is at any time: arrays of the aircraft that one receiver hears."""

    def __init__(self, sky: Sky, feed: int) -> None:
        rows, self.sky = sky.rows().take(np.arange(sky.aircraft)[sky.heard(feed)]), sky
        self.rows, self.phase = rows, np.arange(sky.aircraft)[sky.heard(feed)] * 0.618 % 1.0
        self.hex = [icao24_text(own) or "000000" for own in rows["icao24"].tolist()]
        self.callsign = [text.decode() for text in rows["callsign"].tolist()]
        self.squawk = [text.decode() for text in rows["squawk"].tolist()]
        self.height = np.round(np.nan_to_num(rows["baro_altitude"]) / 25).astype(int) * 25
        self.speed, self.track = (np.round(np.nan_to_num(rows[n].astype(float)), 1) for n in ("ground_speed", "track"))

    def sent(self, now: float) -> Array:
        """Epoch seconds of each aircraft's last transmission before `now`, to the millisecond."""
        out: Array = np.round(np.floor(now - self.phase) + self.phase, 3)
        return out

    def places(self, at: Array, which: Any = slice(None)) -> tuple[Array, Array]:
        """Longitude and latitude at the times, to five decimals as BaseStation has them."""
        flown_m = self.speed[which] * KNOT_M_S * (at - self.sky.start)
        rows = self.rows
        lat, lon = destination(rows["lat"][which], rows["lon"][which], self.track[which], flown_m)
        return np.round((lon + 180) % 360 - 180, 5), np.round(lat, 5)


def aircraft_json(air: Air, now: float) -> bytes:
    """As readsb writes it."""
    at = air.sent(now)
    lon, lat = air.places(at)
    seen = np.round(now - at, 3)
    columns = (air.hex, air.callsign, air.squawk, air.height, air.speed, air.track, lon, lat, seen)
    listed = [
        {"hex": own, "type": "adsb_icao", "flight": callsign, "squawk": squawk, "alt_baro": height, "gs": speed,
         "track": track, "lon": x, "lat": y, "seen": age, "seen_pos": age, "nic": 8, "nac_p": 9, "rssi": -20.0}
        for own, callsign, squawk, height, speed, track, x, y, age in zip(*map(_plain, columns), strict=True)
    ]  # fmt: skip
    return orjson.dumps({"now": now, "messages": 1, "aircraft": listed})


def lines(air: Air, since: float, until: float) -> tuple[bytes, int]:
    """What was sent in (since, until], one line each, and how many."""
    at = air.sent(until)
    which = np.flatnonzero(at > since)
    which = which[np.argsort(at[which])]
    lon, lat = air.places(at[which], which)
    out = []
    for k, when, x, y in zip(which.tolist(), at[which].tolist(), lon.tolist(), lat.tolist(), strict=True):
        stamp = datetime.fromtimestamp(when, UTC).strftime("%Y/%m/%d,%H:%M:%S.%f")[:-3]
        out.append(
            f"MSG,3,1,1,{air.hex[k].upper()},1,{stamp},{stamp},{air.callsign[k]},{air.height[k]},{air.speed[k]:g},"
            f"{air.track[k]:g},{y:.5f},{x:.5f},,{air.squawk[k]},0,0,0,0\r\n"
        )
    return "".join(out).encode(), len(out)


def _plain(values: Any) -> Sequence[Any]:
    found: Sequence[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    return found


@dataclass(frozen=True)
class Receivers:
    """`addresses` as `--feed` takes them; `given` counts what each has sent; with `over` set they fall silent."""

    addresses: Sequence[str]
    given: Any
    over: Any


@contextmanager
def receivers(sky: Sky, kinds: Sequence[str]) -> Iterator[Receivers]:
    """They run until the block ends. `kinds`: HTTP or SBS for each, in the order of their numbers."""
    ours, theirs = _SPAWN.Pipe()
    given, over = _SPAWN.Array("q", len(kinds)), _SPAWN.Event()
    process = _SPAWN.Process(target=_run, args=(sky, tuple(kinds), theirs, given, over), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Receivers(ours.recv(), given, over)
    finally:
        process.terminate()
        process.join()


def _run(sky: Sky, kinds: Sequence[str], tell: Any, given: Any, over: Any) -> None:
    asyncio.run(_serve(sky, kinds, tell, given, over))


async def _serve(sky: Sky, kinds: Sequence[str], tell: Any, given: Any, over: Any) -> None:
    addresses = []
    for number, kind in enumerate(kinds):
        handle = {HTTP: _answering, SBS: _sending}[kind](Air(sky, number), number, given, over)
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        addresses.append(f"sbs://127.0.0.1:{port}" if kind == SBS else f"http://127.0.0.1:{port}/data/aircraft.json")
    tell.send(addresses)
    await asyncio.Event().wait()


def _answering(air: Air, number: int, given: Any, over: Any) -> Any:
    """A web server that knows one document; of those who are asked again in the same second nobody is new."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        last = 0.0
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                now = round(time.time(), 3)
                body = b'{"now": %.3f, "aircraft": []}' % now if over.is_set() else aircraft_json(air, now)
                if not over.is_set():
                    given[number] += int((air.sent(now) > last).sum())
                    last = now
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    return handle


def _sending(air: Air, number: int, given: Any, over: Any) -> Any:
    """A port that sends lines as they are heard, to whoever is connected."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        since = time.time()
        try:
            while not over.is_set():
                await asyncio.sleep(SEND_S)
                now = time.time()
                data, count = lines(air, since, now)
                writer.write(data)
                await writer.drain()
                given[number] += count
                since = now
            await asyncio.Event().wait()
        except OSError:
            writer.close()

    return handle

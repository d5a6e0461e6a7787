"""Streams: the slow, exact way for the few aircraft whose rows one airframe cannot all have flown.

Each row goes to the live stream that can have reached it; none can: a new stream is born.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from geo.schema import NO_TIME, Array

MOST = 4
"""Streams kept per icao24; a fifth replaces the one that has been quiet longest, so junk cannot grow memory."""

_NONE = int(NO_TIME)
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Stream:
    """The newest row of one stream. `fix_time` is when its position was first seen; lat and lon NaN: not yet placed."""

    icao24: int
    flight: int
    sub: int
    time: int
    lat: float
    lon: float
    fix_time: int
    ground_speed: float


@dataclass(frozen=True, slots=True)
class Row:
    """One observation of a contested aircraft."""

    index: int
    time: int
    stamp: int
    lat: float
    lon: float
    ground_speed: float


def flight_key(icao24: int, sub: int, time: int) -> int:
    """A positive int64 that names a flight: a mix (splitmix64) of aircraft, stream and its first row's time."""
    x = (icao24 * 0x9E3779B97F4A7C15 + time + sub * 0xD1342543DE82EF95) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((x ^ (x >> 31)) >> 1) | 1


def reach_m(speed_a: float, speed_b: float, seconds: float) -> float:
    """How far one airframe can have come: 2 km of noise and three times its reported speed for the time and 2 s more.

    At least 600 kt (1,000 kt where no speed was sent), at most 2,000 kt: after readsb's speed_check, made generous
    because a mistake here splits a flight.
    """
    speeds = [s for s in (speed_a, speed_b) if not math.isnan(s)]
    knots = min(max(3.0 * max(speeds), 600.0), 2_000.0) if speeds else 1_000.0
    return 2_000.0 + knots * 0.514444 * (abs(seconds) + 2.0)


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance of one pair; `geo.sphere.distance_m` for arrays."""
    a, b, dl = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(dl / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(h)))


def follow(
    rows: Mapping[str, Array], span: slice, streams: list[Stream], out: Mapping[str, Array], gap_s: float
) -> list[Stream]:
    """Assign the rows of one aircraft one by one, writing into `out`; returns its live streams."""
    live, gap_ms = list(streams), gap_s * 1000
    icao24 = int(rows["icao24"][span.start])
    out["followed"][span] = True
    for row in _rows(rows, span):
        live = [s for s in live if row.time - s.time <= gap_ms]
        chosen = _choose(live, row)
        grown = _advance(chosen, row) if chosen else _born(icao24, live, row)
        others = [s for s in live if s is not chosen]
        _write(out, row, grown, chosen, others)
        live = sorted([*others, grown], key=lambda s: -s.time)[:MOST] if others else [grown]
    return live


def _rows(rows: Mapping[str, Array], span: slice) -> Iterator[Row]:
    """The real rows of the span."""
    names = ("carry", "time", "position_time", "lat", "lon", "ground_speed")
    for k, (carry, time, own, lat, lon, speed) in enumerate(zip(*(rows[n][span].tolist() for n in names), strict=True)):
        if not carry:
            yield Row(span.start + k, time, own if own != _NONE else time, lat, lon, speed)


def _choose(live: list[Stream], row: Row) -> Stream | None:
    """The live stream that this row continues: of those within reach the likeliest; without a position, the newest."""
    if math.isnan(row.lat):
        return max(live, key=lambda s: (s.time, -s.sub), default=None)
    if len(live) == 1:  # as it mostly is: nothing to compare
        return live[0] if math.isnan(live[0].lat) or _reached(live[0], row) else None
    costs = ((_cost(s, row), s.sub, s) for s in live if not math.isnan(s.lat))
    reached = min((c for c in costs if c[0] < math.inf), default=None)
    return reached[2] if reached else next((s for s in live if math.isnan(s.lat)), None)


def _way(stream: Stream, row: Row) -> tuple[float, float]:
    """Seconds and metres from where the stream was last seen to this row."""
    return abs(row.stamp - stream.fix_time) / 1000.0, metres(stream.lat, stream.lon, row.lat, row.lon)


def _reached(stream: Stream, row: Row) -> bool:
    """Whether one airframe can have flown from the stream to this row."""
    seconds, far = _way(stream, row)
    return far <= reach_m(stream.ground_speed, row.ground_speed, seconds)


def _cost(stream: Stream, row: Row) -> float:
    """How unlikely the stream leads to this row, inf where it is out of reach.

    The likelihood of a place spread over what may have been flown since: without the share that the spread takes, a
    stream long silent, within reach of everywhere, would draw the rows of the living one.
    """
    if not _reached(stream, row):
        return math.inf
    seconds, far = _way(stream, row)
    speeds = [s for s in (stream.ground_speed, row.ground_speed) if not math.isnan(s)]
    flown = 0.514444 * (sum(speeds) / len(speeds) if speeds else 250.0)
    spread = 200.0 + 0.5 * flown * (seconds + 2.0)
    return 0.5 * ((far - flown * seconds) / spread) ** 2 + 2.0 * math.log(spread)


def _advance(stream: Stream, row: Row) -> Stream:
    """The stream with this row as its newest. A repeated position keeps the time when it was first seen."""
    lat, lon, when, speed = row.lat, row.lon, row.stamp, row.ground_speed
    if math.isnan(lat):
        lat, lon, when, speed = stream.lat, stream.lon, stream.fix_time, stream.ground_speed
    elif (lat, lon) == (stream.lat, stream.lon):
        when = stream.fix_time
    return Stream(stream.icao24, stream.flight, stream.sub, row.time, lat, lon, when, speed)


def _born(icao24: int, live: list[Stream], row: Row) -> Stream:
    """A new stream, numbered by the lowest number that is free."""
    taken = {s.sub for s in live}
    sub = min(k for k in range(len(taken) + 1) if k not in taken)
    when = _NONE if math.isnan(row.lat) else row.stamp
    key = flight_key(icao24, sub, row.time)
    return Stream(icao24, key, sub, row.time, row.lat, row.lon, when, row.ground_speed)


def _write(out: Mapping[str, Array], row: Row, grown: Stream, chosen: Stream | None, others: list[Stream]) -> None:
    """The derived columns of the row."""
    i = row.index
    out["flight"][i], out["sub"][i] = grown.flight, grown.sub
    out["prev_time"][i] = chosen.time if chosen else _NONE
    placed = [s for s in others if not math.isnan(s.lat)]
    if placed and not math.isnan(grown.lat):
        rival = max(placed, key=lambda s: (s.time, -s.sub))
        out["rival_time"][i] = rival.time
        out["rival_km"][i] = metres(rival.lat, rival.lon, grown.lat, grown.lon) / 1000.0


def flight_keys(icao24: Array, time: Array) -> Array:
    """`flight_key` of stream 0 for arrays."""
    x = icao24.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + time.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    keys: Array = ((x ^ (x >> np.uint64(31))) >> np.uint64(1)).astype(np.int64) | 1
    return keys

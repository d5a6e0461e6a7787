"""Tracks that somebody kept in eight bits: 295 degrees became 39, and 135 became -121."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from feeds._convert import numbers
from feeds._table import Chunk
from geo.schema import Array
from geo.sphere import angle_between, bearing_deg, distance_m

LEAST, MOST, BYTE = -128, 127, 256.0
MOVED_M = 50.0
"""A shorter step has no direction to compare with."""

FEW = 10


def restored(columns: dict[str, Array], chunk: Chunk, bad: Counter[str]) -> None:
    """The track is made whole again, and counted, where the table's rows (n,) hold one of eight bits. What is 0 to 103
    there may be 256 to 359 too, 104 degrees away: the way made says which; without one it is missing. Twenty-one
    recordings of flight checks in the library `traffic` 2.13 are so."""
    raw = _raw(chunk)
    if raw is None or not _narrow(raw) or not {"lat", "lon"} <= set(columns):
        return
    # One aircraft after the other: many tables have their rows by time alone.
    order = np.lexsort((columns["time"], columns["icao24"]))
    raw, lat, lon, icao24 = raw[order], *(columns[name][order] for name in ("lat", "lon", "icao24"))
    way = _ways(lat, lon, icao24)
    if not _overflown(raw, way):
        return
    bad["track kept in eight bits: made whole by the way"] += int(np.isfinite(raw).sum())
    last = np.maximum.accumulate(np.where(np.isfinite(way), np.arange(len(way)), 0))
    known = np.where(icao24[last] == icao24, way[last], np.nan)
    columns["track"] = _whole(raw, known)[np.argsort(order)]


def _whole(raw: Array, way: Array) -> Array:
    """Tracks (n,) of bytes, by the ways made."""
    with np.errstate(invalid="ignore"):
        high = angle_between(raw + BYTE, way) < angle_between(raw, way)
        doubtful = (raw >= 0) & (raw + BYTE < 360)
        out: Array = np.where((raw < 0) | (doubtful & high), raw + BYTE, raw)
        out[doubtful & np.isnan(way)] = np.nan
    return out


def _raw(chunk: Chunk) -> Array | None:
    """As it stands in the table."""
    values: pa.Array | None = chunk.get("track")
    return None if values is None else numbers(values, "track", Counter())


def _narrow(raw: Array) -> bool:
    """Whole numbers of eight bits, some below 0."""
    some = raw[np.isfinite(raw)]
    return bool(len(some) and some.min() < 0 and some.min() >= LEAST and some.max() <= MOST and not (some % 1).any())


def _ways(lat: Array, lon: Array, icao24: Array) -> Array:
    """The direction (n,) of the step to each row, NaN where it has none."""
    out = np.full(len(lat), np.nan)
    with np.errstate(invalid="ignore"):
        far = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]) >= MOVED_M
        at = np.flatnonzero(far & (icao24[1:] == icao24[:-1])) + 1
    out[at] = bearing_deg(lat[at - 1], lon[at - 1], lat[at], lon[at])
    return out


def _overflown(raw: Array, way: Array) -> bool:
    """Whether the ways made say that 256 are missing below 0. West may be written as -90: then 360 are."""
    at = np.flatnonzero((raw < 0) & np.isfinite(way))
    if len(at) < FEW:
        return False
    as_byte, as_west = (np.median(angle_between(raw[at] + more, way[at])) for more in (BYTE, 360.0))
    return bool(as_byte < as_west)

"""Tracks that somebody kept in eight bits: 295 degrees became 39, and 135 became -121."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from feeds._convert import numbers
from feeds._table import Chunk
from geo.schema import Array
from geo.sphere import angle_between, bearing_deg, distance_m

LEAST, MOST = -128, 127
MOVED_M = 50.0
"""A shorter step has no direction to compare with."""

FEW = 10


def left_out(columns: dict[str, Array], chunk: Chunk, bad: Counter[str]) -> None:
    """The track is missing, and counted, where the table's rows (n,) hold one of eight bits: what is 0 to 103 there may
    be 256 to 359 too. Twenty-one recordings of flight checks in the library `traffic` 2.13 are so."""
    raw = _raw(chunk)
    if raw is None or not _narrow(raw) or not _overflown(raw, columns):
        return
    bad["track kept in eight bits"] += int(np.isfinite(raw).sum())
    columns["track"] = np.full(len(raw), np.nan)


def _raw(chunk: Chunk) -> Array | None:
    """As it stands in the table."""
    values: pa.Array | None = chunk.get("track")
    return None if values is None else numbers(values, "track", Counter())


def _narrow(raw: Array) -> bool:
    """Whole numbers of eight bits, some below 0."""
    some = raw[np.isfinite(raw)]
    return bool(len(some) and some.min() < 0 and some.min() >= LEAST and some.max() <= MOST and not (some % 1).any())


def _overflown(raw: Array, columns: dict[str, Array]) -> bool:
    """Whether the ways made say that 256 are missing below 0. West may be written as -90: then 360 are."""
    if not {"lat", "lon"} <= set(columns):
        return False
    lat, lon = columns["lat"], columns["lon"]
    same = np.append(False, columns["icao24"][1:] == columns["icao24"][:-1])[: len(raw)]
    with np.errstate(invalid="ignore"):
        step = distance_m(lat, lon, np.roll(lat, 1), np.roll(lon, 1))
        at = np.flatnonzero(same & (raw < 0) & (step >= MOVED_M))
    if len(at) < FEW:
        return False
    way = bearing_deg(lat[at - 1], lon[at - 1], lat[at], lon[at])
    as_byte, as_west = (np.median(angle_between(raw[at] + more, way)) for more in (256.0, 360.0))
    return bool(as_byte < as_west)

"""Observations to track segments: the way flown per flight and 10-minute slot, as EWKB LineStringZM."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.schema import Array
from store.straight import needed

SLOT_MS = 600_000
SEAM_DEG = -30.0
"""A segment ends where the flight crosses this meridian, so that `part` (1 west of it) never spans the antimeridian."""

FOOT_M = 0.3048
FORGET_MS = 1_800_000
_EWKB_LINE = struct.Struct("<BIII")
_LINE_ZM_SRID = 0x02 | 0x80000000 | 0x40000000 | 0x20000000
_KEYS = ("flight", "sub", "slot", "part")
_KEPT = ("icao24", "time", "lat", "lon", "baro_altitude", "callsign")


@dataclass(frozen=True)
class Segments:
    """Rows of `track_segments`, as columns; `wkb` holds the lines."""

    columns: dict[str, Array]
    wkb: list[bytes]


@dataclass
class Lines:
    """Holds the last fix of each flight, so that segments join whatever the batches were."""

    last: Batch = field(default_factory=lambda: _fixes(Batch.empty()))

    def build(self, rows: Batch) -> Segments:
        """The segments that the rows add. Rows without position or flight draw nothing."""
        fixes = _sorted(Batch.concat([self.last, _fixes(rows)]))
        if not len(fixes):
            return Segments({}, [])
        flight, time = fixes["flight"], fixes["time"]
        ends = np.append(_differs(flight, fixes["sub"]), True)
        self.last = fixes.take(ends & (time > time.max() - FORGET_MS))
        return _segments(_split_at_antimeridian(fixes))


def _fixes(rows: Batch) -> Batch:
    columns = rows.columns
    if "flight" not in columns or "lat" not in columns:
        return Batch({**Batch.empty().columns, "flight": np.zeros(0, "i8"), "sub": np.zeros(0, "i1")})
    part = Batch({name: rows[name] for name in _KEPT}).with_columns(
        flight=columns["flight"], sub=columns.get("sub", np.zeros(len(rows), "i1"))
    )
    return part.take(~np.isnan(part["lat"]))


def _sorted(fixes: Batch) -> Batch:
    """By flight and time, one fix per instant."""
    if not len(fixes):
        return fixes
    fixes = fixes.take(np.lexsort((fixes["time"], fixes["sub"], fixes["flight"])))
    fresh = _differs(fixes["flight"], fixes["sub"], fixes["time"])
    return fixes.take(np.insert(fresh, 0, True))


def _differs(*columns: Array) -> Array:
    """Where a row differs from the one before it in any of the columns (one shorter than the columns)."""
    out = np.zeros(len(columns[0]) - 1, dtype=np.bool_)
    for values in columns:
        out |= values[1:] != values[:-1]
    return out


def _split_at_antimeridian(fixes: Batch) -> Batch:
    """Two fixes on the seam, one at each of +180 and -180, between every two that lie on either side of it."""
    lon, lat = fixes["lon"], fixes["lat"]
    step = np.diff(lon)
    over = np.flatnonzero((np.abs(step) > 180) & ~_differs(fixes["flight"], fixes["sub"]))
    if not len(over):
        return fixes
    side = np.where(lon[over] >= 0, 180.0, -180.0)
    way = step[over] - 360 * np.sign(step[over])
    share = np.where(way != 0, (side - lon[over]) / np.where(way != 0, way, 1), 0.5)
    at = {
        "lat": lat[over] + share * (lat[over + 1] - lat[over]),
        "time": (fixes["time"][over] + share * np.diff(fixes["time"])[over]).astype("i8"),
    }
    extra = [fixes.take(over + i).with_columns(**at, lon=side if i == 0 else -side) for i in (0, 1)]
    place = np.concatenate([np.arange(len(fixes)) * 3, over * 3 + 1, over * 3 + 2])
    return Batch.concat([fixes, *extra]).take(np.argsort(place))


def _segments(fixes: Batch) -> Segments:
    """One line per flight, slot and side of the seam, led in by the fix before it, so that lines join."""
    keyed = fixes.with_columns(slot=fixes["time"] // SLOT_MS * SLOT_MS, part=(fixes["lon"] < SEAM_DEG).astype("i2"))
    keyed = _straightened(_with_leads(keyed))
    keys = {name: keyed[name] for name in _KEYS}
    first = np.flatnonzero(np.insert(_differs(*keys.values()), 0, True))
    end = np.append(first[1:], len(keyed))
    drawn = end - first > 1
    first, end = first[drawn], end[drawn]
    columns = {name: values[first] for name, values in keys.items()}
    columns |= {"icao24": keyed["icao24"][first], "callsign": keyed["callsign"][end - 1]}
    columns |= {"start_time": keyed["time"][first], "end_time": keyed["time"][end - 1]}
    return Segments(columns, _wkb(keyed, first, end))


def _with_leads(fixes: Batch) -> Batch:
    """Where slot or side changes in mid-flight, the fix before also belongs to what follows. By key and time."""
    same = ~_differs(fixes["flight"], fixes["sub"]) & (np.abs(np.diff(fixes["lon"])) <= 180)
    at = np.flatnonzero(same & _differs(fixes["slot"], fixes["part"])) + 1
    leads = fixes.take(at - 1).with_columns(slot=fixes["slot"][at], part=fixes["part"][at])
    both = Batch.concat([fixes, leads])
    names = ("time", "part", "slot", "sub", "flight")
    return both.take(np.lexsort([both[name] for name in names]))


def _straightened(fixes: Batch) -> Batch:
    """Without the fixes that the others tell anyway: of a straight way flown for ten minutes 20 fixes of 600 stay."""
    first = np.insert(_differs(*(fixes[name] for name in _KEYS)), 0, True)
    return fixes.take(needed(fixes["lon"], fixes["lat"], _height(fixes), fixes["time"], first))


def _height(fixes: Batch) -> Array:
    """Metres, 0 where unknown."""
    out: Array = np.nan_to_num(fixes["baro_altitude"].astype("f8") * FOOT_M)
    return out


def _wkb(fixes: Batch, start: Array, end: Array) -> list[bytes]:
    points = np.column_stack([fixes["lon"], fixes["lat"], _height(fixes), fixes["time"] / 1000]).astype("<f8")
    raw, size = points.tobytes(), points.itemsize * 4
    return [
        _EWKB_LINE.pack(1, _LINE_ZM_SRID, 4326, b - a) + raw[a * size : b * size]
        for a, b in zip(start.tolist(), end.tolist(), strict=True)
    ]

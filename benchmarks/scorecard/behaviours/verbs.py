"""The verbs that behaviours are written in: bend a track, lift it, speed it up, fly another path with its rows.

Places stay consistent with speed and course, heights with the vertical rate; noise, gaps and cadence of the real rows
stay. What is changed is the behaviour and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.scorecard.attacks import encoded, reported
from benchmarks.scorecard.tracks import shifted
from geo.batch import Batch
from geo.schema import COLUMNS, Array, missing
from geo.sphere import EARTH_RADIUS_M, KNOT_M_S, bearing_deg, distance_m

NAMES = ("callsign", "squawk", "category", "registration", "type_code", "db_flags")
HEIGHTS = ("baro_altitude", "geo_altitude")

STEP_FT, STEP_FPM = 25.0, 64.0
"""Heights and vertical rates are sent in these steps (DO-260B)."""

G_M_S2, LATEST_RATE_S = 9.81, 5.0


def walked(lat: float, lon: float, east: Array, north: Array) -> tuple[Array, Array]:
    """Places after steps of metres east and north, the first of which leads to the second place: (n + 1,)."""
    lats = lat + np.degrees(np.concatenate([[0.0], np.cumsum(north)]) / EARTH_RADIUS_M)
    across = EARTH_RADIUS_M * np.cos(np.radians((lats[1:] + lats[:-1]) / 2))
    return lats, lon + np.degrees(np.concatenate([[0.0], np.cumsum(east / across)]))


def bent(rows: Batch, turn: Array | float, factor: Array | float = 1.0) -> Batch:
    """The rows flown again from the first one on: each step turned by `turn` degrees and longer by `factor`."""
    n = len(rows)
    turn, factor = (np.broadcast_to(np.asarray(x, dtype=float), n) for x in (turn, factor))
    lat, lon = rows["lat"], rows["lon"]
    far = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]) * (factor[1:] + factor[:-1]) / 2
    course = np.radians(bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:]) + (turn[1:] + turn[:-1]) / 2)
    lat, lon = walked(float(lat[0]), float(lon[0]), far * np.sin(course), far * np.cos(course))
    track = ((rows["track"].astype(float) + turn) % 360).astype("f4")
    speed = (rows["ground_speed"].astype(float) * factor).astype("f4")
    return rows.with_columns(lat=lat, lon=lon, track=track, ground_speed=speed)


Feet = Callable[[Array], Array]
"""Feet by seconds since the first row."""


def lifted(rows: Batch, feet: Array | Feet, names: Sequence[str] = HEIGHTS) -> Batch:
    """The rows higher by `feet`, in steps of 25 ft, with the climb or descent that this takes."""
    seconds = (rows["time"] - rows["time"][0]) / 1000.0
    more, rate = _profile(feet, seconds) if callable(feet) else (feet, climbed(feet, seconds))
    columns = {n: np.round((rows[n] + more) / STEP_FT) * STEP_FT for n in names if n in rows.columns}
    columns["vertical_rate"] = np.round((rows["vertical_rate"].astype(float) + rate) / STEP_FPM) * STEP_FPM
    return rows.with_columns(**{n: within(n, v) for n, v in columns.items() if n in rows.columns})


def _profile(feet: Feet, seconds: Array) -> tuple[Array, Array]:
    """Feet and feet a minute at these seconds: rates are of the moment, however far apart the rows are."""
    return feet(seconds), (feet(seconds + 0.5) - feet(seconds - 0.5)) * 60.0


def climbed(feet: Array, seconds: Array) -> Array:
    """Feet a minute at each row, by the heights of the rows themselves."""
    dense = np.arange(seconds[0] - LATEST_RATE_S, seconds[-1] + 1.0)
    return np.asarray(np.interp(seconds, dense, np.gradient(np.interp(dense, seconds, feet)) * 60.0))


def within(name: str, values: Array) -> Array:
    """Values as the column can hold them."""
    column = COLUMNS[name]
    out: Array = np.clip(values, column.lo, column.hi).astype(column.dtype)
    return out


def placed(rows: Batch, row: int, lat: float, lon: float) -> Batch:
    """The whole track moved so that one of its rows lies at a place; its shape in metres stays."""
    lats = rows["lat"] + (lat - rows["lat"][row])
    wider = np.cos(np.radians(rows["lat"])) / np.cos(np.radians(lats))
    return rows.with_columns(lat=lats, lon=lon + (rows["lon"] - rows["lon"][row]) * wider)


def template(donors: Sequence[Batch], lasts_s: float, start_ms: int, rng: np.random.Generator) -> Batch:
    """Rows of real aircraft, one after the other where one is too short, for so long from `start_ms` on: their cadence
    and gaps. Raises ValueError where there are not enough."""
    parts: list[Batch] = []
    end = start_ms
    for k in rng.permutation(len(donors)).tolist():
        at = end + (int(np.median(np.diff(donors[k]["time"]))) if parts else 0)
        parts.append(shifted(donors[k], at - int(donors[k]["time"][0])))
        end = int(parts[-1]["time"][-1])
        if end - start_ms >= lasts_s * 1000:
            rows = Batch.concat(parts)
            return rows.take(np.flatnonzero(rows["time"] <= start_ms + lasts_s * 1000))
    raise ValueError("the recording is too small to last so long")


def flown(
    rows: Batch, place: tuple[float, float], heading: Array, speed_kt: Array, altitude_ft: Array,
    rng: np.random.Generator,
) -> Batch:  # fmt: skip
    """The rows on another path from `place` on: headings (deg), speeds and pressure altitudes of each row; the scatter
    of a fix, whole knots and steps of 25 ft as they are sent."""
    seconds = (rows["time"] - rows["time"][0]) / 1000.0
    metres = np.diff(seconds) * (speed_kt[1:] + speed_kt[:-1]) / 2 * KNOT_M_S
    course = np.unwrap(np.radians(heading))
    course = (course[1:] + course[:-1]) / 2
    lat, lon = walked(*place, metres * np.sin(course), metres * np.cos(course))
    lat, lon = encoded(lat, lon, seconds, rng)
    sent: dict[str, Array] = {"lat": lat, "lon": lon, **reported(heading, speed_kt * KNOT_M_S)}
    sent["vertical_rate"] = np.round(climbed(altitude_ft, seconds) / STEP_FPM) * STEP_FPM
    aside = rows["geo_altitude"] - rows["baro_altitude"]
    for name, height in zip(HEIGHTS, (altitude_ft, altitude_ft + np.nan_to_num(aside)), strict=True):
        sent[name] = np.round(height / STEP_FT) * STEP_FT
    return rows.with_columns(**{n: within(n, v) for n, v in sent.items() if n in rows.columns})


def named(rows: Batch, icao24: int, **columns: object) -> Batch:
    """The rows under one address and, where the source has such columns, with these values; names that are not given
    are not sent."""
    n = len(rows)
    out = {c: missing(c, n) for c in NAMES if c in rows.columns}
    out |= {c: np.full(n, v, dtype=COLUMNS[c].dtype) for c, v in columns.items() if c in rows.columns}
    return rows.with_columns(icao24=np.full(n, icao24, dtype=np.int64), **out)


def from_row(rows: Batch, row: int, changed: Batch) -> Batch:
    """The rows until `row`, then the changed ones."""
    return Batch.concat([rows.take(np.arange(row)), changed])


def rest_of(rows: Batch, row: int) -> Batch:
    return rows.take(np.arange(row, len(rows)))


def turn_rate(speed_kt: float, bank_deg: float) -> float:
    """Degrees a second of a level turn."""
    return float(np.degrees(G_M_S2 * np.tan(np.radians(bank_deg)) / (speed_kt * KNOT_M_S)))


def level(rows: Batch) -> Array:
    """Rows of level flight: less than 300 ft/min."""
    return np.asarray(np.abs(rows["vertical_rate"]) < 300)

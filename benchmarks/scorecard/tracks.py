"""Clean tracks of a recording, and the verbs that attacks are written in: shift, turn, place and relabel rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.batch import Batch
from geo.schema import NO_TIME, SYNTHETIC, Array
from geo.sphere import KNOT_M_S, bearing_deg, destination, distance_m

GAP_S = 600
"""A track ends after this long without a row, as a flight does (geo/flights.py)."""

FEWEST_ROWS, POLL_S = 15, 15
"""Tracks of at least 15 polls of 15 s are attacked, as in the published generators (spec/published.md, set A)."""

_OWN = ("callsign", "squawk", "category", "registration", "type_code", "db_flags")
"""What identifies a sender besides its address: a graft or a clone carries the victim's."""


@dataclass(frozen=True)
class Variant:
    """One attack of a series: its number, its severity in the attack's unit, and its randomness."""

    number: int
    severity: float
    rng: np.random.Generator


@dataclass(frozen=True)
class Attacked:
    """All rows that replace the victim's, in time order, which of them are the attacker's, and when it began."""

    rows: Batch
    mask: Array

    @property
    def onset(self) -> int:
        """Epoch ms of the first attacked row."""
        return int(self.rows["time"][self.mask].min())


@dataclass(frozen=True)
class Attack:
    """A generator with its range of severity. `donor` says that it takes a second track out of the world."""

    make: Callable[[Batch, Batch, Variant], Attacked]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    takes_donor: bool = False


def clean_tracks(rows: Batch, fewest: int = FEWEST_ROWS, airborne: bool = True) -> list[Batch]:
    """Unbroken, located tracks of one address each: at least `fewest` rows, over at least so many polls of time.

    With `airborne`, rows on the ground are left out first.
    """
    keep = ~np.isnan(rows["lat"]) & (rows["icao24"] < SYNTHETIC)
    if airborne:
        keep &= (rows["on_ground"] != 1) & ~np.isnan(rows["baro_altitude"])
    view = rows.take(np.flatnonzero(keep))
    view = view.take(np.lexsort((view["time"], view["icao24"])))
    cut = (np.diff(view["icao24"]) != 0) | (np.diff(view["time"]) > GAP_S * 1000)
    parts = np.split(np.arange(len(view)), np.flatnonzero(cut) + 1)
    return [view.take(p) for p in parts if len(p) >= fewest and _span_s(view, p) >= fewest * POLL_S]


def _span_s(rows: Batch, part: Array) -> float:
    return float(rows["time"][part[-1]] - rows["time"][part[0]]) / 1000.0


def polled(rows: Batch, every_s: int = POLL_S) -> Batch:
    """What a client that asks every `every_s` seconds would have got: each aircraft's first row of each slot."""
    order = np.lexsort((rows["time"], rows["icao24"]))
    aircraft, slot = rows["icao24"][order], rows["time"][order] // (every_s * 1000)
    keep = np.ones(len(order), dtype=bool)
    keep[1:] = (np.diff(aircraft) != 0) | (np.diff(slot) != 0)
    return rows.take(np.sort(order[keep]))


def start_row(victim: Batch, rng: np.random.Generator) -> int:
    """Where an attack begins: at 30 to 70 % of the track's rows, uniformly."""
    n = len(victim)
    first = int(n * 0.3)
    return int(rng.integers(max(first, 1), max(first + 1, int(n * 0.7))))


def shifted(rows: Batch, ms: int) -> Batch:
    """The rows at another time; every time that a row holds moves with it."""
    times = {n: rows[n] for n in ("time", "position_time", "gps_ok_before") if n in rows.columns}
    return rows.with_columns(**{n: np.where(t == NO_TIME, t, t + ms) for n, t in times.items()})


def displaced(rows: Batch, bearing: float, metres: Array | float) -> Batch:
    """The rows moved by `metres` in one direction."""
    lat, lon = destination(rows["lat"], rows["lon"], bearing, metres)
    return rows.with_columns(lat=lat, lon=lon)


def transplanted(rows: Batch, lat: float, lon: float, altitude: Mapping[str, float]) -> Batch:
    """The shape of a track, begun at another place and at the given heights (ft by column)."""
    far = distance_m(rows["lat"][0], rows["lon"][0], rows["lat"], rows["lon"])
    course = bearing_deg(rows["lat"][0], rows["lon"][0], rows["lat"], rows["lon"])
    columns = dict(zip(("lat", "lon"), destination(lat, lon, course, far), strict=True))
    for name, level in altitude.items():
        if name in rows.columns:
            columns[name] = (rows[name] - _first(rows[name]) + level).astype(rows[name].dtype)
    return rows.with_columns(**columns)


def _first(values: Array) -> float:
    """The first value that is there."""
    there = values[~np.isnan(values)]
    return float(there[0]) if len(there) else np.nan


def relabelled(rows: Batch, victim: Batch) -> Batch:
    """The rows under the victim's address, callsign, code and everything else that names a sender."""
    names = {n: common(victim[n]) for n in _OWN if n in rows.columns}
    columns = {n: np.full(len(rows), value, dtype=rows[n].dtype) for n, value in names.items()}
    return rows.with_columns(icao24=np.full(len(rows), victim["icao24"][0]), **columns)


def common(values: Array) -> Array:
    """The most frequent value, the empty one only where there is no other."""
    filled = values[(values != b"") & (values != b"0")] if values.dtype.kind == "S" else values
    kinds, count = np.unique(filled if len(filled) else values, return_counts=True)
    one: Array = kinds[count.argmax()]
    return one


def velocity(rows: Batch) -> tuple[Array, Array]:
    """East and north speed over ground in m/s, as reported."""
    course = np.radians(rows["track"].astype(float))
    speed = rows["ground_speed"].astype(float) * KNOT_M_S
    return speed * np.sin(course), speed * np.cos(course)


def joined(parts: Sequence[Batch], masks: Sequence[Array]) -> Attacked:
    """Rows of several senders in time order, with the mask that goes with them."""
    rows, mask = Batch.concat(parts), np.concatenate(masks)
    order = np.argsort(rows["time"], kind="stable")
    return Attacked(rows.take(order), mask[order])


def altered(victim: Batch, start: int, changed: Batch) -> Attacked:
    """The victim's rows until `start`, then the changed ones."""
    before = victim.take(np.arange(start))
    return joined([before, changed], [np.zeros(start, dtype=bool), np.ones(len(changed), dtype=bool)])

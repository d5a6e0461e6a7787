"""Values that leap: impossible motion, positions far from everybody, and satellite positions that are false."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, at_s, elapsed_s, stretch
from benchmarks.scorecard.behaviours.verbs import bent, flown, from_row, rest_of, within
from detectors._examples import together
from geo.batch import Batch
from geo.schema import Array
from geo.sphere import destination, distance_m

LEAP_M = 250.0, 20_000.0
"""readsb's speed_check lets the weakest sources be 250 m off what was flown (definitions 5.3)."""

ACCELERATES_KT, TURNS_DEG, CLIMBS_FT = (20.0, 150.0), (15.0, 120.0), (600.0, 10_000.0)
"""From one second to the next: definitions 5.3 ask for 15 kt/s, 10 degrees a second, and beyond the fastest airframe
(F-15, 1975: 98,425 ft in 207.8 s, 28,400 ft/min) in climb."""

FLYING_FT, FLYING_KT = 3_000.0, 180.0


def impossible(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Three to six times in a minute values leap and come back, after one row or some seconds: place, speed, course or
    height by turns. `severity` is the share of each range, which is gone through evenly by factors. Twins: one wrong
    row, or a place repeated for half a minute."""
    fits = (victim["baro_altitude"] >= FLYING_FT) & (victim["ground_speed"] >= FLYING_KT)
    start, _ = stretch(victim, draw, 60, fits, fewest=12)
    if draw.innocent and draw.number % 2:
        return _repeated(victim, start, elapsed_s(victim, start) <= 30)
    leaps = 1 if draw.innocent else int(draw.rng.integers(3, 7))
    seconds, slot = elapsed_s(victim, start), 60.0 / leaps
    stays = 0.5 if draw.innocent else draw.rng.uniform(0.5, slot - 3)
    begins = slot * np.arange(leaps) + draw.rng.uniform(0, 2)
    each = (seconds[:, None] >= begins) & (seconds[:, None] < begins + stays)
    rows = np.unique([*np.flatnonzero(each.any(axis=1)), *np.searchsorted(seconds, begins)])
    changed = list(_LEAPS.values())[draw.number % len(_LEAPS)](victim, rows, draw)
    second = int(np.searchsorted(seconds, begins[min(1, leaps - 1)]))
    when = (int(victim["time"][r]) for r in (rows[0], rows[-1], second))
    return alone(changed, *when)


def _sized(draw: Draw, low: float, high: float) -> float:
    return float(low * (high / low) ** draw.severity)


def _leap(victim: Batch, rows: Array, draw: Draw) -> Batch:
    lat, lon = victim["lat"].copy(), victim["lon"].copy()
    course = draw.rng.uniform(0, 360)
    lat[rows], lon[rows] = destination(lat[rows], lon[rows], course, _sized(draw, *LEAP_M))
    return victim.with_columns(lat=lat, lon=lon)


def _offset(name: str, low: float, high: float) -> Callable[[Batch, Array, Draw], Batch]:
    def change(victim: Batch, rows: Array, draw: Draw) -> Batch:
        values = victim[name].astype(float)
        values[rows] += _sized(draw, low, high)
        return victim.with_columns(**{name: within(name, values % 360 if name == "track" else values)})

    return change


_LEAPS: Mapping[str, Callable[[Batch, Array, Draw], Batch]] = {
    "place": _leap, "speed": _offset("ground_speed", *ACCELERATES_KT), "course": _offset("track", *TURNS_DEG),
    "height": _offset("baro_altitude", *CLIMBS_FT),
}  # fmt: skip


def _repeated(victim: Batch, start: int, during: Array) -> Planted:
    """The place of row `start`, sent again and again."""
    stays = during & (np.arange(len(victim)) >= start)
    lat, lon = (np.where(stays, victim[n][start], victim[n]) for n in ("lat", "lon"))
    end = int(victim["time"][np.flatnonzero(stays)[-1]])
    return alone(victim.with_columns(lat=lat, lon=lon), at_s(victim, start, 0), end, at_s(victim, start, 60))


NEARER_KM = 100.0, 250.0
"""A twin is moved so far: 250 nmi, as far as a receiver hears at cruise, is 460 km."""


def outlier(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Places `severity` km off for one to five minutes, or beside 0/0, or a latitude of 0. Twins: not that far."""
    start, end = stretch(victim, draw, draw.rng.uniform(60, 300), fewest=3)
    part = victim.take(np.arange(start, end))
    if draw.innocent:
        lat, lon = destination(part["lat"], part["lon"], draw.rng.uniform(0, 360), draw.rng.uniform(*NEARER_KM) * 1000)
    elif draw.number % 3 == 1:
        lat = 0.02 + np.linspace(0, 0.3, len(part))
        lon = lat + draw.rng.uniform(0, 0.3)
    elif draw.number % 3 == 2:
        lat, lon = np.zeros(len(part)), part["lon"]
    else:
        lat, lon = destination(part["lat"], part["lon"], draw.rng.uniform(0, 360), draw.severity * 1000)
    lats, lons = victim["lat"].copy(), victim["lon"].copy()
    lats[start:end], lons[start:end] = lat, lon
    first, last = int(victim["time"][start]), int(victim["time"][end - 1])
    return alone(victim.with_columns(lat=lats, lon=lons), first, last, first)


FAST_KT, DRAWN, STACKED_KT = 220.0, 5, 230.0
"""definitions 5.3: five or more airborne aircraft within 3 km of one point."""


def spoofed(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """By turns: five aircraft or more drawn to one point or circle; a place frozen and then left; displacement that
    does not fit the speed. Twins: a holding stack, a place repeated for half a minute, a speed that is a tenth off."""
    kind = draw.number % 3
    if kind == 0:
        return _drawn(victim, donors, draw)
    fits = (victim["ground_speed"] >= FAST_KT) & (victim["baro_altitude"] >= FLYING_FT)
    if kind == 1:
        lasts = draw.rng.uniform(20, 40) if draw.innocent else 60 + 240 * draw.severity
        start, _ = stretch(victim, draw, lasts, fits, fewest=2)
        return _repeated(victim, start, elapsed_s(victim, start) <= lasts)
    lasts = draw.rng.uniform(180, 300)
    start, _ = stretch(victim, draw, lasts, fits)
    factor = 1.1 if draw.innocent else 1.6 + 2.4 * draw.severity
    moved = bent(rest_of(victim, start), 0.0, np.where(elapsed_s(victim, start)[start:] <= lasts, factor, 1.0))
    moved = moved.with_columns(ground_speed=victim["ground_speed"][start:])
    when = (at_s(victim, start, s) for s in (0, lasts, 120))
    return alone(from_row(victim, start, moved), *when)


def _drawn(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """The victim and four to seven others that are heard all the while; only their places are false."""
    rng, lasts = draw.rng, draw.rng.uniform(180, 300)
    flying = (victim["ground_speed"] >= FAST_KT) & (victim["baro_altitude"] >= FLYING_FT)
    first, last = stretch(victim, draw, lasts, flying)
    start, end = int(victim["time"][first]), int(victim["time"][last])
    there = [d for d in donors if d["time"][0] <= start and d["time"][-1] >= end and _fast(d, start, end)]
    count = int(rng.integers(DRAWN, DRAWN + 4))
    if len(there) < count - 1:
        raise ValueError("not enough aircraft are heard at the time")
    group = [victim, *(there[k] for k in rng.choice(len(there), count - 1, replace=False))]
    far = distance_m(victim["lat"][first], victim["lon"][first], *(np.array([d[n][0] for d in group]) for n in
                     ("lat", "lon"))).max()  # fmt: skip
    course = rng.uniform(0, 360)
    centre = tuple(float(x) for x in destination(victim["lat"][first], victim["lon"][first], course, far / 3 + 10_000))
    change = _stacked if draw.innocent else _circled
    rows = together(*(change(d, start, end, (centre[0], centre[1]), draw, k) for k, d in enumerate(group)))
    members = tuple(int(d["icao24"][0]) for d in group)
    return Planted(rows, members, members, start, end, start + 60_000)


def _fast(rows: Batch, start: int, end: int) -> bool:
    part = (rows["time"] >= start) & (rows["time"] <= end)
    return bool(part.sum() >= 4 and (rows["ground_speed"][part] >= FAST_KT).all())


def _circled(rows: Batch, start: int, end: int, centre: tuple[float, float], draw: Draw, k: int) -> Batch:
    """On one point, or one circle of up to 2.5 km, as spoofers in the Middle East and the Baltic send it."""
    part = (rows["time"] >= start) & (rows["time"] <= end)
    seconds = (rows["time"] - start) / 1000.0
    off = draw.rng.uniform(10, 60, len(rows)) + draw.severity * 2_500
    lat, lon = destination(*centre, seconds * 3.0 % 360, off)
    return rows.with_columns(lat=np.where(part, lat, rows["lat"]), lon=np.where(part, lon, rows["lon"]))


def _stacked(rows: Batch, start: int, end: int, centre: tuple[float, float], draw: Draw, k: int) -> Batch:
    """In a stack, a thousand feet above each other, flying the circles that they say they fly; heard only there, so
    that nothing leaps."""
    part = rows.take(np.flatnonzero((rows["time"] >= start) & (rows["time"] <= end)))
    seconds = elapsed_s(part)
    heading = 60.0 * k + 1.5 * seconds
    at = tuple(float(x) for x in destination(*centre, (heading[0] - 90) % 360, 2_500))
    n = len(part)
    knots, height = np.full(n, STACKED_KT), np.full(n, 8_000.0 + 1_000 * k)
    return flown(part, (at[0], at[1]), heading, knots, height, draw.rng)

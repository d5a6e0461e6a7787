"""Real approaches to real aerodromes: broken off, or flown in an odd shape; and flights that come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, elapsed_s
from benchmarks.scorecard.behaviours.verbs import (
    bent,
    flown,
    lifted,
    named,
    placed,
    rest_of,
    template,
)
from benchmarks.scorecard.tracks import common, shifted
from detectors._examples import together
from geo.airports import Airports
from geo.batch import Batch
from geo.schema import Array
from geo.sphere import NMI_M, bearing_deg, distance_m

NEAR_NMI, LANDED_FT = 6.0, 1_500.0
"""A landing is a track that ends within 6 nmi of an aerodrome (definitions 5.4) and 1,500 ft above it."""

HEIGHT_FT = 200.0, 1_200.0
"""Where an approach is broken off: from the decision height of category I (200 ft) on."""

RATE_FPM, KNOTS, FLYING_KT = (1_500.0, 2_500.0), 180.0, 55.0
"""Climb and speed after it. A light aircraft (Cessna 172) approaches at 61 kt; slower ones have landed."""


@cache
def airports() -> Airports:
    return Airports.builtin()


def _field(rows: Batch, row: int) -> tuple[float, float]:
    """Elevation (ft) of the nearest aerodrome to a row, and its distance in nmi."""
    index, far = airports().nearest(rows["lat"][[row]], rows["lon"][[row]])
    return float(airports().elevation_ft(index)[0]), float(far[0])


def _landing(rows: Batch) -> float:
    """Elevation of the aerodrome that the track comes down to; raises ValueError where it does not."""
    elevation, far = _field(rows, len(rows) - 1)
    if far > NEAR_NMI or float(rows["baro_altitude"][-1]) - elevation > LANDED_FT:
        raise ValueError("the track does not end in a landing")
    return elevation


def broken_off(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Down a real approach, and away again by `severity` feet. Twins: the landing itself, or a correction of 200 to
    400 ft on the way down."""
    rng, elevation = draw.rng, _landing(victim)
    above = victim["baro_altitude"].astype(float) - elevation
    start = int(np.flatnonzero(above > max(float(above[-1]), rng.uniform(*HEIGHT_FT)))[-1]) + 1
    if start >= len(victim):
        start = len(victim) - 1
    if _field(victim, start)[1] > NEAR_NMI or victim["time"][start] < draw.earliest:
        raise ValueError("the approach is not heard to its end")
    if draw.innocent:
        return _landed(victim, start, draw)
    rate = rng.uniform(*RATE_FPM)
    lasts = draw.severity / rate * 60 + 120
    rows = template(donors, lasts, int(victim["time"][start]) + 1_000, rng)
    seconds, last = elapsed_s(rows), victim.take(np.array([start]))
    level, speed, course = float(last["baro_altitude"][0]), *_motion(victim, start)
    height = level + np.minimum(draw.severity, seconds * rate / 60)
    knots = np.interp(seconds, [0, 40], [speed, max(speed, KNOTS)])
    place = float(last["lat"][0]), float(last["lon"][0])
    away = named(flown(rows, place, np.full(len(rows), course), knots, height, rng), int(victim["icao24"][0]),
                 **_names(victim))  # fmt: skip
    met = int(victim["time"][start]) + 1_000 + round(500 / rate * 60_000)
    end = int(victim["time"][start]) + 1_000 + round(draw.severity / rate * 60_000)
    return alone(together(victim.take(np.arange(start + 1)), away), int(victim["time"][start]) - 60_000, end, met)


def _motion(rows: Batch, row: int) -> tuple[float, float]:
    """Speed (kt) and course (deg) when last sent before a row. Raises ValueError where it is not flying there."""
    speed, course = (rows[n][max(0, row - 20) : row + 1].astype(float) for n in ("ground_speed", "track"))
    sent = np.flatnonzero(~np.isnan(speed) & ~np.isnan(course))
    if not len(sent) or speed[sent[-1]] < FLYING_KT:
        raise ValueError("it has landed, or sends no speed or course")
    return float(speed[sent[-1]]), float(course[sent[-1]])


def _names(rows: Batch) -> dict[str, object]:
    return {c: common(rows[c]) for c in ("callsign", "squawk", "category") if c in rows.columns}


def _landed(victim: Batch, start: int, draw: Draw) -> Planted:
    """As it was, or with a bump of 200 to 400 ft three minutes before the end."""
    rows = victim
    if draw.number % 2:
        left = (victim["time"][-1] - victim["time"]) / 1000.0
        rows = lifted(victim, draw.rng.uniform(200, 400) * np.interp(left, [90, 120, 180, 210], [0, 1, 1, 0]))
    end = int(victim["time"][-1])
    return alone(rows, int(victim["time"][start]) - 60_000, end, end)


BELOW_FT, AIRLINER_KT = 6_000.0, 110.0


def odd_shape(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """By turns swings to either side, a full circle, a steep and a low approach; `severity` is the share of each range.
    Twins: one dog-leg, one at 5.5 degrees, one at 200 ft per mile to go."""
    elevation = _landing(victim)
    left = _to_go_nmi(victim)
    if left[0] < 16 or float(np.nanmedian(victim["ground_speed"][left < 8])) < AIRLINER_KT:
        raise ValueError("the approach is too short, or a light aircraft's")
    if victim["time"][0] < draw.earliest:
        raise ValueError("too early")
    kind = list(_SHAPES)[draw.number % len(_SHAPES)]
    return _SHAPES[kind](victim, left, elevation, draw)


def _to_go_nmi(rows: Batch) -> Array:
    """Way to the end of the track."""
    step = distance_m(rows["lat"][:-1], rows["lon"][:-1], rows["lat"][1:], rows["lon"][1:]) / NMI_M
    way: Array = np.concatenate([np.cumsum(step[::-1])[::-1], [0.0]])
    return way


def _ended(changed: Batch, victim: Batch) -> Batch:
    """Moved so that it ends where the real track ends."""
    return placed(changed, len(changed) - 1, float(victim["lat"][-1]), float(victim["lon"][-1]))


TURN_DEG_S = 3.0
"""The standard rate of turn."""


def _swings(victim: Batch, left: Array, elevation: float, draw: Draw) -> Planted:
    """Four swings of 45 to 70 degrees, begun 12 to 9 nmi out; a twin has one, of 45."""
    angle = 45.0 if draw.innocent else 45 + 25 * draw.severity
    ways = (1.0, 0.0) if draw.innocent else (1.0, -1.0, 1.0, -1.0, 0.0)
    start = int(np.flatnonzero(left > draw.rng.uniform(9, 12))[-1])
    seconds, times, angles = elapsed_s(victim, start), [0.0], [0.0]
    for way in ways:
        swing = abs(way * angle - angles[-1]) / TURN_DEG_S
        times += [times[-1] + swing, times[-1] + swing + 20]
        angles += [way * angle] * 2
    sign = draw.rng.choice([-1, 1])
    turn = np.where(seconds > 0, np.interp(seconds, times, sign * np.array(angles)), 0.0)
    begin = int(victim["time"][start])
    met = begin + round(times[min(6, len(times) - 1)] * 1000)
    return alone(_ended(bent(victim, turn), victim), begin, begin + round(times[-1] * 1000), met)


def _circle(victim: Batch, left: Array, elevation: float, draw: Draw) -> Planted:
    """A full circle begun 10 to 6 nmi out, flown with the track's own rows; what follows comes later. A twin swings
    once."""
    if draw.innocent:
        return _swings(victim, left, elevation, draw)
    start = int(np.flatnonzero(left > draw.rng.uniform(6, 10))[-1])
    lasts = 360 / TURN_DEG_S
    at = int(victim["time"][start])
    rows = victim.take(np.flatnonzero((victim["time"] > at - lasts * 1000) & (victim["time"] <= at)))
    rows = shifted(rows, at - int(rows["time"][0]) + 1)
    last = victim.take(np.array([start]))
    speed, course = _motion(victim, start)
    heading = course + draw.rng.choice([-1, 1]) * TURN_DEG_S * elapsed_s(rows)
    n = len(rows)
    knots, height = np.full(n, speed), np.full(n, float(last["baro_altitude"][0]))
    circle = flown(rows, (float(last["lat"][0]), float(last["lon"][0])), heading, knots, height, draw.rng)
    late = int(rows["time"][-1]) - at
    made = Batch.concat([victim.take(np.arange(start + 1)), circle, shifted(rest_of(victim, start + 1), late)])
    return alone(made, at, at + late, at + round(330 / TURN_DEG_S * 1000))


def _steep(victim: Batch, left: Array, elevation: float, draw: Draw) -> Planted:
    """From 3,000 to 4,500 ft above the field down at 6 to 9 degrees; a twin at 5.5, London City's."""
    angle = 5.5 if draw.innocent else 6.05 + 3 * draw.severity
    slope = np.tan(np.radians(angle)) * NMI_M / 0.3048
    top = float(victim["baro_altitude"][-1]) + draw.rng.uniform(3_000, 4_500)
    wanted = float(victim["baro_altitude"][-1]) + left * slope
    return _profile(
        victim, np.maximum(victim["baro_altitude"], np.minimum(wanted, top)), left, (top - elevation) / slope
    )


def _low(victim: Batch, left: Array, elevation: float, draw: Draw) -> Planted:
    """60 to 20 ft above the field for each mile to go, from 14 nmi on; a twin at 200."""
    per_nmi = 200.0 if draw.innocent else 60 - 40 * draw.severity
    wanted = elevation + np.where(left < 14, per_nmi * left, per_nmi * 14 + (left - 14) * 600)
    return _profile(victim, np.minimum(victim["baro_altitude"], np.maximum(wanted, elevation)), left, 14)


def _profile(victim: Batch, height: Array, left: Array, begins_nmi: float) -> Planted:
    changed = lifted(victim, height - victim["baro_altitude"])
    start = int(np.flatnonzero(left <= begins_nmi)[0])
    begin, end = int(victim["time"][start]), int(victim["time"][-1])
    return alone(changed, begin, end, min(begin + 60_000, end))


_SHAPES: Mapping[str, Callable[[Batch, Array, float, Draw], Planted]] = {
    "swings": _swings, "circle": _circle, "steep": _steep, "low": _low,
}  # fmt: skip

TURNED_BACK_NMI, BACK_S = (12.0, 45.0), 3_600.0


def came_back(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """A real departure of an airline, turned back `severity` minutes after it was first heard, and another real
    aircraft's arrival at the same aerodrome under its name. Twins arrive after an hour or more as another flight."""
    index, far = airports().nearest(victim["lat"][:1], victim["lon"][:1])
    elevation = float(airports().elevation_ft(index)[0])
    if (
        far[0] > NEAR_NMI
        or float(victim["baro_altitude"][0]) - elevation > LANDED_FT
        or victim["time"][0] < draw.earliest
    ):
        raise ValueError("not a departure")
    if not _airline(victim):
        raise ValueError("not an airline's")
    arrival = _arrival(int(index[0]), donors, draw.rng)
    turned = int(np.searchsorted(victim["time"], victim["time"][0] + draw.severity * 60_000))
    out = victim.take(np.arange(min(turned, len(victim))))
    if distance_m(out["lat"][0], out["lon"][0], out["lat"][-1], out["lon"][-1]) < TURNED_BACK_NMI[0] * NMI_M:
        raise ValueError("not far enough out")
    leg = _leg(out, arrival, donors, draw) if not draw.innocent else out.take(np.arange(0))
    begins = int(leg["time"][-1]) + 5_000 if len(leg) else int(victim["time"][-1]) + round(BACK_S * 1_000)
    names = _names(victim)
    if draw.innocent:
        out, names = victim, {**names, "callsign": names["callsign"][:3] + b"%d" % draw.rng.integers(100, 9_999)}  # type: ignore[index]
    back = named(shifted(arrival, begins - int(arrival["time"][0])), int(victim["icao24"][0]), **names)
    end = int(back["time"][-1])
    return alone(Batch.concat([out, leg, back]), int(out["time"][-1]), end, end)


def _airline(rows: Batch) -> bool:
    name = bytes(common(rows["callsign"]))
    return len(name) > 3 and name[:3].isalpha() and name[3:4].isdigit()


def _arrival(airport: int, donors: Sequence[Batch], rng: np.random.Generator) -> Batch:
    """The arrival of another airline's flight at the aerodrome."""
    for k in rng.permutation(len(donors)).tolist():
        one: Batch = donors[k]
        index, far = airports().nearest(one["lat"][-1:], one["lon"][-1:])
        high = float(one["baro_altitude"][-1]) - float(airports().elevation_ft(index)[0]) > LANDED_FT
        if int(index[0]) == airport and far[0] <= NEAR_NMI and not high and _airline(one):
            return one
    raise ValueError("nobody lands there")


def _leg(out: Batch, arrival: Batch, donors: Sequence[Batch], draw: Draw) -> Batch:
    """From where it turned straight to where the arrival begins, at 300 kt, from the one height to the other."""
    a, b = ((float(r["lat"][i]), float(r["lon"][i])) for r, i in ((out, -1), (arrival, 0)))
    metres, course = float(distance_m(*a, *b)), float(bearing_deg(*a, *b))
    lasts = metres / (300 * 0.514444)
    rows = template(donors, max(lasts, 30.0), int(out["time"][-1]) + 1_000, draw.rng)
    seconds = elapsed_s(rows)
    before = _motion(out, len(out) - 1)[1]
    swing = (course - before + 180) % 360 - 180
    heading = before + np.sign(swing) * np.minimum(abs(swing), seconds * 1.5)
    height = np.interp(
        seconds, [0, max(lasts, 30.0)], [float(r["baro_altitude"][i]) for r, i in ((out, -1), (arrival, 0))]
    )
    leg = flown(rows, a, heading, np.full(len(rows), 300.0), height, draw.rng)
    leg = placed(leg, len(leg) - 1, b[0], b[1]) if abs(swing) < 1 else _sheared(leg, b)
    return named(leg, int(out["icao24"][0]), **_names(out))


def _sheared(rows: Batch, end: tuple[float, float]) -> Batch:
    """The path shifted little by little, so that it ends at a place: what the turn at its beginning costs."""
    part = elapsed_s(rows) / max(float(elapsed_s(rows)[-1]), 1.0)
    lat = rows["lat"] + part * (end[0] - rows["lat"][-1])
    return rows.with_columns(lat=lat, lon=rows["lon"] + part * (end[1] - rows["lon"][-1]))

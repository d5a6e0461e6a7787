"""Courses: a sharp turn at cruise, a zig-zag, and motion that only a learned model would notice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, at_s, elapsed_s, stretch
from benchmarks.scorecard.behaviours.verbs import bent, from_row, level, lifted, rest_of, turn_rate
from geo.batch import Batch
from geo.schema import Array

CRUISE_FT = 29_000.0

CORNERS_DEG = 20.0, 44.0
"""Corners of routes: less than the 45 degrees from which seed 000 asks."""


def sharp_turn(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Round by `severity` degrees at 25 to 35 degrees of bank, and on. Twins: corners of routes, and a hold."""
    rng, cruising = draw.rng, level(victim) & (victim["baro_altitude"] >= CRUISE_FT)
    if draw.innocent and draw.number % 2:
        return _hold(victim, draw, cruising)
    angle = rng.uniform(*CORNERS_DEG) if draw.innocent else draw.severity
    bank = rng.uniform(15, 25) if draw.innocent else rng.uniform(25, 35)
    rate = turn_rate(float(np.nanmedian(victim["ground_speed"])), bank)
    start, _ = stretch(victim, draw, angle / rate + 90, cruising)
    sign = rng.choice([-1, 1])
    turn = sign * angle * np.clip(elapsed_s(victim, start)[start:] * rate / angle, 0, 1)
    when = (at_s(victim, start, s) for s in (0, angle / rate + 60, min(angle, 45.0) / rate))
    return alone(from_row(victim, start, bent(rest_of(victim, start), turn)), *when)


HOLD_KT, LEG_S = 265.0, 60.0
"""The fastest that a hold is flown above 14,000 ft, and the length of its legs (ICAO Doc 8168: 265 kt; 1.5 min)."""


def _hold(victim: Batch, draw: Draw, cruising: Array) -> Planted:
    """One and a half rounds of a holding pattern, slowed down for."""
    rate = turn_rate(HOLD_KT, 25)
    half = 180 / rate
    times = np.cumsum([60, half, LEG_S, half, LEG_S, half])
    start, _ = stretch(victim, draw, float(times[-1]), cruising)
    seconds = elapsed_s(victim, start)[start:]
    turn = np.interp(seconds, times, [0, 180, 180, 360, 360, 540])
    usual = float(np.nanmedian(victim["ground_speed"]))
    factor = np.interp(seconds, [0, 60], [1, min(1.0, HOLD_KT / usual)])
    when = (at_s(victim, start, float(s)) for s in (0, times[-1], times[0]))
    return alone(from_row(victim, start, bent(rest_of(victim, start), turn, factor)), *when)


SWINGS, TURN_DEG_S = (5, 9), 1.5


def zig_zag(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Turns to alternate sides, so that the way is `severity` times the distance. Twins: once round a thunderstorm."""
    rng = draw.rng
    legs = [1.0, -1.0] if draw.innocent else [(-1.0) ** k for k in range(rng.integers(*SWINGS))]
    lasts = rng.uniform(75, 150)
    angle = 30.0 if draw.innocent else _angle(draw.severity, legs, lasts)
    times, angles = _swung(angle, legs, lasts)
    start, _ = stretch(victim, draw, times[-1], level(victim) & (victim["baro_altitude"] >= 12_000))
    turn = np.interp(elapsed_s(victim, start)[start:], times, rng.choice([-1, 1]) * angles)
    when = (at_s(victim, start, float(s)) for s in (0, times[-1], times[min(9, len(times) - 1)]))
    return alone(from_row(victim, start, bent(rest_of(victim, start), turn)), *when)


def _swung(angle: float, legs: Sequence[float], lasts: float) -> tuple[Array, Array]:
    """When which angle is flown: legs of `lasts` seconds to either side, and turns between them."""
    times, angles = [0.0], [0.0]
    for way in [*legs, 0.0]:
        swing = abs(way * angle - angles[-1]) / TURN_DEG_S
        times += [times[-1] + swing, times[-1] + swing + lasts]
        angles += [way * angle, way * angle]
    return np.array(times[:-1]), np.array(angles[:-1])


def _angle(ratio: float, legs: Sequence[float], lasts: float) -> float:
    """The angle at which the way, turns included, is so many times the distance."""
    tried = np.arange(20.0, 89.0)
    made = []
    for angle in tried.tolist():
        times, angles = _swung(angle, legs, lasts)
        made.append(np.cos(np.radians(np.interp(np.arange(0, times[-1]), times, angles))).mean())
    return float(np.interp(ratio, 1 / np.array(made), tried))


def rare_motion(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """By turns a climb and descent of `severity` thousand ft/min, or a turn of half as many degrees a second, at
    cruise. Twins: the same at 2,000 ft/min, and at a standard autopilot's 25 degrees of bank."""
    lasts, rng = draw.rng.uniform(60, 120), draw.rng
    start, _ = stretch(victim, draw, lasts, level(victim) & (victim["baro_altitude"] >= CRUISE_FT))
    seconds, rest = elapsed_s(victim, start)[start:], rest_of(victim, start)
    sign = rng.choice([-1, 1])
    if draw.number % 2:
        slow = turn_rate(float(np.nanmedian(victim["ground_speed"])), 25)
        rate = slow if draw.innocent else draw.severity / 2
        changed = bent(rest, sign * rate * np.minimum(seconds, lasts))
    else:
        rate = 2_000.0 if draw.innocent else draw.severity * 1_000
        peak = rate * lasts / 2 / 60
        times, heights = [0, lasts / 2, lasts], [0, -peak, -peak if draw.innocent else 0]
        changed = lifted(rest, lambda at: np.asarray(np.interp(at, times, heights)))
    when = (at_s(victim, start, s) for s in (0, lasts, 30))
    return alone(from_row(victim, start, changed), *when)


WEAVES_S, WINDOW_S = (360.0, 600.0), 300.0
"""Seed 000: windows of 30 steps of ten seconds, three in a row."""


def weaving(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Swings of `severity` degrees to either side and waves of some hundred feet, none of them much by itself, for six
    to ten minutes. Twins: for one minute."""
    rng = draw.rng
    lasts = 60.0 if draw.innocent else rng.uniform(*WEAVES_S)
    start, _ = stretch(victim, draw, lasts, level(victim) & (victim["baro_altitude"] >= CRUISE_FT))
    periods, size = rng.uniform(60, 120, 2), rng.uniform(200, 600)

    def wave(seconds: Array, period: float) -> Array:
        on = np.clip(seconds / 20, 0, 1) * np.clip((lasts - seconds) / 20, 0, 1)
        return np.asarray(on * np.sin(2 * np.pi * seconds / period))

    turn = draw.severity * wave(elapsed_s(victim, start)[start:], periods[0])
    changed = lifted(bent(rest_of(victim, start), turn), lambda seconds: size * wave(seconds, periods[1]))
    when = (at_s(victim, start, s) for s in (0, lasts, min(lasts, WINDOW_S)))
    return alone(from_row(victim, start, changed), *when)

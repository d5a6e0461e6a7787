"""Heights: an advisory's reversal, yo-yos, and what no type can fly; step climbs and jet streams are their twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, at_s, elapsed_s, stretch
from benchmarks.scorecard.behaviours.verbs import STEP_FPM, bent, from_row, level, lifted, rest_of
from geo.batch import Batch
from geo.schema import Array

FPM_S = 8.0 * 60, 11.3 * 60
"""ft/min gained in a second at 0.25 g, as for a first advisory, and at 0.35 g, as for a reversal (TCAS II 7.1)."""

ADVISED_FPM = 1_500.0
"""definitions 5.4, SkySpy: from +1,500 to -1,500 ft/min, or the reverse."""

EQUIPPED_KT = 200.0
"""Aircraft that carry TCAS are faster; Annex 6 asks for it above 5,700 kg."""


def advisory(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """A climb at `severity` ft/min that turns into a descent, or the reverse; twins level off, or sink a minute
    later."""
    rate, rng = draw.severity, draw.rng
    hold, back = rng.uniform(20, 40), rng.uniform(15, 25)
    first, second = rate / FPM_S[0], 2 * rate / FPM_S[1]
    if draw.innocent:
        pause = np.inf if draw.number % 2 else rng.uniform(60, 120)
        knots = [(0, 0), (first, rate), (first + hold, rate), (2 * first + hold, 0)]
        knots += [] if pause == np.inf else [
            (2 * first + hold + pause, 0), (3 * first + hold + pause, -rate), (3 * first + 2 * hold + pause, -rate),
            (4 * first + 2 * hold + pause, 0),
        ]  # fmt: skip
    else:
        turn = first + hold
        knots = [(0, 0), (first, rate), (turn, rate), (turn + second, -rate), (turn + second + back, -rate),
                 (turn + second + back + first, 0)]  # fmt: skip
    sign = 1 if draw.number % 2 == 0 else -1
    fits = (np.abs(victim["vertical_rate"]) <= STEP_FPM) & (victim["ground_speed"] >= EQUIPPED_KT)
    fits &= victim["baro_altitude"] > 8_000
    start, _ = stretch(victim, draw, knots[-1][0], fits)
    changed = lifted(rest_of(victim, start), lambda seconds: sign * _height(knots, seconds))
    met = first + hold + second * (rate + ADVISED_FPM) / (2 * rate)
    when = (at_s(victim, start, s) for s in (0, knots[-1][0], met))
    return alone(from_row(victim, start, changed), *when)


def _height(knots: Sequence[tuple[float, float]], seconds: Array) -> Array:
    """Feet gained at these seconds by flying the rates (ft/min) of the knots, straight between them."""
    fine = np.arange(0.0, max(knots[-1][0], seconds[-1]) + 1.0, 0.5)
    times, rates = np.array(knots).T
    rate = np.interp(fine, times, rates)
    return np.asarray(np.interp(seconds, fine, np.concatenate([[0.0], np.cumsum(rate[:-1]) * 0.5 / 60])))


CYCLES, SLOWEST_S, QUICKEST_S = 3, 300.0, 60.0
"""Waves that are flown. Of 300 s four swings take ten minutes; the phugoids of JAL 123 (1985) took about 90 s, those of
United 232 (NTSB AAR-90/06) about 60 s."""

ALTERNATES_FT = 55_000.0, 5_000.0
"""definitions 5.3, AlbieSnyder: an altitude that oscillates between these."""


def yo_yo(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Waves of `severity` ft from trough to crest; each third altitude alternates instead. Twins: climbs in steps, or
    up once and down once."""
    if draw.number % 3 == 2 and not draw.innocent:
        return _alternating(victim, draw)
    rate = draw.rng.uniform(1_500, 4_000)
    period = float(np.clip(np.pi * draw.severity * 60 / rate, QUICKEST_S, SLOWEST_S))
    lasts = CYCLES * period
    start, _ = stretch(victim, draw, lasts, level(victim) & (victim["baro_altitude"] > 12_000))
    sign = 1 if draw.number % 2 == 0 else -1

    def feet(seconds: Array) -> Array:
        if draw.innocent:
            return sign * _steps(draw, seconds, lasts)
        return sign * draw.severity / 2 * (1 - np.cos(2 * np.pi * np.clip(seconds, 0, lasts) / period))

    when = (at_s(victim, start, s) for s in (0, lasts, 2 * period))
    return alone(from_row(victim, start, lifted(rest_of(victim, start), feet)), *when)


def _steps(draw: Draw, seconds: Array, lasts: float) -> Array:
    """Three steps of `severity` feet one way, or one there and back, each at no more than 3,000 ft/min."""
    ways = (0, 1, 1, 0) if draw.number % 2 else (0, 1, 2, 3)
    edge = lasts / 3
    times = [t for k in range(3) for t in (k * edge, k * edge + min(edge * 0.8, draw.severity / 3_000 * 60))]
    heights = [h for k in range(3) for h in ways[k : k + 2]]
    size = min(draw.severity, 2_500.0)
    return np.asarray(np.interp(seconds, times, heights)) * size


def _alternating(victim: Batch, draw: Draw) -> Planted:
    """The altitude, not the flight, is one of two by turns for one to three minutes."""
    lasts, each = draw.rng.uniform(60, 180), draw.rng.uniform(1, 6)
    start, end = stretch(victim, draw, lasts, victim["baro_altitude"] > 12_000, fewest=8)
    seconds = elapsed_s(victim, start)[start:end]
    run = np.arange(end - start) if np.median(np.diff(seconds)) > each else (seconds // each).astype(int)
    height = victim["baro_altitude"].copy()
    height[start:end] = np.where(run % 2 == 0, *ALTERNATES_FT)
    met = int(victim["time"][start + int(np.searchsorted(run, 4))])
    return alone(victim.with_columns(baro_altitude=height), at_s(victim, start, 0), int(victim["time"][end - 1]), met)


RAMP_S, HELD_S = 40.0, (60.0, 180.0)

KMH_KT, M_FT = 1 / 1.852, 1 / 0.3048


def _sped(victim: Batch, draw: Draw, knots: float, fits: Array) -> Planted:
    """The aircraft comes to `knots` within 40 s and back after a minute or three; the ground covered follows."""
    lasts = draw.rng.uniform(*HELD_S)
    start, _ = stretch(victim, draw, lasts + 2 * RAMP_S, fits)
    seconds = elapsed_s(victim, start)[start:]
    part = np.interp(seconds, [0, RAMP_S, RAMP_S + lasts, 2 * RAMP_S + lasts], [0, 1, 1, 0])
    usual = rest_of(victim, start)["ground_speed"].astype(float)
    changed = bent(rest_of(victim, start), 0.0, 1 + part * (knots / np.maximum(usual, 1.0) - 1))
    when = (at_s(victim, start, s) for s in (RAMP_S, RAMP_S + lasts, RAMP_S))
    return alone(from_row(victim, start, changed), *when)


def _sent(victim: Batch, draw: Draw, fits: Array, **values: float) -> Planted:
    """Values are sent as they cannot be, for a minute or three; the flight goes on as it was."""
    start, end = stretch(victim, draw, draw.rng.uniform(*HELD_S), fits)
    columns = {name: victim[name].copy() for name in values}
    for name, value in values.items():
        columns[name][start:end] = value
    when = at_s(victim, start, 0), int(victim["time"][end - 1]), at_s(victim, start, 0)
    return alone(victim.with_columns(**columns), *when)


_BEYOND: Mapping[str, Callable[[Batch, Draw], Planted]] = {
    "fast below 10,000 ft": lambda v, d: _sped(
        v, d, d.between(555, 700), (v["baro_altitude"] > 2_500) & (v["baro_altitude"] < 9_500)),
    "slow at FL300": lambda v, d: _sped(v, d, d.between(88, 10), v["baro_altitude"] >= 30_000),
    "above 25,000 m": lambda v, d: _sent(
        v, d, v["baro_altitude"] > 10_000, baro_altitude=d.between(25_050, 38_000) * M_FT),
    "high and slow": lambda v, d: _sent(
        v, d, v["baro_altitude"] > 10_000, baro_altitude=d.between(15_050, 25_000) * M_FT,
        ground_speed=d.between(145, 0) * KMH_KT),
    "fast below 2,000 m": lambda v, d: _sped(
        v, d, d.between(605, 970) * KMH_KT, (v["baro_altitude"] > 1_500) & (v["baro_altitude"] < 6_300)),
}  # fmt: skip
"""Seed 000: above 550 kt below 10,000 ft, below 90 kt at FL300. Seed 001: above 25,000 m (seen to 38,000), above
15,000 m below 150 km/h (seen to 0 and 25,000 m), below 2,000 m above 600 km/h (seen to 970)."""

STREAM_KT = 560.0, 690.0
"""Ground speeds of airliners in a jet stream; the fastest published ones are about 695 kt (801 mph, 2019-02-18)."""


def beyond(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Each kind of height or speed in turn. Twins: an airliner in a jet stream, or 1,200 kt for one frame."""
    if not draw.innocent:
        return list(_BEYOND.values())[draw.number % len(_BEYOND)](victim, draw)
    if draw.number % 2:
        return _sped(victim, draw, draw.between(*STREAM_KT), victim["baro_altitude"] > 29_000)
    start, _ = stretch(victim, draw, 60)
    speed = victim["ground_speed"].copy()
    speed[start] = 1_200
    when = int(victim["time"][start])
    return alone(victim.with_columns(ground_speed=speed), when, when, when)

"""Paths that are flown with the rows of real aircraft: drones and missiles, and racetracks over a wide area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.scorecard.attacks import HIGHEST_FT
from benchmarks.scorecard.behaviours.approaches import airports
from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, elapsed_s
from benchmarks.scorecard.behaviours.verbs import flown, named, template, turn_rate
from geo.batch import Batch
from geo.schema import Array
from geo.sphere import KNOT_M_S, destination

TRIES, AWAY_NMI, WITHIN_M = 60, 5.0, 120_000.0

DRONE_KT, DRONE_FT = (80.0, 110.0), (300.0, 9_800.0)
"""Long-range propeller drones: 185 km/h (100 kt) at 60 to 4,000 m, as published of the Shahed-136; here to 3,000 m."""

MISSILE_KT, MISSILE_FT = (430.0, 500.0), (200.0, 3_000.0)
"""Cruise missiles: 880 km/h (475 kt), as published of the BGM-109, low over the ground."""

ROCKET_FPM, ROCKET_FT = (10_000.0, 30_000.0), 30_000.0

LASTS_S = {"drone": (960.0, 1_500.0), "missile": (150.0, 600.0), "rocket": (0.0, 0.0)}


def missile_like(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """By turns slow, fast, and steeply up: without a name, from nowhere to nowhere. `severity` is the share of each
    range. Twins: the same path by a light aircraft with its name, and a winding one without."""
    rng, kind = draw.rng, ("drone", "missile", "rocket")[draw.number % 3]
    if draw.innocent:
        kind = "drone"
    lasts = float(rng.uniform(*LASTS_S[kind]))
    rate = draw.between(*ROCKET_FPM)
    if kind == "rocket":
        lasts = 2 * ROCKET_FT / rate * 60
    begin = max(draw.earliest, int(victim["time"][len(victim) // 3]))
    rows = template([d for d in donors if len(d) > 20], lasts, begin, rng)
    seconds = elapsed_s(rows)
    knots, height = _flight(kind, seconds, lasts, draw)
    heading = np.full(len(rows), rng.uniform(0, 360))
    if draw.innocent and draw.number % 2:
        heading = heading + np.cumsum(rng.normal(0, 1, len(rows)) * np.sqrt(np.diff(seconds, prepend=0.0)) * 4)
    place = _nowhere(victim, heading, knots, lasts, rng)
    address = int(rng.integers(0x3C0000, 0x3C4000)) if draw.innocent else int(rng.integers(0x700000, 0x73FFFF))
    given = {"callsign": b"DEXYZ", "category": b"A1"} if draw.innocent and draw.number % 2 == 0 else {}
    made = named(flown(rows, place, heading, knots, height, rng), address, **given)
    end = int(made["time"][-1])
    met = begin + round({"drone": 900_000.0, "missile": 90_000.0, "rocket": lasts * 500}[kind])
    return Planted(made, (address,), (address,), begin, end, min(met, end))


def _flight(kind: str, seconds: Array, lasts: float, draw: Draw) -> tuple[Array, Array]:
    """Speed (kt) and pressure altitude (ft) of the rows."""
    n = len(seconds)
    if kind == "rocket":
        height = np.interp(seconds, [0, lasts / 2, lasts], [2_000, 2_000 + ROCKET_FT, 2_000])
        return np.full(n, 600.0), height
    knots, feet = (DRONE_KT, DRONE_FT) if kind == "drone" else (MISSILE_KT, MISSILE_FT)
    return np.full(n, draw.between(*knots)), np.full(n, draw.rng.uniform(*feet))


def _nowhere(
    victim: Batch, heading: Array, knots: Array, lasts: float, rng: np.random.Generator
) -> tuple[float, float]:
    """A place within 120 km of real traffic, 5 nmi or more from any aerodrome, as is where the path leads."""
    metres = float(knots.mean()) * KNOT_M_S * lasts
    for _ in range(TRIES):
        row = int(rng.integers(0, len(victim)))
        far = rng.uniform(0, WITHIN_M)
        start = destination(victim["lat"][row], victim["lon"][row], rng.uniform(0, 360), far)
        end = destination(*start, float(np.mean(heading)), metres)
        lat, lon = (np.array([float(start[k]), float(end[k])]) for k in (0, 1))
        if airports().nearest(lat, lon)[1].min() >= AWAY_NMI:
            return float(start[0]), float(start[1])
    raise ValueError("aerodromes everywhere")


LAPS, PATROL_KT, PATROL_FT = (2.2, 3.5), (280.0, 420.0), (20_000.0, 34_000.0)
"""Two laps or more; tankers and warning aircraft fly them at such speeds and heights (ATP-3.3.4.2 tracks: FL200 to
290)."""

SHORTEST_LEG_S = 60.0


def racetrack(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Laps of `severity` km by a large aircraft. Twins: one lap and away, and to and fro in survey legs."""
    rng = draw.rng
    knots, rate, leg_s = next(
        (k, r, leg) for k in np.append(rng.uniform(*PATROL_KT, TRIES), PATROL_KT[0]).tolist()
        if (leg := (draw.severity * 1_000 / (k * KNOT_M_S) - 360 / (r := turn_rate(k, 25))) / 2) >= SHORTEST_LEG_S
    )  # fmt: skip
    lap_s = 2 * leg_s + 360 / rate
    laps = 1.0 if draw.innocent and draw.number % 2 else rng.uniform(*LAPS)
    lasts = laps * lap_s + (1_200 if draw.innocent and draw.number % 2 else 0)
    begin = max(draw.earliest, int(victim["time"][0]))
    rows = template(donors, lasts, begin, rng)
    seconds, half = elapsed_s(rows), 180 / rate
    count = int(np.ceil(2 * laps))
    times = np.concatenate([[0.0], *([k * (leg_s + half) + leg_s, (k + 1) * (leg_s + half)] for k in range(count))])
    sides = np.array([1.0 if not draw.innocent or draw.number % 2 else (-1.0) ** k for k in range(count)])
    angles = np.concatenate([[0.0], np.repeat(np.cumsum(sides) * 180, 2)])
    angles[1::2] = np.concatenate([[0.0], np.cumsum(sides)[:-1] * 180])
    heading = rng.uniform(0, 360) + rng.choice([-1, 1]) * np.interp(seconds, times, angles)
    place = float(victim["lat"][len(victim) // 2]), float(victim["lon"][len(victim) // 2])
    height = np.full(len(rows), min(rng.uniform(*PATROL_FT), HIGHEST_FT))
    made = named(flown(rows, place, heading, np.full(len(rows), knots), height, rng), int(victim["icao24"][0]),
                 callsign=b"TANKR%d" % rng.integers(10, 99))  # fmt: skip
    return alone(made, begin, int(made["time"][-1]), begin + round(min(2 * lap_s, lasts) * 1000))

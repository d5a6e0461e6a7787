"""Ordinary traffic: who flies between which airports, to and fro, with take-offs and landings kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from feeds._synthetic_actor import Actor
from feeds._synthetic_fleet import Knots, Role
from feeds._synthetic_legs import Legs, fly
from feeds._synthetic_types import AIRLINES, TYPES, Ports
from geo.sphere import NMI_M, distance_m

FRAME = 21_600.0
"""All periods divide six hours (or are a multiple of it), so that what is apart once is apart for ever."""

PERIODS = (3_600.0, 5_400.0, 7_200.0, 10_800.0, 21_600.0, 43_200.0, 64_800.0)
_TURNAROUND, _TRIES = 900.0, 40
_LIGHT = np.array([t.cruise < 6_000 for t in TYPES])


@dataclass
class Movements:
    """When something takes off or lands, by airport, in seconds of the frame; no two within `spacing` s.

    `callsigns` are those in use: nobody flies under the same one by chance.
    """

    spacing: float = 150.0
    times: dict[str, list[float]] = field(default_factory=dict)
    callsigns: set[str] = field(default_factory=set)

    def book(self, wanted: Sequence[tuple[str, float]], period: float) -> bool:
        """Take the slots, if all of them are free whenever the period comes round again."""
        every = np.arange(0, max(FRAME, period), period)
        asked = [(code, np.mod(when + every, FRAME)) for code, when in wanted]
        for code, times in asked:
            taken = np.array(self.times.get(code, []))
            gap = np.abs(np.subtract.outer(taken, times))
            if gap.size and float(np.minimum(gap, FRAME - gap).min()) < self.spacing:
                return False
        for code, times in asked:
            self.times.setdefault(code, []).extend(times.tolist())
        return True


def draw(ports: Ports, count: int, light: bool, rng: np.random.Generator) -> Legs:
    """Flights there: type by its share, airports by their weight within the type's reach."""
    share = np.array([t.share for t in TYPES]) * (light == _LIGHT)
    kind = rng.choice(len(TYPES), count, p=share / share.sum())
    origin = rng.choice(len(ports.code), count, p=ports.weight)
    target = origin.copy()
    reach = np.array([[t.shortest, t.longest] for t in TYPES])[kind]
    apart = distance_m(ports.lat[:, None], ports.lon[:, None], ports.lat, ports.lon) / NMI_M
    for n in range(count):
        far = apart[origin[n]]
        weight = ports.weight * ((far >= reach[n, 0]) & (far <= reach[n, 1]))
        if weight.sum() > 0:
            target[n] = rng.choice(len(weight), p=weight / weight.sum())
    good = target != origin
    return Legs(kind[good], origin[good], target[good], rng.uniform(-0.04, 0.04, int(good.sum())))


def between(ports: Ports, a: str, b: str, count: int, bow: float, rng: np.random.Generator) -> Legs:
    """Airliners on one route, so that its middle is never empty."""
    kinds = rng.choice([0, 1, 3, 4], count)
    full = np.full(count, ports.index(a)), np.full(count, ports.index(b))
    return Legs(kinds, *full, rng.uniform(-bow, bow, count))


def shuttles(legs: Legs, ports: Ports, taken: Movements, rng: np.random.Generator, rest: bool = True) -> list[Actor]:
    """Aircraft that fly there and back. With `rest` they stand at either end and keep apart; without, they never stop.

    Whoever finds no free slot in 40 tries stays at home.
    """
    back = Legs(legs.kind, legs.target, legs.origin, legs.bow)
    pairs = zip(fly(legs, ports), fly(back, ports), strict=True)
    actors = []
    for n, (there, home) in enumerate(pairs):
        names = _callsigns(TYPES[legs.kind[n]].category, taken.callsigns, rng)
        there, home = _named(there, names[0]), _named(home, names[1])
        codes = str(ports.code[legs.origin[n]]), str(ports.code[legs.target[n]])
        role = _timetable(there, home, codes, taken, rng) if rest else _restless(there, home, rng)
        if role is not None:
            figures = TYPES[legs.kind[n]]
            light = bool(_LIGHT[legs.kind[n]])
            actors.append(
                Actor(
                    role, figures.code, figures.category, nation=int(rng.integers(12)), squawk="7000" if light else ""
                )
            )
    return actors


def _timetable(
    there: Knots, home: Knots, codes: tuple[str, str], taken: Movements, rng: np.random.Generator
) -> Role | None:
    """Two flights a period, at a time when both airports are free."""
    busy = there.seconds + home.seconds + 2 * _TURNAROUND
    period = next((p for p in PERIODS if p >= busy), PERIODS[-1])
    for _ in range(_TRIES):
        begin = there.seconds + _TURNAROUND + rng.uniform(0, max(period - busy, 1))
        shift = rng.uniform(0, period)
        wanted = [
            (codes[0], 150 - shift), (codes[1], there.seconds - 150 - shift),
            (codes[1], begin + 150 - shift), (codes[0], begin + home.seconds - 150 - shift),
        ]  # fmt: skip
        if period >= busy and taken.book(wanted, period):
            return Role([(0.0, there), (begin, home)], period, shift)
    return None


def _restless(there: Knots, home: Knots, rng: np.random.Generator) -> Role:
    period = there.seconds + home.seconds
    return Role([(0.0, there), (there.seconds, home)], period, rng.uniform(0, period))


def _named(flight: Knots, callsign: str) -> Knots:
    return replace(flight, callsign=callsign)


def _callsigns(category: str, used: set[str], rng: np.random.Generator) -> tuple[str, str]:
    """Flight numbers there and back for airlines; light aircraft and helicopters fly under their registration."""
    while True:
        if category in ("A1", "A7"):
            there = back = "D" + "".join(rng.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ"), 4))
        else:
            airline, number = AIRLINES[rng.integers(len(AIRLINES))], 2 * int(rng.integers(50, 4_900))
            there, back = f"{airline}{number}", f"{airline}{number + 1}"
        if there not in used:
            used.add(there)
            return there, back

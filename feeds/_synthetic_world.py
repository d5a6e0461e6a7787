"""Everyone in the synthetic world together: the cast, ordinary traffic up to the wanted number, identities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feeds._synthetic_actor import Actor
from feeds._synthetic_alike import innocent
from feeds._synthetic_cast import anomalous
from feeds._synthetic_fleet import Fleet
from feeds._synthetic_traffic import Movements, between, draw, shuttles
from feeds._synthetic_types import NATIONS, Ports, ports, small_ports
from geo.schema import SOURCES, Array
from geo.sphere import NMI_M, distance_m

JAMMERS = (("Levant", 34.45, 32.90, "LTAI", "LLBG"), ("Baltic", 55.90, 19.50, "ESSA", "EPWA"))
"""Name, place, and the route that is kept busy through it."""

KEEP_CLEAR = ((52.95, 0.97), (45.75, 14.28), (33.55, 34.0), (46.65, 17.25))
"""Where the demo zones lie: light aircraft of the ordinary traffic stay away."""

_AIRLINER = ("A3", "A5")


@dataclass(frozen=True)
class World:
    """Actors with their fleet, and identities as arrays (n,) by role. `ordinary`: those that events may happen to."""

    actors: list[Actor]
    fleet: Fleet
    icao24: Array
    registration: Array
    squawk: Array
    jitter: Array
    ordinary: Array


def europe(seed: int, aircraft: int) -> World:
    """The demo: about so many aircraft in the air at any time, the cast included."""
    rng = np.random.default_rng([seed, 1])
    # More than the airports can hold one by one: then nobody waits, and approaches are as crowded as they look.
    airports, taken = ports("europe"), Movements(150.0 if aircraft <= 500 else 0.0)
    actors = [*anomalous(), *innocent()]
    for _, _, _, a, b in JAMMERS:
        actors += shuttles(between(airports, a, b, 18, 0.012, rng), airports, taken, rng)
    light = _away(small_ports((41, 58), (-4, 24), 160, rng))
    want = max(aircraft - _airborne(actors), 0.0)
    apart = Movements(callsigns=taken.callsigns)
    actors += _until(shuttles(draw(light, int(aircraft * 0.6), True, rng), light, apart, rng), 0.14 * want)
    airliners = shuttles(draw(airports, int(aircraft * 2.2), False, rng), airports, taken, rng)
    actors += _until(airliners, aircraft - _airborne(actors))
    return _world(actors, rng, len(anomalous()) + len(innocent()))


def world(seed: int, aircraft: int) -> World:
    """So many aircraft all over the Earth, always under way: what benchmarks want."""
    rng = np.random.default_rng([seed, 2])
    airports = ports("world")
    legs = draw(airports, int(aircraft * 1.1) + 20, False, rng)
    return _world(shuttles(legs, airports, Movements(), rng, rest=False)[:aircraft], rng, 0)


def _until(actors: list[Actor], airborne: float) -> list[Actor]:
    """As many from the front as put so many in the air on average."""
    load = np.cumsum([_load(a) for a in actors])
    return actors[: int(np.searchsorted(load, airborne)) + 1]


def _airborne(actors: list[Actor]) -> float:
    return sum(_load(a) for a in actors)


def _load(actor: Actor) -> float:
    return sum(path.seconds for _, path in actor.role.flights) / actor.role.period


def _away(small: Ports) -> Ports:
    """Without aerodromes from which a light aircraft could stray into a demo zone."""
    clear = np.ones(len(small.code), dtype=bool)
    for lat, lon in KEEP_CLEAR:
        clear &= distance_m(lat, lon, small.lat, small.lon) > 75 * NMI_M
    weight = small.weight[clear] / small.weight[clear].sum()
    return Ports(
        small.code[clear], small.lat[clear], small.lon[clear], small.elevation[clear], small.runway[clear], weight
    )


def _world(actors: list[Actor], rng: np.random.Generator, cast: int) -> World:
    n = len(actors)
    jitter = np.sort(rng.integers(0, 900, n))
    free = rng.choice(np.arange(0x200, 0x8000), min(n, 0x7E00), replace=False)
    free = np.resize(free, n) + 0x8000 * (np.arange(n) // 0x7E00)
    block = np.array([NATIONS[a.nation % len(NATIONS)][0] for a in actors])
    icao24 = np.where([a.exact is None for a in actors], block + free, [a.exact or 0 for a in actors])
    tails = ["".join(rng.choice(list("ABCDEFGHJKLMNPQRSTUVWXYZ"), 3)) for _ in actors]
    registration = [
        NATIONS[a.nation % len(NATIONS)][1] + tail if a.exact is None else ""
        for a, tail in zip(actors, tails, strict=True)
    ]
    squawk = [
        a.squawk or ("" if a.exact else f"{code:04o}")
        for a, code in zip(actors, rng.integers(0o1001, 0o6777, n), strict=True)
    ]
    airliner = np.array([a.category in _AIRLINER for a in actors])
    return World(
        actors, Fleet([a.role for a in actors]), icao24.astype(np.int64), np.array(registration, dtype="S10"),
        np.array(squawk, dtype="S4"), jitter, airliner & (np.arange(n) >= cast),
    )  # fmt: skip


def source_codes(actors: list[Actor]) -> Array:
    """Index into SOURCES by role."""
    return np.array([SOURCES.index(a.source) for a in actors], dtype=np.uint8)

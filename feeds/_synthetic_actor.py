"""One aircraft of the synthetic world with its timetable, its identity, and what is to be said of it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeds._synthetic_fleet import Role


@dataclass(frozen=True)
class Story:
    """What a flight shows: class, and from when to when in seconds of the period. `group` joins several aircraft.

    `innocent`: it only resembles the class, and no alarm is due.
    """

    class_id: str
    start: float
    end: float
    note: str
    group: str = ""
    innocent: bool = False


@dataclass(frozen=True)
class Actor:
    """`bursts`: heard only so many seconds out of so many. Empty `squawk`: one is assigned. `exact`: the address."""

    role: Role
    kind: str
    category: str
    story: Sequence[Story] = ()
    nation: int = 0
    military: bool = False
    source: str = "adsb_icao"
    squawk: str = ""
    exact: int | None = None
    bursts: tuple[float, float] | None = None


@dataclass(frozen=True)
class Truth:
    """One planted episode: class, aircraft, from when to when (epoch ms), in words. `innocent`: no alarm is due."""

    class_id: str
    icao24s: tuple[int, ...]
    start: int
    end: int
    note: str
    innocent: bool = False

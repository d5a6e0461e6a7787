"""Subscriptions: an area joined with what somebody wants to be told about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from geo.aircraft import MILITARY
from geo.schema import NO_TIME, NON_ICAO, SYNTHETIC, icao24_text

LONGEST_MIN = 120
"""How far ahead it is told who will come, in minutes."""


@dataclass(frozen=True)
class Trigger:
    """What fires. `minutes`: the default of the time that it needs, None where it needs none."""

    id: str
    title: str
    text: str
    minutes: float | None = None


TRIGGERS: Mapping[str, Trigger] = {
    one.id: one
    for one in (
        Trigger("anomaly-starts", "An anomaly begins inside", "{who}: {what}"),
        Trigger("anomaly-changes", "An anomaly inside grows worse, or is explained", "{who}: {what}"),
        Trigger("anomaly-ends", "An anomaly inside is over", "{who}: over: {what}"),
        Trigger("enters", "An aircraft comes in", "{who} came into {area}{height}"),
        Trigger("leaves", "An aircraft goes out", "{who} left {area} after {minutes:.0f} min"),
        Trigger("crosses", "An aircraft comes in and goes out", "{who} crossed {area} in {minutes:.0f} min"),
        Trigger("stays", "An aircraft stays inside", "{who} has been in {area} for {minutes:.0f} min{height}", 10.0),
        Trigger("returns", "The first after a quiet time", "{who} came into {area}, first in {minutes:.0f} min", 120.0),
        Trigger("service", "Skysift itself is in trouble: a feed, the disk, a class, a destination", "{what}"),
        Trigger("will-enter", "An aircraft will come in", "{who} will be in {area} in {minutes:.0f} min{height}", 10.0),
        Trigger("quiet", "Nothing has been seen", "nobody has been in {area} for {minutes:.0f} min", 120.0),
    )
}  # fmt: skip
"""By id. A sentence says what was seen, and nothing about why."""


@dataclass(frozen=True)
class Who:
    """What is known of an aircraft. Empty, 0 or False where it is not."""

    icao24: int
    callsign: str = ""
    type_code: str = ""
    category: str = ""
    operator: str = ""
    flags: int = 0
    watched: bool = False

    @property
    def name(self) -> str:
        """For people: callsign and address."""
        address = icao24_text(self.icao24) or "an aircraft without address"
        return f"{self.callsign} ({address})" if self.callsign else address


@dataclass(frozen=True)
class Fleet:
    """Which aircraft count. What is empty or None asks nothing; of the rest all must hold.

    `callsigns` and `operators` are patterns with * and ?, in any case of letters.
    """

    icao24: Collection[int] = frozenset()
    callsigns: Collection[str] = ()
    types: Collection[str] = frozenset()
    categories: Collection[str] = frozenset()
    operators: Collection[str] = ()
    military: bool | None = None
    watched: bool | None = None

    @staticmethod
    def of(said: Mapping[str, Any]) -> Fleet:
        """From what a stored subscription says: addresses as text, lists of words, and two flags that may be null."""
        return Fleet(
            frozenset(map(address, said.get("icao24", ()))), tuple(said.get("callsigns", ())),
            frozenset(said.get("types", ())), frozenset(said.get("categories", ())), tuple(said.get("operators", ())),
            said.get("military"), said.get("watched"),
        )  # fmt: skip

    def holds(self, who: Who) -> bool:
        return (
            (not self.icao24 or who.icao24 in self.icao24)
            and (not self.callsigns or _like(who.callsign, self.callsigns))
            and (not self.types or who.type_code in self.types)
            and (not self.categories or who.category in self.categories)
            and (not self.operators or _like(who.operator, self.operators))
            and self.military in (None, bool(who.flags & MILITARY))
            and self.watched in (None, who.watched)
        )


def address(text: str) -> int:
    """An address in hex; `~` marks one that is no ICAO address, `x` an identity that is none. Raises ValueError."""
    if text.startswith("x"):
        return SYNTHETIC | int(text[1:], 16)
    value = int(text.removeprefix("~"), 16)
    if not 0 <= value < NON_ICAO:
        raise ValueError(f"{text!r} is no address: give six hex digits, such as 3c6444")
    return value | (NON_ICAO if text.startswith("~") else 0)


def _like(text: str, patterns: Collection[str]) -> bool:
    return bool(text) and any(fnmatchcase(text.upper(), one.upper()) for one in patterns)


@dataclass(frozen=True)
class Subscription:
    """What somebody wants to know. `area` is the number of an area, None for `service`; `minutes` as the trigger
    asks for.

    `classes`, `confidence` and `priority` (1 to 4) are about anomalies; no classes means every one. `began`: the data
    time (epoch ms) at which somebody began to ask; NO_TIME where that was always.
    """

    id: int
    name: str
    trigger: str
    area: int | None
    minutes: float | None = None
    classes: Collection[str] = frozenset()
    confidence: float = 0.0
    priority: int = 1
    fleet: Fleet = field(default_factory=Fleet)
    owner: int = 0
    began: int = int(NO_TIME)

    def __post_init__(self) -> None:
        if self.trigger not in TRIGGERS:
            raise ValueError(f"no trigger {self.trigger!r}; there are: {', '.join(TRIGGERS)}")
        if self.trigger == "will-enter" and self.minutes and self.minutes > LONGEST_MIN:
            raise ValueError(f"nobody knows where an aircraft will be in more than {LONGEST_MIN} minutes")
        if (self.area is None) != (self.trigger == "service"):
            raise ValueError("every trigger but service is of an area")
        if self.minutes is not None and not 0 < self.minutes <= 43_200:
            raise ValueError(f"minutes must be above 0 and at most 43,200 (30 days), not {self.minutes:g}")

    @staticmethod
    def of(row: Mapping[str, Any]) -> Subscription:
        """From the columns of a stored one."""
        return Subscription(
            row["id"], row["name"], row["trigger"], row["area"], row["minutes"], frozenset(row["classes"]),
            row["confidence"], row["priority"], Fleet.of(row["fleet"]), row["owner"],
            int(NO_TIME) if row.get("began") is None else row["began"],
        )  # fmt: skip

    @property
    def wait_ms(self) -> int:
        """The time that the trigger needs."""
        default = TRIGGERS[self.trigger].minutes
        return 0 if default is None else int((self.minutes or default) * 60_000)

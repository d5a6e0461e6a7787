"""What a planter is given and what it hands back: one episode of a class, or its innocent twin, in a real track."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geo.batch import Batch
from geo.schema import Array

LEAD_S = 120
"""A track is as it was for so long, at the least, before anything is planted in it."""


@dataclass(frozen=True)
class Draw:
    """One episode of a series: its number, its severity in the behaviour's unit, whether it is the innocent twin, from
    which time on (epoch ms) it may begin, its randomness, and the resources that the class is given. An episode and its
    twin have number and severity alike."""

    number: int
    severity: float
    innocent: bool
    earliest: int
    rng: np.random.Generator
    given: Mapping[str, Any] = field(default_factory=dict)

    def between(self, low: float, high: float) -> float:
        """A number from a range by the severity, where that is a share of it."""
        return low + self.severity * (high - low)


@dataclass(frozen=True)
class Planted:
    """All rows, in time order, that replace those of the addresses in `taken`; who shows the behaviour (`members`),
    from when to when, and the moment `met` (epoch ms) at which the definition is first fulfilled."""

    rows: Batch
    taken: tuple[int, ...]
    members: tuple[int, ...]
    start: int
    end: int
    met: int


Planter = Callable[[Batch, Sequence[Batch], Draw], Planted]
"""A clean track, the tracks of others, and the draw; raises ValueError where the track does not fit the behaviour."""


def nothing(data: Path | None) -> Mapping[str, Any]:
    """No resource beyond what is built in."""
    return {}


def as_recorded(rows: Batch, rng: np.random.Generator) -> Batch:
    return rows


@dataclass(frozen=True)
class Behaviour:
    """A planter with its range of severity, which begins at what the definition asks.

    `asked` says what that is and whose number it is, `twin` what the innocent twins are. `on` names recordings of
    benchmarks/scorecard/corpora.py; `whole` takes them without their window of hours. `prepared` makes the world that
    it is planted in, `warm_s` leaves so much of it alone, for classes that learn first; `given` are more resources.
    """

    make: Planter
    low: float
    high: float
    unit: str
    asked: str
    twin: str
    on: Sequence[str] = ("paris",)
    every_s: int = 0
    whole: bool = False
    warm_s: float = 0.0
    prepared: Callable[[Batch, np.random.Generator], Batch] = as_recorded
    given: Callable[[Path | None], Mapping[str, Any]] = nothing


def stretch(rows: Batch, draw: Draw, lasts_s: float, fits: Array | None = None, fewest: int = 4) -> tuple[int, int]:
    """First and last row (exclusive) of a part of the track that lasts so long, with rows after it.

    `fits` (n,) must hold for all its rows. Raises ValueError where no part of the track fits.
    """
    time, n = rows["time"], len(rows)
    last = np.searchsorted(time, time + int(lasts_s * 1000))
    good = (last < n) & (time >= max(int(time[0]) + LEAD_S * 1000, draw.earliest)) & (last - np.arange(n) >= fewest)
    if fits is not None:
        unfit = np.concatenate([[0], np.cumsum(~fits)])
        good &= unfit[np.minimum(last, n)] == unfit[np.arange(n)]
    starts = np.flatnonzero(good)
    if not len(starts):
        raise ValueError("no part of the track fits the behaviour")
    first = int(draw.rng.choice(starts))
    return first, int(last[first])


def alone(rows: Batch, start: int, end: int, met: int) -> Planted:
    """An episode of one aircraft, in its own track."""
    address = int(rows["icao24"][0])
    return Planted(rows, (address,), (address,), start, end, met)


def elapsed_s(rows: Batch, start: int = 0) -> Array:
    """Seconds since row `start`."""
    seconds: Array = (rows["time"] - rows["time"][start]) / 1000.0
    return seconds


def at_s(rows: Batch, start: int, seconds: float) -> int:
    """Epoch ms, so many seconds after row `start`."""
    return int(rows["time"][start]) + round(seconds * 1000)

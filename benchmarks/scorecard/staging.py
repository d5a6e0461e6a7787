"""Worlds with planted behaviours: a recording in which some tracks show one, and as many its innocent twin."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.scorecard.behaviours.plan import Behaviour, Draw, Planted
from benchmarks.scorecard.tracks import clean_tracks
from benchmarks.scorecard.worlds import BYSTANDER, SHARE, World, one_per_address
from geo.batch import Batch
from geo.schema import Array

IN_A_ROW = 5
"""Episodes of a series go by so many to each of its recordings in turn: every recording has all kinds and
severities."""


@dataclass(frozen=True)
class Episode:
    """What was planted, with the draw that it was planted with."""

    draw: Draw
    planted: Planted


@dataclass(frozen=True)
class Stage:
    world: World
    episodes: Sequence[Episode]


def staged(
    name: str, behaviour: Behaviour, rows: Batch, count: int, given: Mapping[str, Any], part: tuple[int, int] = (0, 1),
    seed: int = 1,
) -> Iterator[Stage]:  # fmt: skip
    """The episodes of a series of `count`, and their twins, in as few worlds as leave most aircraft alone; of `part`
    (k, n) those that the k-th of n recordings has. One that fits no track of a world is left out there."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    rows = behaviour.prepared(rows, rng)
    earliest = int(rows["time"].min()) + round(behaviour.warm_s * 1000)
    tracks = one_per_address(clean_tracks(rows.take(np.flatnonzero(rows["time"] >= earliest))))
    if len(tracks) < 2:
        raise ValueError(f"{name}: the recording has no tracks to plant in")
    severities = np.linspace(behaviour.low, behaviour.high, count)
    mine = [k for k in range(count) if k // IN_A_ROW % part[1] == part[0]]
    wanted = [(k, innocent) for k in mine for innocent in (False, True)]
    each = 2 * max(1, len(tracks) // (2 * SHARE))
    for first in range(0, len(wanted), each):
        draws = [
            Draw(k, float(severities[k]), innocent, earliest, np.random.default_rng(
                [seed, zlib.crc32(name.encode()), k, innocent]), given)
            for k, innocent in wanted[first : first + each]
        ]  # fmt: skip
        yield _stage(name, behaviour, rows, [tracks[i] for i in rng.permutation(len(tracks))], draws)


def _stage(name: str, behaviour: Behaviour, rows: Batch, tracks: Sequence[Batch], draws: Sequence[Draw]) -> Stage:
    free, episodes = list(tracks), []
    for draw in draws:
        planted = _planted(behaviour, free, draw)
        if planted is not None:
            episodes.append(Episode(draw, planted))
            free = [t for t in free if int(t["icao24"][0]) not in planted.taken]
    taken = [a for e in episodes for a in e.planted.taken]
    first = min((int(t["time"][0]) for t in tracks), default=0)
    gone = np.isin(rows["icao24"], taken) & (rows["time"] >= first)
    return Stage(_world(name, rows.take(np.flatnonzero(~gone)), episodes), episodes)


def _planted(behaviour: Behaviour, free: Sequence[Batch], draw: Draw) -> Planted | None:
    """In the first track that it fits; None where it fits none."""
    for k, victim in enumerate(free):
        try:
            planted = behaviour.make(victim, [*free[:k], *free[k + 1 :]], draw)
        except ValueError:
            continue
        if np.isfinite(planted.rows["lat"]).all():  # Rows that lack a speed lead nowhere.
            return planted
    return None


def _world(name: str, rest: Batch, episodes: Sequence[Episode]) -> World:
    parts = [rest, *(e.planted.rows for e in episodes)]
    rows = Batch.concat(parts)
    variant: Array = np.repeat([BYSTANDER, *range(len(episodes))], [len(p) for p in parts])
    order = np.argsort(rows["time"], kind="stable")
    # Delays are told finely after the beginning and again after the moment at which the definition is met.
    moments = {k: t for e, one in enumerate(episodes) for k, t in ((e, one.planted.start), (-1 - e, one.planted.met))}
    return World(name, rows.take(order), np.zeros(len(rows), dtype=bool), variant[order], moments)

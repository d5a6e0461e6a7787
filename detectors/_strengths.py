"""How strong each aircraft should be heard: a receiver's own level and spread over distance, learnt per feed."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from geo.memory import Memory
from geo.receivers import Receivers
from geo.schema import Array, of_sources
from geo.tracks import Index, Mask, Tracks

FEED = 1 << 62
"""Above every flight: the key of what is known of a feed."""

NEAREST_NMI, FARTHEST_NMI = 5.0, 250.0
"""Nearer, the aerial's cone of silence and an overdriven receiver decide; further, no aircraft is heard directly."""

LEVEL = {"level": ("f8", np.nan), "spread": ("f8", 5.0), "known": ("i8", 0)}
"""dBFS at 1 nmi, its standard deviation (readsb-single-receiver-202311: 18.9 to 21.1 and 4.6 to 5.1), observations."""

_STEP = 0.02
_LEAST_DB, _MOST_DB = 3.0, 12.0
_ENOUGH = 8

OWN = of_sources("unknown", "adsb_icao", "adsb_icao_nt")


@dataclass(frozen=True)
class Strengths:
    """One slice by flight: arrays (n,). `flight` is its key, `first` and `last` rows of the view, `rssi` the median dBFS
    and `swing` the standard deviation over the slice (NaN for fewer than three values), `nmi` the distance."""

    flight: Array
    feed: Array
    first: Index
    last: Index
    rssi: Array
    swing: Array
    nmi: Array
    airborne: Mask

    def __len__(self) -> int:
        return len(self.flight)


def strengths(tracks: Tracks, receivers: Receivers | None = None) -> Strengths:
    """The fresh rows, which are one slice, of aircraft that send their own position."""
    rows = np.flatnonzero(tracks.fresh & ~np.isnan(tracks.rssi) & OWN[tracks.source])
    flight = tracks.flight[rows]
    starts = np.flatnonzero(np.append(True, flight[1:] != flight[:-1])[: len(flight)])
    ends = np.append(starts[1:], len(rows))
    last = rows[ends - 1] if len(rows) else rows
    count = ends[: len(starts)] - starts
    # Decibels in thousandths: sums of integers do not depend on their order.
    level = np.round(tracks.rssi[rows].astype(np.float64) * 1000).astype(np.int64)
    total, square = (np.add.reduceat(v, starts) if len(rows) else v for v in (level, level * level))
    mean = total / np.maximum(count, 1)
    swing = np.sqrt(np.maximum(square / np.maximum(count, 1) - mean * mean, 0.0)) / 1000
    airborne = (tracks.on_ground[last] != 1) & ~np.isnan(tracks.baro_altitude[last])
    first = rows[starts] if len(rows) else rows
    return Strengths(
        flight[starts], tracks.feed[last].astype(np.int64), first, last, mean / 1000, np.where(count >= 3, swing, np.nan),
        _distance(tracks, last, receivers), airborne,
    )  # fmt: skip


def off_by(one: Strengths, memory: Memory, now: int) -> tuple[Array, Array, Array]:
    """By how many dB each flight is stronger than its distance lets expect (NaN: not known), the feed's spread in dB, and
    how many observations that rests on. Then the feed learns from the slice."""
    told = one.airborne & (one.nmi >= NEAREST_NMI) & (one.nmi <= FARTHEST_NMI)
    near = np.where(told, one.nmi, 1.0)
    at_one = np.where(told, one.rssi + 20 * np.log10(near), np.nan)
    feeds, each = np.unique(one.feed, return_inverse=True)
    old = memory.get(feeds | FEED)
    residual = at_one - old["level"][each]
    _learn(at_one, each, feeds, old, memory, now)
    return residual, old["spread"][each], old["known"][each]


def _learn(at_one: Array, each: Array, feeds: Array, old: dict[str, Array], memory: Memory, now: int) -> None:
    """Move each feed's level and spread a little towards the median of the slice, which a few strange ones cannot draw."""
    level, spread, known = old["level"].copy(), old["spread"].copy(), old["known"].copy()
    for k in range(len(feeds)):
        values = at_one[(each == k) & ~np.isnan(at_one)]
        if len(values) < _ENOUGH:
            continue
        middle = float(np.median(values))
        scatter = float(np.clip(1.4826 * np.median(np.abs(values - middle)), _LEAST_DB, _MOST_DB))
        step = max(_STEP, len(values) / (known[k] + len(values)))
        level[k] = middle if np.isnan(level[k]) else level[k] + step * (middle - level[k])
        spread[k], known[k] = spread[k] + step * (scatter - spread[k]), known[k] + len(values)
    memory.put(feeds | FEED, now, level=level, spread=spread, known=known)


def unsteady(one: Strengths, factor: float, least_db: float) -> Mask:
    """Flights whose strength swings by far more than that of most others of their feed, and by `least_db` or more."""
    out = np.zeros(len(one), dtype=bool)
    for feed in np.unique(one.feed).tolist():
        mine = (one.feed == feed) & ~np.isnan(one.swing)
        if int(mine.sum()) > _ENOUGH:
            out |= mine & (one.swing >= np.maximum(least_db, factor * float(np.median(one.swing[mine]))))
    return out


def _distance(tracks: Tracks, rows: Index, receivers: Receivers | None) -> Array:
    """nmi of the rows from the receiver: as the feed says, else from where the receivers stand."""
    said = tracks.receiver_distance[rows].astype(np.float64)
    if receivers is None or not np.isnan(said).any():
        return said
    return np.where(np.isnan(said), receivers.nearest_nmi(tracks.lat[rows], tracks.lon[rows]), said)


def limits(rssi: float, p: SimpleNamespace) -> str:
    """Which of the configured limits the value is beyond: named, never counted."""
    if not p.impossible_low <= rssi <= p.impossible_high:
        return f"; outside {p.impossible_low:g} to {p.impossible_high:g} dBFS"
    return f"; above {p.suspicious:g} dBFS" if rssi > p.suspicious else ""

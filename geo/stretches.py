"""Stretches: what a detector returns, one entry per unbroken run of evidence; merge makes episodes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.lazy import picked
from geo.schema import COLUMNS, Array, present
from geo.tracks import Mask, Tracks

PATH_SLOT_MS = 5_000
"""A path keeps one vertex per epoch-aligned slot, so that any split of the data gives the same line."""

SAMPLE_COLUMNS = (
    "lat", "lon", "baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate", "squawk", "emergency",
    "callsign", "on_ground", "nic", "nac_p", "sil", "rssi", "source",
)  # fmt: skip
"""What an evidence sample shows, where the view has it."""


@dataclass(frozen=True)
class Stretches:
    """Arrays (or lists) of equal length, one entry per stretch, in time order of `start`.

    `subject` keys the episode (flight, cell, callsign hash); `score` picks the peak, whose `values` explain it.
    `priority` 0 means the class's own. `cleared` is the innocent reason, or ''. `paths` holds (lon, lat, ms) rows.
    """

    subject: Array
    start: Array
    end: Array
    peak: Array
    score: Array
    confidence: Array
    priority: Array
    icao24: Array
    members: Sequence[Sequence[int]]
    callsign: Sequence[str]
    cleared: Sequence[str]
    values: Mapping[str, Sequence[Any] | Array]
    paths: Sequence[Array]
    samples: Sequence[Sequence[Mapping[str, Any]]] = field(default=())

    def __len__(self) -> int:
        return len(self.start)


def none() -> Stretches:
    """No stretch at all."""
    zero = np.zeros(0)
    whole = np.zeros(0, dtype=np.int64)
    return Stretches(whole, whole, whole, whole, zero, zero, whole, whole, [], [], [], {}, [], [])


def stretches(
    tracks: Tracks,
    hit: Mask,
    *,
    begin: Array | None = None,
    confidence: Array | float = 0.8,
    score: Array | None = None,
    priority: Array | int = 0,
    cleared: Array | None = None,
    members: Mapping[int, Sequence[int]] | None = None,
    values: Mapping[str, Array] | None = None,
) -> Stretches:
    """Runs of fresh rows where `hit` holds, per flight.

    `begin` is the row where the evidence of each row began (as `Tracks.held` gives it). `cleared` is an object array
    of reasons ('' where the hit stands). `members` names other aircraft by row.
    """
    rows = np.flatnonzero(hit & tracks.fresh)
    if not len(rows):
        return none()
    origin = rows if begin is None else begin[rows]
    reason = np.full(len(rows), "", dtype=object) if cleared is None else cleared[rows]
    first = _run_starts(tracks, rows, origin, reason)
    last = np.append(first[1:], len(rows)) - 1
    sure = np.broadcast_to(np.asarray(confidence, dtype=float), (len(tracks),))[rows]
    rank = sure if score is None else np.asarray(score, dtype=float)[rows]
    peak = rows[_argmax_in(rank, first, last)]
    opening = np.minimum.reduceat(origin, first)
    urgent = np.broadcast_to(np.asarray(priority, dtype=np.int64), (len(tracks),))[rows]
    return Stretches(
        subject=tracks.flight[peak],
        start=tracks.time[opening],
        end=tracks.time[rows[last]],
        peak=tracks.time[peak],
        score=np.maximum.reduceat(rank, first),
        confidence=np.maximum.reduceat(sure, first),
        priority=np.maximum.reduceat(urgent, first),
        icao24=tracks.icao24[peak],
        members=[(members or {}).get(int(row), ()) for row in peak],
        callsign=[_callsign(tracks, a, b) for a, b in zip(opening, rows[last], strict=True)],
        cleared=[str(text) for text in reason[first]],
        values={name: np.asarray(column)[peak] for name, column in (values or {}).items()},
        paths=_paths(tracks, rows, origin, first, last),
        samples=_evidence(tracks, opening, peak, rows[last]),
    )


def _evidence(tracks: Tracks, first: Array, peak: Array, last: Array) -> list[Sequence[Mapping[str, Any]]]:
    """Three samples of each stretch."""
    columns = [samples(tracks, rows, role) for rows, role in ((first, "first"), (peak, "peak"), (last, "last"))]
    return list(zip(*columns, strict=True))


def _run_starts(tracks: Tracks, rows: Array, origin: Array, reason: Array) -> Array:
    """Where a new stretch begins among the hit rows: another flight or reason, or a gap that merge would not bridge."""
    new = np.ones(len(rows), dtype=bool)
    gap = tracks.time[origin[1:]] - tracks.time[rows[:-1]] > tracks.merge_gap_s * 1000
    new[1:] = gap | (tracks.flight[rows[1:]] != tracks.flight[rows[:-1]]) | (reason[1:] != reason[:-1])
    return np.flatnonzero(new)


def _argmax_in(values: Array, first: Array, last: Array) -> Array:
    """Position of the first largest value in each run."""
    top = np.repeat(np.maximum.reduceat(values, first), last - first + 1)
    at = np.flatnonzero(values == top)
    return at[np.searchsorted(at, first)]


def _callsign(tracks: Tracks, a: int, b: int) -> str:
    """The newest callsign heard in the rows a..b."""
    heard = tracks.callsign[a : b + 1]
    heard = heard[heard != b""]
    return heard[-1].decode("ascii", "replace") if len(heard) else ""


def _paths(tracks: Tracks, rows: Array, origin: Array, first: Array, last: Array) -> list[Array]:
    """The located rows that each run's evidence covers, one per slot, as (lon, lat, ms)."""
    edge = np.zeros(len(tracks) + 1, dtype=np.int64)
    np.add.at(edge, origin, 1)
    np.add.at(edge, rows + 1, -1)
    covered = (np.cumsum(edge[:-1]) > 0) & tracks.located
    low = np.minimum.reduceat(origin, first)
    return [path(tracks, a + np.flatnonzero(covered[a : b + 1])) for a, b in zip(low, rows[last], strict=True)]


def path(tracks: Tracks, rows: Array) -> Array:
    """(k, 3) of lon, lat, ms: the first of the given rows in each slot."""
    slot = tracks.time[rows] // PATH_SLOT_MS
    keep = np.ones(len(rows), dtype=bool)
    keep[1:] = slot[1:] != slot[:-1]
    rows = rows[keep]
    return np.column_stack([tracks.lon[rows], tracks.lat[rows], tracks.time[rows]])


def sample(tracks: Tracks, row: int, role: str) -> dict[str, Any]:
    """One observation as evidence: the values that were sent, nothing else."""
    return samples(tracks, np.array([row]), role)[0]


def samples(tracks: Tracks, rows: Array, role: str) -> list[dict[str, Any]]:
    """Observations as evidence, one for each of the rows (n,)."""
    out: list[dict[str, Any]] = [{"role": role, "time": time} for time in tracks.time[rows].tolist()]
    for name in SAMPLE_COLUMNS:
        if name in tracks.columns:
            values, dtype = picked(tracks.columns, name, rows), COLUMNS[name].dtype
            sent = np.flatnonzero(present(name, values))
            for k, value in zip(sent.tolist(), values[sent].tolist(), strict=True):
                out[k][name] = plain(value, dtype)
    return out


def plain(value: Any, dtype: str = "") -> Any:
    """A JSON value: text from bytes, a rounded float, an int."""
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    if isinstance(value, float | np.floating):
        return round(float(value), 6 if dtype == "f8" else 3)
    return value.item() if isinstance(value, np.generic) else value

"""Counts per H3 cell and half hour: who was heard, whose position was good or degraded, how long they flew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.cells import FINEST, GPSJAM, cells_of, parents
from geo.interference import DAY_MS, judged, places
from geo.schema import NO_TIME, Array

BUCKET_MS = 1_800_000
"""Half an hour, the window of the gps-jamming class."""

FOLD_ROWS = 1_000_000
"""What has come in since the last `take` is put together beyond this, so that it stays small."""

Columns = dict[str, Array]
_KEYS = ("bucket", "h3", "icao24")
_FLAGS = ("known", "bad", "new", "was_known", "was_bad")


@dataclass(frozen=True)
class Counted:
    """`cells`: counts of half hours that changed; `aircraft`: who is new or newly degraded in a cell on a day (UTC).

    Aircraft are told one by one because the counts of a day's aircraft are those of no sum of its half hours.
    """

    cells: Mapping[str, Array]
    aircraft: Mapping[str, Array]


@dataclass
class CellCounts:
    """Each aircraft counts once per cell and bucket; degraded once is degraded.

    Every resolution is counted for itself: who crosses seven small cells is one aircraft in the large one. Those up to
    GPSJAM are its cells and what they lie in; FINEST is found from the positions.
    """

    seen: Columns = field(default_factory=dict)
    fresh: list[Columns] = field(default_factory=list)

    def add(self, rows: Batch) -> None:
        """Take released rows, which have `prev_time`, into the buckets of their time."""
        described = _described(rows)
        if not len(described["bucket"]):
            return
        self.fresh.append(_every_size(described))
        if sum(len(part["bucket"]) for part in self.fresh) > FOLD_ROWS:
            self.fresh = [_once(_joined(self.fresh))]

    def take(self, watermark: int | None) -> Counted | None:
        """What changed since the last time. Buckets that ended before the watermark (None: all) are forgotten: rows
        are released in order of time, so nothing comes into them any more."""
        if not self.fresh:
            return None
        self.seen = _once(_joined([self.seen, *self.fresh] if self.seen else self.fresh))
        self.fresh = []
        told = Counted(_counted(self.seen), _changed(self.seen))
        kept = np.ones(len(self.seen["bucket"]), dtype=bool)
        kept &= False if watermark is None else self.seen["bucket"] + BUCKET_MS > watermark
        seen = {name: values[kept] for name, values in self.seen.items()}
        self.seen = seen | {"was_known": seen["known"], "was_bad": seen["bad"], "new": np.zeros_like(seen["new"])}
        return told

    def state(self) -> Mapping[str, Array]:
        """All that is held, for a checkpoint."""
        parts = [self.seen, *self.fresh] if self.seen else self.fresh
        return _once(_joined(parts)) if parts else {}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on from what `state` gave; what changed in it is told again, or for the first time."""
        self.seen, self.fresh = {}, [dict(state)] if set(state) == {*_KEYS, *_FLAGS, "flown"} else []


def _described(rows: Batch) -> Columns:
    """What is counted of each row that has a place. Time flown is that since the row before of the same flight."""
    columns = rows.columns
    lat, lon = places(columns)
    here = np.flatnonzero(~np.isnan(lat))
    known, bad = judged({name: values[here] for name, values in columns.items()})
    time, before = rows["time"][here], columns["prev_time"][here] if len(here) else rows["time"][here]
    nothing = np.zeros(len(here), dtype=bool)
    return {
        "bucket": time // BUCKET_MS * BUCKET_MS,
        "icao24": rows["icao24"][here],
        "known": known,
        "bad": bad & known,
        "flown": np.where(before == NO_TIME, 0, time - np.where(before == NO_TIME, 0, before)),
        "new": ~nothing,
        "was_known": nothing,
        "was_bad": nothing,
        "lat": lat[here],
        "lon": lon[here],
    }


def _every_size(rows: Columns) -> Columns:
    """One entry per bucket, cell and aircraft, for the cells of every resolution."""
    lat, lon = rows.pop("lat"), rows.pop("lon")
    parts = [_once(rows | {"h3": cells_of(lat, lon, resolution)}) for resolution in (FINEST, GPSJAM)]
    for resolution in reversed(range(GPSJAM)):
        parts.append(_once(parts[-1] | {"h3": parents(parts[-1]["h3"], resolution)}))
    return _joined(parts)


def _joined(parts: Sequence[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in (*_KEYS, *_FLAGS, "flown")}


def _once(entries: Columns) -> Columns:
    """One entry per bucket, cell and aircraft, in that order. Neighbours first: rows come by aircraft and time."""
    entries = _merged(entries, np.arange(len(entries["bucket"])), _KEYS)
    return _merged(entries, np.lexsort(tuple(entries[n] for n in reversed(_KEYS))), _KEYS)


def _merged(entries: Mapping[str, Array], order: Array, keys: Sequence[str]) -> Columns:
    """Entries that follow each other in this order with the same keys become one: flags of any, time of all."""
    first = _starts([entries[name][order] for name in keys])
    out = {name: entries[name][order[first]] for name in keys}
    out |= {n: np.logical_or.reduceat(entries[n][order], first) for n in _FLAGS if n in entries}
    return out | {n: np.add.reduceat(entries[n][order], first) for n in ("flown",) if n in entries}


def _counted(seen: Columns) -> Mapping[str, Array]:
    """The counts of every cell and bucket in which anything is new."""
    first = _starts([seen["bucket"], seen["h3"]])
    bad, known, flown = (np.add.reduceat(seen[n].astype(np.int64), first) for n in ("bad", "known", "flown"))
    counts = {
        "h3": seen["h3"][first], "bucket_start": seen["bucket"][first], "good": known - bad, "bad": bad,
        "aircraft": np.diff(np.append(first, len(seen["h3"]))), "seconds": flown // 1000,
    }  # fmt: skip
    new = np.logical_or.reduceat(seen["new"], first)
    return {name: values[new] for name, values in counts.items()}


def _changed(seen: Columns) -> Mapping[str, Array]:
    """Day, cell and aircraft where it is told for the first time what its position was like, or that it was bad."""
    rows = np.flatnonzero(seen["known"] & (~seen["was_known"] | (seen["bad"] & ~seen["was_bad"])))
    told = {"day": seen["bucket"][rows] // DAY_MS * DAY_MS} | {n: seen[n][rows] for n in ("h3", "icao24", "bad")}
    keys = ("day", "h3", "icao24")
    return _merged(told, np.lexsort(tuple(told[n] for n in reversed(keys))), keys) if len(rows) else told


def _starts(keys: Sequence[Array]) -> Array:
    """Where a new combination of keys begins."""
    new = np.zeros(len(keys[0]), dtype=bool)
    new[:1] = True
    for values in keys:
        new[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(new)

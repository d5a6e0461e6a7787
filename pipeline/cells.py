"""Counts per H3 cell and half hour: aircraft seen, and how many of them reported good or degraded positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.cells import cells_of
from geo.interference import judged, places
from geo.schema import Array

BUCKET_MS = 1_800_000
"""Half an hour, the window of the gps-jamming class."""

RESOLUTION = 4
"""GPSJam's resolution: about 1,770 km2 a cell."""

SAMPLE_MS = 60_000

_KEYS = ("bucket", "h3", "icao24")


@dataclass
class CellCounts:
    """Each aircraft counts once per cell and bucket; degraded once is degraded."""

    seen: dict[str, Array] = field(default_factory=dict)

    def add(self, rows: Batch) -> None:
        """Take rows with `prev_time` into the buckets of their time; one row a minute of each flight is enough."""
        if not len(rows):
            return
        lat, lon = places(rows.columns)
        minute = rows["time"] // SAMPLE_MS != rows.columns["prev_time"] // SAMPLE_MS
        place = np.flatnonzero(minute & ~np.isnan(lat))
        if not len(place):
            return
        known, bad = judged({name: values[place] for name, values in rows.columns.items()})
        new = {
            "bucket": rows["time"][place] // BUCKET_MS * BUCKET_MS,
            "h3": cells_of(lat[place], lon[place], RESOLUTION),
            "icao24": rows["icao24"][place],
            "known": known,
            "bad": bad & known,
        }
        self.seen = _once({n: np.append(self.seen[n], v) if self.seen else v for n, v in new.items()})

    def take(self, now_ms: int | None) -> Mapping[str, Array]:
        """Counts of every bucket held; those that ended an hour before `now_ms` (None: all) are then forgotten."""
        if not self.seen:
            return {}
        counts = _counted(self.seen)
        if now_ms is not None:
            keep = self.seen["bucket"] >= now_ms - 2 * BUCKET_MS - 3_600_000
            self.seen = {n: v[keep] for n, v in self.seen.items()}
        return counts


def _once(seen: Mapping[str, Array]) -> dict[str, Array]:
    """One row per aircraft, cell and bucket."""
    order = np.lexsort(tuple(seen[n] for n in reversed(_KEYS)))
    first = _starts(seen, _KEYS, order)
    head = order[first]
    flags = {n: np.logical_or.reduceat(seen[n][order], first) for n in ("known", "bad")}
    return {n: seen[n][head] for n in _KEYS} | flags


def _counted(seen: Mapping[str, Array]) -> Mapping[str, Array]:
    order = np.arange(len(seen["bucket"]))
    first = _starts(seen, _KEYS[:2], order)
    bad = np.add.reduceat(seen["bad"].astype(np.int64), first)
    known = np.add.reduceat(seen["known"].astype(np.int64), first)
    return {
        "h3": seen["h3"][first], "bucket_start": seen["bucket"][first],
        "resolution": np.full(len(first), RESOLUTION), "good": known - bad, "bad": bad,
        "aircraft": np.diff(np.append(first, len(order))), "anomalies": np.zeros(len(first), dtype=np.int64),
    }  # fmt: skip


def _starts(seen: Mapping[str, Array], keys: tuple[str, ...], order: Array) -> Array:
    """Where a new combination of keys begins."""
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for name in keys:
        new[1:] |= seen[name][order][1:] != seen[name][order][:-1]
    return np.flatnonzero(new)

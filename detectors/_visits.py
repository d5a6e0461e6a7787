"""Visits: each piece of flight that meets a zone, graded, and joined into one stretch per flight and zone."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._airspace import Airspace, band_text
from detectors._registry import PRIORITY
from detectors._traffic import rebroadcast
from geo.schema import NO_TIME, Array
from geo.stretches import Stretches, none, path, sample
from geo.tracks import Tracks

SURE, UNTIMED, BLIND = 0.9, 0.55, 0.3
"""Confidence: active and at a known height; activity unknown; height unknown."""

ECHO = 0.7
"""What is left of the confidence for a radar track that is rebroadcast under no address of its own: such a track may be
a vehicle's, or that of an aircraft of the range itself (~2b0c40 in R-2513, 2025-06-01: four rows)."""

FAR_UP_FT = 10_000.0
"""Above this, a zone without a ceiling is taken for one whose heights the file does not tell."""

DOUBTFUL = 0.4
"""Below this confidence a visit is of low priority."""


@dataclass(frozen=True)
class Visits:
    """Arrays (n,) of segments that meet a zone: the row and the fix before it (-1: none), the zone, entry and exit in
    epoch ms, the altitude in ft (NaN: unknown), confidence, and what is doubtful, in words."""

    row: Array
    before: Array
    zone: Array
    start: Array
    end: Array
    altitude: Array
    sure: Array
    doubt: Array

    def take(self, index: Array) -> Visits:
        return Visits(*(v[index] for v in vars(self).values()))


def visits(tracks: Tracks, rows: Array, p: SimpleNamespace, space: Airspace) -> Stretches:
    """The visits of the given rows as stretches, one per unbroken run of a flight in a zone."""
    found = _found(tracks, rows, p, space)
    if not len(found.row):
        return none()
    found = found.take(np.lexsort((found.row, found.zone, tracks.flight[found.row])))
    flight = tracks.flight[found.row]
    new = np.ones(len(flight), dtype=bool)
    gap = found.start[1:] - found.end[:-1] > tracks.merge_gap_s * 1000
    new[1:] = gap | (flight[1:] != flight[:-1]) | (found.zone[1:] != found.zone[:-1])
    return _stretches(tracks, found, np.flatnonzero(new), space)


def altitudes(tracks: Tracks, memory_s: float) -> Array:
    """Pressure altitude, else geometric, else the last one of the flight within `memory_s`; NaN where there is none."""
    feet = np.where(np.isnan(tracks.baro_altitude), tracks.geo_altitude, tracks.baro_altitude).astype(np.float64)
    known = ~np.isnan(feet)
    last = tracks.last_where(known)
    recent = ~known & (last >= 0) & (tracks.time - tracks.time[last] <= memory_s * 1000)
    return np.where(recent, feet[last], feet)


def _found(tracks: Tracks, rows: Array, p: SimpleNamespace, space: Airspace) -> Visits:
    """Every meeting of a zone on the way to one of the rows."""
    before = tracks.last_where(tracks.located)[rows]
    near = (before >= 0) & (tracks.time[rows] - tracks.time[before] <= p.gap * 1000)
    before = np.where(near, before, -1)
    feet = altitudes(tracks, p.memory)
    lat0, lon0, feet0 = (np.where(near, values[before], np.nan) for values in (tracks.lat, tracks.lon, feet))
    time0, time1 = np.where(near, tracks.time[before], NO_TIME), tracks.time[rows]
    blind = np.isnan(feet[rows]) & np.isnan(feet0)
    parts = []
    for some, zones in ((np.flatnonzero(~blind), space.zones), (np.flatnonzero(blind), space.open)):
        if not len(some):
            continue
        from_ = (lat0[some], lon0[some], feet0[some], time0[some])
        to = (tracks.lat[rows][some], tracks.lon[rows][some], feet[rows][some], time1[some])
        row, zone, entry, leave = zones.crossed(*from_, *to)
        parts.append((some[row], zone, entry, leave))
    at, zone, entry, leave = (np.concatenate(part) for part in zip(*parts, strict=True))
    length = np.where(near, time1 - time0, 0)[at]
    began = time1[at] - length
    feet1 = np.where(np.isnan(feet[rows]), feet0, feet[rows])[at]
    feet0 = np.where(np.isnan(feet0[at]), feet1, feet0[at])
    climb = feet1 - feet0
    sure, doubt = _graded(space, zone, feet0 + climb * entry, feet0 + climb * leave, p.margin)
    sure = np.where((entry > 0) | (leave < 1), 0.85 * sure, sure)
    echo = rebroadcast(tracks, rows[at])
    sure, doubt = np.where(echo, ECHO * sure, sure), doubt + np.where(echo, ", a radar track without identity", "")
    start, end = began + (length * entry).astype(np.int64), began + (length * leave).astype(np.int64)
    return Visits(rows[at], before[at], zone, start, end, feet1, sure, doubt)


def _graded(space: Airspace, zone: Array, entry_ft: Array, exit_ft: Array, margin: float) -> tuple[Array, Array]:
    """Confidence of each visit, and what is doubtful about it."""
    floor, ceiling = space.floor[zone], space.ceiling[zone]
    inside = [np.minimum(feet - floor, ceiling - feet) for feet in (entry_ft, exit_ft)]
    deep, blind = np.maximum(*inside), np.isnan(entry_ft)
    timed = space.timed[zone]
    sure = np.where(timed, SURE, UNTIMED) * np.where(deep < margin, 0.7, 1.0)
    # A file without heights has endless zones: that something passed far above says little.
    endless = np.isinf(ceiling) & (np.fmax(entry_ft, exit_ft) > FAR_UP_FT)
    sure = np.where(endless, 0.6 * sure, sure)
    words = np.where(timed, "", ", activity unknown").astype(object)
    words = words + np.where(endless, ", no ceiling given", "").astype(object)
    words = words + np.where(deep < margin, f", within {margin:,.0f} ft of its limit", "").astype(object)
    words = words + np.where(blind, ", altitude unknown", "").astype(object)
    return np.where(blind, BLIND, sure), words


def _stretches(tracks: Tracks, found: Visits, first: Array, space: Airspace) -> Stretches:
    """The sorted visits as stretches that begin at `first`."""
    stop = np.append(first[1:], len(found.row))
    runs = list(zip(first.tolist(), stop.tolist(), strict=True))
    peak = np.array([a + int(np.argmax(found.sure[a:b])) for a, b in runs])
    top = found.take(peak)
    zones, row = space.zones, top.row
    mixed = tracks.flight[row].astype(np.uint64) ^ space.keys[top.zone]
    return Stretches(
        subject=(mixed * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(1)).astype(np.int64),
        start=np.minimum.reduceat(found.start, first),
        end=np.maximum.reduceat(found.end, first),
        peak=tracks.time[row],
        score=top.sure,
        confidence=top.sure,
        priority=np.where(top.sure < DOUBTFUL, PRIORITY["low"], PRIORITY["medium"]),
        icao24=tracks.icao24[row],
        members=[() for _ in runs],
        callsign=[_callsign(tracks, found.row[a:b]) for a, b in runs],
        cleared=["" for _ in runs],
        values={
            "zone": [str(zones.names[z])[:80] for z in top.zone],
            "zone_id": [str(zones.ids[z])[:80] for z in top.zone],
            "kind": [str(zones.kinds[z]) for z in top.zone],
            "band": [band_text(zones, int(z)) for z in top.zone],
            "floor": zones.floor_ft[top.zone],
            "ceiling": zones.ceiling_ft[top.zone],
            "altitude": np.rint(top.altitude),
            "height": [f" at {feet:,.0f} ft" if feet == feet else "" for feet in np.round(top.altitude, -2).tolist()],
            "doubt": top.doubt,
        },
        paths=[_path(tracks, found, a, b) for a, b in runs],
        samples=[_samples(tracks, found.row[a], int(r), found.row[b - 1]) for (a, b), r in zip(runs, row, strict=True)],
    )


def _path(tracks: Tracks, found: Visits, a: int, b: int) -> Array:
    """The rows of a run and the fixes before them."""
    rows = np.unique(np.append(found.row[a:b], found.before[a:b]))
    return path(tracks, rows[rows >= 0])


def _samples(tracks: Tracks, first: int, peak: int, last: int) -> list[dict[str, object]]:
    return [sample(tracks, int(row), role) for role, row in (("first", first), ("peak", peak), ("last", last))]


def _callsign(tracks: Tracks, rows: Array) -> str:
    heard = tracks.callsign[rows]
    heard = heard[heard != b""]
    return heard[-1].decode("ascii", "replace") if len(heard) else ""

"""Interference with satellite navigation: cells in which several aircraft at once report degraded positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import EPOCH, fly, together
from detectors._groups import samples, stretches_of
from detectors._jam_levels import Level, pairs
from detectors._jamming import SIGNS, SLOT_MS, STALE, Spells, spells
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._spoof_signs import LIMITS, signs_of, verdict
from geo.batch import Batch
from geo.interference import BANDS, gpsjam_band, gpsjam_ratio, wilson
from geo.stretches import Stretches, none
from geo.tracks import Tracks

WIDTH_KM = {4: 45, 3: 120, 2: 315}
"""Across an H3 cell of each resolution that is tried, in this order."""


TOLD_S = 1_200
"""False positions count for so long: each needs rows before it that must still be in view."""

READINGS = {"jam": "jamming", "spoof": "spoofing", "mixed": "jamming and spoofing"}


def examples() -> Sequence[Example]:
    """Hits and near misses near Cyprus."""

    def crowd(disturbed: int, ordinary: int, lowest: float = 20_500, **columns: Any) -> Batch:
        given: dict[str, Any] = {"lat": 34.4, "lon": 32.05, "speed": 120.0, "step_s": 5.0, "version": 2, "nic": 8}
        given |= {"seconds": 300, "nac_p": 9, "callsign": b"TEST1"}
        calm = [fly(0x400000 + k, **given, altitude=30_000 + 500 * k) for k in range(ordinary)]
        given |= {"nic": 0, "nac_p": 0} | columns
        return together(*calm, *(fly(0x500000 + k, **given, altitude=lowest + 500 * k) for k in range(disturbed)))

    def lost(count: int) -> Batch:
        rows = [crowd(1, 1).take(np.array([k])) for k in range(2)]
        last = {"gps_ok_before": np.array([EPOCH - 90_000]), "last_lat": np.array([34.4]), "last_lon": np.array([32.1])}
        gone = rows[1].with_columns(lat=np.array([np.nan]), lon=np.array([np.nan]), **last)
        return Batch.concat([rows[0], *(gone.with_columns(icao24=np.array([0x500000 + k])) for k in range(count))])

    return [
        Example("four of ten with NACp 0", lambda: crowd(4, 6), 1),
        Example("one snapshot with three that lost GPS", lambda: lost(3), 1),
        Example("one transponder alone", lambda: crowd(1, 5), 0),
        Example("all good", lambda: crowd(0, 8), 0),
        Example("old avionics, low and never better", lambda: crowd(4, 4, lowest=3_000), 0),
        Example("version 0, which says nothing", lambda: crowd(4, 4, version=0), 0),
    ]


@detector(
    id="gps-jamming",
    title="GPS interference",
    priority="high",
    scope="cell",
    needs=[("nic", "nac_p", "gps_ok_before", "position_time")],
    uses=("nic", "nac_p", "version", "sil", "gps_ok_before", "last_lat", "last_lon", "position_time", "geo_altitude"),
    lookback_s=1800,
    sample_s=60,
    every_s=60,
    merge_gap_s=900,
    single_row=True,
    examples=examples,
    explain="{bad} of {total} aircraft in a cell {width} km wide had their satellite navigation disturbed: "
    "{signs}{blank} (GPSJam's ratio {percent} %, {colour}); it looks like {reading}",
    style=Style(shape="cell", color="#ff9f0a", icon="jamming"),
    params={
        "window": Param(
            1800, "s", "each aircraft counts once in a cell for so long",
            60, 1800, "definitions 5.2: 30 min, degraded once = degraded",
        ),
        "least": Param(
            3, "", "disturbed aircraft in a cell; two are reported at lower priority",
            2, 20, "definitions 5.2: at least 3 aircraft",
        ),
        "high": Param(
            10_000, "ft", "below this an aircraft must have been good before it counts as disturbed",
            0, 60_000, "old avionics over Monterey, 2025-06-01, all lower",
        ),
        "split": Param(
            600, "m", "difference of geometric and pressure height from that of the aircraft around",
            100, 5_000, "West Asia, 2026-03-18; ordinary aircraft stay within 400 m",
        ),
        "blank": Param(
            3, "", "so many airborne aircraft without callsign in the cell are one more sign", 1, 100, "seed 003"
        ),
    },
    describe=Describe(
        definition="Cells of the H3 grid in which several aircraft lose, or degrade, their satellite navigation "
        "within half an hour.",
        characteristics=(
            "NIC below 7 and NACp below 8, or GPS lost after it was good",
            "Where a feed has neither: positions that go stale while messages continue, heights that do not fit",
            "Several independent aircraft, at the ratio that GPSJam draws yellow or red",
            "Aircraft without callsign in the same cell",
        ),
        audience=(
            "Spectrum analysts", "Navigation safety teams", "Critical infrastructure monitoring",
            "Regional conflict monitoring",
        ),
        priority_note="High for three and more at GPSJam's red; medium at its yellow, for two aircraft, or for stale "
        "positions in a single snapshot.",
        context="Jamming takes positions away, spoofing replaces them; announced tests look the same. Old avionics, one "
        "faulty transponder and positions computed by radar or multilateration do not count.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """One stretch per disturbed cell and minute with new evidence, in the finest cell that holds enough aircraft."""
    found = spells(tracks, p)
    if found is None:
        return none()
    fresh = found.bad & tracks.fresh[found.row]
    levels = {resolution: Level(found.coarser(resolution), resolution) for resolution in WIDTH_KM}
    entries: list[Mapping[str, Any]] = []
    tried: list[tuple[int, int]] = []
    for resolution, least in [(r, int(p.least)) for r in WIDTH_KM] + [(4, 2), (3, 2)]:
        level = levels[resolution]
        cell, minute = pairs(level.spells.cell[fresh], found.begin[fresh])
        hit = level.disturbed(cell, minute, least)
        for other, enough in tried:
            hit &= ~levels[other].touches(cell, minute, resolution, enough)
        entries += [_entry(tracks, level, int(c), int(m), p) for c, m in zip(cell[hit], minute[hit], strict=True)]
        tried.append((resolution, least))
    return stretches_of(_told_apart(tracks, entries))


def _told_apart(tracks: Tracks, entries: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The entries with the verdict on each cell: positions taken away (jam), replaced (spoof), or both (mixed)."""
    if not entries:
        return entries
    bits = signs_of(tracks, LIMITS).bits
    rows = np.flatnonzero(bits > 0)
    out = []
    for entry in entries:
        stop = (entry["end"] // SLOT_MS + 1) * SLOT_MS
        lately = rows[(tracks.time[rows] < stop) & (tracks.time[rows] >= stop - TOLD_S * 1000)]
        false = np.intersect1d(entry["members"], tracks.icao24[lately])
        one = verdict(len(false), entry["bad"])
        out.append(
            {
                **entry,
                "score": entry["score"] + len(false),
                "verdict": one,
                "reading": READINGS[one],
                "false_positions": len(false),
            }
        )
    return out


def _entry(tracks: Tracks, level: Level, cell: int, minute: int, p: SimpleNamespace) -> Mapping[str, Any]:
    """One disturbed cell at one minute, as an entry of Stretches."""
    at = np.array([cell], dtype=np.uint64), np.array([minute])
    good, bad = (int(count[0]) for count in level.counts(*at))
    here = level.members(cell, minute)
    s = here.take(here.bad)
    icao24, newest = np.unique(s.icao24, return_index=True)
    times = tracks.time[s.row]
    signs = np.bincount(s.sign[newest], minlength=len(SIGNS))
    alone = not (s.before > minute - p.window * 1000 // SLOT_MS).any()
    blank = _blank(tracks, here)
    band = int(gpsjam_band(good, bad))
    share = wilson(bad, good + bad)
    sure = _confidence(bad, band, level.resolution, blank >= p.blank)
    stale = signs[STALE] == bad
    sure = min(sure, 0.5) if alone else min(sure, 0.6) if stale else sure
    strong = bad >= p.least and band == 2 and not (alone and stale)
    return {
        "subject": cell, "start": int(times.min()), "end": int(times.max()), "peak": int(times.max()),
        "score": round(1_000 * sure + bad + float(gpsjam_ratio(good, bad)), 3), "confidence": sure,
        "priority": PRIORITY["high" if strong else "medium"], "icao24": -1, "members": icao24.tolist(), "callsign": "",
        "cleared": "", "paths": np.zeros((0, 3)), "samples": samples(tracks, s.row[newest]),
        "bad": bad, "good": good, "total": good + bad, "ratio": float(gpsjam_ratio(good, bad)),
        "percent": round(100 * float(gpsjam_ratio(good, bad))), "band": BANDS[band],
        "colour": ("green", "yellow", "red")[band], "share_low": float(share[0]), "share_high": float(share[1]),
        "resolution": level.resolution, "width": WIDTH_KM[level.resolution],
        "signs": ", ".join(f"{n} {word}" for n, word in zip(signs.tolist(), SIGNS, strict=True) if n),
        "blank": f"; {blank} airborne without callsign" if blank >= p.blank else "", "blank_callsigns": blank,
    }  # fmt: skip


def _confidence(bad: int, band: int, resolution: int, blank: bool) -> float:
    """More aircraft, a redder cell and a smaller one say more."""
    sure = 0.4 if bad == 2 else 0.55 + 0.06 * min(bad - 3, 5)
    sure += 0.05 * blank - 0.15 * (band < 2) - 0.05 * (4 - resolution)
    return round(sure, 3)


def _blank(tracks: Tracks, s: Spells) -> int:
    """Aircraft in the cell that never gave a callsign."""
    named = tracks.callsign[s.row] != b""
    return len(np.setdiff1d(s.icao24[~named], s.icao24[named]))

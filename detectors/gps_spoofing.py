"""False satellite positions: aircraft that leap, freeze and jump, gather at one point or contradict themselves."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together
from detectors._groups import address, stretches_of
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._spoof_signs import DRAWN, LIMITS, SLOT_MS, UNLIKE, WORDS, Signs, signs_of, suspicious
from geo.batch import Batch
from geo.schema import NON_ICAO, Array
from geo.sphere import distance_m
from geo.stretches import Stretches, none, path, sample
from geo.tracks import Tracks
from geo.words import joined

AROUND_S = 300
"""Others count when they showed a sign so lately, and so do the flight's own other signs."""

SURE = {1: 0.35, 2: 0.7, 3: 0.85}
"""By the number of kinds of signs."""


def examples() -> Sequence[Example]:
    """Hits and near misses in a region with six aircraft that nothing disturbs."""
    given: dict[str, Any] = {"step_s": 10.0, "seconds": 900, "lat": 33.5, "callsign": b"TEST1"}

    def calm() -> Sequence[Batch]:
        return [fly(0x400000 + k, lon=33.0 + 0.3 * k, geo_altitude=35_300.0, **given) for k in range(6)]

    def held(icao24: int, km: float = 0.0) -> Batch:
        rows = fly(icao24, geo_altitude=35_300.0, **given)
        late = rows["time"] - rows["time"][0] >= 300_000
        drift = np.where(late, 1e-4 * np.arange(len(rows)), 0.0)
        lat, lon = np.where(late, 33.82 + drift + km / 111.2, rows["lat"]), np.where(late, 35.49, rows["lon"])
        return rows.with_columns(lat=lat, lon=lon)

    def leaping(km: float = 90.0, **columns: Any) -> Batch:
        rows = fly(0x500000, lon=36.0, geo_altitude=35_300.0, **given)
        late = rows["time"] - rows["time"][0] >= 400_000
        heights = np.where(late, 31_000.0, 35_300.0)
        return rows.with_columns(lat=rows["lat"] + late * km / 111.2, geo_altitude=heights.astype("f4"))

    def frozen() -> Batch:
        rows = fly(0x500000, lon=36.0, **given)
        hold = (np.arange(len(rows)) // 12) * 12
        return rows.with_columns(lat=rows["lat"][hold], lon=rows["lon"][hold])

    def stack() -> Sequence[Batch]:
        turn = np.arange(90) * 30.0
        return [
            fly(0x600000 + k, track=turn + 40 * k, speed=220.0, altitude=9_000.0 + 1_000 * k, **{**given, "lat": 51.4})
            for k in range(6)
        ]

    return [
        Example("seven drawn to an airport", lambda: together(*calm(), *(held(0x500000 + k) for k in range(7))), 7),
        Example("a leap of 90 km, and heights that part", lambda: together(*calm(), leaping()), 1),
        Example("all is calm", lambda: together(*calm()), 0),
        Example("positions repeated by the feed for two minutes", lambda: together(*calm(), frozen()), 0),
        Example("six in a holding stack", lambda: together(*stack()), 0),
        Example("one wrong position", lambda: together(*calm(), _glitch(fly(0x500000, lon=36.0, **given))), 0),
    ]  # fmt: skip


def _glitch(rows: Batch) -> Batch:
    """The rows with one position far away."""
    lat = rows["lat"].copy()
    lat[60] += 0.8
    return rows.with_columns(lat=lat)


@detector(
    id="gps-spoofing", title="GPS spoofing", priority="medium", scope="aircraft", every_s=30, sample_s=30,
    needs=[("lat",), ("ground_speed",), ("baro_altitude",)],
    uses=("position_time", "geo_altitude", "nic", "nac_p", "version", "sil", "gps_ok_before", "last_lat", "last_lon"),
    lookback_s=600, merge_gap_s=900, single_row=True, examples=examples,
    explain="{address}: {signs}{around}; it looks like {reading}",
    style=Style(shape="path", color="#ff375f", icon="signal"),
    params={
        "jump": Param(LIMITS.jump, "m/s", "a step between current positions faster than this is a leap", 300, 3_000, "definitions 5.3: teleport"),
        "frozen": Param(LIMITS.frozen, "s", "a position that stays for so long in flight is frozen", 30, 300, "definitions 5.2: missing 60 s while messages continue"),
        "drawn": Param(LIMITS.drawn, "", "so many aircraft round one point that do not move as they say", 3, 50, "definitions 5.3: 5 within 3 km"),
        "within": Param(LIMITS.within, "km", "so near to each other", 0.5, 20, "definitions 5.3: 5 within 3 km"),
        "ratio": Param(LIMITS.ratio, "", "path flown against speed given over two minutes, either way", 1.2, 10, "quickstart, switzerland, Monterey: no fast aircraft beyond 1.3"),
        "split": Param(LIMITS.split, "m", "difference of geometric and pressure height from that of the aircraft around", 100, 5_000, "West Asia, 2026-03-18; ordinary aircraft stay within 400 m"),
        "sil": Param(LIMITS.sil, "", "share of SIL 0 in four and a half minutes", 0.1, 1, "definitions 5.3: 60 % of at least 25 messages"),
        "around": Param(150, "km", "others with such signs, or with poor navigation, within this distance count", 0, 500, "the reach of one transmitter at cruise levels"),
    },
    describe=Describe(
        definition="Aircraft whose satellite positions are false rather than missing: they leap, freeze and jump, gather "
        "at one point, or do not fit their own speed and height.",
        characteristics=(
            "Steps that no aircraft flies, to a place where the track goes on",
            "Several aircraft at one point, though they report cruising speed",
            "Geometric height parted from pressure altitude, unlike the aircraft around",
            "SIL 0 sent by a transponder that had an integrity before, or flies high",
        ),
        audience=("Navigation safety teams", "Spectrum analysts", "Flight operations", "Regional conflict monitoring"),
        priority_note="Low for one sign of one aircraft (movement that does not fit its speed counts only among others); medium for two, or where others around are disturbed; high for "
        "three, or for aircraft gathered at one point.",
        context="Jamming takes positions away; spoofing replaces them. Where both show it says mixed. One faulty receiver "
        "can do the same to one aircraft.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """One entry per flight and half minute with a sign; who else shows one around is taken from the same minutes."""
    if not suspicious(tracks, p):
        return none()
    found = signs_of(tracks, p)
    rows = np.flatnonzero((found.bits > 0) & tracks.fresh & tracks.located & (tracks.icao24 < NON_ICAO))
    if not len(rows):
        return none()
    entries = (_entry(tracks, found, int(r), p) for r in rows)
    return stretches_of([one for one in entries if one])


def _entry(tracks: Tracks, found: Signs, row: int, p: SimpleNamespace) -> dict[str, Any] | None:
    """A row with a sign, with all signs of its flight in the lookback and those of others around."""
    first = int(tracks.ago(AROUND_S)[row])
    rows = np.arange(first, row + 1)
    bits = int(np.bitwise_or.reduce(found.bits[rows]))
    names = [words for sign, words in WORDS.items() if bits & sign]
    false, poor = _around(tracks, found, row, p)
    if bits == UNLIKE and false + poor < 2:
        return None
    jammed = _poor_before(tracks, found, row)
    kinds = min(len(names), 3)
    sure = SURE[kinds] + 0.1 * (false + poor >= 2) + 0.1 * (false >= 2) + 0.05 * jammed
    urgent = (
        "high" if kinds > 2 or bits & DRAWN else "medium" if kinds > 1 or false >= 2 or false + poor >= 3 else "low"
    )
    verdict = "mixed" if jammed else "spoof"
    start = int(tracks.time[rows[found.bits[rows] > 0][0]])
    return {
        "subject": int(tracks.flight[row]), "start": start, "end": int(tracks.time[row]), "peak": int(tracks.time[row]),
        "score": round(kinds + sure, 3), "confidence": round(min(sure + 0.2 * bool(bits & DRAWN), 0.95), 3),
        "priority": PRIORITY[urgent], "icao24": int(tracks.icao24[row]), "members": (),
        "callsign": tracks.callsign[row].decode("ascii", "replace"), "cleared": "",
        "paths": path(tracks, rows[tracks.located[rows]]),
        "samples": [sample(tracks, int(rows[0]), "before"), sample(tracks, row, "last")],
        "address": address(tracks, row), "signs": joined(names), "verdict": verdict, "kinds": len(names),
        "reading": "spoofing and jamming" if jammed else "spoofing" if kinds > 1 or false else "spoofing, or a fault",
        "around": _beside(false + poor, p),
        "others_false": false, "others_poor": poor,
    }  # fmt: skip


def _beside(count: int, p: SimpleNamespace) -> str:
    """That others near are disturbed too, if any are."""
    if not count:
        return ""
    return f"; {'another' if count == 1 else f'{count} others'} within {p.around:,.0f} km {'is' if count == 1 else 'are'} disturbed too"


def _poor_before(tracks: Tracks, found: Signs, row: int) -> bool:
    """Whether the aircraft, under whichever of its streams, had poor navigation in the last minutes."""
    since = tracks.time[row] - AROUND_S * 1000
    mine = (tracks.icao24 == tracks.icao24[row]) & (tracks.time >= since) & (tracks.time <= tracks.time[row])
    return bool(found.poor[mine].any())


def _around(tracks: Tracks, found: Signs, row: int, p: SimpleNamespace) -> tuple[int, int]:
    """How many other aircraft near showed false positions, and how many others poor navigation, in the last minutes."""
    stop = (tracks.time[row] // SLOT_MS + 1) * SLOT_MS
    near = (tracks.time < stop) & (tracks.time >= stop - AROUND_S * 1000) & (tracks.icao24 != tracks.icao24[row])
    at = np.flatnonzero(near & ((found.bits > 0) | found.poor) & tracks.located)
    metres = distance_m(tracks.lat[row], tracks.lon[row], tracks.lat[at], tracks.lon[at])
    at = at[metres <= p.around * 1000]
    false = np.unique(tracks.icao24[at[found.bits[at] > 0]])
    poor: Array = np.setdiff1d(tracks.icao24[at], false)
    return len(false), len(poor)

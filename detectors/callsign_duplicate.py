"""One callsign on two or more addresses at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._callsigns import Sharing, sharings
from detectors._examples import during, fly, together
from detectors._groups import MOST, address, listed, samples, stretches_of
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.schema import SOURCES, Array
from geo.sphere import NMI_M, distance_m
from geo.stretches import PATH_SLOT_MS, Stretches
from geo.tracks import Tracks

AIRLINE = re.compile(r"[A-Z]{3}\d[A-Z0-9]{0,4}")
"""ICAO Doc 4444: a three-letter designator and a flight identification that begins with a digit."""

PLACEHOLDER = re.compile(r"TEST.*|VFR|IFR|UNKN.*|NONE|NULL|N/?A|TX(LU)?\d*|\w*RMTR\w*|MLAT\d*|\W.*|\D{0,2}|\d*|(.)\2+")
"""What testers, ground stations and units that nobody set up send (TEST1234, 00000000, @@@@@@@@, TXLU02, VFR)."""

LISTED = 250
"""Members kept: what thousands send is a placeholder all the same."""

TOGETHER_FT = 1_000.0
"""Nearer in height than this, two at one place go together."""

HANDOVER_KM = 100.0
"""A jet's last or first ten minutes in the air."""

NO_TRANSPONDER = SOURCES.index("adsb_icao_nt")

SILENT = tuple(SOURCES.index(n) for n in ("mlat", "mode_s"))
"""Sources of aircraft that broadcast no identity of their own (readsb 124)."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def two(name: bytes = b"DLH4AB", other: Any = None, km: float = 400, n: int = 120, **columns: Any) -> Batch:
        first = fly(0x3C1000, n, lat=50.0, callsign=name, **columns)
        second: dict[str, Any] = {"callsign": name if other is None else other, "lat": 50.0 + km / 111.2} | columns
        return together(first, fly(0x3C8A55, n, **second))

    return [
        Example("one flight number on two airliners far apart", lambda: two(), 1),
        Example("two rows of one snapshot", lambda: two(n=1), 1),
        Example("the callsign is heard once from the wrong address", lambda: two(other=during(b"DLH4AB", b"EWG7", 50, 54, 120, "S8")), 0),
        Example("the next flight has a number of its own", lambda: two(other=b"DLH4AC"), 0),
        Example("blank callsigns", lambda: two(name=b""), 0),
        Example("a tester's placeholder", lambda: two(name=b"TEST1234"), 0),
        Example("side by side: one aircraft heard twice, or a formation", lambda: two(km=0.5), 0),
        Example("the next leg waits at the gate while this one comes in", lambda: together(fly(0x3C1000, 120, callsign=b"DLH4AB", track=0.0), fly(0x3C8A55, 120, lat=50.5, callsign=b"DLH4AB", on_ground=1, speed=0.0, altitude=0.0)), 0),
        Example("two vehicles on the ground", lambda: two(km=3, on_ground=1, altitude=0.0), 0),
    ]  # fmt: skip


@detector(
    id="callsign-duplicate", title="Callsign duplicate", priority="medium", scope="callsign", every_s=10, sample_s=10,
    needs=[("callsign",)], lookback_s=210, merge_gap_s=120, single_row=True, examples=examples,
    explain="{code} is sent by {aircraft} aircraft at once: {addresses}{apart}{note}",
    style=Style(shape="pair", color="#4fc3f7", icon="twins"),
    params={
        "age": Param(30, "s", "both were heard within so long", lo=10, hi=60, source="callsigns are sent every 5 s (DO-260B), and feeds thin them"),
        "hold": Param(20, "s", "each has sent the callsign for so long", lo=0, hi=120, source="dump1090 251: a wrong one stands for one message"),
        "rows": Param(3, "", "and in so many ten-second samples of two minutes", lo=1, hi=12, source="dump1090 251"),
        "near": Param(2, "nmi", "nearer to each other than this they are one aircraft heard twice, or fly together", lo=0, hi=20, source="TIS-B and MLAT shadows over Monterey, 2025-06-01: under 1 nmi"),
        "far": Param(100, "km", "further apart, no shadow or handover explains them", lo=1, hi=1_000, source="well beyond the error of any radar or MLAT"),
        "many": Param(6, "", "so many addresses share only what is no flight's own", lo=3, hi=100, source="worldwide snapshot of 2022-04-30: 90 send TEST1234"),
    },
    describe=Describe(
        definition="Two or more addresses that broadcast the same callsign at the same time.",
        characteristics=("Different 24-bit addresses, the very same callsign", "Both heard within half a minute", "Held, not one message heard wrong"),
        audience=("Data integrity teams", "ADS-B research analysts", "Air traffic monitoring teams", "Regulatory compliance reviewers"),
        priority_note="Medium for airborne flight numbers; low for registrations, for one on the ground, or for a single observation.",
        context="Often a crew that kept the last flight's number, or a database error. Placeholders, ground vehicles, formations and bit errors are shown as cleared.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """Per instant, each callsign that two or more addresses have sent for a while, or in the one row there is of them."""
    return stretches_of([_entry(tracks, s, p) for s in sharings(tracks, p)])


def _entry(tracks: Tracks, one: Sharing, p: SimpleNamespace) -> dict[str, Any]:
    """One callsign at one instant, as an entry of Stretches."""
    rows, end = one.rows, int(tracks.time[one.rows].max())
    members, km, flight = tracks.icao24[rows].tolist(), _apart(tracks, one), AIRLINE.fullmatch(one.callsign) is not None
    ground = bool((tracks.on_ground[rows] == 1).any())
    sure = (
        _confidence(one.held, km, p) * (1.0 if flight and not ground else 0.7) * (0.6 if _bits(members) <= 2 else 1.0)
    )
    return {
        "subject": int.from_bytes(blake2b(one.callsign.encode(), digest_size=8).digest()) >> 1,
        "start": end - int(p.hold * 1000) if one.held else end, "end": end, "peak": end,
        "score": round(sure + 10 * one.held, 6), "confidence": round(sure, 3), "icao24": members[0], "members": members[:LISTED],
        "priority": PRIORITY["medium" if one.held and flight and not ground else "low"], "callsign": one.callsign,
        "cleared": _innocent(tracks, one, km, p), "samples": samples(tracks, rows), "paths": _line(tracks, one),
        "code": one.callsign, "addresses": listed([address(tracks, r) for r in rows[:MOST]], len(rows)), "distance_km": km,
        "apart": "" if km is None else f", {km:,.0f} km apart", "note": "" if one.held else ", when first heard",
    }  # fmt: skip


def _apart(tracks: Tracks, one: Sharing) -> float | None:
    """Greatest distance from the first sender in km; None where fewer than two are placed."""
    at = one.placed[one.placed >= 0]
    if len(at) < 2:
        return None
    return round(
        float(distance_m(tracks.lat[at[0]], tracks.lon[at[0]], tracks.lat[at], tracks.lon[at]).max()) / 1000, 1
    )


def _bits(members: Sequence[int]) -> int:
    """By how many bits two addresses differ; a whole address for more than two."""
    return (members[0] ^ members[1]).bit_count() if len(members) == 2 else 24


def _confidence(held: bool, km: float | None, p: SimpleNamespace) -> float:
    """Distance rules out that one aircraft was heard twice; one observation says little."""
    if not held:
        return 0.35
    return 0.5 if km is None else 0.9 if km >= p.far else 0.75


def _innocent(tracks: Tracks, one: Sharing, km: float | None, p: SimpleNamespace) -> str:
    """What explains the sharing, or ''."""
    rows = one.rows
    feet = np.ptp(np.nan_to_num(tracks.baro_altitude[rows].astype(float)))
    if PLACEHOLDER.fullmatch(one.callsign) or len(rows) >= p.many:
        return "a placeholder, which is no flight's own"
    if (tracks.source[rows] == NO_TRANSPONDER).all():
        return "sent without a transponder: vehicles or ground stations"
    if (tracks.on_ground[rows] == 1).all():
        return "all on the ground: vehicles, or a change of aircraft"
    if km is not None and km <= p.near * NMI_M / 1000 and feet <= TOGETHER_FT:
        return "side by side: one aircraft heard twice, or a formation"
    if _handed_over(tracks, rows, km):
        return "handed over: one aircraft on the ground, the other has just left it or is about to arrive"
    if _bits(tracks.icao24[rows].tolist()) <= 2 and np.isin(tracks.source[rows], SILENT).any():
        return "the addresses differ in a bit or two and one sends no callsign itself: misheard"
    return ""


def _handed_over(tracks: Tracks, rows: Array, km: float | None) -> bool:
    """One flight number, two legs: one aircraft stands where the other has just left, or is about to arrive."""
    ground = tracks.on_ground[rows] == 1
    return len(rows) == 2 and int(ground.sum()) == 1 and km is not None and km <= HANDOVER_KM


def _line(tracks: Tracks, one: Sharing) -> Array:
    """The places of the first senders. Numbered, not timed: the line stays the one that was seen first."""
    at = one.placed[one.placed >= 0][:MOST]
    return np.column_stack([tracks.lon[at], tracks.lat[at], np.arange(len(at)) * PATH_SLOT_MS])

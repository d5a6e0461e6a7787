"""One 24-bit address heard live at two places that no aircraft can be at in turn."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together
from detectors._groups import samples, stretches_of
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._rivals import SLOT_MS, interleaved, renewed
from geo.batch import Batch
from geo.schema import NO_TIME, NON_ICAO, SOURCES, Array, icao24_text
from geo.sphere import KNOT_M_S, distance_m
from geo.stretches import PATH_SLOT_MS, Stretches
from geo.tracks import Index, Mask, Tracks

UNSET = (0x000000, 0x000001, 0x111111, 0x123456, 0xABCDEF, 0xFFFFFF)
"""Addresses of units that nobody set up: several of them at once are no clone (000000 in the snapshot of 2022)."""

DIRECT = tuple(SOURCES.index(n) for n in ("unknown", "adsb_icao", "adsb_icao_nt", "adsr_icao", "uat", "asterix"))
"""Sources whose position is the aircraft's own word; all others compute it, and may compute it wrong."""

ONE_FT = 300.0
"""Streams with one callsign and this near in height are one airframe whose position is disturbed."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def pair(km: float, seconds: float = 240, **second: Any) -> Batch:
        there = {"start_s": 0.5, "lat": 50.0 + km / 111.2, "altitude": 21_000.0, "track": 180.0}
        given: dict[str, Any] = there | second
        return together(fly(0x4CA001, 240, lat=50.0, callsign=b"RYR1AB"), fly(0x4CA001, seconds, **given))

    def stale() -> Batch:
        there = fly(0x4CA001, 240, lat=54.0)
        return pair(444, lat=there["lat"][0], lon=there["lon"][0], speed=0.0)

    return [
        Example("one address on two airliners 445 km apart", lambda: pair(445), 1),
        Example("the second is heard for two minutes", lambda: pair(445, 120, start_s=60.5), 1),
        Example("a stale position repeated far behind", stale, 0),
        Example("a single wrong position", lambda: pair(445, 1, start_s=100.5), 0),
        Example("a few kilometres of noise", lambda: pair(12, track=90.0), 0),
        Example("addresses that are no airframe's", lambda: with_address(pair(445), NON_ICAO | 0x4CA001), 0),
        Example("units that nobody set up", lambda: with_address(pair(445), 0), 0),
    ]  # fmt: skip


def with_address(rows: Batch, icao24: int) -> Batch:
    """The rows under another address."""
    return rows.with_columns(icao24=np.full(len(rows), icao24))


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Aircraft whose address has two live streams far apart."""
    out: Mask = (tracks.rival_time != NO_TIME) & (tracks.rival_km >= p.least) & (tracks.icao24 < NON_ICAO)
    return out


@detector(
    id="icao-spoof", title="One address, two places", priority="high", scope="aircraft", every_s=30, sample_s=10,
    needs=[("lat",)], uses=("position_time",), lookback_s=180, merge_gap_s=180, gate=gate, examples=examples,
    explain="{address} is heard at two places {distance:.0f} km apart within {seconds:.0f} s: {reading}",
    style=Style(shape="pair", color="#ff2d92", icon="split"),
    params={
        "distance": Param(200, "km", "places this far apart count in full", lo=50, hi=2_000, source="seed 003"),
        "least": Param(30, "km", "nearer ones down to this are low; below are noise and receivers that disagree", lo=10, hi=200, source="switzerland 2018-08-01: no two live streams beyond"),
        "fastest": Param(700, "kt", "the most that an aircraft flies over ground", lo=200, hi=3_000, source="airliners in the strongest jet streams"),
        "factor": Param(3, "", "times that must be exceeded to get from one place to the other", lo=1, hi=20, source="seed 003"),
        "window": Param(90, "s", "the streams must interleave within this time", lo=30, hi=90, source="a stale position or a jump is over by then"),
        "fixes": Param(3, "", "with so many new positions each", lo=2, hi=9, source="one bad row, or two, are errors"),
    },
    describe=Describe(
        definition="The same 24-bit address broadcasts from two places at the same time that no aircraft can fly between.",
        characteristics=("Both streams live and moving, their messages interleaved", "More than 200 km apart", "More than three times the speed of any aircraft needed"),
        audience=("Airspace integrity teams", "Research analysts", "Spectrum monitoring groups", "Regulatory compliance teams"),
        priority_note="High beyond 200 km; medium where callsign and height are the same in both; low when nearer or where a position is computed, not broadcast.",
        context="A clone or a misconfiguration: a transponder swapped without a new code, a typing error, a unit on a test bench, now and then a replay. The data cannot tell which.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """Per address and half minute, each two streams that interleave too far apart."""
    view = tracks.take(np.flatnonzero(tracks.located & (tracks.icao24 < NON_ICAO)))
    view = view.take(np.argsort(view.icao24, kind="stable"))
    new, far = renewed(view), gate(view, p)
    hot = np.flatnonzero(far & view.fresh)
    found = []
    for icao24, slot in np.unique(np.column_stack([view.icao24[hot], view.time[hot] // SLOT_MS]), axis=0).tolist():
        rows = np.arange(*np.searchsorted(view.icao24, [icao24, icao24 + 1]))
        for a, b in interleaved(view, rows, far, new, (slot + 1) * SLOT_MS, p):
            found.append(_entry(view, a, b, (slot + 1) * SLOT_MS, p))
    return stretches_of([f for f in found if f["speed"] > p.fastest * p.factor and f["distance"] >= p.least])


def _entry(view: Tracks, a: Index, b: Index, end: int, p: SimpleNamespace) -> dict[str, Any]:
    """Two streams of one address, as an entry of Stretches."""
    i, j = a[-1], b[-1]
    km = float(distance_m(view.lat[i], view.lon[i], view.lat[j], view.lon[j])) / 1000
    apart_s = max(abs(int(view.time[i] - view.time[j])) / 1000, 1.0)
    reading, sure, priority = _reading(view, i, j, km, p)
    icao24, rows = int(view.icao24[i]), np.array([i, j])
    return {
        "subject": icao24, "start": int(min(view.time[a[0]], view.time[b[0]])), "end": int(max(view.time[rows])),
        "peak": end, "score": round(sure + 0.001 * min(len(a), len(b)), 4), "confidence": sure,
        "priority": PRIORITY[priority], "icao24": icao24, "members": (), "callsign": _calls(view, rows),
        "cleared": "an address that several unset units send" if icao24 in UNSET else "", "paths": _line(view, rows),
        "samples": samples(view, rows), "address": icao24_text(icao24), "distance": round(km, 1),
        "speed": round(km * 1000 / KNOT_M_S / apart_s), "reading": reading, "seconds": apart_s,
    }  # fmt: skip


def _reading(view: Tracks, i: int, j: int, km: float, p: SimpleNamespace) -> tuple[str, float, str]:
    """What it may be, how sure, and how urgent."""
    if not np.isin(view.source[[i, j]], DIRECT).all():
        return "one of the positions is computed, not broadcast, and may be wrong", 0.3, "low"
    if km < p.distance:
        return "a clone or a misconfiguration, or receivers that disagree", 0.4, "low"
    same = view.callsign[i] == view.callsign[j] and view.callsign[i] != b""
    if same and abs(view.baro_altitude[i] - view.baro_altitude[j]) <= ONE_FT:
        return "a clone or a misconfiguration, or one aircraft whose satellite position is disturbed", 0.5, "medium"
    return "a clone or a misconfiguration", 0.9, "high"


def _calls(view: Tracks, rows: Array) -> str:
    """Both callsigns where they differ."""
    return ", ".join(dict.fromkeys(c.decode("ascii", "replace") for c in view.callsign[rows].tolist() if c))


def _line(view: Tracks, rows: Array) -> Array:
    """Both places. Numbered, not timed: the line stays the one that was seen first."""
    return np.column_stack([view.lon[rows], view.lat[rows], np.arange(len(rows)) * PATH_SLOT_MS])

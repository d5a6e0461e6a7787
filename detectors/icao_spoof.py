"""One 24-bit address heard live at two places that no aircraft can be at in turn."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together
from detectors._groups import samples, stretches_of
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._rivals import INTRUDERS, SLOT_MS, interleaved, later, newcomers, renewed, unlike
from geo.batch import Batch
from geo.memory import Memory
from geo.schema import NO_TIME, NON_ICAO, SOURCES, Array, icao24_text
from geo.sphere import KNOT_M_S, distance_m
from geo.stretches import PATH_SLOT_MS, Stretches
from geo.tracks import Index, Mask, Tracks

UNSET = (0x000000, 0x000001, 0x111111, 0x123456, 0xABCDEF, 0xFFFFFF)
"""Addresses of units that nobody set up: several of them at once are no clone (000000 in the snapshot of 2022)."""

DIRECT = tuple(SOURCES.index(n) for n in ("unknown", "adsb_icao", "adsb_icao_nt", "adsr_icao", "uat", "asterix"))
"""Sources whose position is the aircraft's own word; all others compute it, and may compute it wrong."""

READINGS = (
    "a clone or a misconfiguration",
    "one of the positions is computed, not broadcast, and may be wrong",
    "a clone or a misconfiguration, or receivers that disagree",
    "a clone or a misconfiguration, or one aircraft whose satellite position is disturbed",
    "a clone or a misconfiguration, nearer than receivers can tell but unlike in height, speed or course",
    "the second was heard with the first only shortly, and has gone on alone",
)

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
        Example("a few kilometres of noise", lambda: pair(12, track=90.0, altitude=35_000.0), 0),
        Example("12 km apart, 14,000 ft and another course", lambda: pair(12), 1),
        Example("addresses that are no airframe's", lambda: with_address(pair(445), NON_ICAO | 0x4CA001), 0),
        Example("units that nobody set up", lambda: with_address(pair(445), 0), 0),
    ]  # fmt: skip


def with_address(rows: Batch, icao24: int) -> Batch:
    """The rows under another address."""
    return rows.with_columns(icao24=np.full(len(rows), icao24))


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Aircraft whose address has two live streams, and the later stream of such an address for as long as it lasts."""
    live = (tracks.rival_time != NO_TIME) & (tracks.rival_km >= p.nearest)
    out: Mask = (live | (tracks.sub > 0)) & (tracks.icao24 < NON_ICAO)
    return out


@detector(
    id="icao-spoof", title="One address, two places", priority="high", scope="aircraft", every_s=30, sample_s=10,
    needs=[("lat",)], uses=("position_time",), lookback_s=90, merge_gap_s=180, gate=gate, examples=examples,
    memory=INTRUDERS,
    explain="{address} is heard at two places {distance:.0f} km apart within {seconds:.0f} s: {reading}",
    style=Style(shape="pair", color="#ff2d92", icon="split"),
    params={
        "distance": Param(200, "km", "places this far apart count in full", lo=50, hi=2_000, source="seed 003"),
        "least": Param(30, "km", "nearer ones down to this are low; below only where height, speed or course differ too", lo=10, hi=200, source="switzerland 2018-08-01: no two live streams beyond"),
        "nearest": Param(4, "km", "below are noise and receivers that disagree", lo=2, hi=50, source="tour_de_france 2020: dirty fixes up to 6 km; JL516: receivers 3 km apart"),
        "alone": Param(4, "", "new positions of its own after which a stream that was heard with the first only shortly counts", lo=2, hi=60, source="a bad row, or a few, are over by then"),
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
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """Per address and half minute, each two streams that interleave too far apart; and what became of the later one."""
    view = tracks.take(np.flatnonzero(tracks.located & (tracks.icao24 < NON_ICAO)))
    view = view.take(np.argsort(view.icao24, kind="stable"))
    new, far = renewed(view), gate(view, p)
    last = newcomers(view, new, memory)
    hot = np.flatnonzero(far & view.fresh & (view.rival_time != NO_TIME))
    found = []
    for icao24, slot in np.unique(np.column_stack([view.icao24[hot], view.time[hot] // SLOT_MS]), axis=0).tolist():
        rows = np.arange(*np.searchsorted(view.icao24, [icao24, icao24 + 1]))
        for a, b in interleaved(view, rows, far, new, (slot + 1) * SLOT_MS, p):
            found += _pair(view, *later(view, a, b), (slot + 1) * SLOT_MS, p, memory)
    told = {f["subject"] for f in found}
    tails = [_tail(view, int(row), p, memory) for row in last if int(view.flight[row]) not in told]
    return stretches_of([*found, *(tail for tail in tails if tail)])


def _pair(view: Tracks, a: Index, b: Index, end: int, p: SimpleNamespace, memory: Memory) -> list[dict[str, Any]]:
    """Two streams of one address as an entry of Stretches, the later one (b) its subject; none where they may be one."""
    i, j = a[-1], b[-1]
    km = float(distance_m(view.lat[i], view.lon[i], view.lat[j], view.lon[j])) / 1000
    apart_s = max(abs(int(view.time[i] - view.time[j])) / 1000, 1.0)
    if km < p.nearest or km * 1000 / KNOT_M_S / apart_s <= p.fastest * p.factor:
        return []
    if km < p.least and not unlike(view, a, b):
        return []
    reading, sure, priority = _reading(view, i, j, km, p)
    key = view.flight[[j]]
    known = memory.get(key)
    if sure >= known["sure"][0]:
        memory.put(key, end, sure=np.array([sure]), priority=np.array([PRIORITY[priority]]), km=np.array([km]),
                   apart_s=np.array([apart_s]), reading=np.array([reading]))  # fmt: skip
    if min(len(a), len(b)) < p.fixes:
        return []
    memory.put(key, end, heard=np.array([int(p.alone)]))
    rows, born = np.array([i, j]), int(known["born"][0])
    start = min(int(view.time[b[0]]), born if born != NO_TIME else end)
    entry = _entry(view, int(j), start, end, km, apart_s, reading, sure, PRIORITY[priority])
    more = {
        "end": int(max(view.time[rows])), "callsign": _calls(view, rows), "paths": _line(view, rows),
        "samples": samples(view, rows), "score": round(sure + 0.001 * min(len(a), len(b)), 4),
    }  # fmt: skip
    return [entry | more]


def _tail(view: Tracks, row: int, p: SimpleNamespace, memory: Memory) -> dict[str, Any] | None:
    """The later stream goes on without the first: still the address of another."""
    known = {name: value[0] for name, value in memory.get(view.flight[[row]]).items()}
    if known["sure"] == 0 or known["heard"] < p.alone:
        return None
    level = min(int(known["priority"]), PRIORITY["medium"])
    sure = round(min(float(known["sure"]), 0.4), 4)
    reading = READINGS.index(READINGS[-1])
    end = int(view.time[row])
    return _entry(view, row, int(known["born"]), end, float(known["km"]), float(known["apart_s"]), reading, sure, level)


def _entry(
    view: Tracks, row: int, start: int, end: int, km: float, apart_s: float, reading: int, sure: float, priority: int
) -> dict[str, Any]:
    """What pairs and tails have in common."""
    icao24 = int(view.icao24[row])
    return {
        "subject": int(view.flight[row]), "start": start, "end": end, "peak": end, "score": round(0.5 * sure, 4),
        "confidence": sure, "priority": priority, "icao24": icao24, "members": (), "callsign": "",
        "cleared": "an address that several unset units send" if icao24 in UNSET else "",
        "paths": np.zeros((0, 3)), "samples": (), "address": icao24_text(icao24), "distance": round(km, 1),
        "speed": round(km * 1000 / KNOT_M_S / apart_s), "reading": READINGS[reading], "seconds": apart_s,
    }  # fmt: skip


def _reading(view: Tracks, i: int, j: int, km: float, p: SimpleNamespace) -> tuple[int, float, str]:
    """What it may be, how sure, and how urgent."""
    if not np.isin(view.source[[i, j]], DIRECT).all():
        return 1, 0.3, "low"
    if km < p.distance:
        return (2 if km >= p.least else 4), 0.4, "low"
    same = view.callsign[i] == view.callsign[j] and view.callsign[i] != b""
    if same and abs(view.baro_altitude[i] - view.baro_altitude[j]) <= ONE_FT:
        return 3, 0.5, "medium"
    return 0, 0.9, "high"


def _calls(view: Tracks, rows: Array) -> str:
    """Both callsigns where they differ."""
    return ", ".join(dict.fromkeys(c.decode("ascii", "replace") for c in view.callsign[rows].tolist() if c))


def _line(view: Tracks, rows: Array) -> Array:
    """Both places. Numbered, not timed: the line stays the one that was seen first."""
    return np.column_stack([view.lon[rows], view.lat[rows], np.arange(len(rows)) * PATH_SLOT_MS])

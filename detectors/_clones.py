"""Clones: what is said of two streams of one address, and of the later one when it goes on alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._groups import samples
from detectors._registry import PRIORITY
from detectors._rivals import unlike
from geo.memory import Memory
from geo.schema import NO_TIME, SOURCES, Array, icao24_text
from geo.sphere import KNOT_M_S, distance_m
from geo.stretches import PATH_SLOT_MS
from geo.tracks import Index, Tracks

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


def paired(view: Tracks, a: Index, b: Index, end: int, p: SimpleNamespace, memory: Memory) -> list[dict[str, Any]]:
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


def alone(view: Tracks, row: int, p: SimpleNamespace, memory: Memory) -> dict[str, Any] | None:
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

"""Transponders that declare other equipment than before, or an older standard than nearly all of their type."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._equipment import (
    FIELDS,
    Declared,
    code_of,
    confirm_ms,
    count_types,
    declared,
    differ,
    differences,
    goes_on,
    rare,
    runs_of,
    telling,
)
from detectors._examples import during, fly, together
from detectors._registry import Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

KEEP = Keep(
    {"code": Slot("i8", -1), "pending": Slot("i8", -1), "begun": Slot("i8"), "changes": Slot("i8"), "first": Slot("i8"),
     "before": Slot("i8", -1), "told": Slot("i8"), "modern": Slot("i8"), "airframes": Slot("i8"), "odd": Slot("i1")},
    ttl_s=30 * 86_400.0, learn="days",
)  # fmt: skip
"""Per address: what it declares, what it may have begun to declare and when, how often that changed; per type: airframes."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    now = {"days": 0.0}
    n = 300
    v2: dict[str, Any] = {"version": 2.0, "sil": 3.0, "sda": 2.0, "type_code": b"A320"}

    def plane(icao24: int = 0xABC123, seconds: int = n, **columns: Any) -> Batch:
        return fly(icao24, seconds, **(v2 | columns))

    def fleet(seconds: int = n, **columns: Any) -> Batch:
        others = [plane(0x400000 + k, lat=45 + 0.2 * k, start_s=0) for k in range(25)]
        return together(*others, plane(seconds=seconds, start_s=320, **columns))

    unheard: dict[str, Any] = {"version": 0.0, "sil": 2.0, "sda": np.nan}

    def lost(first: int, last: int, seconds: int) -> Batch:
        """No operational status is heard between two moments."""
        at: dict[str, Any] = {name: during(value, v2[name], first, last, seconds) for name, value in unheard.items()}
        return plane(seconds=seconds, **at)

    def edge(*heard_s: float) -> Batch:
        """Version 2 for five minutes, then single rows without."""
        rows = (plane(seconds=1, start_s=n + s, lon=11 + s / 500, **unheard) for s in heard_s)
        return together(plane(), *rows)

    return [
        Example("version 2 in the morning, 0 later", lambda: plane(version=during(0.0, 2.0, 150, n, n)), 1, params=now),
        Example("SIL and SDA drop for good", lambda: plane(sil=during(0.0, 3.0, 150, n, n), sda=during(0.0, 2.0, 150, n, n)), 1, params=now),
        Example("version 0 on a type of which all others have 2", lambda: fleet(900, version=0.0, sil=np.nan, sda=np.nan), 1, params=now),
        Example("no version any more, for a quarter of an hour", lambda: lost(150, 1100, 1100), 1, params=now),
        Example("one message decoded wrong", lambda: plane(version=during(0.0, 2.0, 150, 154, n)), 0, params=now),
        Example("no operational status heard for two minutes", lambda: lost(100, 220, n), 0, params=now),
        Example("none heard in rows ten minutes apart", lambda: edge(0.0, 1.0, 601.0, 602.0), 0, params=now),
        Example("none heard at first, of a type of which all others have 2", lambda: fleet(**unheard), 0, params=now),
        Example("no value is no other value", lambda: plane(sil=during(np.nan, 3.0, 150, n, n)), 0, params=now),
        Example("version 2 like all others", lambda: fleet(), 0, params=now),
        Example("the class is still learning", lambda: plane(version=during(0.0, 2.0, 150, n, n)), 0),
    ]  # fmt: skip


def interesting(tracks: Tracks, memory: Memory) -> Mask:
    """Addresses that are new, or declare other than what is remembered, or did and are not told yet."""
    code = code_of(tracks)
    starts = runs_of(tracks.icao24)
    count = np.diff(np.append(starts, len(tracks)))
    old = memory.get(tracks.icao24[starts])
    other = code != np.repeat(old["code"], count)
    waiting = np.repeat((old["pending"] >= 0) | (old["odd"] != 0), count)
    out: Mask = (other | waiting) & telling(tracks, code)
    return out


@detector(
    id="equipment-signature",
    title="Equipment that changes or stands out",
    priority="low",
    scope="aircraft",
    needs=[("version",)],
    uses=("sil", "sda", "type_code"),
    lookback_s=0,
    every_s=10,
    merge_gap_s=1_800,
    memory=KEEP,
    examples=examples,
    explain="{what}",
    style=Style(shape="path", color="#8e8e93", icon="antenna"),
    params={
        "days": Param(3, "days", "of data before the class speaks", lo=0, hi=30, source="chosen: most airframes of a region come by"),
        "airframes": Param(20, "airframes", "of a type must be known before one stands out", lo=5, hi=1_000, source="chosen"),
        "modern": Param(98, "%", "of them send version 2", lo=50, hi=100, source="adsbx-snapshot-20220430: A20N, B738 and B77W above 99 %"),
        "again": Param(60, "min", "a change is shown for so long", lo=1, hi=1_440, source="chosen: a reviewer should see it"),
    },
    describe=Describe(
        definition="An address whose transponder declares another standard, integrity or design assurance than it did in the last 30 days, or an older standard than nearly all airframes of its type.",
        characteristics=("ADS-B version, SIL or SDA differ from what this address sent before", "Version 0 or 1 on a type that has version 2"),
        audience=("Security researchers", "Data integrity teams"),
        priority_note="Low: something to know, not to act on.",
        context="Transponders are exchanged and upgraded; two units in one airframe may differ. An address used by another transmitter shows the same way.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """Addresses whose equipment changed, or stands out among its type."""
    tracks = tracks.take(np.flatnonzero(tracks.fresh))
    passed = np.unique(tracks.flight[interesting(tracks, memory)])
    tracks = tracks.take(np.flatnonzero(np.isin(tracks.flight, passed)))
    one = declared(tracks)
    if not len(one.icao24):
        return none()
    old, time = memory.get(one.icao24), tracks.time[one.last]
    other = one.code != old["code"]
    same = other & one.steady & (one.code == old["pending"]) & goes_on(tracks, one, memory)
    begun = np.where(same, old["begun"], tracks.time[one.first])
    taken = same & (time - begun >= confirm_ms(one.code))
    first = taken & (old["code"] < 0)
    if first.any():
        count_types(memory, one, first, int(time.max()))
    changed = taken & ~first & differ(old["code"], one.code)
    code = np.where(taken, one.code, old["code"])
    before = np.where(changed, old["code"], old["before"])
    since = np.where(changed, time, old["first"])
    fresh_change = (since > 0) & (time - since < p.again * 60_000)
    old_one = (code >= 0) & (code // 100 < 2) & rare(memory, one, p)
    minute = time // 60_000
    odd = fresh_change | old_one
    ready = odd & (old["told"] != minute) & (len(memory.days) >= p.days)
    memory.put(
        one.icao24, time, code=code, pending=np.where(other & ~taken, one.code, -1), begun=begun, before=before, first=since,
        changes=old["changes"] + changed, told=np.where(ready, minute, old["told"]), odd=odd,
    )  # fmt: skip
    return _told(tracks, one, np.flatnonzero(ready), fresh_change, before, code, old["changes"] + changed)


def _told(
    tracks: Tracks, one: Declared, at: Array, changed: Mask, before: Array, code: Array, changes: Array
) -> Stretches:
    """The addresses `at` as stretches: their last rows, from their first ones on."""
    if not len(at):
        return none()
    hit, begin = np.zeros(len(tracks), dtype=bool), np.arange(len(tracks))
    what, sure, often = np.full(len(tracks), "", dtype=object), np.zeros(len(tracks)), np.zeros(len(tracks))
    for k in at.tolist():
        row = int(one.last[k])
        hit[row], begin[row], sure[row], often[row] = True, one.first[k], 0.6 if changed[k] else 0.5, changes[k]
        if changed[k]:
            words = [
                f"{FIELDS[n]} {b} instead of {a}" for n, (a, b) in differences(int(before[k]), int(code[k])).items()
            ]
            times = f", {changes[k]} changes in 30 days" if changes[k] > 1 else ""
            what[row] = f"this address now declares {', '.join(words)}{times}"
        else:
            kind = bytes(tracks.type_code[row]).decode("ascii", "replace")
            what[row] = f"ADS-B version {code[k] // 100} on type {kind}, nearly all of which have version 2"
    return stretches(tracks, hit, begin=begin, confidence=sure, score=sure + often, values={"what": what})

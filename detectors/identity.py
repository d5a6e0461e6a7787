"""Addresses, callsigns, registrations and declared integrity that do not fit each other, or fit nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import during, fly
from detectors._identity import CALLS, Slice, counts, follow, number_of, unsure
from detectors._identity_facts import Fact, at_once, facts, told
from detectors._registry import Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.registers import Registers
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

KEEP = Keep(
    {name: Slot(dtype) for name, dtype in CALLS.items()}
    | {"since": Slot("i8"), "seen": Slot("i8"), "rows": Slot("i4"), "unsure": Slot("i4"), "odd": Slot("i1"), "told": Slot("i8")},
    ttl_s=7_200,
)  # fmt: skip
"""Per flight: its callsigns, since when it is known, SIL counts, whether anything was odd, and when that was last told."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def called(*names: bytes, each: int = 100, **columns: Any) -> Batch:
        return fly(seconds=each * len(names), callsign=np.repeat(np.array(names, dtype="S8"), each), **columns)

    def stored() -> Mapping[str, Any]:
        columns: dict[str, Any] = {name: np.array([b""]) for name in ("type_code", "description", "operator")}
        table = AircraftTable(
            np.array([0xABC123]), registration=np.array([b"N99"]), flags=np.zeros(1, dtype=np.uint8), **columns
        )
        return {"aircraft": table}

    return [
        Example("flying as FAKE001", lambda: called(b"FAKE001"), 1),
        Example("an address that is nobody's", lambda: fly(0x000000, 120, callsign=b"DLH4AB"), 1),
        Example("an address of no state", lambda: fly(0x200001, 120), 1),
        Example("an Irish registration in a German block", lambda: fly(0x3C1000, 120, registration=b"EI-DCL"), 1),
        Example("the databases disagree", lambda: fly(seconds=120, registration=b"EI-DCL"), 1, resources=stored),
        Example("three callsigns in one flight", lambda: called(b"DLH4AB", b"BAW12", b"AFR7EK"), 1),
        Example("an airliner that declares no integrity", lambda: fly(seconds=120, sil=0.0, version=2.0, nic=8.0, nac_p=9.0, category=b"A3"), 1),
        Example("a callsign heard wrong for four seconds", lambda: fly(seconds=300, callsign=during(b"TUI6G", b"TUI8EG", 50, 54, 300, "S8")), 0),
        Example("a callsign mended", lambda: called(b"DLH4A", b"DLH4AB"), 0),
        Example("a transponder under test on the bench", lambda: called(b"TEST1234", speed=0.0, altitude=0.0, on_ground=1), 0),
        Example("Aruba's aircraft have Dutch addresses", lambda: fly(0x484111, 120, registration=b"P4-BBJ"), 0),
        Example("a light aircraft's uncertified receiver", lambda: fly(seconds=120, sil=0.0, version=2.0, category=b"A1"), 0),
    ]  # fmt: skip


def interesting(tracks: Tracks, memory: Memory) -> Mask:
    """Flights that are new, that send another callsign than before, whose registration or SIL asks to be looked at."""
    one = Slice.of(tracks)
    old = memory.get(one.flight)
    count = one.count
    call = number_of(tracks.callsign)
    other = (call != 0) & (call != np.repeat(old["call"], count))
    again = (old["odd"] != 0) | (old["pending"] != 0) | (old["rows"] > 0)
    named = (tracks.registration != b"") & np.repeat(old["seen"] == 0, count)
    out: Mask = other | named | unsure(tracks) | np.repeat(again | (old["since"] == 0), count)
    return out


@detector(
    id="identity",
    title="Identity that does not fit",
    priority="low",
    scope="aircraft",
    needs=[("icao24",)],
    uses=("registration", "sil", "version", "nic", "nac_p", "category"),
    lookback_s=0,
    every_s=10,
    merge_gap_s=1_800,
    memory=KEEP,
    single_row=True,
    examples=examples,
    explain="{what}",
    style=Style(shape="path", color="#ffd60a", icon="tag"),
    params={
        "hold": Param(20, "s", "heard for so long, an address is not one that was misheard", lo=10, hi=60, source="identity-issues: a wrong one stands for one message"),
        "patterns": Param(1, "0 or 1", "look for callsigns that begin with TEST, FAKE or ANOM", lo=0, hi=1, source="product requirements: suspicious_callsigns"),
        "changes": Param(2, "", "so many changes of callsign in one flight are medium, one is low", lo=1, hi=10, source="chosen: crews mend one entry"),
        "samples": Param(25, "reports", "SIL is judged from so many on", lo=5, hi=1_000, source="definitions 5.3: adsbtrack"),
        "share": Param(60, "%", "of version 2 reports with SIL 0", lo=10, hi=100, source="definitions 5.3: adsbtrack; ghosts 87 to 100, real flights 0 to 1.4"),
    },
    describe=Describe(
        definition="An aircraft whose address, callsign, registration or declared integrity fits nobody, or not each other.",
        characteristics=("A callsign such as TEST or FAKE in flight, or not of letters and digits", "The address 000000, FFFFFF or AAAAAA, or one of no state", "Callsigns changed in flight", "Registration of one state, address of another; feed and database disagree", "SIL 0 in most reports of a version 2 transponder"),
        audience=("Data integrity teams", "Security researchers", "Regulatory compliance reviewers"),
        priority_note="Low; medium for invalid addresses, test callsigns in flight, repeated switching, and airliners without integrity.",
        context="Mostly units that nobody set up, databases out of date, and crews mending an entry. Mended callsigns, benches and bit errors are shown as cleared.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, memory: Memory, registers: Registers, aircraft: AircraftTable | None = None
) -> Stretches:
    """Flights of one slice with anything that does not fit, when that is first known and then once a minute."""
    tracks = tracks.take(np.flatnonzero(tracks.fresh))
    passed = np.unique(tracks.flight[interesting(tracks, memory)])
    tracks = tracks.take(np.flatnonzero(np.isin(tracks.flight, passed)))
    if not len(tracks):
        return none()
    one = Slice.of(tracks)
    old = memory.get(one.flight)
    new = follow(tracks, one, old) | counts(tracks, one, old)
    minute = tracks.time[one.last] // 60_000
    due = (old["told"] != minute) & (tracks.time[one.last] - new["since"] >= p.hold * 1000)
    unsettled = (old["since"] == 0) | (new["seen"] > old["seen"]) | (new["call"] != old["call"])
    asked = unsettled | (due & ((old["odd"] != 0) | (new["rows"] >= p.samples)))
    found = facts(tracks, one, new, np.flatnonzero(asked), p, registers, aircraft or AircraftTable.empty())
    odd = np.where(asked, np.isin(np.arange(len(asked)), list(found)), old["odd"] != 0)
    early = at_once(tracks, one, np.flatnonzero(~(odd & due & asked) & (old["told"] == 0)), p)
    ready = odd & due & asked
    ready[list(early)] = True
    memory.put(one.flight, tracks.time[one.last], **new, odd=odd, told=np.where(ready, minute, old["told"]))
    return _stretches(tracks, one, {k: early.get(k) or found[k] for k in np.flatnonzero(ready).tolist()})


def _stretches(tracks: Tracks, one: Slice, found: Mapping[int, list[Fact]]) -> Stretches:
    """The flights' last rows, from their first ones on."""
    if not found:
        return none()
    hit, begin = np.zeros(len(tracks), dtype=bool), np.arange(len(tracks))
    sure, urgent = np.zeros(len(tracks)), np.ones(len(tracks), dtype=np.int64)
    what, cleared = np.full(len(tracks), "", dtype=object), np.full(len(tracks), "", dtype=object)
    for k, some in found.items():
        row, words = int(one.last[k]), told(some)
        hit[row], begin[row] = True, one.first[k]
        sure[row], urgent[row], what[row], cleared[row] = (
            words[n] for n in ("confidence", "priority", "what", "cleared")
        )
    return stretches(
        tracks, hit, begin=begin, confidence=sure, score=urgent + sure, priority=urgent, cleared=cleared, values={"what": what}
    )  # fmt: skip

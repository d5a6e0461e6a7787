"""Positions far outside of where a feed ever hears, and those at the defaults of software: 0/0 and its axes."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together, traffic
from detectors._groups import address, stretches_of
from detectors._reach import artefact, heard_by_best, learn, outside
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.receivers import Receivers
from geo.schema import NON_ICAO
from geo.stretches import Stretches, path, sample
from geo.tracks import Index, Tracks


def examples() -> Sequence[Example]:
    """Hits and near misses of a feed that hears sixty aircraft over the Alps."""
    soon = {"hours": 0.2, "learned": 20.0}

    def heard() -> Batch:
        return together(*traffic(60, 1_800, step_s=10.0))

    def one(seconds: float = 300, **columns: Any) -> Batch:
        return fly(0xABC123, **({"start_s": 1_200.0, "step_s": 10.0, "seconds": seconds} | columns))

    def null(rows: slice, **zero: float) -> Batch:
        flown = one(lat=46.0, lon=7.0)
        changed = {name: flown[name].copy() for name in zero}
        for name, value in zero.items():
            changed[name][rows] = value
        return flown.with_columns(**changed)

    def pacific(aircraft: int) -> Batch:
        there = (fly(0xABC200 + i, 300, start_s=1_200, step_s=10, lat=-30 + i / 10, lon=-140) for i in range(aircraft))
        return together(heard(), *there)

    return [
        Example("over the Pacific for a feed in Europe", lambda: together(one(lat=-30.0, lon=-140.0), heard()), 1, soon),
        Example("near 0/0 for a while", lambda: together(null(slice(9, 14), lat=0.02, lon=0.01), heard()), 1, soon),
        Example("latitude lost", lambda: null(slice(9, 15), lat=0.0), 1),
        Example("two over the Pacific", lambda: pacific(2), 2, soon),
        Example("the feed hears the Pacific as well from now on", lambda: pacific(3), 0, soon),
        Example("a little further out than anybody yet", lambda: together(one(lat=50.0, lon=9.0), heard()), 0, soon),
        Example("nothing learned yet", lambda: one(lat=-30.0, lon=-140.0), 0),
        Example("really over the Gulf of Guinea", lambda: one(lat=0.3, lon=-0.5), 0),
    ]  # fmt: skip


@detector(
    id="geographic-outlier", title="Far from where this feed hears", priority="low", scope="aircraft",
    needs=[("lat",)], uses=("feed",), lookback_s=60, every_s=30, sample_s=10, merge_gap_s=300, single_row=True,
    examples=examples,
    explain="{address}: {what}; a technical fault of decoding, conversion or the position source",
    style=Style(shape="point", color="#64d2ff", icon="dot"),
    memory=Keep(
        {"count": Slot("i8"), "cells": Slot("i8"), "since": Slot("i8"), "middle": Slot("f8", 0.0, 3)},
        ttl_s=30 * 86_400, most=20_000, until="learned", progress=heard_by_best,
    ),
    params={
        "far": Param(800, "km", "no aircraft was heard within this distance before", 200, 10_000, "twice the horizon of a receiver for FL400: 245 nmi (4/3 of the earth's radius)"),
        "aircraft": Param(3, "", "so many aircraft make a place one where the feed hears", 1, 100, "one may be wrong, and two under one address"),
        "learned": Param(100, "aircraft", "that the feed must have heard", 10, 100_000, "quickstart: half of its aircraft"),
        "hours": Param(1, "h", "and for so long", 0.1, 720, "quickstart: every cell was known after half an hour"),
        "horizon": Param(900, "km", "further than this from every receiver named", 200, 5_000, "245 nmi, twice: tropospheric ducts carry that far"),
    },
    describe=Describe(
        definition="Positions where this feed cannot hear: far outside of all places that it ever heard, or at 0/0 and "
        "its axes, where software puts what it does not know.",
        characteristics=(
            "Hundreds of kilometres from every place with traffic on this feed",
            "Within a degree of 0/0 for an aircraft that was elsewhere a moment before",
            "Latitude or longitude exactly zero, all of a sudden",
        ),
        audience=("Receiver operators", "Data engineers", "Research analysts"),
        priority_note="Low: the verdict is technical. Real traffic far away would come through another feed.",
        context="Learned per feed from its own aircraft; a feed of the whole world has no outside. Where several "
        "aircraft are at once the feed hears, however new the place is: a receiver that has moved, another one that "
        "joined. Exactly 0/0 is refused when rows are read.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory, receivers: Receivers | None = None) -> Stretches:
    """An entry per flight and slice with such positions."""
    far, km = outside(tracks, memory, p, receivers)
    null = artefact(tracks)
    learn(tracks, memory, ~far & ~null, p)
    rows = np.flatnonzero((far | null) & tracks.fresh & (tracks.icao24 < NON_ICAO))
    entries = []
    for flight in np.unique(tracks.flight[rows]).tolist():
        mine = rows[tracks.flight[rows] == flight]
        distance = float(km[mine[-1]])
        where = f"near {tracks.lat[mine[-1]]:.2f} {tracks.lon[mine[-1]]:.2f}"
        what = f"a position {where}, {distance:,.0f} km from where this feed hears"
        if null[mine].any():
            what = f"a position {where}, a default and not a place"
        entries.append(_entry(tracks, mine, what, distance))
    return stretches_of(entries)


def _entry(tracks: Tracks, rows: Index, what: str, km: float) -> dict[str, Any]:
    """One flight in one slice."""
    first, last = int(rows[0]), int(rows[-1])
    return {
        "subject": int(tracks.flight[last]), "start": int(tracks.time[first]), "end": int(tracks.time[last]),
        "peak": int(tracks.time[last]), "score": len(rows), "confidence": 0.5 if len(rows) == 1 else 0.8,
        "priority": PRIORITY["low"], "icao24": int(tracks.icao24[last]), "members": (),
        "callsign": tracks.callsign[last].decode("ascii", "replace"), "cleared": "", "paths": path(tracks, rows),
        "samples": [sample(tracks, first, "first"), sample(tracks, last, "last")],
        "address": address(tracks, last), "what": what, "verdict": "technical",
        "distance": None if np.isnan(km) else round(km), "rows": len(rows),
    }  # fmt: skip

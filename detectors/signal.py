"""Signal strength that does not fit the distance, or swings as no other's on the feed."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together, traffic
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._strengths import LEVEL, Strengths, limits, off_by, strengths, unsteady
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.receivers import Receivers
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks

KEEP = Keep(
    {name: Slot(*spec) for name, spec in LEVEL.items()}
    | {"loud": Slot("i8"), "faint": Slot("i8"), "swings": Slot("i8"), "slot": Slot("i8")},
    ttl_s=7 * 86_400.0,
    most=20_000,
    until="samples",
    progress=lambda memory: float(memory.columns["known"].max(initial=0)),
)  # fmt: skip
"""Per feed its level; per flight for how many slices in a row it has been too strong, too faint, or unsteady."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    n = 300
    few = {"samples": 100}

    def fading(nmi: Array | float, extra: Array | float = 0.0) -> dict[str, Any]:
        return {"receiver_distance": nmi, "rssi": np.minimum(20.0 - 20 * np.log10(nmi) + extra, -0.5)}

    def others(spread: float = 3.0) -> list[Batch]:
        return [
            plane.with_columns(rssi=plane["rssi"] + np.float32(spread * (k % 5 - 2)))
            for k, plane in enumerate(
                fly(0x400000 + k, n, lat=45 + 0.2 * k, **fading(30.0 + 12 * k)) for k in range(12)
            )
        ]

    def world(**columns: Any) -> Batch:
        return together(fly(0xABC123, n, lat=44.0, **columns), *others())

    wobble = 14.0 * (np.arange(n) % 2)
    return [
        Example("claims 150 nmi, heard as from next door", lambda: world(**fading(150.0, 21.0)), 1, params=few),
        Example("swings by 14 dB from second to second, others are steady", lambda: world(**fading(40.0, wobble - 14)), 1, params=few),
        Example("as strong as its distance says", lambda: world(**fading(150.0)), 0, params=few),
        Example("-9 dBFS is a nearby aircraft", lambda: world(**fading(20.0, -3.0)), 0, params=few),
        Example("faint on the ground behind a hangar", lambda: world(**(fading(6.0, -30.0) | {"on_ground": 1})), 0, params=few),
        Example("the receiver is not known yet", lambda: world(**fading(150.0, 21.0)), 0),
        Example("all swing alike: the receiver's own doing", lambda: together(*(fly(0x400000 + k, n, lat=45 + 0.2 * k, **fading(40.0, wobble - 14)) for k in range(12))), 0, params=few),
        Example("no distance, no verdict", lambda: together(*traffic(12, n, rssi=-3.0)), 0, params=few),
    ]  # fmt: skip


@detector(
    id="signal",
    title="Signal strength that does not fit",
    priority="low",
    scope="aircraft",
    needs=[("rssi",), ("receiver_distance", "receivers")],
    uses=("feed",),
    lookback_s=0,
    every_s=10,
    merge_gap_s=120,
    memory=KEEP,
    examples=examples,
    explain="{what}{limits}",
    style=Style(shape="path", color="#30d158", icon="signal"),
    params={
        "sigmas": Param(3.5, "", "stronger than expected by so many times the receiver's own spread", lo=2, hi=10, source="readsb-single-receiver-202311: 376 aircraft, at most 2.4"),
        "least": Param(15, "dB", "and by at least so much", lo=6, hi=60, source="readsb-single-receiver-202311: 12.2 dB at most"),
        "faint": Param(30, "dB", "fainter than expected by so much, in the air", lo=10, hi=80, source="readsb-single-receiver-202311: 23 dB at most, behind hills"),
        "hold": Param(3, "slots of 10 s", "for so many in a row", lo=1, hi=30, source="chosen: turns and aerial nulls pass"),
        "samples": Param(2_000, "aircraft slots", "the receiver is known from so many on", lo=100, hi=100_000, source="chosen: a quarter of an hour with 22 aircraft"),
        "swing": Param(6, "dB", "standard deviation within ten seconds", lo=2, hi=30, source="readsb's rssi is a mean of eight messages: an aircraft's own swing is 1 to 2 dB"),
        "factor": Param(4, "", "and so many times the median of the others", lo=2, hi=20, source="chosen"),
        "impossible_low": Param(-120, "dBFS", "below this is named as impossible; alone it never counts", lo=-150, hi=0, source="product requirements: min_rssi", column="rssi"),
        "impossible_high": Param(-10, "dBFS", "above this is named; alone it never counts", lo=-150, hi=0, source="product requirements: max_rssi", column="rssi"),
        "suspicious": Param(-20, "dBFS", "above this is named; alone it never counts", lo=-150, hi=0, source="product requirements: suspicious_rssi", column="rssi"),
    },
    describe=Describe(
        definition="An aircraft heard much stronger or fainter than its distance lets expect at this receiver, or whose strength swings as no other's does.",
        characteristics=("Far stronger than its distance explains, by the receiver's own level and spread", "Far fainter, in the air", "Strength that jumps from second to second while others are steady: several paths, or two transmitters"),
        audience=("Security researchers", "Receiver owners"),
        priority_note="Medium where it is far too strong for its distance: the transmitter may be elsewhere. Low for the others.",
        context="RSSI is relative to full scale (dBFS): -10 is an ordinary aircraft nearby. Hills, aerials and automatic gain make strange values: the receiver's own history is the measure.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory, receivers: Receivers | None = None) -> Stretches:
    """Flights of one slice that have been too strong, too faint or unsteady for long enough."""
    one = strengths(tracks, receivers)
    if not len(one):
        return none()
    now = int(tracks.time[one.last].max())
    off, spread, known = off_by(one, memory, now)
    off = np.where(known >= p.samples, off, np.nan)
    old, slot = memory.get(one.flight), tracks.time[one.last] // 10_000
    next_one = slot - old["slot"] == 1
    loud = np.where(off > np.maximum(p.sigmas * spread, p.least), np.where(next_one, old["loud"], 0) + 1, 0)
    faint = np.where(off < -p.faint, np.where(next_one, old["faint"], 0) + 1, 0)
    swings = np.where(one.airborne & unsteady(one, p.factor, p.swing), np.where(next_one, old["swings"], 0) + 1, 0)
    some = (loud > 0) | (faint > 0) | (swings > 0)
    memory.put(
        one.flight[some],
        tracks.time[one.last[some]],
        loud=loud[some],
        faint=faint[some],
        swings=swings[some],
        slot=slot[some],
    )
    hits = {"loud": loud >= p.hold, "faint": faint >= p.hold, "swings": swings >= p.hold}
    return _told(tracks, one, hits, off, spread, p)


def _told(
    tracks: Tracks, one: Strengths, hits: dict[str, Array], off: Array, spread: Array, p: SimpleNamespace
) -> Stretches:
    """The flights that stand out, as stretches: their last rows, from their first ones on."""
    at = np.flatnonzero(hits["loud"] | hits["faint"] | hits["swings"])
    if not len(at):
        return none()
    hit, begin = np.zeros(len(tracks), dtype=bool), np.arange(len(tracks))
    hit[one.last[at]], begin[one.last[at]] = True, one.first[at]
    sure, urgent = np.zeros(len(tracks)), np.full(len(tracks), PRIORITY["low"])
    what, beyond = np.full(len(tracks), "", dtype=object), np.full(len(tracks), "", dtype=object)
    for k in at.tolist():
        row, level = int(one.last[k]), f"{one.rssi[k]:.1f} dBFS"
        place = "" if np.isnan(one.nmi[k]) else f" at {one.nmi[k]:,.0f} nmi"
        if hits["loud"][k]:
            sure[row], urgent[row] = min(0.95, 0.6 + 0.05 * (off[k] / spread[k] - p.sigmas)), PRIORITY["medium"]
            what[row] = (
                f"{level}{place}: {off[k]:.0f} dB stronger than this receiver hears others at that distance (spread {spread[k]:.1f} dB)"
            )
        elif hits["faint"][k]:
            sure[row], what[row] = (
                0.4,
                f"{level}{place}: {-off[k]:.0f} dB fainter than this receiver hears others at that distance",
            )
        else:
            sure[row], what[row] = (
                0.5,
                f"strength swings by {one.swing[k]:.1f} dB within ten seconds, unlike that of others",
            )
        beyond[row] = limits(float(one.rssi[k]), p)
    return stretches(
        tracks, hit, begin=begin, confidence=sure, priority=urgent, values={"what": what, "limits": beyond}
    )

"""One 24-bit address heard live at two places that no aircraft can be at in turn."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._clones import alone, paired
from detectors._examples import fly, together
from detectors._groups import stretches_of
from detectors._registry import Describe, Example, Param, Style, detector
from detectors._rivals import INTRUDERS, STEP_MS, interleaved, later, newcomers, renewed
from geo.batch import Batch
from geo.memory import Memory
from geo.schema import NO_TIME, NON_ICAO
from geo.stretches import Stretches, none
from geo.tracks import Mask, Tracks


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


def suspect(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Rows of aircraft whose address has two live streams, and the later stream of such an address for as long as it lasts."""
    live = (tracks.rival_time != NO_TIME) & (tracks.rival_km >= p.nearest)
    out: Mask = (live | (tracks.sub > 0)) & (tracks.icao24 < NON_ICAO)
    return out


@detector(
    id="icao-spoof", title="One address, two places", priority="high", scope="aircraft", every_s=10, sample_s=5,
    needs=[("lat",)], uses=("position_time",), lookback_s=90, merge_gap_s=180, examples=examples,
    memory=INTRUDERS,
    explain="{address} is heard at two places {distance:,.0f} km apart within {seconds:.0f} s: {reading}",
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
    """Per address and step, each two streams that interleave too far apart; and what became of the later one."""
    wanted = np.unique(tracks.icao24[suspect(tracks, p) & tracks.fresh])
    if not len(wanted):
        return none()
    # By address, not by flight: the other stream may be silent in this very slice.
    view = tracks.take(np.flatnonzero(tracks.located & np.isin(tracks.icao24, wanted)))
    view = view.take(np.argsort(view.icao24, kind="stable"))
    new, far = renewed(view), suspect(view, p)
    last = newcomers(view, new, memory)
    hot = np.flatnonzero(far & view.fresh & (view.rival_time != NO_TIME))
    found = []
    for icao24, slot in np.unique(np.column_stack([view.icao24[hot], view.time[hot] // STEP_MS]), axis=0).tolist():
        rows = np.arange(*np.searchsorted(view.icao24, [icao24, icao24 + 1]))
        for a, b in interleaved(view, rows, far, new, (slot + 1) * STEP_MS, p):
            found += paired(view, *later(view, a, b), (slot + 1) * STEP_MS, p, memory)
    told = {f["subject"] for f in found}
    tails = [alone(view, int(row), p, memory) for row in last if int(view.flight[row]) not in told]
    return stretches_of([*found, *(tail for tail in tails if tail)])

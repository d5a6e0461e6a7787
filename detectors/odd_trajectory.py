"""Zig-zag or odd path: en route, turning to and fro without getting far, or going round a country's airspace."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import shapely

from detectors._examples import circle, fly
from detectors._odd_reasons import reasons
from detectors._orbits import motion
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._traffic import airline
from detectors._wander import Detours, detours, reversals, wandering, way
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.firs import Firs
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

SKYSPY = "definitions 5.1, SkySpy flight_anomaly.py"


def _middle() -> dict[str, Firs]:
    """A region in the way, in a larger one."""
    shapes = [shapely.box(9.3, 49.3, 10.9, 50.7), shapely.box(0, 40, 20, 60)]
    return {"firs": Firs.of(["CCCC", "AAAA"], shapes, ["Centre", "All round"])}


def examples() -> Sequence[Example]:
    """Hits and near misses at cruising height."""
    t = np.arange(360)
    zigzag = np.where(t // 24 % 2 == 0, 35.0, 145.0)
    legs = np.interp(t % 96, [0, 36, 48, 84, 96], [0.0, 0.0, 180.0, 180.0, 0.0])
    tent = np.where(t < 180, 45.0, 135.0)

    def path(**columns: Any) -> Batch:
        return fly(**({"seconds": 1800.0, "step_s": 5.0, "lat": 50.0, "lon": 7.9} | columns))

    return [
        Example("zig-zag at cruise", lambda: path(track=zigzag), 1),
        Example("round a region that lies in the way", lambda: path(track=tent, speed=480), 1, {}, _middle),
        Example("straight on", path, 0),
        Example("the same bend where no region lies within", lambda: path(track=tent, speed=480), 0),
        Example("low, by sight", lambda: path(track=zigzag, altitude=4_000.0, speed=110.0), 0),
        Example("a glider", lambda: path(track=zigzag, category=b"B1", speed=90.0, altitude=12_000.0), 0),
        Example("survey legs", lambda: path(track=legs, speed=200.0, altitude=15_000.0), 0),
        Example("an orbit", lambda: circle(seconds=1800, step_s=5.0, altitude=25_000.0, speed=300.0), 0),
        Example("once aside and back", lambda: path(track=90.0 + 30 * (t // 60 == 2) - 30 * (t // 60 == 3)), 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Airborne, located, and at a height and speed at which routes are straight."""
    high = (tracks.baro_altitude >= p.above) & (tracks.ground_speed >= p.fast)
    passed: Mask = tracks.located & (tracks.on_ground != 1) & high
    return passed


@detector(
    id="odd-trajectory",
    title="Zig-zag or odd path",
    priority="low",
    scope="aircraft",
    needs=[("lat",), ("track",), ("ground_speed",), ("baro_altitude",), ("airports",)],
    uses=("category", "type_code"),
    lookback_s=2220,
    sample_s=30,
    every_s=60,
    merge_gap_s=600,
    gate=gate,
    examples=examples,
    explain="{what}: {flown:,.0f} km flown to get {far:,.0f} km in {minutes:,.0f} min{detail}",
    style=Style(shape="path", color="#f06292", icon="path"),
    params={
        "above": Param(10_000, "ft", "lower traffic flies by sight or is vectored", 0, 60_000, "250 kt limit below FL100", column="baro_altitude"),
        "fast": Param(120, "kt", "slower aircraft do not fly routes", 0, 600, "gliders and balloons: below", column="ground_speed"),
        "window": Param(1_200, "s", "the path of so long is looked at", 600, 1_500, "20 min: five turns of 4 min"),
        "area": Param(20, "km", "who stays within so little does not go anywhere: see loiter", 0, 100, "loiter: 20 km"),
        "reversals": Param(4, "", "so many turns the other way than the one before", 2, 50, f"{SKYSPY}: 4"),
        "turn": Param(10, "deg", "a turn of less between two samples is none", 5, 90, f"{SKYSPY}: 10 degrees"),
        "ratio": Param(1.4, "", "way flown over distance made", 1.1, 10, f"{SKYSPY}: tortuosity 1.4"),
        "meander": Param(3, "", "at this ratio half as many turns will do", 1.5, 20, f"{SKYSPY}: meander 3.0"),
        "detour": Param(1.15, "", "way over distance when going round a region", 1.05, 5, "EUROCONTROL: routes +3 %"),
        "inside": Param(60, "km", "so much of the direct way lies in the region", 10, 1_000, "switzerland: 7 in a day, 1 not cleared"),
    },
    describe=Describe(
        definition="An aircraft en route whose path turns to and fro without getting far, or goes round the airspace "
        "of one country that lies in its way.",
        characteristics=(
            "Turns to the left and to the right by turns, where others fly straight",
            "A way much longer than the distance made",
            "Or a bend round one region, which the direct way would have crossed",
        ),
        audience=("Airspace monitoring", "Newsroom investigation", "Operations analysts"),
        priority_note="Low; medium for a zig-zag of twice the turns by an airline, or by one that sends no callsign.",
        context="Survey legs, calibration, holding, training, gliders and helicopters are recognised and shown as "
        "cleared, and so are arrivals that are vectored. Bends round a region that others go round too are cleared.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, airports: Airports, aircraft: AircraftTable | None = None,
    firs: Firs | None = None,
) -> Stretches:  # fmt: skip
    """Rows whose last minutes were a zig-zag, or a way round a region."""
    view = _chosen(tracks, p)
    if not len(view):
        return none()
    answers, turned = reversals(view, p.window, p.turn)
    flown, far = way(view, p.window)
    ratio = flown / np.maximum(far, 1_000.0)
    enough = (answers >= p.reversals) & (ratio >= p.ratio)
    enough |= (answers >= p.reversals / 2) & (ratio >= p.meander)
    full = view.time - view.time[view.ago(p.window)] >= 0.75 * p.window * 1000
    long = motion(view, p.window)
    zigzag = gate(view, p) & view.fresh & enough & full & (long.extent > p.area)
    round_ = _rounds(view, p, firs, ~zigzag & view.fresh & gate(view, p))
    hit = zigzag | (round_.fir >= 0)
    reason = reasons(view, hit, round_.fir, long, airports, aircraft)
    return stretches(
        view, hit, begin=view.ago(p.window), cleared=reason,
        confidence=np.where(zigzag, np.clip(0.4 + 0.05 * answers, 0.5, 0.85), 0.45),
        score=np.where(zigzag, 1_000.0 + answers, 0) + np.rint(np.minimum(ratio, 20) * 10),
        priority=np.where(zigzag & (answers >= 2 * p.reversals) & _routed(view), PRIORITY["medium"], PRIORITY["low"]),
        values=_values(view, p, zigzag, round_, answers, turned, firs),
    )  # fmt: skip


def _chosen(tracks: Tracks, p: SimpleNamespace) -> Tracks:
    """The located rows of flights that have not got as far as they could."""
    view = tracks.take(np.flatnonzero(tracks.located))
    slow = wandering(view, p.window, p.detour) | wandering(view, 1_800, p.detour)
    return view.take(np.flatnonzero(np.isin(view.flight, np.unique(view.flight[slow & gate(view, p)]))))


def _routed(view: Tracks) -> Mask:
    """Flights that have a route to keep to, or do not say who they are. Private ones go where they like: they survey,
    check, and draw (maps of Switzerland, 2020; YS111N over Guatemala, 2018)."""
    routed: Mask = airline(view.callsign) | (view.callsign == b"")
    return routed


def _rounds(view: Tracks, p: SimpleNamespace, firs: Firs | None, rows: Mask) -> Detours:
    """Bends round a region within half an hour; none without regions."""
    if firs is None:
        return Detours(np.full(len(view), -1, dtype=np.int64), np.zeros(len(view)))
    flown, far = way(view, 1_800)
    bent = (flown >= p.detour * far) & (far >= 2_000 * p.inside) & (flown <= 2 * far)
    return detours(view, rows & bent, 1_800, p.inside, firs)


def _values(
    view: Tracks, p: SimpleNamespace, zigzag: Mask, round_: Detours, answers: Array, turned: Array, firs: Firs | None
) -> dict[str, Array]:
    """What the sentence says, by row."""
    seconds = np.where(zigzag, p.window, 1_800)
    short, long = way(view, p.window), way(view, 1_800)
    flown, far = (np.where(zigzag, a, b) / 1000.0 for a, b in zip(short, long, strict=True))
    detail, what = np.full(len(view), "", dtype=object), np.where(zigzag, "zig-zag", "detour").astype(object)
    for row in np.flatnonzero(zigzag).tolist():
        detail[row] = f", reversing its turn {answers[row]} times"
    for row in np.flatnonzero(round_.fir >= 0).tolist():
        name = str(firs.names[round_.fir[row]]) if firs is not None else ""
        what[row] = f"detour around {name}"
        detail[row] = f"; the direct way crosses {round_.km[row]:,.0f} km of it"
    return {
        "what": what, "detail": detail, "flown": np.round(flown), "far": np.round(far), "reversals": answers,
        "turned": turned, "minutes": np.round(seconds / 60), "ratio": np.round(flown / np.maximum(far, 1), 2),
    }  # fmt: skip

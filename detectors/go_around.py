"""Go-around: an approach that ends in a climb, told from circuits and practice approaches."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._missed import Missed, missed
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.airports import Airports
from geo.batch import Batch
from geo.schema import Array
from geo.sphere import destination
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks
from geo.words import above


def approach(times: int = 1, **columns: Any) -> Batch:
    """From 9 nmi out towards Munich at 150 kt, down to 800 ft above it, up again and round; `times` in a row."""
    t = np.arange(520)
    rate = np.interp(t, [0, 199, 200, 399, 400], [-900.0, -900.0, 900.0, 900.0, 0.0])
    turn = np.interp(t, [0, 200, 260, 460, 519], [80.0, 80.0, 260.0, 260.0, 440.0])
    lat, lon = destination(48.354, 11.786, 260.0, 9.0 * 1852)
    given: dict[str, Any] = {"lat": float(lat), "lon": float(lon), "speed": 150.0, "altitude": 5_300.0}
    named = given | {"callsign": b"DLH4AB"} | columns
    return fly(seconds=520 * times, track=np.tile(turn, times), rate=np.tile(rate, times), **named)


def examples() -> Sequence[Example]:
    """Hits and near misses, at Munich (1,487 ft)."""
    n = 200
    lat, lon = destination(48.354, 11.786, 260.0, 9.0 * 1852)
    landing: dict[str, Any] = {"lat": float(lat), "lon": float(lon), "track": 80.0, "speed": 150.0}
    return [
        Example("down an approach to 800 ft, and up again", approach, 1),
        Example("two in a row", lambda: approach(times=2), 1),
        Example("a landing", lambda: fly(seconds=n, altitude=5_300.0, rate=-900.0, callsign=b"DLH4AB", **landing), 0),
        Example(
            "circuits of a trainer", lambda: approach(times=2, callsign=b"DEABC", altitude=4_600.0, category=b"A1"), 0
        ),
        Example("a climb after level flight far from any field", lambda: approach(lat=56.0, lon=3.0), 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace, airports: Airports) -> Mask:
    """Climbing, and low near an aerodrome."""
    passed: Mask = ~(tracks.vertical_rate < p.rate) & tracks.located & (tracks.on_ground != 1)
    rows = np.flatnonzero(passed & (tracks.baro_altitude <= 25_000))
    field, away = airports.nearest(tracks.lat[rows], tracks.lon[rows])
    passed[:] = False
    passed[rows] = (away <= 4 * p.near) & (tracks.baro_altitude[rows] - airports.elevation_ft(field) <= p.below + 6_000)
    return passed


@detector(
    id="go-around", title="Go-around", priority="low", scope="aircraft", needs=[("lat",), ("baro_altitude",), ("airports",)],
    uses=("category",), lookback_s=1080, sample_s=10, every_s=10, merge_gap_s=1000, gate=gate, examples=examples,
    explain="{manner} at {airport}: down to {lowest}, then up {climbed:,.0f} ft in {seconds:.0f} s{again}",
    style=Style(shape="path", color="#5e5ce6", icon="climb"),
    params={
        "climb": Param(500, "ft", "climbed after the lowest point of the approach", 200, 3_000, "definitions 5.4, adsbtrack: 500 ft"),
        "rate": Param(300, "ft/min", "and still climbing at this rate", 0, 3_000, "below it an aircraft flies level", column="vertical_rate"),
        "near": Param(6, "nmi", "the lowest point lies this near an aerodrome", 1, 15, "definitions 5.4: within 6 nm"),
        "below": Param(2_000, "ft", "and no higher above it (light aircraft: half of it): three degrees at 6 nmi", 300, 5_000, "ICAO Doc 8168: a 3 degree path"),
        "stopped": Param(55, "kt", "slower than this at the lowest point it has landed", 5, 80, "a Cessna 172 approaches at 61 kt or more", column="ground_speed"),
    },
    describe=Describe(
        definition="Aircraft that come down an approach to an aerodrome and climb away again without landing.",
        characteristics=("A descent in the corridor of an approach", "A climb of more than 500 ft from its lowest point", "No landing between"),
        audience=("Safety monitoring", "Flight operations analysts", "Airport operations"),
        priority_note="Low for one, medium for two or more in a row by one flight of an airline.",
        context="Weather, an occupied runway or an unstable approach lead to go-arounds: they are the safe choice. Circuits, touch-and-goes and practice approaches are shown as cleared.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, airports: Airports) -> Stretches:
    """Rows that climb out of an approach."""
    view = tracks.take(np.flatnonzero(tracks.located & (~np.isnan(tracks.baro_altitude) | (tracks.on_ground == 1))))
    if not len(view):
        return none()
    found = missed(view, p, airports)
    hit = found.hit & gate(view, p, airports)
    clear = _innocent(found)
    serious = (found.times >= 2) & (clear == "")
    return stretches(
        view, hit, begin=view.ago(120)[found.bottom],
        confidence=np.where(found.light, 0.45, np.where(serious, 0.8, 0.7)),
        score=100.0 * found.times + np.rint(found.climbed) / 1e4,
        priority=np.where(serious, PRIORITY["medium"], PRIORITY["low"]),
        cleared=clear, values=_values(found, airports),
    )  # fmt: skip


def _innocent(found: Missed) -> Array:
    """Light aircraft that touch, or come again, train; so does whoever comes again without an airline's callsign, and
    an airliner that comes three times in so few minutes."""
    clear = np.full(len(found.hit), "", dtype=object)
    clear[found.light & found.touched] = "traffic circuit or practice approaches"
    clear[(found.times >= 2) & (~found.airline | (found.times >= 3))] = "traffic circuit or practice approaches"
    clear[found.checker] = "flight check of the aids of an airport"
    return clear


def _values(found: Missed, airports: Airports) -> dict[str, Array]:
    """What the sentence and the evidence say, by row."""
    ordinal = np.char.add(np.char.add(", ", found.times.astype("U6")), " times in a row")
    return {
        "manner": np.where(found.touched, "low approach", "go-around"),
        "airport": airports.code[found.field],
        "height": np.round(found.height, -1),
        "lowest": np.array([above(feet, "the field") for feet in np.round(found.height, -1).tolist()], dtype=object),
        "climbed": np.round(found.climbed, -1),
        "seconds": found.seconds,
        "times": found.times,
        "again": np.where(found.times >= 2, ordinal, ""),
    }

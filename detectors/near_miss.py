"""Near miss: two aircraft that came closer than any separation allows, told from formations, circuits and approaches."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._encounters import Encounters, Limits, encounters
from detectors._examples import fly, together
from detectors._groups import names, samples, stretches_of
from detectors._proximity import Verdict, judged
from detectors._registry import Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.schema import NON_ICAO, Array
from geo.sphere import NMI_M
from geo.stretches import PATH_SLOT_MS, Stretches, none
from geo.tracks import Tracks

RULE = "definitions 5.6, airbornehotspots"


def examples() -> Sequence[Example]:
    """Hits and near misses, over the North Sea."""

    def meeting(icao24: int = 0x3C0002, seconds: int = 300, **columns: Any) -> Batch:
        """An airliner eastwards, and another that meets it head on after 150 s."""
        given: dict[str, Any] = {"speed": 250.0, "altitude": 9_000.0, "callsign": b"DLH1AB", "lat": 56.0}
        first = fly(0x43C100, seconds, lon=3.0, **given)
        middle = float(first["lon"][min(150, seconds - 1)])
        other = given | {"callsign": b"SAS22", "track": 270.0} | columns
        return together(first, fly(icao24, seconds, lon=2 * middle - 3.0, **other))

    def shadow() -> Batch:
        return together(fly(0x43C100, 240, lat=56.0), fly(NON_ICAO | 0x2B0D0D, 240, lat=56.001))

    def pair() -> Batch:
        return together(fly(0x43C100, 240, lat=56.0), fly(0x3C0002, 240, lat=56.003))

    return [
        Example("two airliners head on at one height", meeting, 1),
        Example("the same, 300 ft apart", lambda: meeting(altitude=9_300.0), 1),
        Example("within two miles at FL350, which has wider minima", lambda: meeting(lat=56.03), 0),
        Example("a thousand feet apart", lambda: meeting(altitude=10_000.0), 0),
        Example("a mile apart", lambda: meeting(lat=56.017), 0),
        Example("a radar track rebroadcast beside its aircraft", shadow, 0),
        Example("two that fly together all the time", pair, 0),
    ]


@detector(
    id="near-miss", title="Two aircraft close to each other", priority="medium", scope="pair", every_s=10, sample_s=10,
    needs=[("lat",), ("ground_speed",), ("baro_altitude",), ("airports",)], lookback_s=210, merge_gap_s=120,
    uses=("position_time", "category", "nic", "nac_p"), examples=examples,
    explain="{names}: {distance:.2f} nmi and {height:,.0f} ft apart at {altitude:,.0f} ft, closing at {closing:,.0f} kt{context}",
    style=Style(shape="pair", color="#ff6961", icon="near"),
    params={
        "distance": Param(0.3, "nmi", "nearer than this below FL180 is too near", lo=0.05, hi=1, source=RULE),
        "height": Param(400, "ft", "and with less height than this between them", lo=50, hi=900, source=RULE),
        "high_distance": Param(2.5, "nmi", "the same above FL180, where radar keeps 5 nmi", lo=0.1, hi=2.9, source="ICAO Doc 4444, 8.7.3: 5 nmi; half of it"),
        "high_height": Param(500, "ft", "and 1,000 ft", lo=50, hi=900, source="ICAO Doc 4444, 5.3.2: 1,000 ft; half of it"),
        "crowd": Param(24, "", "an aircraft with more neighbours than this is left out: interference piles positions up", lo=1, hi=100, source="definitions 5.3: aircraft within 3 km of one point"),
    },
    describe=Describe(
        definition="Two aircraft closer to each other, at the same second, than sight or radar separation allows.",
        characteristics=("Within 0.3 nmi and 400 ft below FL180", "Within 2.5 nmi and 500 ft above", "Both heard within seconds of it", "Not in company before"),
        audience=("Safety monitoring", "Investigation and review", "Airspace research"),
        priority_note="High within 0.2 nmi and 200 ft, else medium; one lower for two light aircraft; low where helicopters, gliders or weak positions take part.",
        context="Formations, tow planes, circuits, parallel approaches and gliders in one thermal are near each other on purpose, and are shown as cleared.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, airports: Airports, aircraft: AircraftTable | None = None) -> Stretches:
    """Pairs that were too near in the seconds before a fresh slot, each as one entry."""
    limits = Limits(p.distance * NMI_M, p.height, p.high_distance * NMI_M, p.high_height)
    found = encounters(tracks, limits, int(p.crowd))
    if found is None:
        return none()
    verdict = judged(tracks, found, airports, aircraft)
    return stretches_of([_entry(tracks, found, verdict, k) for k in np.flatnonzero(verdict.counts).tolist()])


def _entry(tracks: Tracks, e: Encounters, verdict: Verdict, k: int) -> dict[str, Any]:
    """One pair's seconds too near, as an entry of Stretches."""
    x = e.x
    both = sorted((int(e.i[k]), int(e.j[k])), key=lambda entry: int(x.icao24[entry]))
    rows = x.row[both]
    sure = round(float(verdict.sure[k]), 3)
    gravity = 10.0 * float(verdict.priority[k]) - float(np.hypot(e.metres[k] / 500, e.feet[k] / 400)) / 10
    return {
        "subject": int(x.flight[both[0]]), "start": int(e.first[k]), "end": int(e.last[k]), "peak": int(e.when[k]),
        "score": gravity, "confidence": sure, "priority": int(verdict.priority[k]), "icao24": int(x.icao24[both[0]]),
        "members": [int(v) for v in x.icao24[both]], "callsign": " and ".join(names(tracks, rows)),
        "cleared": str(verdict.clear[k]), "samples": samples(tracks, rows), "paths": _between(x.lat[both], x.lon[both], int(e.when[k])),
        "names": " and ".join(names(tracks, rows)), "distance": round(float(e.metres[k]) / NMI_M, 3),
        "metres": round(float(e.metres[k])), "height": round(float(e.feet[k])), "altitude": round(float(e.altitude[k])),
        "closing": round(float(e.closing[k])), "seconds": int(e.seconds[k]), "context": str(verdict.context[k]),
    }  # fmt: skip


def _between(lat: Array, lon: Array, when: int) -> Array:
    """The line from one to the other, whose vertices lie in two slots of a path."""
    return np.column_stack([lon, lat, [when, when + PATH_SLOT_MS]])

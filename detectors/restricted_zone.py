"""Restricted zone: a track that meets a zone in space, height and time, also between two sparse fixes."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._airspace import Airspace, airspace
from detectors._examples import fly
from detectors._registry import Describe, Example, Param, Style, detector
from detectors._visits import visits
from geo.batch import Batch
from geo.stretches import Stretches, none
from geo.tracks import Mask, Tracks
from geo.zones import Zones

SWITCHES = {
    "prohibited": (1, "prohibited areas"),
    "restricted": (1, "restricted areas"),
    "danger": (1, "danger areas"),
    "tfr": (1, "temporary flight restrictions"),
    "nsa": (0, "national security areas, which ask but do not forbid"),
    "warning": (0, "warning areas over the sea"),
    "alert": (0, "alert areas"),
    "moa": (0, "military operations areas"),
    "uav": (0, "areas for unmanned aircraft"),
}
"""Kinds of zones that count, unless a parameter says otherwise."""


def examples() -> Sequence[Example]:
    """Hits and near misses, for a zone of 70 by 55 km round 50N 10E, ground to 10,000 ft."""

    def through(**columns: Any) -> Batch:
        return fly(**({"seconds": 900, "lon": 9.0, "speed": 300, "altitude": 8_000} | columns))

    return [
        Example("straight through", through, 1),
        Example("through a corner between two fixes", lambda: through(lat=49.8, lon=9.42, track=120, step_s=120), 1),
        Example("inside, altitude unknown", lambda: through(lon=10.0, seconds=60, baro_altitude=np.nan), 1),
        Example("over it", lambda: through(altitude=11_500), 0),
        Example("beside it", lambda: through(lat=50.4), 0),
        Example("on the ground in it", lambda: through(lon=10.0, seconds=60, speed=10, on_ground=1), 0),
    ]


def watched(zones: Zones, p: SimpleNamespace) -> Airspace:
    """The zones of the kinds that the parameters name."""
    return airspace(zones, tuple(kind for kind in SWITCHES if getattr(p, kind)))


def gate(tracks: Tracks, p: SimpleNamespace, zones: Zones) -> Mask:
    """Airborne rows near a watched zone and not far above it. Only such rows are ever judged."""
    gap_s = np.clip((tracks.time - np.maximum(tracks.prev_time, 0)) / 1_000.0, 0, 180)
    near = watched(zones, p).near(tracks.lat, tracks.lon, tracks.baro_altitude, gap_s)
    out: Mask = near & (tracks.on_ground != 1)
    return out


@detector(
    id="restricted-zone",
    title="Restricted zone",
    priority="medium",
    scope="aircraft",
    needs=[("zones",), ("lat",)],
    uses=("geo_altitude",),
    lookback_s=180,
    every_s=1,
    merge_gap_s=60,
    single_row=True,
    gate=gate,
    examples=examples,
    explain="inside {zone} ({kind}, {band}){height} for {lasted}{doubt}",
    style=Style(shape="path", color="#d65cf0", icon="zone"),
    params={
        "margin": Param(300, "ft", "this near to a limit the pressure of the day decides", 0, 3_000, "10 hPa: 300 ft"),
        "gap": Param(180, "s", "longest silence between two fixes that is bridged", 1, 180, "the lookback"),
        "memory": Param(60, "s", "an altitude is believed this long after it was sent", 0, 180, "chosen"),
    }
    | {kind: Param(on, "", f"1: {words} count", 0, 1, "FAA AIM 3-4") for kind, (on, words) in SWITCHES.items()},
    describe=Describe(
        definition="Aircraft inside a prohibited, restricted or danger area, within its height band and active times.",
        characteristics=(
            "A position inside the zone, or a straight line between two fixes that crosses it",
            "An altitude between floor and ceiling",
            "A time at which the zone is active, or one that the source does not tell",
        ),
        audience=("Airspace managers", "Regulators", "Regional awareness teams", "Airspace research"),
        priority_note="Medium; low where altitude, ceiling or limit leave doubt, and for radar tracks without identity in "
        "zones of which it is not known whether they are active.",
        context="Many entries are cleared by the controlling agency, and many zones are active for hours only. Heights "
        "are pressure altitudes, which differ from true ones by some hundred feet.",
    ),
)
def detect(tracks: Tracks, p: SimpleNamespace, zones: Zones) -> Stretches:
    """Visits of fresh rows, or of the way to them from the fix before, to watched zones."""
    rows = np.flatnonzero(gate(tracks, p, zones) & tracks.fresh)
    return visits(tracks, rows, p, watched(zones, p)) if len(rows) else none()

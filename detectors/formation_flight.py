"""Aircraft that fly together: a steady pair, or three and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together
from detectors._formation import Pairs, expected, pairs_of
from detectors._groups import listed, names, samples, stretches_of
from detectors._instants import Instants
from detectors._pairs import components
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.schema import NON_ICAO, Array
from geo.sphere import NMI_M
from geo.stretches import Stretches, none
from geo.tracks import Tracks
from geo.zones import Zones


def examples() -> Sequence[Example]:
    """Hits and near misses, over the North Sea."""

    def flight(*offsets: tuple[float, float], seconds: float = 240, **columns: Any) -> Batch:
        given: dict[str, Any] = {"speed": 240.0, "altitude": 9_000.0} | columns
        tracks = [
            fly(0x43C100 + 7 * k, seconds, **(given | {"lat": 56.0 + north / 111_195, "lon": 3.0 + east / 62_000}))
            for k, (north, east) in enumerate(offsets)
        ]
        return together(*tracks)

    def passing(**columns: Any) -> Batch:
        return together(
            flight((0, 0)), fly(0x3C0001, 180, start_s=60, lat=56.005, lon=3.02, altitude=9_000.0, **columns)
        )

    def shadow() -> Batch:
        return fly(NON_ICAO | 0x2B0D0D, 240, lat=56.0, lon=3.0, speed=240.0, altitude=9_000.0)

    return [
        Example("three in line abreast", lambda: flight((0, 0), (400, -300), (800, -600)), 1),
        Example("a steady pair", lambda: flight((0, 0), (300, -200)), 1),
        Example("two that one snapshot alone shows", lambda: flight((0, 0), (300, -200), seconds=1), 1),
        Example("one overtakes the other", lambda: passing(speed=265.0), 0),
        Example("two on crossing tracks", lambda: passing(speed=240.0, track=60.0), 0),
        Example("a radar track rebroadcast beside its aircraft", lambda: together(flight((0, 0)), shadow()), 0),
        Example("two on the ground", lambda: flight((0, 0), (300, -200), on_ground=1, speed=0.0), 0),
    ]  # fmt: skip


@detector(
    id="formation-flight", title="Formation flight", priority="medium", scope="pair", every_s=10, sample_s=10,
    needs=[("lat",), ("ground_speed",), ("track",), ("airports",)], uses=("position_time", "category", "type_code"), lookback_s=210,
    merge_gap_s=120, single_row=True, examples=examples,
    explain="{names}: {aircraft} aircraft {manner}, {distance:,.0f} m and {height:,.0f} ft apart at {speed:,.0f} kt",
    style=Style(shape="path", color="#b57edc", icon="formation"),
    params={
        "distance": Param(1, "nmi", "pairs are at most this far apart", lo=0.05, hi=5, source="definitions 5.5; airbornehotspots: never more than 1 nm"),
        "height": Param(1_000, "ft", "and at most this much in height", lo=100, hi=3_000, source="definitions 5.5"),
        "speed": Param(80, "kt", "all are faster than this", lo=0, hi=1_000, source="seed 003", column="ground_speed"),
        "track": Param(10, "deg", "their tracks differ by at most this", lo=1, hi=45, source="definitions 5.5"),
        "speeds": Param(10, "%", "and their speeds", lo=1, hi=100, source="definitions 5.5"),
        "hold": Param(90, "s", "for at least so long", lo=0, hi=110, source="definitions 5.5; airbornehotspots: probable above 90 s"),
        "share": Param(60, "%", "share of the instants of that time at which both are heard, and at which track and speed agree", lo=10, hi=100, source="joining up over Monterey, 2025-06-01: speeds differ for half a minute"),
        "spread": Param(0.15, "nmi", "root mean square by which the relative place may vary; what overtakes drifts more", lo=0.01, hi=1, source="two airliners passing over Switzerland, 2018-08-01: 0.21 nmi; the 787 and TBM of 2017-12-01: 0.03 to 0.1"),
        "crowd": Param(24, "", "an aircraft with more neighbours than this is in no formation: interference piles positions up", lo=1, hi=100, source="definitions 5.3: aircraft within 3 km of one point"),
    },
    describe=Describe(
        definition="Two or more aircraft that keep their places relative to each other while they fly, pairwise within a mile and a thousand feet.",
        characteristics=("Pairwise near, on one course, at one speed", "All above 80 knots", "The relative place stays for a minute and a half", "Three or more, or a steady pair at lower priority"),
        audience=("Airspace research teams", "Regional situational-awareness teams", "Open-source intelligence analysts", "Event monitoring teams"),
        priority_note="Medium for three and more, low for a pair, low for what a single snapshot shows.",
        context="Military flights, displays, camera ships, tankers and friends on a Sunday fly together. Parallel approaches, departures, traffic a thousand feet apart, gliders in one thermal, types built for formation and exercises under NOTAM are shown as cleared.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks,
    p: SimpleNamespace,
    airports: Airports,
    aircraft: AircraftTable | None = None,
    zones: Zones | None = None,
) -> Stretches:
    """Per instant, each set of aircraft connected by steady pairs; then those that one snapshot alone shows."""
    pairs = pairs_of(tracks, p, airports)
    if pairs is None:
        return none()
    pairs = replace(pairs, clear=expected(tracks, pairs, aircraft, zones))
    kind = np.char.add(pairs.clear.astype("U60"), np.where(pairs.window.steady, "", "?"))
    found = []
    for one in np.unique(kind):
        rows = np.flatnonzero(kind == one)
        label = components(pairs.i[rows], pairs.j[rows])
        order = np.argsort(label, kind="stable")
        found += [_set(tracks, pairs, rows[k], p) for k in np.split(order, np.flatnonzero(np.diff(label[order])) + 1)]
    return stretches_of(found)


def _set(tracks: Tracks, pairs: Pairs, edges: Array, p: SimpleNamespace) -> dict[str, Any]:
    """One set of aircraft at one instant, as an entry of Stretches."""
    x, steady = pairs.x, bool(pairs.window.steady[edges[0]])
    entries = np.unique(np.append(pairs.i[edges], pairs.j[edges]))
    entries = entries[np.argsort(x.icao24[entries], kind="stable")]
    lead, rows, members = entries[0], x.row[entries], np.unique(x.icao24[entries]).tolist()
    end, closest = int(tracks.time[rows].max()), edges[np.argmin(pairs.now.metres[edges])]
    spread = float(pairs.window.spread_m[edges].min())
    sure = _confidence(len(members), spread / (p.spread * NMI_M), steady)
    title = listed(names(tracks, rows), len(rows))
    return {
        "subject": x.flight[lead], "start": min(int(x.instant[lead] - p.hold * 1000), end) if steady else end, "end": end, "peak": end,
        "score": sure + (10 * len(members) if steady else 0), "confidence": sure,
        "priority": PRIORITY["medium" if steady and len(members) > 2 else "low"], "icao24": members[0],
        "members": members, "callsign": title, "cleared": pairs.clear[edges[0]], "samples": samples(tracks, rows),
        "paths": _trail(x, lead, p.hold if steady else 0), "names": title,
        "manner": "keep their places together" if steady else "side by side when first heard",
        "distance": round(float(pairs.now.metres[closest])), "height": round(float(pairs.now.feet[closest])),
        "speed": round(float(x.ground_speed[entries].mean())), "spread_m": round(spread) if steady else None,
    }  # fmt: skip


def _confidence(count: int, wobble: float, steady: bool) -> float:
    """Three that keep their places hardly do so by chance; one instant says little."""
    if not steady:
        return 0.45 if count > 2 else 0.3
    calm = max(0.0, 1.0 - wobble)
    return round(0.75 + 0.2 * calm if count > 2 else 0.5 + 0.3 * calm, 3)


def _trail(x: Instants, lead: int, seconds: float) -> Array:
    """Where the first of them was at the instants of the window, (k, 3)."""
    when = x.instant[lead] - np.arange(int(seconds * 1000) // x.step_ms, -1, -1) * x.step_ms
    at = x.find(np.full(len(when), x.rank[lead]), when)
    at = at[at >= 0]
    return np.column_stack([x.lon[at], x.lat[at], x.instant[at]])

"""Loiter: aircraft that turn and dwell over one area, told from holding stacks, circuits, gliders and flight checks."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import circle, fly
from detectors._exercises import or_exercise
from detectors._innocent import height_text, innocent
from detectors._orbits import Motion, motion, stayed
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.airports import Airports
from geo.batch import Batch
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks
from geo.zones import Zones

RULE = "definitions 5.1, gods-eye-view 637"


HOVER_KT = 40.0
"""A helicopter that goes faster has left the hover: its rotor flies in air of its own from 16 to 24 kt on, and wind adds
to that."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    t = np.arange(3600)
    eight = np.where(t // 150 % 2 == 0, t % 150 * 2.4, -(t % 150) * 2.4)
    racetrack = np.interp(t % 360, [0, 60, 180, 240], [0.0, 180.0, 180.0, 360.0])
    high = {"seconds": 3600, "speed": 130, "altitude": 24_000}

    def orbit(**columns: Any) -> Batch:
        return circle(**({"lat": 48.354, "lon": 11.70, "altitude": 3_000, "speed": 120} | columns))

    return [
        Example("circling for half an hour", circle, 1),
        Example("figure eights, which turn as much left as right", lambda: fly(track=eight, **high), 1),
        Example("racetracks", lambda: fly(track=racetrack, **high), 1),
        Example("a straight flight", lambda: fly(seconds=3600), 0),
        Example("one turn and away", lambda: fly(seconds=1800, track=np.minimum(t[:1800] * 2, 360), speed=110), 0),
        Example("out and back", lambda: fly(track=np.where(t < 1800, 90, 270), **high), 0),
        Example("parked, its position trembling", lambda: fly(seconds=3600, speed=1, track=t * 77, on_ground=1), 0),
        Example("an orbit cut off after three minutes", lambda: orbit(seconds=180, period_s=60), 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Airborne, located, and not at the speed of somebody who goes somewhere."""
    passed: Mask = tracks.located & (tracks.on_ground != 1) & ~(tracks.ground_speed > p.fastest)
    return passed


@detector(
    id="loiter",
    title="Loiter",
    priority="medium",
    scope="aircraft",
    needs=[("lat",), ("airports",)],
    uses=("category",),
    lookback_s=1080,
    sample_s=10,
    every_s=30,
    merge_gap_s=300,
    gate=gate,
    examples=examples,
    explain="{manner}: {turns:.1f} full turns in {minutes:,.0f} min within {km:,.0f} km{at}",
    style=Style(shape="area", color="#ffd60a", icon="orbit"),
    params={
        "dwell": Param(900, "s", "time in the area; a shorter orbit is of low priority", 300, 900, "seed 003: 15 min"),
        "turns": Param(2, "", "revolutions; in one direction for an orbit", 1, 10, f"{RULE}: 2"),
        "circle": Param(8, "km", "diameter of the circle that an orbit keeps to", 1, 20, f"{RULE}: 8 km"),
        "window": Param(720, "s", "an orbit makes its turns within this time", 240, 900, f"{RULE}: 12 min"),
        "least": Param(240, "s", "and takes at least this long", 60, 720, f"{RULE}: 4 min"),
        "area": Param(20, "km", "width of the area of racetracks and eights", 5, 40, "Tour de France 2020: 15 km"),
        "ratio": Param(3, "", "path over twice the width", 1.5, 10, "adsbtrack loiter_ratio: 3 stays, 5 orbits"),
        "hover": Param(3, "km", "in so small an area there need be no turn", 0, 10, "seed 003: circling or hovering"),
        "fastest": Param(
            350,
            "kt",
            "faster aircraft are not looked at",
            100,
            1_000,
            "tankers on a racetrack: 320 kt",
            column="ground_speed",
        ),
    },
    describe=Describe(
        definition="Aircraft that circle, fly racetracks or hover over one area for longer than passing it explains.",
        characteristics=(
            "Two revolutions or more within a small circle",
            "A path several times longer than the area is wide",
            "Fifteen minutes or more in the area",
        ),
        audience=("Airspace research", "Newsroom investigation", "Monitoring analysts", "Regional awareness teams"),
        priority_note="Medium once the aircraft has stayed for the dwell time; low before, and low near an aerodrome.",
        context="Broadcast relays, fire-fighting, police, rescue and survey aircraft loiter. Holding stacks, circuits, "
        "gliders, surveys and flight checks are recognised by their motion and shown as cleared.",
    ),
)
def detect(tracks: Tracks, p: SimpleNamespace, airports: Airports, zones: Zones | None = None) -> Stretches:
    """Rows whose last minutes were an orbit, a racetrack, a figure eight or a hover."""
    view = _lingering(tracks, p)
    if not len(view):
        return none()
    short, long = motion(view, p.window), motion(view, p.dwell)
    dwelt = (long.span >= 0.93 * p.dwell) & (long.extent <= p.area)
    enough = 360 * p.turns
    orbit = (np.abs(short.net) >= enough) & (short.extent <= p.circle) & (short.span >= p.least)
    circling = (np.abs(long.net) >= enough) & (long.extent <= 1.4 * p.circle)
    track = dwelt & (long.turned >= enough) & (circling | (long.ratio >= p.ratio))
    hover = dwelt & (long.extent <= p.hover) & (long.ratio >= p.ratio) & (long.path >= 2.0)
    candidate = gate(view, p) & (orbit | track | hover)
    context = innocent(view, candidate & view.fresh, long, airports, short)
    hit = candidate & ~context.doubt & (orbit | track | ~context.local)
    seen = long.where(dwelt, short)
    sure = np.where(dwelt & (orbit | track), 0.65, 0.45) + 0.03 * np.minimum(seen.turned / 360, 8)
    sure = np.where(context.local, 0.6 * sure, sure)
    return stretches(
        view,
        hit,
        begin=view.ago(p.dwell),
        confidence=sure,
        score=np.rint(sure * 1000) + np.rint(seen.turned) / 1e5,
        priority=np.where(dwelt & ~context.local, PRIORITY["medium"], PRIORITY["low"]),
        cleared=or_exercise(view, hit, context.reason, zones),
        values=_values(view, seen, orbit, track, hit),
    )


def _lingering(tracks: Tracks, p: SimpleNamespace) -> Tracks:
    """The located rows of flights that may have stayed: a first look that spares the long windows for the others."""
    view = tracks.take(np.flatnonzero(tracks.located))
    near = stayed(view, p.dwell, np.sqrt(2.0) * p.area) | stayed(view, p.window, np.sqrt(2.0) * p.circle)
    old = view.time - view.time[view.ago(p.dwell)] >= p.least * 1000
    chosen = np.unique(view.flight[near & old & view.fresh])
    return view.take(np.flatnonzero(np.isin(view.flight, chosen)))


def _values(view: Tracks, seen: Motion, orbit: Mask, track: Mask, hit: Mask) -> dict[str, Array]:
    """What the sentence and the evidence say, by row."""
    round_it = orbit | track & (np.abs(seen.net) >= 0.8 * seen.turned)
    still = np.where(seen.speed < HOVER_KT, "hovering", "to and fro over a small area")
    manner = np.where(round_it, "circling", np.where(track, "flying racetracks or figure eights", still))
    return {
        "manner": manner,
        "turns": np.round(seen.turned / 360, 1),
        "net_turn": np.round(seen.net),
        "minutes": np.round(seen.span / 60),
        "km": np.round(seen.extent, 1),
        "path_km": np.round(seen.path, 1),
        "ratio": np.round(seen.ratio, 1),
        "speed": np.round(seen.speed),
        "height": np.round(view.baro_altitude.astype(np.float64), -2),
        "at": height_text(view.baro_altitude, hit),
    }

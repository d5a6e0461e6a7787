"""Sharp turn at cruise: a fast aircraft, level and high, that swings round within a minute."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._envelope import military
from detectors._examples import fly
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._traffic import distress, maker
from detectors._turns import swings, turn, turned
from geo.aircraft import AircraftTable
from geo.batch import Batch
from geo.performance import is_kind, profiles
from geo.registers import Registers
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

STEEP_DEG, HELD_FT = 45.0, 1_000.0
"""What is flown with no more bank than this and holds its height is flown, not lost: steep turns are taught at 45."""

SERIES_S = 480.0
"""Turns so near after each other belong together: a racetrack of two-minute legs takes six minutes at most."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    n = 600
    t = np.arange(n)

    def turning(degrees: float, seconds: float, **columns: Any) -> Batch:
        return fly(seconds=n, track=90 + np.clip((t - 300) / seconds, 0, 1) * degrees, **columns)

    def wrong_frame() -> Batch:
        return fly(seconds=n).with_columns(track=np.where(t // 20 == 15, 200.0, 90.0).astype(np.float32))

    return [
        Example("round by 120 degrees at FL350", lambda: turning(120, 80), 1),
        Example("a right angle in a minute", lambda: turning(-90, 60), 1),
        Example("a corner of a route, 55 degrees", lambda: turning(55, 60), 0),
        Example("right round, but slowly", lambda: turning(180, 400), 0),
        Example("a turn down low", lambda: turning(120, 80, altitude=9_000.0, speed=220.0), 0),
        Example("a course that jumps while the way made good is straight", wrong_frame, 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """High and fast."""
    passed: Mask = (tracks.baro_altitude >= p.altitude) & (tracks.ground_speed >= p.speed) & (tracks.on_ground != 1)
    return passed


@detector(
    id="cruise-turn",
    title="Sharp turn at cruise",
    priority="medium",
    scope="aircraft",
    needs=[("track",), ("lat",), ("baro_altitude",)],
    uses=("type_code", "category", "db_flags", "emergency"),
    lookback_s=600,
    sample_s=10,
    every_s=10,
    merge_gap_s=1800,
    gate=gate,
    examples=examples,
    explain="turned {side} by {degrees:.0f} degrees within {within:.0f} s at {altitude:,.0f} ft and {speed:,.0f} kt, "
    "with about {bank:.0f} degrees of bank{trial}",
    style=Style(shape="path", color="#34c759", icon="turn"),
    params={
        "turn": Param(65, "deg", "turned within `within`", 45, 180, "seed 000: > 45; Switzerland 2018: corners reach 59, Paris 2021: 48"),
        "within": Param(60, "s", "time of the turn", 20, 120, "Switzerland 2018: 22 of 842 flights turn 45 to 60 degrees in a minute"),
        "sharp": Param(90, "deg", "such a turn is of medium priority", 45, 180, "no recorded airliner on a route"),
        "bank": Param(25, "deg", "and one that takes more bank than this", 0, 60, "autopilots bank to 25 degrees"),
        "altitude": Param(25_000, "ft", "cruise begins here", 10_000, 45_000, "below it airliners are vectored to their approach", column="baro_altitude"),
        "speed": Param(250, "kt", "slower aircraft turn in no room at all", 0, 500, "turboprops and surveys: below 280", column="ground_speed"),
        "level": Param(2_000, "ft", "change of altitude during the turn that is still cruise", 200, 10_000, "2,000 ft/min: a climb or descent"),
    },
    describe=Describe(
        definition="Fast aircraft at cruise altitude whose course swings round within a minute further than the corners "
        "of routes do.",
        characteristics=(
            "A change of course beyond 65 degrees in 60 seconds",
            "Positions that confirm it",
            "Level flight at cruise speed",
        ),
        audience=("Airspace research", "Safety monitoring", "Newsroom investigation", "Alert reviewers"),
        priority_note="Low; medium from 90 degrees on, if it takes more bank than autopilots use; low again where a maker of "
        "aircraft flies it at its height, with no emergency declared.",
        context="Aircraft that turn back or divert, avoid weather or traffic, or fly tests do this. Holding, racetracks "
        "and surveys show as one of a series of turns and are cleared, as is military flying.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, registers: Registers, aircraft: AircraftTable | None = None
) -> Stretches:
    """Rows whose last minute was such a turn."""
    view = _turning(tracks, p)
    if not len(view):
        return none()
    now = turn(view, p.within)
    hit = gate(view, p) & (np.abs(now.degrees) >= p.turn) & now.confirmed & (now.climbed <= p.level)
    if not (hit & view.fresh).any():
        return none()
    sharp = (np.abs(now.degrees) >= p.sharp) & (now.bank > p.bank)
    trial = sharp & maker(view.callsign) & (now.bank <= STEEP_DEG) & (now.climbed <= HELD_FT) & ~distress(view)
    return stretches(
        view, hit, begin=now.begin,
        confidence=np.where(sharp, 0.6, 0.45) + np.clip(now.bank - 25, 0, 20) / 100,
        score=np.rint(np.abs(now.degrees)) + np.where(sharp, 1_000.0, 0.0),
        priority=np.where(sharp & ~trial, PRIORITY["medium"], PRIORITY["low"]),
        cleared=_ordinary(view, registers, aircraft),
        values={"side": np.where(now.degrees > 0, "right", "left"), "degrees": np.rint(np.abs(now.degrees)),
                "within": np.full(len(view), p.within), "altitude": np.round(view.baro_altitude.astype(np.float64), -2),
                "speed": np.rint(view.ground_speed), "bank": np.rint(now.bank),
                "trial": np.where(trial, ", on a flight of a maker of aircraft, as tests have them", "")},
    )  # fmt: skip


def _turning(tracks: Tracks, p: SimpleNamespace) -> Tracks:
    """The rows with a course and a place, of flights whose course has swung enough now."""
    view = tracks.take(np.flatnonzero(tracks.located & ~np.isnan(tracks.track)))
    swung = np.abs(turned(view, p.within)) >= p.turn * 1000
    chosen = np.unique(view.flight[swung & view.fresh])
    return view.take(np.flatnonzero(np.isin(view.flight, chosen)))


def _ordinary(view: Tracks, registers: Registers, aircraft: AircraftTable | None) -> Array:
    """Military flying, and one of a series: as much turning again in the minutes before."""
    step = np.abs(swings(view))
    before = (view.window_sum(step, SERIES_S) - view.window_sum(step, 120.0)) / 1000.0
    profile = profiles(view, aircraft)
    armed = military(view, registers, aircraft) | profile.dives | is_kind(profile.kind, "transport")
    return np.select(
        [armed, before >= 120],
        ["military flying turns sharply", "one of a series of turns: holding, survey, test or display flying"], "",
    ).astype(object)  # fmt: skip

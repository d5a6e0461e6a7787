"""Diversion or return: airline flights that come back to where they left, or go elsewhere than where they were bound."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._legs import LEG, Now, followed, same_name
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._traffic import airline, checker
from geo.airports import Airports
from geo.batch import Batch
from geo.memory import Memory
from geo.routes import Routes
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

MUNICH = {"lat": 48.354, "lon": 11.786, "altitude": 2_000.0}


def flown(*pieces: tuple[int, float, float, float], **columns: Any) -> Batch:
    """From Munich: pieces of (seconds, track, ft/min, knots), with turns of three degrees a second between them."""
    track, rate, speed = (np.concatenate([np.full(piece[0], piece[k]) for piece in pieces]) for k in (1, 2, 3))
    given: dict[str, Any] = MUNICH | {"callsign": b"DLH4AB", "step_s": 10.0} | columns
    step = int(given["step_s"])
    n = len(track[::step])
    return fly(seconds=n * step, track=track[::step], rate=rate[::step], speed=speed[::step], **given)


def examples() -> Sequence[Example]:
    """Hits and near misses, from Munich."""
    out, back = (600, 90.0, 1_500.0, 260.0), (600, 270.0, -1_500.0, 260.0)
    away = ((900, 90.0, 2_200.0, 420.0), (1_800, 90.0, 0.0, 450.0))
    home = ((60, 180.0, 0.0, 450.0), (1_800, 270.0, 0.0, 450.0), (900, 270.0, -2_150.0, 400.0))
    return [
        Example("back at Munich after twenty minutes", lambda: flown(out, (60, 180.0, 0.0, 260.0), back), 1),
        Example("turned back after three quarters of an hour, and down again", lambda: flown(*away, *home), 1),
        Example("a private aircraft comes home", lambda: flown(out, (60, 180.0, 0.0, 260.0), back, callsign=b"DEABC"), 0),
        Example("on the way, and down far away", lambda: flown(*away, (900, 90.0, -2_150.0, 400.0)), 0),
        Example("under another callsign on the way back", lambda: flown(out, (60, 180.0, 0.0, 260.0), back, callsign=np.where(np.arange(126) < 60, b"DLH4AB", b"DLH4CD")), 0),
    ]  # fmt: skip


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Flights of airlines, without those that inspect airports."""
    named: Mask = airline(tracks.callsign) & ~checker(tracks.callsign)
    return named & tracks.located


@detector(
    id="diversion", title="Diversion or return", priority="medium", scope="aircraft", every_s=30, sample_s=10,
    needs=[("callsign",), ("lat",), ("baro_altitude",), ("airports",)], lookback_s=0, merge_gap_s=1200, memory=LEG, gate=gate, examples=examples,
    explain="{manner} {airport}{detail}",
    style=Style(shape="path", color="#7d7aff", icon="route"),
    params={
        "soon": Param(3_600, "s", "back within this after take-off", 600, 7_200, "returns with a fuel dump take up to an hour"),
        "away": Param(10, "nmi", "having been this far away: nearer it is a circuit", 3, 100, "geo/approaches.py: corridors reach 15 nmi"),
        "straight": Param(900, "s", "a turn back follows a straight course of this length", 300, 7_200, "a quarter of an hour is longer than any vector"),
        "reverse": Param(150, "deg", "and is at least this sharp", 90, 179, "an outbound holding leg: 180"),
        "held": Param(420, "s", "and the way back is flown for this long: a hold or a downwind leg is shorter", 120, 3_600, "Heathrow 2017-08-02: holding legs of 60 to 90 s; downwind legs of 300 s"),
        "cruise": Param(15_000, "ft", "the turn back begins above this", 3_000, 45_000, "stacks lie below 15,000 ft: Heathrow 2017-08-02", column="baro_altitude"),
        "well_before": Param(60, "nmi", "a flight leaves its way when it is further than this from its destination", 20, 500, "definitions 5.2: terminal areas; twice 30 nmi"),
        "beside": Param(30, "nmi", "airports this near each other serve one city", 0, 100, "Heathrow to Stansted: 34 nmi"),
    },
    describe=Describe(
        definition="Flights of airlines that return to the airport they left, turn back on their way, or come down at another airport than the one they are bound for.",
        characteristics=("Back at the airport of departure within the hour", "A turn back after a long straight course, and a descent", "With routes loaded: away from the destination, or landing elsewhere"),
        audience=("Flight operations analysts", "Safety monitoring", "Newsroom investigation"),
        priority_note="Medium; low for a flight that only leaves the way to its destination.",
        context="Weather, medical or technical reasons, and closed runways. Route databases lag behind schedules, so a route is believed only where the flight was seen to follow it.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, airports: Airports, memory: Memory, routes: Routes | None = None
) -> Stretches:
    """The newest row of each flight, judged by what is remembered of the flight."""
    rows = np.flatnonzero(tracks.fresh & gate(tracks, p))
    rows = rows[np.append(tracks.flight[rows][1:] != tracks.flight[rows][:-1], True)[: len(rows)]]
    if not len(rows):
        return none()
    hubs, now = airports.hubs, followed(tracks, rows, memory, airports, routes, p)
    kind = _kinds(tracks, now, p, hubs)
    hit = np.zeros(len(tracks), dtype=bool)
    hit[rows] = kind > 0
    if not hit.any():
        return none()

    def spread(values: Array, blank: Any) -> Array:
        out = np.full(len(tracks), blank, dtype=object if isinstance(blank, str) else None)
        out[rows] = values
        return out

    manner = np.array(
        [
            "",
            "returned to",
            "after turning back, descending towards",
            "instead of its destination, landing at",
            "leaving the way to",
        ]
    )[kind]
    airport = np.where(
        kind == 4, hubs.code[now.destination], np.where(kind == 1, hubs.code[now.leg["origin"]], hubs.code[now.field])
    )
    return stretches(
        tracks, hit, confidence=spread(np.array([0.0, 0.8, 0.6, 0.6, 0.45])[kind], 0.0), score=spread(10.0 - kind, 0.0),
        priority=spread(np.where(kind == 4, PRIORITY["low"], PRIORITY["medium"]), 0),
        values={"manner": spread(manner, ""), "airport": spread(airport, ""), "detail": spread(_details(tracks, now, kind, hubs), "")},
    )  # fmt: skip


def _kinds(tracks: Tracks, now: Now, p: SimpleNamespace, hubs: Airports) -> Array:
    """0 nothing, 1 returned, 2 turned back and descending, 3 landing elsewhere, 4 leaving the way."""
    time, sinks = tracks.time[now.row], tracks.vertical_rate[now.row] <= -200
    airborne = tracks.on_ground[now.row] != 1
    since = (time - now.leg["left"]) / 1000.0
    low = airborne & sinks & (now.away <= 8) & (now.height <= 3_000)
    named = same_name(now, tracks) & (now.leg["origin"] >= 0)
    back = low & named & (now.field == now.leg["origin"]) & (now.leg["far"] >= p.away) & (since <= p.soon)
    turned = (now.leg["turned"] > 0) & (time - now.leg["turned"] <= 5_400_000) & ~(now.to_go <= now.leg["nearest"] + 1)
    turned &= airborne & sinks & (now.away <= 30) & (now.height <= 10_000) & ~(now.to_go <= p.beside)
    followed_it = (now.leg["origin"] == now.planned) & (now.planned >= 0) | (now.leg["toward"] >= 10)
    bound = (now.destination >= 0) & (now.destination != now.planned) & followed_it
    elsewhere = bound & low & (hubs.kind[now.field] > 0) & (now.to_go > p.beside) & ~back & (now.home > p.beside)
    passed = now.leg["nearest"]
    leaving = (
        bound & airborne & (now.leg["toward"] >= 30) & (passed > p.well_before) & (now.to_go > passed + p.well_before)
    )
    return np.select([back, elsewhere, turned, leaving], [1, 3, 2, 4], 0)


def _details(tracks: Tracks, now: Now, kind: Array, hubs: Airports) -> Array:
    """What else the sentence says."""
    minutes = (tracks.time[now.row] - now.leg["left"]) / 60_000
    out = np.full(len(kind), "", dtype=object)
    for k in np.flatnonzero(kind).tolist():
        home, goal = now.leg["origin"][k], now.destination[k]
        words = {
            1: f" {minutes[k]:,.0f} min after take-off, having been {now.leg['far'][k]:,.0f} nmi away",
            2: f", {now.away[k]:,.0f} nmi away" + (f"; it had left {hubs.code[home]}" if home >= 0 else ""),
            3: f", {now.to_go[k]:,.0f} nmi from {hubs.code[goal]}",
            4: f": {now.to_go[k]:,.0f} nmi away, after {now.leg['nearest'][k]:,.0f} nmi",
        }
        out[k] = words[int(kind[k])]
    return out

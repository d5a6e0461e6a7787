"""Odd-shaped approach: circles, S-turns, steep, very low or skew ways down to an airport that airlines use."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._finals import APPROACH, FAST_KT, SLOW_KT, Final, finals
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._traffic import airline, checker, glider, helicopter, military
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.memory import Memory
from geo.schema import Array
from geo.sphere import destination
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks
from geo.words import above, joined


def inbound(seconds: int = 240, out_nmi: float = 10.0, weave: float = 0.0, **columns: Any) -> Batch:
    """To Munich's runway 08 from so far out at 150 kt, swinging by `weave` degrees to either side every minute."""
    lat, lon = destination(48.354, 11.786, 260.0, out_nmi * 1852)
    t = np.arange(seconds)
    track = 80.0 + weave * np.sin(2 * np.pi * t / 90.0)
    given: dict[str, Any] = {"lat": float(lat), "lon": float(lon), "speed": 150.0, "altitude": 4_700.0, "rate": -780.0}
    return fly(seconds=seconds, **given | {"track": track, "callsign": b"DLH4AB"} | columns)


def examples() -> Sequence[Example]:
    """Hits and near misses, at Munich (1,487 ft)."""
    circle = np.interp(np.arange(360), [0, 60, 180], [80.0, 80.0, 445.0])
    return [
        Example("swinging from side to side", lambda: inbound(330, 9.5, 55.0, rate=-560.0), 1),
        Example("a full circle on the way down", lambda: inbound(360, track=circle, rate=-560.0), 1),
        Example("steeper than seven degrees", lambda: inbound(110, 4.7, altitude=6_000.0, rate=-2_400.0), 1),
        Example("400 ft above the field from 11 miles out", lambda: inbound(260, 11.0, altitude=1_880.0, rate=-1.0), 1),
        Example("straight in", inbound, 0),
        Example("one dog-leg", lambda: inbound(track=np.where(np.arange(240) < 100, 50.0, 95.0)), 0),
        Example("a light aircraft", lambda: inbound(330, 9.5, 55.0, rate=-560.0, speed=85.0, callsign=b"DEABC"), 0),
        Example("the same swings far from any airport", lambda: inbound(330, 9.5, 55.0, lat=56.0, lon=3.0), 0),
    ]  # fmt: skip


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Not high, and at the speed of an approach, or on the ground."""
    slow = (tracks.ground_speed >= SLOW_KT) & (tracks.ground_speed <= FAST_KT) & (tracks.baro_altitude <= 21_000)
    passed: Mask = tracks.located & (slow | (tracks.on_ground == 1) & (tracks.ground_speed >= 50))
    return passed


@detector(
    id="strange-approach", title="Odd-shaped approach", priority="low", scope="aircraft", every_s=10, sample_s=10,
    needs=[("lat",), ("track",), ("baro_altitude",), ("airports",)], uses=("category",), lookback_s=0, merge_gap_s=300, memory=APPROACH, gate=gate, examples=examples,
    explain="{manner} on approach to {airport}, {away:.1f} nmi out at {level}",
    style=Style(shape="path", color="#b388ff", icon="approach"),
    params={
        "swings": Param(3, "", "turns of 45 degrees or more to alternate sides", 2, 10, "vectors make two: downwind to base, base to final"),
        "circle": Param(330, "deg", "turned in all one way, below 6,000 ft", 270, 1_080, "definitions 5.4: 330 degrees within 6 nm"),
        "steep": Param(6, "deg", "an angle of descent steeper than this", 3.5, 20, "London City: 5.5 degrees, the steepest of airlines"),
        "steep_s": Param(40, "s", "for so long in all", 10, 300, "a correction lasts half a minute"),
        "low": Param(60, "ft/nmi", "lower than this for every mile to go", 10, 200, "three degrees are 318 ft/nmi; and 900 ft for the pressure of the day at 15 nmi"),
        "far": Param(7, "nmi", "while still this far out", 3, 12, "three degrees: 2,200 ft"),
        "low_s": Param(60, "s", "for so long in all", 10, 600, "a glimpse is noise"),
        "askew_s": Param(20, "s", "on short final, in a direction in which nobody lands", 10, 120, "2 nmi at 140 kt: 51 s"),
        "landings": Param(30, "", "landings seen before an airport's directions are known, where no runways are loaded", 5, 1_000, "share of 3 %: one landing"),
        "climb": Param(700, "ft/min", "a climb at this rate begins anew", 100, 5_000, "a go-around climbs at 1,000 and more", column="vertical_rate"),
    },
    describe=Describe(
        definition="Approaches to airports with an unusual shape: circles, S-turns, very steep, very low far out, or towards no runway.",
        characteristics=("Turns to alternate sides, or a full circle, below 6,000 ft", "More than six degrees down", "Below 60 ft per mile to go", "A short final in a direction in which nobody lands"),
        audience=("Flight operations analysts", "Safety monitoring", "Airspace research"),
        priority_note="Low; medium for an airline's flight that shows two of these at once, besides flying low.",
        context="Spacing by air traffic control, visual and circling approaches look like this too. Helicopters, flight checks and military traffic are shown as cleared; light aircraft are not looked at.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, airports: Airports, memory: Memory, aircraft: AircraftTable | None = None
) -> Stretches:
    """The newest row of each flight low near an airport, judged by how it came there."""
    rows = np.flatnonzero(tracks.fresh & gate(tracks, p))
    rows = rows[np.append(tracks.flight[rows][1:] != tracks.flight[rows][:-1], True)[: len(rows)]]
    if not len(rows):
        return none()
    final = finals(tracks, rows, memory, airports, p)
    signs = _signs(final, p)
    if not signs.any():
        return none()
    able = (tracks.on_ground[final.row] != 1) & (final.away <= 6) & (final.height <= 2_500)
    able &= (tracks.vertical_rate[final.row] <= -200) | (signs[:, 3] & (final.height <= 1_000))
    named = airline(tracks.callsign[final.row])
    heavy = named | ((tracks.ground_speed[final.row] >= 110) & (tracks.category[final.row] != b"A1"))
    hit = np.zeros(len(tracks), dtype=bool)
    hit[final.row] = signs.any(axis=1) & able & heavy & ~glider(tracks, final.row)
    if not hit.any():
        return none()
    medium = (signs[:, [0, 1, 2, 4]].sum(axis=1) >= 2) & named
    values = {
        "manner": (_manner(final, signs), ""), "airport": (airports.hubs.code[final.hub], ""),
        "away": (np.round(final.away, 1), 0.0), "height": (np.round(final.height, -1), 0.0),
        "level": (np.array([above(feet, "it") for feet in np.round(final.height, -1).tolist()], dtype=object), ""),
        "net_turn": (np.rint(final.state["net"]), 0.0), "swings": (final.state["swings"].astype(float), 0.0),
    }  # fmt: skip
    return stretches(
        tracks, hit, confidence=_spread(tracks, final, np.where(medium, 0.7, 0.5), 0.0),
        score=_spread(tracks, final, signs.sum(axis=1) * 10.0 - final.away / 100, 0.0),
        priority=_spread(tracks, final, np.where(medium, PRIORITY["medium"], PRIORITY["low"]), 0),
        cleared=_spread(tracks, final, _innocent(tracks, final, aircraft), ""),
        values={name: _spread(tracks, final, *one) for name, one in values.items()},
    )  # fmt: skip


def _signs(final: Final, p: SimpleNamespace) -> Mask:
    """Which oddities each approach shows, (n, 5): circle, swings, steep, low, skew."""
    state = final.state
    return np.column_stack([
        np.abs(state["net"]) >= p.circle, state["swings"] >= p.swings, state["steep"] >= p.steep_s,
        state["low"] >= p.low_s, state["askew"] >= p.askew_s,
    ])  # fmt: skip


def _manner(final: Final, signs: Mask) -> Array:
    """The oddities in words."""
    net, swings = final.state["net"], final.state["swings"]
    words = np.full(len(signs), "", dtype=object)
    for k in np.flatnonzero(signs.any(axis=1)).tolist():
        texts = (
            f"{abs(net[k]):,.0f} degrees of turn in one direction", f"{swings[k]} turns to alternating sides",
            f"{final.state['steep'][k]:.0f} s of steep descent", f"{final.state['low'][k]:.0f} s very low far out",
            "a short final from a direction in which nobody lands",
        )  # fmt: skip
        words[k] = joined([text for text, on in zip(texts, signs[k], strict=True) if on])
    return words


def _innocent(tracks: Tracks, final: Final, aircraft: AircraftTable | None) -> Array:
    """Who flies odd approaches as a matter of course."""
    out = np.full(len(final.row), "", dtype=object)
    out[military(tracks, final.row, aircraft)] = "military or police, which train approaches"
    out[checker(tracks.callsign[final.row])] = "flight check of the aids of an airport"
    out[helicopter(tracks, final.row, aircraft)] = "helicopter, which needs no runway"
    return out


def _spread(tracks: Tracks, final: Final, values: Array, blank: Any) -> Array:
    """Values of the final's rows at their places in the view."""
    out = np.full(len(tracks), blank, dtype=object if isinstance(blank, str) else None)
    out[final.row] = values
    return out

"""The innocent ways of turning over one area, each told by evidence in the data. Tracks and motion in, reasons out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detectors._orbits import Motion
from detectors._traffic import checker, rebroadcast
from geo.airports import Airports
from geo.schema import SOURCES, Array
from geo.tracks import Mask, Tracks

LIGHT_KT, THERMAL_FT = 110.0, 1_500.0
"""Training aircraft are slower; and thermals are entered above this."""

PARALLEL = 0.6
"""Recorded surveys lie between 0.6 and 0.96, relays and eights below 0.4, a zig-zag 1.4 times its way at 0.03."""

HUB_NMI = 60.0
"""Stacks lie this near to the airport that they serve (Heathrow's four: 15 to 25 nmi)."""


@dataclass(frozen=True)
class Context:
    """By row: why it is ordinary ('' where it is not), whether that cannot be told yet, and whether it is `local`: low
    and near an aerodrome."""

    reason: Array
    doubt: Mask
    local: Mask


def innocent(tracks: Tracks, rows: Mask, long: Motion, airports: Airports, short: Motion | None = None) -> Context:
    """The context of the given rows; the others have none. `short` tells an orbit from a wide pattern."""
    none = np.zeros(len(tracks), dtype=bool)
    out = Context(np.full(len(tracks), "", dtype=object), none, none.copy())
    at = np.flatnonzero(rows)
    if not len(at):
        return out
    here = long.at(at)
    field, away = airports.nearest(here.lat, here.lon)
    top = here.highest - airports.elevation_ft(field)
    hubs = airports.hubs
    hub, hub_away = hubs.nearest(here.lat, here.lon)
    hub_elevation = hubs.elevation_ft(hub)
    words = np.full(len(at), "", dtype=object)
    orbit = np.zeros(len(at), dtype=bool) if short is None else _orbits(short.at(at))
    low = here.lowest - airports.elevation_ft(field)
    words[_flight_check(here, hub_elevation, hub_away, orbit)] = "flight check or practice round an airport"
    words[checker(tracks.callsign[at])] = "flight check or practice round an airport"
    words[_air_work(tracks, at, here, away)] = "air work of a light aircraft near an aerodrome"
    words[_practice_hold(tracks, at, here, top, away)] = "practice holding of a light aircraft over an aerodrome"
    words[_circuit(here, top, low, away)] = "traffic circuit at an aerodrome"
    words[_holding(here, hub_away)] = "holding stack"
    words[_survey(here)] = "survey legs"
    soaring, maybe = _soaring(tracks, at, here, top)
    words[soaring] = "soaring"
    out.reason[at], out.doubt[at] = words, maybe & ~soaring | rebroadcast(tracks, at)
    practice = (hub_away <= 10) & (here.extent >= 8) & (here.highest - hub_elevation <= 6_000)
    out.local[at] = practice | (away <= 3) & (top <= 3_000)
    return out


def airliner_fields(airports: Airports) -> Airports:
    """Only the aerodromes that airlines use."""
    return airports.hubs


def _holding(here: Motion, hub_away: Array) -> Mask:
    """An airliner's racetrack: its speed and height, turning one way at a stack's rate, near an airline airport."""
    rate = np.abs(here.net) / np.maximum(here.span / 60, 1)
    steady = (np.abs(here.net) >= 0.8 * here.turned) & (rate >= 30) & (rate <= 120)
    height = (here.lowest >= 3_500) & (here.highest <= 20_500)
    held: Mask = steady & height & (here.speed >= 180) & (here.speed <= 320) & (hub_away <= HUB_NMI)
    return held


def _soaring(tracks: Tracks, at: Array, here: Motion, top: Array) -> tuple[Mask, Mask]:
    """Gliders by category, receiver or FLARM's own addresses (DD to DF), or slow aircraft without a powered category
    that gain height in their circles and lose it between them; and those of which that cannot be said yet.

    Nobody stays up in thermals below 1,500 ft above the field: what circles there has an engine.
    """
    category = tracks.category
    glider = np.isin(category, (b"B1", b"B3", b"B4")) | (tracks.source == SOURCES.index("flarm"))
    glider |= np.isin(tracks.icao24 >> 16, (0xDD, 0xDE, 0xDF))
    powered = tracks.window_sum((np.char.startswith(category, b"A") & (category != b"A0")).astype(np.int64), 900)
    slow = (powered[at] == 0) & (here.speed <= 80) & ~(top < THERMAL_FT)
    soaring: Mask = glider[at] | (slow & (here.rise >= 200) & (here.rise + here.drop >= 300))
    maybe: Mask = slow & (here.rise > -500) & (here.highest - here.lowest >= 700)
    return soaring, maybe


def _orbits(short: Motion) -> Mask:
    """Two turns one way within 8 km: an orbit, and no pattern round an airport's aids."""
    tight: Mask = (np.abs(short.net) >= 720) & (short.extent <= 8) & (np.abs(short.net) >= 0.9 * short.turned)
    return tight


def _survey(here: Motion) -> Mask:
    """To and fro along one axis, turning left as often as right."""
    legs: Mask = (here.parallel >= PARALLEL) & (np.abs(here.net) <= 0.35 * here.turned)
    return legs


def _circuit(here: Motion, top: Array, low: Array, away: Array) -> Mask:
    """Low and tight round an aerodrome; or a light aircraft that was low there, and leaves the circuit or joins it."""
    tight = (top <= 2_200) & (here.extent <= 10)
    joins = (low <= 800) & (top <= 3_500) & (here.extent <= 12) & (here.speed <= LIGHT_KT)
    out: Mask = (away <= 3) & (tight | joins)
    return out


def _light(tracks: Tracks, at: Array, here: Motion) -> Mask:
    """Light by category within the window, and as slow."""
    named = tracks.window_sum((tracks.category == b"A1").astype(np.int64), 900)[at] > 0
    out: Mask = named & (here.speed <= LIGHT_KT)
    return out


def _air_work(tracks: Tracks, at: Array, here: Motion, away: Array) -> Mask:
    """Steep turns, stalls and eights: turning both ways, up and down by many hundred feet, within reach of a field."""
    both = (here.turned >= 4 * 360) & (np.abs(here.net) <= 0.7 * here.turned)
    out: Mask = _light(tracks, at, here) & both & (here.highest - here.lowest >= 700) & (away <= 10)
    return out


def _practice_hold(tracks: Tracks, at: Array, here: Motion, top: Array, away: Array) -> Mask:
    """Racetracks over the beacon of an aerodrome: one axis flown both ways, at a holding's rate, above the circuit."""
    rate = here.turned / np.maximum(here.span / 60, 1)
    steady = (here.parallel >= 0.35) & (rate >= 45) & (rate <= 100) & (here.highest - here.lowest <= 1_000)
    out: Mask = _light(tracks, at, here) & steady & (away <= 3.5) & (top >= 2_500)
    return out


def _flight_check(here: Motion, hub_elevation: Array, hub_away: Array, orbit: Mask) -> Mask:
    """Wide patterns round an airline airport, faster than a trainer: inspection of its aids, or practice approaches.
    And orbits both ways at one level further out, as the aids en route are checked."""
    height = here.highest - hub_elevation
    near = (hub_away <= 5) & (here.extent >= 3) & (height <= 4_000)
    far = (hub_away <= 10) & (here.extent >= 8.5) & (height <= 6_000) & ~(orbit & (hub_away > 8))
    level = (here.highest - here.lowest <= 700) & (np.abs(here.net) <= 0.65 * here.turned)
    aids = (hub_away <= 20) & (here.extent >= 9) & level & (height >= 2_000) & (height <= 6_000)
    wide: Mask = (near | far | aids) & (here.speed >= 105) & (here.speed <= 250)
    return wide


def height_text(altitude: Array, rows: Mask, words: str = ", at {} ft") -> Array:
    """The altitude of the given rows in words and hundreds; '' elsewhere and where it is not known."""
    out = np.full(len(altitude), "", dtype=object)
    known = np.flatnonzero(rows & ~np.isnan(altitude))
    hundreds = np.round(altitude[known].astype(np.float64), -2)
    out[known] = [words.format(f"{feet:,.0f}") for feet in hundreds.tolist()]
    return out

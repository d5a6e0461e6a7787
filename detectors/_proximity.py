"""What an encounter was: how grave, and which ordinary way of being near each other explains it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detectors._encounters import Encounters
from detectors._registry import PRIORITY
from detectors._traffic import COMPUTED, airline, glider, helicopter
from geo.aircraft import AircraftTable
from geo.airports import FIELD, Airports
from geo.schema import Array
from geo.sphere import NMI_M, angle_between, bearing_deg
from geo.tracks import Mask, Tracks

FIELD_NMI, FLOOR_FT, PATTERN_FT = 5.0, 200.0, 3_000.0
"""Near a field (definitions, 5.6): nothing counts below 200 ft above it, and up to 3,000 ft is its traffic pattern."""

RUNWAYS_M, ALONG_DEG = 200.0, 20.0
"""Parallel runways are further apart than this; whoever differs by less in track flies alongside."""

LIGHT_KT = 160.0
"""Both slower: light aircraft, which meet by sight."""

SLOWLY_KT = 40.0
"""Who comes near at less joins up (camera ship and 787, 2017-12-01: 28 kt), and is within a mile for a minute before."""

COMPANY_S = 60
"""Near each other for so long before, they fly together (airbornehotspots: 30 to 90 s possible, above probable)."""


@dataclass(frozen=True)
class Verdict:
    """Of each encounter (n,): whether it counts at all, priority, confidence, the innocent reason or '', and what
    lowers it, in words."""

    counts: Mask
    priority: Array
    sure: Array
    clear: Array
    context: Array


def judged(tracks: Tracks, e: Encounters, airports: Airports, aircraft: AircraftTable | None) -> Verdict:
    """The grades of definitions 5.6, one lower for light aircraft by day, and every innocent explanation."""
    rows = e.x.row[e.i], e.x.row[e.j]
    field, away = airports.nearest(e.x.lat[e.i], e.x.lon[e.i])
    height = e.altitude - airports.elevation_ft(field)
    high = e.altitude > 18_000
    counts = ~((away <= FIELD_NMI) & (height < FLOOR_FT)) & ~(high & _doubtful(tracks, rows))
    # Side by side, or drawing near slowly: whether they keep company is known a minute later.
    counts &= ~((e.company < COMPANY_S) & ((e.closing < SLOWLY_KT) | (e.always & (e.closing < 60))))
    speed = np.maximum(e.x.ground_speed[e.i], e.x.ground_speed[e.j])
    light = (speed < LIGHT_KT) & ~(airline(tracks.callsign[rows[0]]) | airline(tracks.callsign[rows[1]]))
    clear = _innocent(tracks, e, airports, away, height, light)
    slow = helicopter(tracks, rows[0], aircraft) | helicopter(tracks, rows[1], aircraft)
    soaring = glider(tracks, rows[0]) | glider(tracks, rows[1])
    weak = _doubtful(tracks, rows) | e.sparse
    alongside = e.always | ((e.closing < 60) & ~high)
    grave = (e.metres < 0.2 * NMI_M) & (e.feet < 200) & ~high
    level = np.where(high, PRIORITY["medium"], np.where(grave, PRIORITY["high"], PRIORITY["medium"])) - light
    low = slow | soaring | weak | alongside
    words = np.select(
        [weak, slow, soaring, alongside, light],
        [", on sparse or computed positions", ", one of them a helicopter", ", one of them a glider",
         ", on much the same way", ", both light aircraft"], "",
    )  # fmt: skip
    level = np.where(low, PRIORITY["low"], np.maximum(level, PRIORITY["low"]))
    sure = np.where(weak, 0.35, np.where(low, 0.5, 0.6 + 0.1 * grave + 0.1 * ~light))
    return Verdict(counts, level, sure, clear, words)


def _doubtful(tracks: Tracks, rows: tuple[Array, Array]) -> Mask:
    """Positions computed on the ground, or of which the aircraft itself says that they may be miles off."""
    out: Mask = np.zeros(len(rows[0]), dtype=bool)
    for k in rows:
        out |= COMPUTED[tracks.source[k]] | (tracks.nic[k] < 6) | (tracks.nac_p[k] < 6)
    return out


def _innocent(tracks: Tracks, e: Encounters, airports: Airports, away: Array, height: Array, light: Mask) -> Array:
    """Why two may be so near each other without anything being wrong; '' where nothing says so."""
    x, out = e.x, np.full(len(e), "", dtype=object)
    rows = x.row[e.i], x.row[e.j]
    place = [(x.lat[k], x.lon[k], x.track[k], x.baro_altitude[k]) for k in (e.i, e.j)]
    landing = np.logical_and.reduce([airports.in_approach_corridor(*q) for q in place])
    aligned = angle_between(x.track[e.i], x.track[e.j]) <= ALONG_DEG
    side = np.radians(bearing_deg(place[0][0], place[0][1], place[1][0], place[1][1]) - x.track[e.i])
    abreast = e.metres * np.abs(np.sin(side)) > RUNWAYS_M
    climbing = np.logical_and(*(tracks.vertical_rate[k] > 300 for k in rows))
    pattern = (
        (away <= FIELD_NMI) & (height <= PATTERN_FT) & (airports.kind[airports.nearest(*place[0][:2])[0]] >= FIELD)
    )
    out[pattern & light] = "traffic pattern of an aerodrome"
    out[pattern & aligned & climbing] = "departing one after the other"
    out[landing & aligned & abreast] = "parallel approaches"
    out[(e.company >= COMPANY_S) | (e.always & (e.company >= 30))] = "flying together"
    out[glider(tracks, rows[0]) & glider(tracks, rows[1])] = "gliders that share a thermal"
    return out

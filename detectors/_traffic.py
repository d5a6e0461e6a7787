"""Who flies, as far as a row itself tells: airline callsigns, gliders, helicopters, positions computed on the ground."""

from __future__ import annotations

import numpy as np

from geo.aircraft import MILITARY, AircraftTable
from geo.schema import EMERGENCIES, NON_ICAO, SOURCES, SYNTHETIC, Array, of_sources
from geo.tracks import Mask, Tracks

FORCES = (b"AME", b"ASY", b"BAF", b"CFC", b"CHD", b"CNV", b"CTM", b"DAF", b"FAF", b"FNF", b"GAF", b"GAM", b"HAF", b"IAM",
          b"IFC", b"NAF", b"NVY", b"PAT", b"PLF", b"POL", b"RCH", b"RFF", b"RFR", b"ROF", b"RRR", b"RSF", b"SVF", b"TUF")  # fmt: skip
"""ICAO telephony designators of air forces and police: their callsigns look like an airline's (Doc 8585)."""

CHECKERS = (b"ADA", b"CFL", b"CAL", b"FCK", b"FLC", b"NVC", b"VOR")
"""Designators of flight inspection: Airservices Australia, Sweden, France (CALIBRA), FCS, FAA, Nav Canada, FCSL."""

MAKERS = (b"AIB", b"BOE", b"GLF")
"""Designators under which makers fly what they have built: Airbus Industrie, Boeing, Gulfstream Test (Doc 8585)."""

DISTRESS = (b"7500", b"7600", b"7700")
"""ICAO Doc 4444, 15.1."""

DISTRESS_S = 170.0
"""An emergency that was declared so long ago may still be one: codes flicker, and are set late."""

GLIDER_BLOCKS = (0xDD, 0xDE, 0xDF)
"""First byte of the addresses that FLARM gives itself."""

COMPUTED = of_sources("mlat", "tisb_icao", "tisb_trackfile", "tisb_other", "adsr_other")
"""Sources whose positions were computed on the ground: they shake by hundreds of metres."""


def letters_of(callsign: Array) -> Array:
    """The bytes of callsigns (n,) as (n, 8) numbers."""
    letters: Array = np.ascontiguousarray(callsign.astype("S8")).view(np.uint8).reshape(-1, 8)
    return letters


def _prefix(text: Array) -> Array:
    """The first three letters of callsigns (n, 8) as one number below 26 ** 3; -1 where they are not letters."""
    three = text[:, :3].astype(np.int32) - ord("A")
    number: Array = three @ np.array([676, 26, 1], dtype=np.int32)
    return np.where(((three >= 0) & (three < 26)).all(axis=1), number, -1)


def _listed(prefixes: tuple[bytes, ...]) -> Mask:
    """A table (26 ** 3 + 1,) to look prefixes up in; its last entry, False, is what -1 finds."""
    out = np.zeros(26**3 + 1, dtype=bool)
    out[_prefix(letters_of(np.array(prefixes)))] = True
    return out


def airline(callsign: Array) -> Mask:
    """Three letters and a digit, as airlines' callsigns are (ICAO Annex 10), but for those of air forces."""
    text = letters_of(callsign)
    prefix = _prefix(text)
    out: Mask = (prefix >= 0) & (text[:, 3] >= ord("0")) & (text[:, 3] <= ord("9")) & ~_FORCES[prefix]
    return out


def checker(callsign: Array) -> Mask:
    """Flight inspection, by callsign; CAL with a digit is China Airlines."""
    some: Mask = _CHECKERS[_prefix(letters_of(callsign))]
    rows = np.flatnonzero(some)
    name = callsign[rows].astype("S7")
    some[rows] = (name.astype("S3") != b"CAL") | (name == b"CALIBRA")
    return some


def maker(callsign: Array) -> Mask:
    """Flights of those who build aircraft, by callsign: they test them. It says who flies, not that all is well."""
    out: Mask = _MAKERS[_prefix(letters_of(callsign))]
    return out


def distress(tracks: Tracks) -> Mask:
    """Rows of an aircraft that declares an emergency, or did a moment ago: nothing that it does is called ordinary."""
    declared = np.isin(tracks.squawk, DISTRESS) | (tracks.emergency > EMERGENCIES.index("none"))
    out: Mask = tracks.window_sum(declared, DISTRESS_S) > 0
    return out


def glider(tracks: Tracks, rows: Array) -> Mask:
    """Gliders, balloons and parachutists by category, by what heard them, or by FLARM's own addresses."""
    kind: Mask = np.isin(tracks.category[rows], (b"B1", b"B2", b"B3", b"B4"))
    flarm: Mask = tracks.source[rows] == SOURCES.index("flarm")
    own: Mask = (tracks.icao24[rows] < NON_ICAO) & np.isin(tracks.icao24[rows] >> 16, GLIDER_BLOCKS)
    out: Mask = kind | flarm | own
    return out


def rebroadcast(tracks: Tracks, rows: Array) -> Mask:
    """Radar tracks that ground stations send under made-up addresses: nobody's own word, and their turns are noise."""
    address, source = tracks.icao24[rows], tracks.source[rows]
    own = np.isin(source, (SOURCES.index("flarm"), SOURCES.index("adsb_other"), SOURCES.index("adsb_icao_nt")))
    out: Mask = (address >= NON_ICAO) & (address < SYNTHETIC) & ~own
    return out


def helicopter(tracks: Tracks, rows: Array, aircraft: AircraftTable | None) -> Mask:
    """Rotorcraft by category or by the aircraft database."""
    out: Mask = tracks.category[rows] == b"A7"
    if aircraft is not None:
        out |= np.char.startswith(aircraft.lookup(tracks.icao24[rows]).description, b"H")
    return out


def military(tracks: Tracks, rows: Array, aircraft: AircraftTable | None) -> Mask:
    """By the feed's flags are those of the database; by callsign, those of FORCES."""
    out: Mask = _FORCES[_prefix(letters_of(tracks.callsign[rows]))]
    if aircraft is not None:
        out |= (aircraft.lookup(tracks.icao24[rows]).flags & MILITARY) > 0
    return out


_FORCES, _CHECKERS, _MAKERS = _listed(FORCES), _listed(CHECKERS), _listed(MAKERS)

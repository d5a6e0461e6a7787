"""What an aircraft type can do: kind, ceiling, speeds and rates by row, from its designator, class or category."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo.aircraft import AircraftTable
from geo.schema import NON_ICAO, Array, missing
from geo.tracks import Tracks

Mask = npt.NDArray[np.bool_]

KINDS: Mapping[str, tuple[float, float]] = {
    "unknown": (30_000, -60_000), "aeroplane": (10_000, -10_000), "light": (3_500, -4_500),
    "ultralight": (2_000, -3_000), "turboprop": (4_000, -6_000), "airliner": (6_500, -8_000),
    "business": (8_000, -8_000), "transport": (6_000, -8_000), "trainer": (5_000, -15_000),
    "aerobatic": (5_000, -15_000), "fighter": (50_000, -50_000), "supersonic": (6_500, -8_000),
    "high": (12_000, -8_000), "glider": (3_000, -6_000), "balloon": (2_500, -6_000), "airship": (2_000, -2_000),
    "helicopter": (4_000, -4_500), "gyroplane": (1_500, -3_000), "tiltrotor": (5_000, -5_000),
    "drone": (5_000, -6_000), "parachute": (0, -15_000), "space": (200_000, -200_000), "vehicle": (100, -100),
}  # fmt: skip
"""Kind: steepest climb and descent in ft/min that it does without breaking. Emergency descents of airliners reach
6,000 to 8,000; lightly built aeroplanes with full drag half of that; the trainers and jets of the air forces dive."""

CODE = {name: code for code, name in enumerate(KINDS)}
"""Number of each kind, as `Profiles.kind` holds it."""

HANGS = ("balloon", "airship", "helicopter", "gyroplane", "tiltrotor", "drone", "parachute", "ultralight")
"""Kinds that may stand still over the ground while flying: lighter than air, rotors, paragliders in the wind."""

DIVES = ("fighter", "trainer", "aerobatic")
"""Kinds built for aerobatics and steep flight."""

CLASSES = (
    # ICAO Doc 8643 description (kind of aircraft, engines, kind of engine; * for any number), name, kind, ceiling in
    # ft, fastest in kt, stall in kt: the widest of the types that bear it and that types.csv does not name.
    ("L*P", "piston aeroplane", "light", 30_000, 300, 25), ("L*T", "turboprop", "turboprop", 41_000, 430, 45),
    ("L1J", "single-engined jet", "fighter", 65_000, 1_300, 60), ("L*J", "jet", "aeroplane", 55_000, 600, 70),
    ("L*E", "electric aeroplane", "light", 18_000, 200, 25), ("L*R", "rocket aeroplane", "space", 400_000, 4_000, 0),
    ("L**", "aeroplane", "aeroplane", 55_000, 600, 20), ("S*P", "seaplane", "light", 26_000, 250, 25),
    ("S**", "seaplane", "aeroplane", 45_000, 450, 25), ("A*P", "amphibian", "light", 26_000, 250, 25),
    ("A**", "amphibian", "aeroplane", 45_000, 450, 25), ("H**", "helicopter", "helicopter", 25_000, 200, 0),
    ("G**", "gyroplane", "gyroplane", 20_000, 120, 0), ("T**", "tilt-wing aircraft", "tiltrotor", 26_000, 320, 0),
    ("R**", "tiltrotor", "tiltrotor", 26_000, 320, 0), ("B**", "balloon", "balloon", 130_000, 0, 0),
    ("D**", "drone", "drone", 65_000, 400, 0), ("P**", "parachute", "parachute", 30_000, 150, 0),
)  # fmt: skip

CATEGORIES = (
    # ADS-B emitter category (DO-260B 2.2.3.2.5.2), with limits for the widest aircraft of its weight.
    ("A1", "light aircraft", "aeroplane", 45_000, 470, 20), ("A2", "small aircraft", "aeroplane", 51_000, 560, 40),
    ("A3", "large aircraft", "airliner", 51_000, 570, 80), ("A4", "high-vortex aircraft", "airliner", 51_000, 570, 80),
    ("A5", "heavy aircraft", "airliner", 52_000, 580, 90),
    ("A6", "high-performance aircraft", "fighter", 70_000, 1_500, 80),
    ("A7", "rotorcraft", "helicopter", 25_000, 320, 0), ("B1", "glider", "glider", 80_000, 400, 25),
    ("B2", "lighter-than-air craft", "balloon", 130_000, 80, 0), ("B3", "parachutist", "parachute", 40_000, 200, 0),
    ("B4", "ultralight", "ultralight", 25_000, 150, 0), ("B6", "unmanned aircraft", "drone", 80_000, 700, 0),
    ("B7", "space vehicle", "space", 400_000, 20_000, 0), ("C1", "emergency vehicle", "vehicle", 15_000, 150, 0),
    ("C2", "service vehicle", "vehicle", 15_000, 150, 0), ("C3", "obstacle", "vehicle", 15_000, 5, 0),
)  # fmt: skip

NOTHING = ("", "aircraft of unknown type", "unknown", 130_000, 4_000, 0)
"""Of a row that says nothing everything is believed."""

WIND_FT = (0, 10_000, 20_000, 30_000, 40_000, 55_000, 70_000)
WIND_KT = (70, 100, 150, 220, 220, 130, 90)
"""The strongest winds by height: jet streams have pushed airliners to 700 kt over ground."""


@dataclass(frozen=True)
class Profiles:
    """By row (n,): `kind` (see CODE), limits of the type, and how it is known: `exact` (the designator stands in our
    table), `known` (by that, its class, or its emitter category). Speeds over ground allow for the wind at its height.
    """

    at: Array
    type_code: Array
    wind_kt: Array
    thin: Array

    @property
    def kind(self) -> Array:
        return _table().kind[self.at]

    @property
    def kind_name(self) -> Array:
        return np.array(list(KINDS), dtype=object)[self.kind]

    @property
    def exact(self) -> Mask:
        return _table().exact[self.at]

    @property
    def known(self) -> Mask:
        return self.at > 0

    @property
    def ceiling_ft(self) -> Array:
        return _table().ceiling[self.at]

    @property
    def airspeed_kt(self) -> Array:
        """The fastest true airspeed; 0 for what only drifts."""
        return _table().fastest[self.at]

    @property
    def fastest_kt(self) -> Array:
        """Over ground, with the strongest wind behind."""
        return _table().fastest[self.at] + self.wind_kt

    @property
    def stall_kt(self) -> Array:
        """Equivalent airspeed below which it does not fly; 0 for what hangs in the air."""
        return _table().stall[self.at]

    @property
    def slowest_kt(self) -> Array:
        """Over ground while airborne, against the strongest wind; stall speed grows as the air gets thin."""
        return np.maximum(self.stall_kt / self.thin - self.wind_kt, 0.0)

    @property
    def climb_fpm(self) -> Array:
        """The steepest climb."""
        return _table().climb[self.at]

    @property
    def descent_fpm(self) -> Array:
        """The steepest descent, negative."""
        return _table().descent[self.at]

    @property
    def hangs(self) -> Mask:
        """May stand still in the air."""
        return hangs_in_air(self.kind)

    @property
    def dives(self) -> Mask:
        """Built for aerobatics or combat."""
        return is_kind(self.kind, *DIVES) | self._trait("A")

    @property
    def formates(self) -> Mask:
        """Of a type that is often seen in formation."""
        return is_kind(self.kind, *DIVES) | self._trait("F")

    @property
    def drops(self) -> Mask:
        """Of a type that often drops parachutists."""
        return self._trait("J")

    @property
    def works(self) -> Mask:
        """Of a type that sprays fields or fights fires."""
        return self._trait("W")

    def name(self, row: int) -> str:
        """For the sentence: `Cessna 172 (C172)`, `piston aeroplane (XY12)`, `rotorcraft`."""
        text, code = str(_table().names[self.at[row]]), self.type_code[row].decode("ascii", "replace")
        return f"{text} ({code})" if code else text

    def names(self, rows: Mask) -> Array:
        """The names at the given rows as an object array (n,); '' elsewhere."""
        out = np.full(len(self.at), "", dtype=object)
        chosen = np.flatnonzero(rows)
        out[chosen] = [self.name(int(row)) for row in chosen]
        return out

    def _trait(self, letter: str) -> Mask:
        return _table().traits[letter][self.at]


def profiles(rows: Tracks | Mapping[str, Array], aircraft: AircraftTable | None = None) -> Profiles:
    """The profile of each row, from `type_code`, the aircraft table, and `category`, in this order.

    `rows` carries `icao24`, and any of `type_code`, `category`, `baro_altitude`. The cost is per run of rows of one
    aircraft, so rows should be sorted by it.
    """
    columns = rows.columns if isinstance(rows, Tracks) else rows
    n = len(columns["icao24"])
    icao24 = columns["icao24"]
    code, category = (columns.get(name, missing(name, n)) for name in ("type_code", "category"))
    heads, run = _runs(icao24, code, category, n)
    at, named = _profile(icao24[heads], code[heads], category[heads], aircraft)
    altitude = columns.get("baro_altitude")
    height = np.full(n, 40_000.0) if altitude is None else np.nan_to_num(altitude, nan=40_000.0).astype(np.float64)
    return Profiles(at[run], named[run], wind_kt(height), np.sqrt(density(height)))


def wind_kt(altitude_ft: Array) -> Array:
    """The strongest wind to be reckoned with at a height."""
    return np.interp(altitude_ft, WIND_FT, WIND_KT)


def density(altitude_ft: Array) -> Array:
    """Air density as a share of that at sea level (ISA; ICAO Doc 7488)."""
    metres = np.asarray(altitude_ft, dtype=np.float64) * 0.3048
    low = (1 - 2.25577e-5 * np.clip(metres, -1_000.0, 11_000.0)) ** 4.25588
    return low * np.exp(-np.maximum(metres - 11_000.0, 0.0) / 6_341.6)


def hangs_in_air(kind: Array) -> Mask:
    """Kinds that may stand still over the ground while flying."""
    return is_kind(kind, *HANGS)


def is_kind(kind: Array, *names: str) -> Mask:
    """Whether each kind is one of those named."""
    wanted = np.zeros(len(CODE), dtype=bool)
    wanted[[CODE[name] for name in names]] = True
    out: Mask = wanted[kind]
    return out


def _runs(icao24: Array, code: Array, category: Array, n: int) -> tuple[Array, Array]:
    """First row of each run of equal aircraft, type and category; and the run of each row."""
    new = np.ones(n, dtype=bool)
    new[1:] = icao24[1:] != icao24[:-1]
    for text, kind in ((code, np.uint32), (category, np.uint16)):
        number = np.ascontiguousarray(text).view(kind)
        new[1:] |= number[1:] != number[:-1]
    return np.flatnonzero(new), np.cumsum(new) - 1


def _profile(icao24: Array, code: Array, category: Array, aircraft: AircraftTable | None) -> tuple[Array, Array]:
    """Row of the table and designator for each aircraft."""
    table = _table()
    at, named = table.find(code), code.copy()
    asked = np.flatnonzero(at == 0)
    if aircraft is not None and len(aircraft) and len(asked):
        # Only those that the feed does not name well enough: a look-up in a million airframes is not free.
        row = np.minimum(np.searchsorted(aircraft.icao24, icao24[asked]), len(aircraft) - 1)
        known = (aircraft.icao24[row] == icao24[asked]) & (icao24[asked] < NON_ICAO)
        at[asked] = np.where(known, _known_rows(aircraft)[row], 0)
        silent = known & (aircraft.type_code[row] != b"")
        named[asked[silent]] = aircraft.type_code[row[silent]]
    by_category = np.zeros(len(at), dtype=np.intp)
    for text, number in table.categories.items():
        by_category[category == text] = number
    unnamed = at == 0
    return np.where(unnamed, by_category, at), np.where((named == b"ZZZZ") | unnamed & (by_category > 0), b"", named)


_LAST: list[tuple[AircraftTable, Array]] = []
"""The aircraft table seen last, and the row of our table for each of its airframes: it is asked again and again."""


def _known_rows(aircraft: AircraftTable) -> Array:
    """Row of our table for every airframe, by its designator or else by its class."""
    if not _LAST or _LAST[0][0] is not aircraft:
        by_code = _table().find(aircraft.type_code)
        _LAST[:] = [(aircraft, np.where(by_code > 0, by_code, _of_class(aircraft.description)).astype(np.int16))]
    return _LAST[0][1]


def _of_class(description: Array) -> Array:
    """Row of the table by ICAO class, such as L2J; the first pattern that fits."""
    texts, inverse = np.unique(description, return_inverse=True)
    patterns = _table().classes
    found = [next((row for pattern, row in patterns if _fits(text.decode("ascii", "replace"), pattern)), 0)
             for text in texts]  # fmt: skip
    return np.array(found, dtype=np.intp)[inverse]


def _fits(text: str, pattern: str) -> bool:
    return len(text) == 3 and all(p in ("*", c) for p, c in zip(pattern, text, strict=True))


@dataclass(frozen=True)
class _Table:
    """Everything known, one row per type, class or category; row 0 is nothing."""

    codes: Array
    rows: Array
    names: Array
    kind: Array
    ceiling: Array
    fastest: Array
    stall: Array
    climb: Array
    descent: Array
    exact: Array
    traits: Mapping[str, Mask]
    classes: tuple[tuple[str, int], ...]
    categories: Mapping[bytes, int]

    def find(self, code: Array) -> Array:
        """Row of each designator; 0 where the table does not have it."""
        wanted = np.ascontiguousarray(code.astype("S4")).view(">u4")
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return np.where(self.codes[at] == wanted, self.rows[at], 0)


@cache
def _table() -> _Table:
    types = list(_types())
    entries = [(*NOTHING, ""), *types, *((*c, "") for c in CLASSES), *((*c, "") for c in CATEGORIES)]
    first_class, first_category = 1 + len(types), 1 + len(types) + len(CLASSES)
    codes = np.array([t[0].encode() for t in types], dtype="S4").view(">u4")
    order = np.argsort(codes)
    column = {k: np.array([float(e[k]) for e in entries]) for k in (3, 4, 5)}
    rates = np.array([KINDS[e[2]] for e in entries], dtype=float)
    return _Table(
        codes=codes[order], rows=order + 1, names=np.array([e[1] for e in entries], dtype=object),
        kind=np.array([CODE[e[2]] for e in entries], dtype=np.int8),
        ceiling=column[3], fastest=column[4], stall=column[5], climb=rates[:, 0], descent=rates[:, 1],
        exact=np.array([0 < k < first_class for k in range(len(entries))]),
        traits={letter: np.array([letter in e[6] for e in entries]) for letter in "FAJW"},
        classes=tuple((c[0], first_class + k) for k, c in enumerate(CLASSES)),
        categories={c[0].encode(): first_category + k for k, c in enumerate(CATEGORIES)},
    )  # fmt: skip


def _types() -> Iterator[tuple[str, str, str, float, float, float, str]]:
    """data/types.csv: service ceilings, top true airspeeds and stall speeds as makers publish them, rounded outwards.

    Traits: F flies in formation, A aerobatics, J drops parachutists, W works low (fields, fires), Z zero gravity.
    """
    path = Path(__file__).parent / "data" / "types.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            yield (
                r["code"], r["name"], r["kind"],
                float(r["ceiling_ft"]), float(r["fastest_kt"]), float(r["stall_kt"]), r["traits"],
            )  # fmt: skip

"""JSON lines cut from adsb.lol traces: one observation per line, with readsb's detail object on some of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from feeds._build import built
from feeds._convert import column, epoch_ms, numbers
from feeds._given import Given
from feeds._lines import line_blocks
from feeds._readsb import Details, first_of, ground_and_altitude, of_details
from feeds._registry import format_
from feeds._text import EMERGENCY_CODE, addresses, codes, printable, squawks
from geo.batch import Batch
from geo.schema import Array

_N = float | None
_LIFTED = ("squawk", "emergency", "category", "baro_rate")
"""Fields that some lines carry themselves, beside or instead of the detail object."""


class Line(msgspec.Struct, gc=False):
    """One observation. Lines without `hex` are ticks of the clock."""

    now: float
    hex: str = ""
    flight: str | None = ""
    alt_baro: float | str | None = None
    gscp: _N = math.nan
    lat: _N = math.nan
    lon: _N = math.nan
    track: _N = math.nan
    flightdict: Details | None = None
    squawk: str | None = ""
    emergency: str | None = ""
    category: str | None = ""
    baro_rate: _N = math.nan


_strict = msgspec.json.Decoder(Line)
_NUMBERS = ("now", "gscp", "lat", "lon", "track", "baro_rate")
_WORDS = ("hex", "flight", "squawk", "emergency", "category")
_every = attrgetter(*_NUMBERS, *_WORDS, "alt_baro", "flightdict")


def _sniff(given: Given) -> bool:
    keys = given.shape.at()
    return (
        given.shape.top == "{" and {"now", "flight"} <= keys and bool({"hex", "gscp"} & keys) and "aircraft" not in keys
    )


@format_(
    id="adsblol-lines", title="JSON lines from adsb.lol traces", units="ft, kt, ft/min", identity="icao24",
    example='{"now": 1748719389, "alt_baro": 1500, "gscp": 90, "lat": 36.4, "lon": -121.4, "hex": "a7f426"}',
    sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Batches of lines. A line that is no JSON object is counted and the file goes on."""
    for lines in line_blocks(given):
        bad = Counter[str]()
        try:
            rows = [row for row in _strict.decode_lines(lines) if row.hex]
            found, said, height, details = _strict_lines(rows, bad)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found, said, height, details = _patient_lines(_objects(lines, bad), bad)
        yield built(_merge(found, said, height, details, bad), bad)


_Columns = tuple[dict[str, Array], dict[str, list[str]], list[Any], dict[str, Array]]


def _strict_lines(rows: Sequence[Line], bad: Counter[str]) -> _Columns:
    """Numbers, words, altitudes and the detail objects' schema columns."""
    columns: Iterator[tuple[Any, ...]] = iter(
        zip(*map(_every, rows), strict=True) if rows else [()] * (len(_NUMBERS) + len(_WORDS) + 2)
    )
    found = {name: np.array(next(columns), dtype=np.float64) for name in _NUMBERS}
    said = {name: [word or "" for word in next(columns)] for name in _WORDS}
    height = list(next(columns))
    return found, said, height, of_details(next(columns), bad)


def _objects(lines: bytes, bad: Counter[str]) -> list[dict[str, Any]]:
    """The lines one by one: those that are an object with an identity."""
    out = []
    for line in lines.splitlines():
        try:
            row = msgspec.json.decode(line) if line.strip() else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            row = None
        if not isinstance(row, dict):
            bad["line is no JSON object"] += 1
        elif row.get("hex"):
            out.append(row)
    return out


def _patient_lines(rows: Sequence[dict[str, Any]], bad: Counter[str]) -> _Columns:
    """The same from lines in which something has a wrong type."""
    found = {name: numbers(column([row.get(name) for row in rows]), name, bad) for name in _NUMBERS}
    said = {name: [w if isinstance(w := row.get(name), str) else "" for row in rows] for name in _WORDS}
    details = [one if isinstance(one := row.get("flightdict"), dict) else None for row in rows]
    return found, said, [row.get("alt_baro") for row in rows], of_details(details, bad)


def _merge(
    found: dict[str, Array], said: dict[str, list[str]], height: Sequence[Any], out: dict[str, Array], bad: Counter[str]
) -> dict[str, Array]:
    """The details' columns, with the line's own value first wherever it has one."""
    out["icao24"], out["time"] = addresses(said["hex"]), epoch_ms(found["now"])
    out["lat"], out["lon"], out["ground_speed"] = found["lat"], found["lon"], found["gscp"]
    out["track"] = first_of([found["track"], out["track"]])
    out["vertical_rate"] = first_of([found["baro_rate"], out["vertical_rate"]])
    # These files write the ground as text too: "ground", or "0" where the number would have been 0.
    said_ground = ["ground" if value == "0" else value for value in height]
    out["baro_altitude"], out["on_ground"] = ground_and_altitude(said_ground, bad)
    code, refused = squawks(said["squawk"])
    bad["squawk not four octal digits"] += refused
    alarm = codes(said["emergency"], EMERGENCY_CODE)
    out["squawk"] = np.where(code != b"", code, out["squawk"])
    out["emergency"] = np.where(alarm > 0, alarm, out["emergency"])
    for name, word, width in (("callsign", "flight", 8), ("category", "category", 2)):
        own = printable(said[word], width)
        out[name] = np.where(own != b"", own, out[name])
    return out

"""Airports from CSV files: the layouts of OurAirports (airports.csv) and of the package airportsdata."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from feeds._errors import FeedError
from feeds._given import DAMAGED, Given
from geo.airports import AIRLINE, FIELD, STRIP, Airports

MOST_AIRPORTS = 500_000
_CODE = ("icao", "icao_code", "gps_code", "ident")
_LAT, _LON = ("latitude_deg", "lat"), ("longitude_deg", "lon")
_ELEVATION = ("elevation_ft", "elevation")
_USABLE = re.compile(r"[A-Z0-9-]{2,8}")

Row = tuple[str, str, str, float, float, float, str]


def load_airports(paths: Iterable[Path]) -> Airports:
    """The airports of all files; of a code that comes twice, the later one. Raises FeedError for a file without any."""
    found: dict[str, Row] = {}
    for path in paths:
        given = Given(str(path), Path(path))
        before = len(found)
        found |= {row[0]: row for row in _rows(given)}
        if len(found) == before == 0:
            raise given.error("no airport in it", hint="give OurAirports' airports.csv")
    return _packed(list(found.values()))


def _rows(given: Given) -> Iterator[Row]:
    names = set(given.cells)
    if not names & set(_LAT) or not names & set(_LON) or not names & set(_CODE):
        raise given.error(
            "no table of airports", hint="columns: ident or icao, latitude_deg or lat, longitude_deg or lon"
        )
    with io.TextIOWrapper(given.open(), encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.DictReader(text, delimiter=given.delimiter)
        reader.fieldnames = [str(name).strip().lower() for name in reader.fieldnames or ()]
        try:
            for number, row in enumerate(reader):
                if number > MOST_AIRPORTS:
                    raise given.error(f"more than {MOST_AIRPORTS:,} airports", hint="is this the right file?")
                one = _row(row)
                if one:
                    yield one
        except FeedError:
            raise
        except (csv.Error, *DAMAGED) as error:
            raise given.error(f"damaged: {error}", line=reader.line_num, hint="fetch the file again") from error


def _row(row: Mapping[str, str | None]) -> Row | None:
    """One airport; None for one that is closed, or has no code or place."""
    code = _first(row, _CODE).upper()
    lat, lon = _number(_first(row, _LAT)), _number(_first(row, _LON))
    if not _USABLE.fullmatch(code) or not (abs(lat) <= 90 and abs(lon) <= 180) or row.get("type") == "closed":
        return None
    iata = _first(row, ("iata_code", "iata")).upper()
    zone = _first(row, ("tz", "time_zone")) or "UTC"
    elevation = _number(_first(row, _ELEVATION))
    return code, iata[:3], _first(row, ("name",))[:80], lat, lon, 0.0 if math.isnan(elevation) else elevation, zone


def _first(row: Mapping[str, str | None], names: Iterable[str]) -> str:
    return next((text for name in names if (text := (row.get(name) or "").strip())), "")


def _number(text: str) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _packed(rows: list[Row]) -> Airports:
    code, iata, name, lat, lon, elevation, zone = zip(*rows, strict=True)
    codes, iatas = np.array(code), np.array(iata)
    located = np.array([one.isalpha() and len(one) == 4 for one in code])
    kind = np.where(iatas != "", AIRLINE, np.where(located, FIELD, STRIP)).astype(np.int8)
    return Airports(
        codes, iatas, np.array(name), np.array(lat), np.array(lon), np.array(elevation, dtype=np.float64), kind,
        np.array(zone),
    )  # fmt: skip

"""Runways from a CSV file in the layout of OurAirports (public domain): runway ends out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np

from geo.approaches import Ends
from geo.sphere import bearing_deg

SHORTEST_FT = 1_000.0
"""Anything shorter is a helipad."""

_NEEDED = {"le_latitude_deg", "le_longitude_deg", "he_latitude_deg", "he_longitude_deg"}


def load_runways(path: Path) -> Ends:
    """The ends of all open runways of which both ends are placed; ValueError names the file and what is wrong."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if missing := _NEEDED - set(reader.fieldnames or ()):
            raise ValueError(
                f"{path}: no runway table: it lacks {', '.join(sorted(missing))}; use OurAirports' runways.csv"
            )
        ends = [end for row in reader for end in _ends(row)]
    lat, lon, heading, elevation = np.array(ends, dtype=np.float64).reshape(-1, 4).T
    return Ends(lat, lon, heading, elevation)


def load_all(paths: Iterable[Path]) -> Ends:
    """The ends of all files."""
    return reduce(add, map(load_runways, paths))


def _ends(row: Mapping[str, str]) -> Iterator[tuple[float, float, float, float]]:
    """Threshold, landing direction, elevation (NaN if unknown) of both ends; none where the runway is of no use."""
    low, high = _place(row, "le"), _place(row, "he")
    length = _number(row.get("length_ft"))
    if row.get("closed") == "1" or length < SHORTEST_FT or math.isnan(sum(low) + sum(high)) or low == high:
        return
    heights = _number(row.get("le_elevation_ft")), _number(row.get("he_elevation_ft"))
    yield *low, float(bearing_deg(*low, *high)), heights[0]
    yield *high, float(bearing_deg(*high, *low)), heights[1]


def _place(row: Mapping[str, str], end: str) -> tuple[float, float]:
    lat, lon = _number(row.get(f"{end}_latitude_deg")), _number(row.get(f"{end}_longitude_deg"))
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else (math.nan, math.nan)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan

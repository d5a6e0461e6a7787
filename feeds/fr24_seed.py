"""Flightradar24 tracks as CSV with a leading index column, or as JSON points with speed and heading (seed 000)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from feeds._columns import batch_of, read_table
from feeds._fr24 import TRACK
from feeds._given import Given
from feeds._json import tolerant
from feeds._registry import format_
from feeds._table import record_columns
from geo.batch import Batch

NEEDS = frozenset({"timestamp", "lat", "lon"})
_HEIGHT = frozenset({"alt", "gspeed", "vspeed"})


def _sniff(given: Given) -> bool:
    if not given.shape.top:
        return given.names >= NEEDS and bool(_HEIGHT & given.names)
    paths = ("", "[]", "[]/tracks[]", "data[]", "tracks[]")
    return any(keys >= NEEDS and bool(_HEIGHT & keys) for keys in map(given.shape.at, paths))


@format_(
    id="fr24-track", title="Flightradar24 track: CSV with index column, JSON points, the API's positions",
    units="ft, kt, ft/min", identity="hex, else flight id or file name", sniff=_sniff, live=True,
    example=",timestamp,lat,lon,alt,gspeed,vspeed,track,squawk,callsign,source",
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Points in file order. The file's name is the identity where no column is one: never the callsign."""
    if not given.shape.top:
        yield from read_table(_unwrapped(given), TRACK)
        return
    bad = Counter[str]()
    rows = list(_points(given, bad))
    yield batch_of(given, record_columns(rows, sorted(TRACK.wanted)), TRACK, bad)


def _points(given: Given, bad: Counter[str]) -> Iterator[dict[str, Any]]:
    """Points, wherever they lie: one, a list, one per line, or within flights that name themselves."""
    data = given.read()
    if given.shape.documents > 1 and given.shape.top == "{":
        found: Any = [tolerant(given, line) for line in data.splitlines() if line.strip()]
    else:
        found = tolerant(given, data)
    if isinstance(found, dict):
        found = found.get("data", found.get("tracks", [found]))
    for item in found if isinstance(found, list) else []:
        if not isinstance(item, dict):
            bad["point is no JSON object"] += 1
        elif isinstance(item.get("tracks"), list):
            flight = item.get("fr24_id")
            yield from ({"fr24_id": flight, **point} for point in item["tracks"] if isinstance(point, dict))
        else:
            yield item


def _unwrapped(given: Given) -> Given:
    """A CSV whose lines were broken when it was printed (as in seed 000) put together again by counting cells."""
    first = given.head.split(b"\n", 1)[0]
    if b"source" in first or b"callsign" in first or not first.rstrip().endswith(b"call"):
        return given
    lines, row = [], b""
    for line in given.read().splitlines():
        row += line.strip()
        if row.count(b",") >= 10 and (row.startswith(b",timestamp") is row.endswith(b"source")):
            lines.append(row)
            row = b""
    return replace(given, path=None, data=b"\n".join([*lines, row]) + b"\n")

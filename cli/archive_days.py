"""A staged archive day by day: flights told apart across midnight, those through an area whole, duplicates gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cli.archive_files import days, rows_of
from cli.ui import INPUT, Failure
from geo.batch import Batch
from geo.flights import Flights
from geo.passing import flights_through
from geo.schema import Array
from pipeline.privacy import Privacy

_SAME = ("icao24", "time", "source", "position_time", "lat", "lon")
"""Rows equal in these are one observation, as the engine has it (pipeline/engine.py)."""


def by_day(
    stage: Path, area: Any | None, counts: Counter[str], privacy: Privacy | None = None
) -> Iterator[tuple[str, Batch]]:
    """Each day's rows in order of aircraft and time, with `flight` and `sub`; with an area only those of flights that
    pass through it, whole, on whichever day they do. `privacy`: who has opted out comes in nowhere, as in the engine.
    """
    kept = None if area is None else _kept(stage, area, privacy)
    for day, rows in _flown(stage, counts, privacy):
        if kept is None:
            yield day, rows
            continue
        inside = np.isin(rows.columns["flight"], kept)
        counts["of flights outside the area"] += int((~inside).sum())
        if inside.any():
            yield day, rows.take(inside)


def _kept(stage: Path, area: Any, privacy: Privacy | None) -> Array:
    """The flights that pass through the area on any day."""
    found = []
    for _, rows in _flown(stage, Counter(), privacy):
        order = np.lexsort((rows["time"], rows.columns["flight"]))
        time, lat, lon = (rows[n][order] for n in ("time", "lat", "lon"))
        found.append(flights_through(rows.columns["flight"][order], time, lat, lon, area))
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _flown(stage: Path, counts: Counter[str], privacy: Privacy | None) -> Iterator[tuple[str, Batch]]:
    """Day by day with flights, which go on across midnight."""
    flights = Flights()
    for day in days(stage):
        whole = _once(rows_of(stage, day), counts)
        rows = privacy.applied(whole) if privacy else whole
        counts["of aircraft that have opted out"] += len(whole) - len(rows)
        rows = rows.take(np.lexsort((rows["time"], rows["icao24"])))
        found = flights.assign(rows.columns)
        yield day, rows.with_columns(**{name: found[name] for name in ("flight", "sub", "prev_time")})


def _once(rows: Batch, counts: Counter[str]) -> Batch:
    """By aircraft and time, each observation once."""
    keys = [np.nan_to_num(v, nan=999.0) if v.dtype.kind == "f" else v for v in (rows[n] for n in _SAME)]
    order = np.lexsort(tuple(reversed(keys)))
    again = np.zeros(len(order), dtype=bool)
    again[1:] = np.logical_and.reduce([np.diff(key[order]) == 0 for key in keys])
    counts["again"] += int(again.sum())
    return rows.take(order[~again])


def area_of(text: str) -> Any:
    """The shape of --area: a file of areas, WKT, or west,south,east,north. Raises Failure, or FeedError for a file."""
    import shapely

    path = Path(text)
    if path.is_file():
        from feeds.zones_files import load_zones

        return shapely.union_all(load_zones([path]).shapes)
    try:
        shape = shapely.from_wkt(text) if "(" in text else _box([float(part) for part in text.split(",")])
    except (shapely.GEOSException, ValueError):
        shape = None
    if shape is None or shape.is_empty or not shape.area or not shapely.is_valid(shape):
        raise Failure(f"--area {text[:60]!r}: give a file of areas, WKT, or west,south,east,north in degrees", INPUT)
    return shape


def _box(numbers: list[float]) -> Any:
    """One that crosses the antimeridian is two."""
    import shapely

    west, south, east, north = numbers
    if not (-90 <= south < north <= 90 and abs(west) <= 180 and abs(east) <= 180 and west != east):
        return None
    if west < east:
        return shapely.box(west, south, east, north)
    return shapely.union_all([shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)])

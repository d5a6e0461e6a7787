"""OpenSky's /tracks/all: one flight as way points, which are where something changed. Metres."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from feeds._columns import FT_PER_M, Col, Layout, batch_of
from feeds._convert import column
from feeds._given import Given
from feeds._json import tolerant
from feeds._registry import format_
from geo.batch import Batch

FIELDS = ("time", "latitude", "longitude", "baro_altitude", "true_track", "on_ground")
"""The order of a way point."""

TABLE = Layout(
    {
        "time": Col(("time",)),
        "icao24": Col(("icao24",)),
        "lat": Col(("latitude",)),
        "lon": Col(("longitude",)),
        "baro_altitude": Col(("baro_altitude",), FT_PER_M),
        "track": Col(("true_track",)),
        "on_ground": Col(("on_ground",)),
        "callsign": Col(("callsign",)),
    }
)


def _sniff(given: Given) -> bool:
    return {"icao24", "startTime", "path"} <= given.shape.at()


@format_(
    id="opensky-track", title="OpenSky /tracks/all, way points of one flight", units="m", identity="icao24",
    example='{"icao24": "3c6444", "callsign": "DLH9WM", "startTime": 1687260600, "path": [[1687260600, 50.0, 8.5]]}',
    sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """The way points in file order."""
    bad = Counter[str]()
    document = tolerant(given, given.read())
    path = document.get("path") if isinstance(document, dict) else None
    if not isinstance(path, list | None):
        raise given.error("`path` is no list")
    points = [point for point in path or [] if isinstance(point, list)]
    bad["way point is no array"] += len(path or []) - len(points)
    chunk = {n: column([p[i] if i < len(p) else None for p in points]) for i, n in enumerate(FIELDS)}
    for name in ("icao24", "callsign"):
        said = document.get(name) if isinstance(document, dict) else None
        chunk[name] = column(np.full(len(points), said if isinstance(said, str) else "", dtype=object).tolist())
    if points:
        yield batch_of(given, chunk, TABLE, bad)
    elif +bad:
        yield Batch(Batch.empty().columns, {}, +bad)

"""Hot spots: where the anomalies of a time and a filter gather, as GeoJSON, each with its classes and what is near."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from litestar import Response

from api import filters, formats, pages, pages_gathered
from api.problems import bad
from api.query import Statement
from api.replies import AnyRequest
from api.routes import given, route
from api.towns import near
from api.windows import FILTERS, began, window_of
from geo.anomaly import utc_text
from geo.firs import Firs
from geo.hotspots import HotSpot, hot_spots
from store.hourly import AIRCRAFT

QUERY = ("datetime", *FILTERS, "radius", "fewest", "limit", "f")
RADIUS_NMI, LEAST_NMI, MOST_NMI = 20.0, 1.0, 200.0
"""The usual one is the side of two to three cells of GPSJam's size (H3 resolution 4, 12 nmi)."""
FEWEST, MOST = 5, 1_000
COUNTED = 20_000
"""Anomalies that are looked at, the newest first; the answer says where there are more."""

Row = Mapping[str, Any]


@route("/statistics/hotspots", query=QUERY)
async def show_hotspots(request: AnyRequest) -> Response[bytes]:
    """Where anomalies gather: clusters by density (DBSCAN) of those that began in a time, the largest first."""
    asked, pool = pages.typed(given(request, QUERY)), request.app.state.pool
    radius = _radius(asked.get("radius", str(RADIUS_NMI)))
    fewest = filters.whole("fewest", 2, COUNTED)(asked.get("fewest", str(FEWEST)))
    most = filters.whole("limit", 1, MOST)(asked.get("limit", "100"))
    window = await window_of(pool, asked.get("datetime"))
    statement = Statement()
    held = began(request.app.state.collections["anomalies"], asked, window, statement)
    rows = await pool.fetch(
        f"""SELECT class, ARRAY(SELECT {AIRCRAFT}) AS aircraft, start_time, ST_X(at) AS lon, ST_Y(at) AS lat FROM (
          SELECT *, ST_PointOnSurface(geom) AS at FROM anomalies WHERE {held} AND geom IS NOT NULL
          ORDER BY start_time DESC, id LIMIT {COUNTED + 1}) AS placed""",
        *statement.values,
    )
    firs = await request.app.state.regions.fresh(pool)
    features = await asyncio.to_thread(_features, rows[:COUNTED], radius, fewest, most, firs)
    value = {
        "type": "FeatureCollection",
        "interval": [utc_text(round(one.timestamp() * 1000)) for one in window],
        "radius_nmi": radius,
        "fewest": fewest,
        "counted": min(len(rows), COUNTED),
        "all": len(rows) <= COUNTED,
        "numberReturned": len(features),
        "features": features,
    }
    body = partial(pages_gathered.hotspots, asked=asked, value=value)
    return await pages.answer(request, value, body, formats.FEATURE)


def _radius(text: str) -> float:
    number = float(text) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text) else 0
    if not LEAST_NMI <= number <= MOST_NMI:
        raise bad("radius", f"radius is a number of nautical miles from {LEAST_NMI:g} to {MOST_NMI:g}")
    return number


def _features(rows: Sequence[Row], radius: float, fewest: int, most: int, firs: Firs) -> list[dict[str, Any]]:
    lat, lon = (np.array([row[name] for row in rows], dtype=np.float64) for name in ("lat", "lon"))
    spots = hot_spots(lat, lon, radius, fewest)[:most]
    region = firs.around(np.array([one.lat for one in spots]), np.array([one.lon for one in spots]))
    names = [str(firs.names[index]) if index >= 0 else None for index in region.tolist()]
    return [
        _feature(number, one, [rows[i] for i in one.rows.tolist()], name)
        for number, (one, name) in enumerate(zip(spots, names, strict=True), 1)
    ]


def _feature(number: int, spot: HotSpot, rows: Sequence[Row], region: str | None) -> dict[str, Any]:
    times = [row["start_time"] for row in rows]
    classes = Counter(row["class"] for row in rows)
    return {
        "type": "Feature",
        "id": str(number),
        "geometry": spot.geometry,
        "properties": {
            "rank": number,
            "count": len(rows),
            "aircraft": len({one for row in rows for one in row["aircraft"]} - {None}),
            "classes": dict(sorted(classes.items(), key=lambda one: (-one[1], one[0]))),
            "first": utc_text(round(min(times).timestamp() * 1000)),
            "last": utc_text(round(max(times).timestamp() * 1000)),
            "lat": spot.lat,
            "lon": spot.lon,
            "reach_nmi": spot.reach_nmi,
            "region": region,
            "near": near(spot.lat, spot.lon),
        },
    }

"""Shapes: an episode's path or cell as one RFC 7946 geometry, one kind per class, safe at the antimeridian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import h3
import numpy as np
import shapely.affinity
import shapely.geometry

from geo.cells import cell_polygon, cell_text
from geo.schema import Array

POINT_CELL = 7
"""H3 resolution of the cell that an anomaly is indexed by: about 5 km2, the tracks' own."""

Geometry = Mapping[str, Any]


def shape_of(shape: str, path: Array, subject: int, peak: int) -> tuple[Geometry | None, str]:
    """The geometry of an episode and the hex text of its H3 cell; None and '' for one that was never located.

    `path` is (k, 3) of lon, lat, ms in time order. Point: the vertex nearest the peak. Path and pair: a
    MultiLineString cut at the antimeridian. Area: the hull. Cell: the boundary of the subject, which is the cell.
    Areas are MultiPolygons in any case too: GDAL and QGIS know no kind for a layer of both.
    """
    if shape == "cell":
        outline = cell_polygon(subject)
        single = outline["type"] == "Polygon"
        rings = [outline["coordinates"]] if single else outline["coordinates"]
        return {"type": "MultiPolygon", "coordinates": rings}, cell_text(subject)
    if not len(path):
        return None, ""
    lon, lat, _ = path[np.argmin(np.abs(path[:, 2] - peak))]
    makers = {"point": _point, "path": _lines, "pair": _lines, "area": _hull}
    return makers[shape](path, peak), h3.latlng_to_cell(float(lat), float(lon), POINT_CELL)


def _point(path: Array, peak: int) -> Geometry:
    lon, lat, _ = path[np.argmin(np.abs(path[:, 2] - peak))]
    return {"type": "Point", "coordinates": [_r(lon), _r(lat)]}


def _lines(path: Array, peak: int) -> Geometry:
    """A MultiLineString in any case, so that the class has one geometry type; a lone vertex becomes a tiny line."""
    points = path[:, :2] if len(path) > 1 else np.vstack([path[:, :2], path[:, :2] + [0, 1e-5]])
    return {"type": "MultiLineString", "coordinates": [[[_r(x), _r(y)] for x, y in part] for part in cut(points)]}


def _hull(path: Array, peak: int) -> Geometry:
    """The convex hull of the path, 250 m wider, in longitudes made continuous; cut in two where it crosses 180."""
    lon = np.unwrap(path[:, 0], period=360.0)
    hull = shapely.MultiPoint(np.column_stack([lon, path[:, 1]])).convex_hull.buffer(0.0025, quad_segs=2)
    parts = []
    for shift in (-360.0, 0.0, 360.0):
        inside = shapely.intersection(shapely.affinity.translate(hull, shift), shapely.box(-180, -90, 180, 90))
        parts += [p for p in shapely.get_parts(inside) if p.area > 0]
    rings = [[[[_r(x), _r(y)] for x, y in shapely.geometry.polygon.orient(p).exterior.coords]] for p in parts]
    return {"type": "MultiPolygon", "coordinates": rings}


def cut(points: Array) -> list[Array]:
    """A line of (lon, lat) as pieces: where it crosses the antimeridian one ends at 180 and the next begins at -180."""
    jump = np.flatnonzero(np.abs(np.diff(points[:, 0])) > 180.0)
    pieces, start, lead = [], 0, points[:0]
    for k in jump.tolist():
        (lon0, lat0), (lon1, lat1) = points[k], points[k + 1]
        side = 180.0 if lon0 > 0 else -180.0
        share = (side - lon0) / (lon1 + 2 * side - lon0)
        lat = lat0 + share * (lat1 - lat0)
        pieces.append(np.vstack([lead, points[start : k + 1], [[side, lat]]]))
        start, lead = k + 1, np.array([[-side, lat]])
    return [*pieces, np.vstack([lead, points[start:]])]


def _r(value: float) -> float:
    return round(float(value), 6)

"""Geometries that a filter names: CQL2 literals in, checked shapes in degrees out, or a 400 that says what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely

from api import parameters
from api.crs import SYSTEMS, System
from api.parameters import Edges
from api.problems import Problem, bad

KINDS = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)
MOST_TOUCHING = 100
"""Vertices of a geometry in one place: with a fan of 2,400 holes that meet in a point each comparison takes seconds,
in which the database hears of no time limit."""

_WORLD = np.array([-180.0, -90.0, 180.0, 90.0])


def placed(tree: Any, system: System) -> Any:
    """The same expression with its geometries as shapes. Raises Problem 400 for one that cannot be compared with."""
    if isinstance(tree, list):
        return [placed(one, system) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if not tree.keys() & {"op", "property"}:
        if isinstance(tree.get("type"), str) and tree.keys() & {"coordinates", "geometries"}:
            return geometry(tree, system)
        if "bbox" in tree:
            return box(tree["bbox"], system)
    return {name: placed(one, system) for name, one in tree.items()}


def box(numbers: Any, system: System) -> Any:
    """What a BBOX of this system covers; two areas where it goes across the antimeridian."""
    if not isinstance(numbers, list) or len(numbers) != 4 or not all(map(_is_number, numbers)):
        raise _unfit("BBOX has 4 numbers here; the parameter bbox takes heights too")
    areas = [_area(edges) for edges in parameters.edges(numbers, system, "filter")]
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _area(edges: Edges) -> Any:
    """A box without a width is a line, or a point: as an area it would lie nowhere."""
    west, south, east, north = edges
    if west < east and south < north:
        return shapely.box(*edges)
    return shapely.Point(west, south) if (west, south) == (east, north) else shapely.LineString([edges[:2], edges[2:]])


def geometry(tree: Mapping[str, Any], system: System) -> Any:
    """A geometry of this system, flat, valid and within the world."""
    if tree.get("type") not in KINDS or set(tree) - {"type", "coordinates", "geometries", "bbox"}:
        raise _unfit(f"a geometry is a type of {', '.join(sorted(KINDS))} with its coordinates, and nothing else")
    try:
        shape = shapely.force_2d(shapely.from_geojson(orjson.dumps(tree)))
    except shapely.errors.ShapelyError as error:
        raise _unfit(f"no {tree['type']}: {said(error)}") from None
    if shapely.is_empty(shape):
        raise _unfit(f"a {tree['type']} without coordinates lies nowhere")
    return _within(_in_degrees(shape, system), "" if system is SYSTEMS[0] else " (in degrees, longitude first)")


def _in_degrees(shape: Any, system: System) -> Any:
    return shapely.transform(shape, lambda places: np.column_stack(system.lonlat(places[:, 0], places[:, 1])))


def _within(shape: Any, given: str) -> Any:
    """The same, valid and in the world, or a Problem that says where it is not, and how places are `given`."""
    low, high = shapely.bounds(shape)[:2], shapely.bounds(shape)[2:]
    if not (np.all(low >= _WORLD[:2]) and np.all(high <= _WORLD[2:])):
        raise _unfit(
            f"{_shown(low)} to {_shown(high)} reaches beyond 180 degrees of longitude or 90 of latitude{given}: "
            "cut it at 180 into two parts"
        )
    _look_for_fans(shape)
    # To ask first whether it is valid would look for the fault twice.
    reason = shapely.is_valid_reason(shape)
    if reason != "Valid Geometry":
        raise _unfit(f"the {shape.geom_type} is not valid: {reason}{given}")
    return shape


def _look_for_fans(shape: Any) -> None:
    places, counts = np.unique(shapely.get_coordinates(shape) @ (1, 1j), return_counts=True)
    worst = counts.argmax()
    if counts[worst] > MOST_TOUCHING:
        where = _shown((places[worst].real, places[worst].imag))
        raise _unfit(f"{counts[worst]:,} vertices lie at {where} (longitude, latitude): at most {MOST_TOUCHING} may")


def _shown(place: Any) -> str:
    return " ".join(f"{value:.6g}" if math.isfinite(value) else "nowhere" for value in place)


def said(error: Exception) -> str:
    """The library's words without the names of its parts."""
    text = str(error).rpartition("] ")[2].rpartition("Exception: ")[2].strip("'\n")[:200]
    return f"{text}'" if text.count("'") % 2 else text


def _unfit(detail: str) -> Problem:
    return bad("filter", detail)

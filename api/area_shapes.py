"""The shape of an area in every form that it can be given in: a request's `shape` in, a checked polygon out."""

from __future__ import annotations

import re
from typing import Annotated, Any

import asyncpg
import h3
import msgspec
import numpy as np
import orjson
import shapely

from api.problems import bad
from geo import drawn
from geo.cells import cell_shapes

Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Point = tuple[Longitude, Latitude]
Text = Annotated[str, msgspec.Meta(max_length=500_000)]
MOST_CELLS = 5_000

_REFUSED = (shapely.errors.ShapelyError, NotImplementedError, ValueError)
"""What says that a shape is at fault: GEOS of what it cannot read, shapely of curves, and our own words, those about
files among them, of what cannot be watched. Anything else is a fault of ours."""

_CELL = re.compile("[0-9a-fA-F]{15}")
"""h3 itself overflows at more digits, and reads signs, spaces and 0x."""


class Circle(msgspec.Struct, forbid_unknown_fields=True):
    center: Point
    radius_m: Annotated[float, msgspec.Meta(gt=0, le=drawn.FARTHEST_M)]


class Corridor(msgspec.Struct, forbid_unknown_fields=True):
    line: Annotated[list[Point], msgspec.Meta(min_length=2, max_length=200)]
    width_m: Annotated[float, msgspec.Meta(gt=0, le=2 * drawn.FARTHEST_M)]


class Shape(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of them."""

    geometry: dict[str, Any] | None = None
    wkt: Text | None = None
    kml: Text | None = None
    h3: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_CELLS)] | None = None
    circle: Circle | None = None
    corridor: Corridor | None = None
    fir: str | None = None
    zone: str | None = None


async def shape_of(connection: asyncpg.Connection | asyncpg.Pool, given: Shape) -> Any:
    """The polygon or multipolygon, cut at the antimeridian. Raises Problem 400 that says what is wrong with it, where.

    `fir` and `zone` name what is loaded.
    """
    forms = [name for name in Shape.__struct_fields__ if getattr(given, name) is not None]
    if len(forms) != 1:
        raise bad("shape", f"a shape is one of {', '.join(Shape.__struct_fields__)}; given are {len(forms)}")
    (form,) = forms
    value = getattr(given, form)
    if form in ("fir", "zone"):
        value = await connection.fetchval(f"SELECT ST_AsBinary(ST_Union(geom)) FROM {form}s WHERE id = $1", value)
        if value is None:
            raise bad(f"shape.{form}", f"no {form} of this id is loaded; GET /collections/zones/items lists zones")
    try:
        return drawn.checked(_READ[form](value))
    except _REFUSED as error:
        # An error about a file says apart what is wrong with it.
        raise bad(f"shape.{form}", str(getattr(error, "reason", error))[:300]) from None


def _geometry(value: dict[str, Any]) -> Any:
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        # Numbers beyond 64 bits, brackets too deep. It is a TypeError, as faults of ours are, so it is caught here.
        raise ValueError(str(error)) from None
    return shapely.from_geojson(text)


def _from_kml(text: str) -> Any:
    """All polygons of the document together. Reading files brings large libraries: only for who needs it."""
    from feeds import _kml

    areas = [area for _, area, _ in _kml.read(text.encode(), "the KML")]
    if fault := next((one for one in areas if isinstance(one, ValueError)), None):
        raise fault
    if not areas:
        raise ValueError("the KML holds no polygon")
    return shapely.union_all(areas)


def _from_cells(words: list[str]) -> Any:
    """The outline of a set of H3 cells."""
    wrong = next((word for word in words if not (_CELL.fullmatch(word) and h3.is_valid_cell(word))), None)
    if wrong is not None:
        raise ValueError(f"{wrong[:40]!r} is no H3 cell; they look like 841f91dffffffff")
    return shapely.union_all(cell_shapes(np.array([int(word, 16) for word in words], dtype=np.uint64)))


_READ = {
    "geometry": _geometry, "wkt": shapely.from_wkt, "kml": _from_kml, "h3": _from_cells,
    "circle": lambda one: drawn.circle(one.center[0], one.center[1], one.radius_m),
    "corridor": lambda one: drawn.corridor(np.array(one.line), one.width_m),
    "fir": shapely.from_wkb, "zone": shapely.from_wkb,
}  # fmt: skip

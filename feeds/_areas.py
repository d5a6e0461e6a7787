"""Areas from files: GeoJSON geometries in, valid shapely polygons within 180 degrees out, or why there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely

from geo import antimeridian

MOST_POINTS = 500_000


def shape_from(geometry: Any) -> Any:
    """A geometry from its mapping; a ValueError (returned) where it is none."""
    if not isinstance(geometry, dict):
        return ValueError("no geometry")
    try:
        return shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.GEOSException, orjson.JSONEncodeError) as error:
        return ValueError(f"no geometry: {str(error)[:100]}")


def area_of(shape: Any) -> Any:
    """A valid polygon or multipolygon within 180 degrees."""
    if isinstance(shape, ValueError):
        raise shape
    if shape.is_empty:
        raise ValueError("an empty geometry")
    if shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise ValueError(f"more than {MOST_POINTS:,} points")
    west, south, east, north = shape.bounds
    if not (south >= -90 and north <= 90 and west >= -360 and east <= 360):
        raise ValueError("coordinates that are no degrees of longitude and latitude")
    parts = [_straight(one) for one in shapely.get_parts(shapely.force_2d(shape)) if one.geom_type == "Polygon"]
    area = shapely.union_all([shapely.make_valid(one) for one in parts])
    polygons = [one for one in shapely.get_parts(area) if one.geom_type in ("Polygon", "MultiPolygon")]
    if not polygons:
        raise ValueError(f"a {shape.geom_type} without area")
    return polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)


def _straight(polygon: Any) -> Any:
    """A polygon drawn across the antimeridian is cut there; others come back as they are."""
    lon, lat = shapely.get_coordinates(polygon.exterior).T
    jump = np.abs(np.diff(lon))
    if lon.min() >= -180 and lon.max() <= 180 and not ((jump > 180) & (jump < 359.9)).any():
        return polygon
    area = antimeridian.polygon(lon, lat)
    holes = [antimeridian.polygon(*shapely.get_coordinates(ring).T) for ring in polygon.interiors]
    return shapely.difference(shapely.make_valid(area), shapely.union_all(holes)) if holes else area

"""Zones from files: GeoJSON, OpenAir, KML, NOTAMs and whatever geopandas reads; what was refused is said in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from feeds import _kml, _openair, notams
from feeds._areas import area_of, shape_from
from feeds._errors import FeedError
from feeds._given import Given
from feeds._zone_fields import Properties, ceiling_of, floor_of, id_of, kind_of, lower_keys, name_of
from feeds._zone_times import activity
from geo.activity import Activity
from geo.airports import Airports
from geo.schema import Array
from geo.zones import Zones

Feature = tuple[Any, Any, dict[str, Any]]
"""Where in the file, the area (or the ValueError that says why there is none), and properties."""

_MOST_PROBLEMS = 1_000
_GEOJSON = re.compile(rb'^\s*\{.{0,4000}?"type"\s*:\s*"(Feature|FeatureCollection|Polygon|MultiPolygon)"', re.S)
_OPENAIR = re.compile(rb"^\s*AC[ \t]+\S", re.M)


@dataclass(frozen=True)
class _Zone:
    """One zone, checked."""

    id: str
    name: str
    kind: str
    title: str
    floor: tuple[float, str]
    ceiling: tuple[float, str]
    shape: Any
    active: Activity


def load_zones(paths: Iterable[Path]) -> Zones:
    """All zones of all files; features that cannot be used are listed in `problems`.

    Raises FeedError for a file that cannot be read at all, or that holds not one usable zone.
    """
    return Zones.concat([_load(Path(path)) for path in paths])


def _load(path: Path) -> Zones:
    zones: list[_Zone] = []
    problems: list[str] = []
    for where, shape, properties in _features(path):
        flat = lower_keys(properties)
        try:
            zones.append(_zone(shape, flat, path.name, len(zones) + 1))
        except ValueError as error:
            problems.append(f"{path.name}, feature {where} ({name_of(flat)[:60] or 'no name'}): {error}")
    if not zones:
        why = problems[0] if problems else "it holds no areas"
        raise FeedError(f"no usable zone: {why}", source=str(path), hint="zones are polygons in degrees (WGS84)")
    return _packed(zones, problems[:_MOST_PROBLEMS])


def _features(path: Path) -> Iterator[Feature]:
    """The features of a file, by what it contains."""
    given = Given(str(path), path)
    head = given.head
    if notams.is_notams(head):
        return notams.zone_features(given)
    if head.lstrip()[:1] == b"{" and _GEOJSON.match(head):
        return _geojson(given)
    if path.suffix.lower() in (".kml", ".kmz") or b"<kml" in head[:4_096]:
        return _kml.read(given.read(), str(path))
    if _OPENAIR.search(head) and b"\0" not in head:
        return _openair.read(_decoded(given.read()))
    return _geopandas(path)


def _geojson(given: Given) -> Iterator[Feature]:
    try:
        document = orjson.loads(given.read())
    except orjson.JSONDecodeError as error:
        raise given.error(f"damaged JSON: {error.msg}", line=error.lineno, hint="fetch or save it again") from error
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    for number, feature in enumerate(features if isinstance(features, list) else [], 1):
        whole = feature if isinstance(feature, dict) else {}
        bare = whole.get("type") != "Feature"
        properties = whole.get("properties")
        properties = dict(properties) if isinstance(properties, dict) else {}
        if isinstance(whole.get("id"), str | int):
            properties.setdefault("identifier", whole["id"])
        yield number, shape_from(whole if bare else whole.get("geometry")), properties


def _geopandas(path: Path) -> Iterator[Feature]:
    """Shapefile, GeoPackage, FlatGeobuf, GeoParquet and the rest."""
    import geopandas
    import pyogrio.errors

    try:
        table = geopandas.read_parquet(path) if path.suffix == ".parquet" else geopandas.read_file(path)
    except (pyogrio.errors.DataSourceError, ValueError, OSError) as error:
        hint = "GeoJSON, OpenAir, KML and what GDAL reads are known"
        raise FeedError(f"cannot be read: {str(error)[:200]}", source=str(path), hint=hint) from error
    if getattr(table, "geometry", None) is None:
        raise FeedError("holds no geometries", source=str(path), hint="give a layer of polygons")
    table = table.to_crs(4326) if table.crs is not None else table
    for number, row in enumerate(table.to_dict("records"), 1):
        shape = row.pop(table.geometry.name)
        yield number, shape if shape is not None else ValueError("no geometry"), {k: _plain(v) for k, v in row.items()}


def _plain(value: Any) -> Any:
    """A cell of a table as JSON would have it: nested limits come as text, missing numbers as NaN."""
    if isinstance(value, float) and np.isnan(value):
        return None
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value.item() if isinstance(value, np.generic) else value


def _zone(shape: Any, properties: Properties, file_name: str, number: int) -> _Zone:
    """One feature as a zone. Raises ValueError with the reason why it is none."""
    area = area_of(shape)
    floor, ceiling = floor_of(properties), ceiling_of(properties)
    if floor[0] > ceiling[0]:
        raise ValueError(f"floor {floor[0]:g} ft lies above ceiling {ceiling[0]:g} ft")
    kind, title = kind_of(properties, file_name)
    local = "_weekly" in properties or "_periods" in properties
    zone_name = str(_places([area])[1][0]) if local else "UTC"
    name = name_of(properties) or f"{Path(file_name).stem} {number}"
    own = id_of(properties) or name
    active = properties.get("_activity") or activity(properties, zone_name)
    return _Zone(own, name, kind, title, floor, ceiling, area, active)


def _places(areas: Sequence[Any] | Array) -> tuple[Array, Array]:
    """Ground elevation in ft and time zone of areas (n,), as the nearest aerodrome within 60 nmi has them."""
    airports = Airports.builtin()
    center = shapely.get_coordinates(shapely.centroid(areas))
    index, nmi = airports.nearest(center[:, 1], center[:, 0])
    return np.where(nmi <= 60, airports.elevation[index], 0.0), np.where(nmi <= 60, airports.time_zone[index], "UTC")


def _packed(zones: Sequence[_Zone], problems: Sequence[str]) -> Zones:
    """Zones as arrays; an id that comes twice gets a number behind it."""
    seen: dict[str, int] = {}
    ids = []
    for zone in zones:
        seen[zone.id] = seen.get(zone.id, 0) + 1
        ids.append(zone.id if seen[zone.id] == 1 else f"{zone.id}-{seen[zone.id]}")
    shapes: Array = np.empty(len(zones), dtype=object)
    shapes[:] = [zone.shape for zone in zones]
    return Zones(
        np.array(ids), np.array([z.name for z in zones]), np.array([z.kind for z in zones]),
        np.array([z.title for z in zones]), np.array([z.floor[0] for z in zones]),
        np.array([z.ceiling[0] for z in zones]), np.array([z.floor[1] for z in zones]),
        np.array([z.ceiling[1] for z in zones]), shapes, _places(shapes)[0],
        [z.active for z in zones], problems,
    )  # fmt: skip


def _decoded(data: bytes) -> str:
    """Text as UTF-8, or as Latin-1 where it is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")

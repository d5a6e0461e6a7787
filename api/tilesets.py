"""What tiles there are, in OGC's words (API - Tiles, Two Dimensional Tile Matrix Set) and as TileJSON: values only."""

from __future__ import annotations

from typing import Any

from api import tile_sql
from api.asked import Asked
from api.collections import Collection, Property
from api.links import JSON, link
from geo.mercator import HALF_M, LATITUDE

SET = "WebMercatorQuad"
SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
SET_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
MVT = "application/vnd.mapbox-vector-tile"
TILEJSON = "application/vnd.mapbox.tile+json"
STYLE = "application/vnd.mapbox.style+json"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0"

MOST_ZOOM = 16
"""Beyond, a tile of this zoom shown larger is as good: its grid is 15 cm."""

_PIXEL_M = 0.28e-3
_TILE_PIXELS = 256
_DIMENSIONS = {"Point": 0, "LineString": 1, "Polygon": 2}
_COUNTS = {
    "count": {"title": "How many lie here, where a tile has too many to show each", "type": "integer"},
}
_TYPES = {"number": "Number", "integer": "Number", "boolean": "Boolean"}


def matrix_sets(root: str) -> dict[str, Any]:
    """The list of tile matrix sets: one."""
    own = f"{root}/tileMatrixSets"
    one = {
        "id": SET, "title": "Google Maps Compatible for the World", "uri": SET_URI, "crs": SET_CRS,
        "links": [link(f"{own}/{SET}", "self", JSON, "Definition")],
    }  # fmt: skip
    return {"tileMatrixSets": [one], "links": [link(own, "self", JSON)]}


def matrix_set(root: str) -> dict[str, Any]:
    """The definition of WebMercatorQuad."""
    return {
        "id": SET, "title": "Google Maps Compatible for the World", "uri": SET_URI, "crs": SET_CRS,
        "orderedAxes": ["X", "Y"], "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(25)],
        "links": [link(f"{root}/tileMatrixSets/{SET}", "self", JSON)],
    }  # fmt: skip


def _matrix(zoom: int) -> dict[str, Any]:
    size = 2 * HALF_M / _TILE_PIXELS / (1 << zoom)
    return {
        "id": str(zoom), "scaleDenominator": size / _PIXEL_M, "cellSize": size, "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_M, HALF_M], "tileWidth": _TILE_PIXELS, "tileHeight": _TILE_PIXELS,
        "matrixWidth": 1 << zoom, "matrixHeight": 1 << zoom,
    }  # fmt: skip


def tilesets(collection: Collection, root: str) -> dict[str, Any]:
    """The list of a collection's tile sets: one."""
    own = f"{root}/collections/{collection.id}/tiles"
    one = _head(collection, root) | {"links": [link(f"{own}/{SET}", "self", JSON, "Tile set"), _scheme(root)]}
    return {"tilesets": [one], "links": [link(own, "self", JSON)]}


def tileset(collection: Collection, root: str, query: str = "") -> dict[str, Any]:
    """One tile set with its links, limits and layer; `query` goes with every tile's address."""
    own = f"{root}/collections/{collection.id}/tiles/{SET}"
    template = f"{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{query}"
    properties = {one.name: _schema(one) for one in tile_sql.shown(collection, Asked())}
    layer: dict[str, Any] = {
        "id": collection.id, "title": collection.title, "description": collection.description, "dataType": "vector",
        "propertiesSchema": {"type": "object", "properties": properties | (_COUNTS if _counts(collection) else {})},
    }  # fmt: skip
    if collection.geometry in _DIMENSIONS:
        layer["geometryDimension"] = _DIMENSIONS[collection.geometry]
    return _head(collection, root) | {
        "tileMatrixSetLimits": [_limits(zoom) for zoom in range(MOST_ZOOM + 1)],
        "boundingBox": {"lowerLeft": [-180, -LATITUDE], "upperRight": [180, LATITUDE], "crs": _CRS84},
        "layers": [layer],
        "links": [
            link(own + query, "self", JSON),
            link(f"{own}{query}{'&' if query else '?'}f=tilejson", "alternate", TILEJSON, "TileJSON"),
            link(f"{root}/collections/{collection.id}/style.json{query}", "stylesheet", STYLE, "Style document"),
            link(template, "item", MVT, "Vector tiles") | {"templated": True},
            _scheme(root),
        ],
    }


_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def tilejson(collection: Collection, root: str, version: str, query: str = "") -> dict[str, Any]:
    """TileJSON 3.0, which MapLibre, QGIS and GDAL read."""
    own = f"{root}/collections/{collection.id}/tiles/{SET}"
    fields = {one.name: _TYPES.get(one.kind, "String") for one in tile_sql.shown(collection, Asked())}
    counts = {"count": "Number"} if _counts(collection) else {}
    return {
        "tilejson": "3.0.0", "name": collection.title, "description": collection.description, "version": version,
        "scheme": "xyz", "tiles": [f"{own}/{{z}}/{{y}}/{{x}}{query}"], "minzoom": 0, "maxzoom": MOST_ZOOM,
        "bounds": [-180, -LATITUDE, 180, LATITUDE], "format": "pbf",
        "vector_layers": [
            {"id": collection.id, "description": collection.description, "fields": fields | counts,
             "minzoom": 0, "maxzoom": MOST_ZOOM},
        ],
    }  # fmt: skip


def _head(collection: Collection, root: str) -> dict[str, Any]:
    return {
        "title": collection.title, "dataType": "vector", "crs": SET_CRS, "tileMatrixSetURI": SET_URI,
        "tileMatrixSetId": SET,
    }  # fmt: skip


def _limits(zoom: int) -> dict[str, Any]:
    last = (1 << zoom) - 1
    return {"tileMatrix": str(zoom), "minTileRow": 0, "maxTileRow": last, "minTileCol": 0, "maxTileCol": last}


def _scheme(root: str) -> dict[str, str]:
    return link(f"{root}/tileMatrixSets/{SET}", f"{RELATION}/tiling-scheme", JSON, "Definition of the tiling")


def _schema(one: Property) -> dict[str, Any]:
    kind = {"type": "string", "format": "date-time"} if one.kind == "date-time" else {"type": one.kind}
    return kind | {"title": one.title} | ({"x-ogc-unit": one.unit} if one.unit else {})


def _counts(collection: Collection) -> bool:
    return collection.geometry not in tile_sql.AREAS


def collection_link(collection: Collection, root: str) -> dict[str, str]:
    """Where a collection's description points to its tiles."""
    own = f"{root}/collections/{collection.id}/tiles"
    return link(own, f"{RELATION}/tilesets-vector", JSON, "Vector tiles")

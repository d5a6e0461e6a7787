"""What the OpenAPI document says of the resources beside the items: tiles, moving features, statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.cell_collections import DEFAULT
from api.forecast import COARSE, FINE, LEVEL, MOST_WEEKS, USUAL, WEEKS
from api.formats import HTML
from api.hotspots import COUNTED, FEWEST, LEAST_NMI, MOST_NMI, RADIUS_NMI
from api.hotspots import MOST as MOST_SPOTS
from api.kpis import MOST_HOURS
from api.links import GEOJSON, JSON, OPENAPI, SCHEMA
from api.statistics import GROUPS, MOST
from api.tilesets import MOST_ZOOM, MVT, SET, STYLE, TILEJSON
from api.windows import FILTERS
from geo.cells import FINEST

_COLLECTION = ("collectionId", {"type": "string", "pattern": "^[a-z0-9-]+$"})
_FLIGHT = ("flight", {"type": "string", "pattern": "^[0-9]{1,19}(-[1-9][0-9]?)?$"})
_SET = ("tileMatrixSetId", {"type": "string", "enum": [SET]})
_PLACES = [
    (name, {"type": "integer", "minimum": 0, "maximum": most})
    for name, most in (
        ("tileMatrix", MOST_ZOOM),
        ("tileRow", (1 << MOST_ZOOM) - 1),
        ("tileCol", (1 << MOST_ZOOM) - 1),
    )
]
_MOVING = ("limit", "after", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs")
_SHARED = ("datetime", "filter", "filter-lang", "filter-crs", "properties")
"""What every collection's tiles take; the filters of its items besides."""

_FILE = ("file", {"type": "string", "pattern": "^[0-9]{1,6}\\.(pbf|mvt)$"})
_ADDRESSES = ("icao24", {"type": "string"})
_COUNTED: Mapping[str, Mapping[str, Any]] = {
    "class": {"type": "string"}, "priority": {"type": "string"},
    "min_confidence": {"type": "number", "minimum": 0, "maximum": 1}, "icao24": {"type": "string"},
}  # fmt: skip
_NUMBER = ("flight", {"type": "integer", "minimum": 1})

Schemas = Sequence[tuple[str, Mapping[str, Any]]]
"""Parameters by name, each with its schema."""

OTHERWISE: Mapping[str, Any] = {
    "304": {"description": "What If-None-Match or If-Modified-Since names is what there is"},
    **{code: {"$ref": "#/components/responses/Problem"} for code in ("400", "404", "406", "500", "503")},
}
"""What every operation may answer beside what was asked for."""


def paths() -> dict[str, Any]:
    """Paths and their operations. One path for all collections: what each takes stands at its items."""
    own = "/collections/{collectionId}/tiles"
    listed, one, tile = "collection.vector.getTileSetsList", "collection.vector.getTileSet", "collection.vector.getTile"
    pages = _forms("json", "html")
    return {
        **_descriptions(),
        "/collections/tracks/moving": _get(
            "moving", "Flights as moving points (MF-JSON)", (GEOJSON, HTML), (), _MOVING,
            (_ADDRESSES, _NUMBER, *_forms("json", "geojson", "html")),
        ),
        "/collections/tracks/moving/{flight}": _get(
            "moving.flight", "One flight as a moving point (MF-JSON)", (GEOJSON, HTML), [_FLIGHT],
            own=_forms("json", "geojson", "html"),
        ),
        "/statistics": _statistics(),
        "/statistics/hotspots": _gathered("hotspots", "Where anomalies gather", GEOJSON, {
            "radius": {"type": "number", "minimum": LEAST_NMI, "maximum": MOST_NMI, "default": RADIUS_NMI},
            "fewest": {"type": "integer", "minimum": 2, "maximum": COUNTED, "default": FEWEST},
        }, _forms("geojson", "json", "html")),
        "/statistics/forecast": _gathered("forecast", "What each hour should bring, and surges beyond it", JSON, {
            "resolution": {"type": "integer", "minimum": COARSE, "maximum": FINE, "default": USUAL},
            "weeks": {"type": "integer", "minimum": 1, "maximum": MOST_WEEKS, "default": WEEKS},
            "level": {"type": "number", "minimum": 0.5, "maximum": 0.9999, "default": float(LEVEL)},
        }, _forms("json", "html")),
        "/kpis": _kpis(),
        "/tileMatrixSets": _get("getTileMatrixSetsList", "The tile matrix sets", (JSON, HTML), own=pages),
        "/tileMatrixSets/{tileMatrixSetId}": _get(
            "getTileMatrixSet", "One tile matrix set", (JSON, HTML), [_SET], own=pages
        ),
        own: _get(f".{listed}", "A collection's tile sets", (JSON, HTML), [_COLLECTION], own=pages),
        f"{own}/{{tileMatrixSetId}}": _get(
            f".{one}", "One tile set, also as TileJSON", (JSON, TILEJSON, HTML), [_COLLECTION, _SET], _SHARED,
            _forms("json", "tilejson", "html"),
        ),
        f"{own}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
            f".{tile}", "One vector tile", (MVT,), [_COLLECTION, _SET, *_PLACES], _SHARED, _forms("mvt", "pbf")
        ),
        "/collections/{collectionId}/style.json": _get(
            "tiles.style", "How the tiles may be drawn (MapLibre style)", (STYLE,), [_COLLECTION], _SHARED,
            _forms("json"),
        ),
        "/collections/{collectionId}/xyz/metadata.json": _get(
            "xyz.metadata", "A folder of tiles as TileJSON", (TILEJSON,), [_COLLECTION], _SHARED, _forms("tilejson")
        ),
        "/collections/{collectionId}/xyz/{tileMatrix}/{tileCol}/{file}": _get(
            "xyz.tile", "One vector tile, in the layout of a folder", (MVT,),
            [_COLLECTION, _PLACES[0], _PLACES[2], _FILE], _SHARED, _forms("mvt", "pbf"),
        ),
    }  # fmt: skip


def _descriptions() -> dict[str, Any]:
    """The OpenAPI document itself, and the schemas of a collection."""
    titles = {
        "queryables": "What a filter may name", "sortables": "What items may be ordered by",
        "schema": "What a feature holds",
    }  # fmt: skip
    pages = _forms("json", "html")
    return {
        "/api": _get("api", "This document", (OPENAPI, JSON, HTML), own=pages),
        **{
            f"/collections/{{collectionId}}/{kind}": _get(
                f"collection.{kind}", title, (SCHEMA, JSON, HTML), [_COLLECTION], own=pages
            )
            for kind, title in titles.items()
        },
    }


def _forms(*names: str) -> Schemas:
    """`f`, where these are offered."""
    return [("f", {"type": "string", "enum": list(names)})]


def _gathered(
    operation: str, summary: str, kind: str, own: Mapping[str, Mapping[str, Any]], forms: Schemas
) -> dict[str, Any]:
    """Statistics of the anomalies that a filter of their items finds."""
    shared = [name for name in ("datetime", *FILTERS) if name not in _COUNTED]
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_SPOTS, "default": 100}
    return _get(
        operation, summary, (kind, HTML), (), shared, [*_COUNTED.items(), *own.items(), ("limit", limit), *forms]
    )


def _statistics() -> dict[str, Any]:
    own: Mapping[str, Mapping[str, Any]] = {
        "by": {"type": "string", "enum": list(GROUPS), "default": GROUPS[0]},
        **{name: schema for name, schema in _COUNTED.items() if name != "icao24"},
        "resolution": {"type": "integer", "minimum": 0, "maximum": FINEST, "default": DEFAULT},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 1_000},
    }  # fmt: skip
    shown = [*own.items(), *_forms("json", "html")]
    return _get("statistics", "Anomalies per 1,000 flight hours", (JSON, HTML), (), ("datetime",), shown)


def _kpis() -> dict[str, Any]:
    found = _get("kpis", "How well the service does its work", (JSON,))
    hours = {"type": "integer", "minimum": 1, "maximum": MOST_HOURS, "default": 24}
    found["get"]["parameters"].append({"name": "hours", "in": "query", "required": False, "schema": hours})
    return found


def _get(
    operation: str,
    summary: str,
    kinds: Sequence[str],
    places: Schemas = (),
    shared: Sequence[str] = (),
    own: Schemas = (),
) -> dict[str, Any]:
    """A GET with its path parameters, query parameters that the items declare, and others."""
    schemas = {kind: {"schema": _body(kind)} for kind in kinds}
    answers: dict[str, Any] = {"200": {"description": summary, "content": schemas}}
    if MVT in kinds:
        answers["204"] = {"description": "Nothing lies there"}
    answers |= OTHERWISE
    given = [{"name": name, "in": "path", "required": True, "schema": schema} for name, schema in places]
    named = [{"$ref": f"#/components/parameters/{name}"} for name in shared]
    taken = [*given, *named, *(query(name, schema) for name, schema in own)]
    return {"get": {"operationId": operation, "summary": summary, "parameters": taken, "responses": answers}}


def query(name: str, schema: Mapping[str, Any], text: str = "") -> dict[str, Any]:
    """A query parameter, as the standard wants them."""
    found = {"name": name, "in": "query", "required": False, "style": "form", "explode": False, "schema": schema}
    return found | ({"description": text} if text else {})


def _body(kind: str) -> dict[str, str]:
    return {"type": "string", "format": "binary"} if kind == MVT else {"type": "object"}

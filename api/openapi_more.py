"""What the OpenAPI document says of the resources beside the items: tiles, moving features, statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.cell_collections import STORED
from api.links import GEOJSON, JSON
from api.statistics import GROUPS, MOST
from api.tilesets import MOST_ZOOM, MVT, SET, TILEJSON

_COLLECTION = ("collectionId", {"type": "string"})
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


def paths() -> dict[str, Any]:
    """Paths and their operations. One path for all collections: what each takes stands at its items."""
    own = "/collections/{collectionId}/tiles"
    listed, one, tile = "collection.vector.getTileSetsList", "collection.vector.getTileSet", "collection.vector.getTile"
    return {
        "/collections/tracks/moving": _get("moving", "Flights as moving points (MF-JSON)", (GEOJSON,), (), _MOVING),
        "/collections/tracks/moving/{flight}": _get(
            "moving.flight", "One flight as a moving point (MF-JSON)", (GEOJSON,), [("flight", {"type": "string"})]
        ),
        "/statistics": _statistics(),
        "/tileMatrixSets": _get("getTileMatrixSetsList", "The tile matrix sets", (JSON,)),
        "/tileMatrixSets/{tileMatrixSetId}": _get("getTileMatrixSet", "One tile matrix set", (JSON,), [_SET]),
        own: _get(f".{listed}", "A collection's tile sets", (JSON,), [_COLLECTION]),
        f"{own}/{{tileMatrixSetId}}": _get(
            f".{one}", "One tile set, also as TileJSON", (JSON, TILEJSON), [_COLLECTION, _SET], _SHARED
        ),
        f"{own}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
            f".{tile}", "One vector tile", (MVT,), [_COLLECTION, _SET, *_PLACES], _SHARED
        ),
    }


def _statistics() -> dict[str, Any]:
    found = _get("statistics", "Anomalies per 1,000 flight hours", (JSON,), (), ("datetime",))
    own = {
        "by": {"type": "string", "enum": list(GROUPS), "default": GROUPS[0]},
        "class": {"type": "string"}, "priority": {"type": "string"},
        "min_confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "resolution": {"type": "integer", "minimum": 0, "maximum": STORED, "default": STORED},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 1_000},
    }  # fmt: skip
    found["get"]["parameters"] += [
        {"name": name, "in": "query", "required": False, "style": "form", "explode": False, "schema": schema}
        for name, schema in own.items()
    ]
    return found


def _get(
    operation: str,
    summary: str,
    kinds: Sequence[str],
    places: Sequence[tuple[str, Mapping[str, Any]]] = (),
    shared: Sequence[str] = (),
) -> dict[str, Any]:
    """A GET with its path parameters, and query parameters that the items declare."""
    schemas = {kind: {"schema": _body(kind)} for kind in kinds}
    answers: dict[str, Any] = {"200": {"description": summary, "content": schemas}}
    if MVT in kinds:
        answers["204"] = {"description": "Nothing lies there"}
    answers |= {code: {"$ref": "#/components/responses/Problem"} for code in ("400", "404", "406", "500", "503")}
    given = [{"name": name, "in": "path", "required": True, "schema": schema} for name, schema in places]
    named = [{"$ref": f"#/components/parameters/{name}"} for name in shared]
    return {"get": {"operationId": operation, "summary": summary, "parameters": [*given, *named], "responses": answers}}


def _body(kind: str) -> dict[str, str]:
    return {"type": "string", "format": "binary"} if kind == MVT else {"type": "object"}

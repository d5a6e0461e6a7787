"""Collections as JSON Schema (OGC API - Features, Parts 3 and 5): properties, and what filters and sorts by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from litestar import Response
from litestar.params import FromPath

from api import formats, pages, pages_service
from api.collections import Collection, Property
from api.finding import find
from api.links import SCHEMA, base
from api.replies import AnyRequest
from api.routes import route

_META = "https://json-schema.org/draft/2020-12/schema"


@route("/collections/{collection_id:str}/queryables", query=["f"])
async def show_queryables(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """What a filter may name."""
    one = find(request, collection_id)
    document = _document(request, one, "queryables", one.queryable.values())
    document["properties"]["geometry"] = _geometry(one)
    # GDAL reads this older form, and refuses the newer media type beside it.
    document["queryables"] = [{"id": name, **_short(prop)} for name, prop in one.queryable.items()]
    return await _answer(
        request, one, document, "queryables", _QUERYABLES if _wants_plain(request) else formats.SCHEMAS
    )


@route("/collections/{collection_id:str}/sortables", query=["f"])
async def show_sortables(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """What items may be ordered by."""
    one = find(request, collection_id)
    return await _answer(request, one, _document(request, one, "sortables", one.sortable.values()), "sortables")


@route("/collections/{collection_id:str}/schema", query=["f"])
async def show_schema(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """What a feature holds."""
    one = find(request, collection_id)
    document = _document(request, one, "schema", one.properties)
    document["properties"]["geometry"] = _geometry(one) | {"x-ogc-role": "primary-geometry"}
    document["properties"]["id"] = {
        "title": "Identifier", "description": "Stays the same from answer to answer; the last part of the feature's "
        "address", "type": one.id_kind, "x-ogc-role": "id",
    }  # fmt: skip
    return await _answer(request, one, document, "schema")


_QUERYABLES = (formats.JSON_FORM, formats.HTML_FORM)


def _wants_plain(request: AnyRequest) -> bool:
    accept = request.headers.get("accept", "*/*")
    return SCHEMA not in accept and "application/json" in accept


async def _answer(
    request: AnyRequest,
    one: Collection,
    document: dict[str, Any],
    kind: str,
    offered: Sequence[formats.Format] = formats.SCHEMAS,
) -> Response[bytes]:
    return await pages.answer(
        request, document, lambda root: pages_service.schema(root, document, one.id, one.title, kind), offered
    )


def _document(request: AnyRequest, one: Collection, kind: str, properties: Iterable[Property]) -> dict[str, Any]:
    return {
        "$schema": _META,
        "$id": f"{base(request)}/collections/{one.id}/{kind}",
        "type": "object",
        "title": one.title,
        "description": one.description,
        "properties": {prop.name: property_schema(prop) for prop in properties},
        "additionalProperties": False,
    }


def property_schema(one: Property) -> dict[str, Any]:
    """A property's type, title, unit, and the texts that it can be."""
    kinds: dict[str, dict[str, Any]] = {
        "date-time": {"type": "string", "format": "date-time"},
        "json": {"type": "array", "items": {"type": one.listed}} if one.listed else {"type": "object"},
    }
    schema = kinds.get(one.kind, {"type": one.kind}) | {"title": one.title, "description": one.title}
    if one.allowed:
        schema["enum"] = list(one.allowed)
    # UCUM's unit of a pure number, as of counts and shares.
    unit = one.unit or ("1" if one.kind in ("number", "integer") else "")
    return schema | ({"x-ogc-unit": unit} if unit else {})


def _short(one: Property) -> dict[str, Any]:
    schema = property_schema(one)
    return {name: schema[name] for name in ("type", "title") if name in schema}


def _geometry(one: Collection) -> dict[str, Any]:
    """By reference, and by OGC's name of the kind: what may be of several parts has no reference but the widest."""
    kind, reference = one.geometry.lower(), one.geometry
    if one.geometry == "Geometry":
        kind = "any"
    elif one.several and one.geometry != "Point":
        kind, reference = f"{kind}-or-multi{kind}", "Geometry"
    return {
        "$ref": f"https://geojson.org/schema/{reference}.json", "title": "Geometry", "description": "Where it is",
        "format": f"geometry-{kind}",
    }  # fmt: skip

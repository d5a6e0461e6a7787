"""The OpenAPI 3.0 document, made from the collections: what a client may ask and how features look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api import openapi_more
from api.collections import Collection, Filter, Property
from api.formats import DRAWN, EXPORTS, FEATURE, HTML_FORM, ITEMS, RESOURCE, Format
from api.links import GEOJSON, JSON, PROBLEM
from api.openapi_more import query
from api.posted import FORM, FORM_MEDIA, TEXT
from api.settings import Settings
from api.standard import PAGING, PARAMETERS, POSTED, own_properties
from api.status import MOST_HOURS
from api.stream import FORMS

_JSON_TYPES: Mapping[str, dict[str, Any]] = {
    "date-time": {"type": "string", "format": "date-time", "nullable": True},
    "json": {"nullable": True},
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{name}"}


def document(collections: Mapping[str, Collection], settings: Settings, root: str) -> dict[str, Any]:
    """OpenAPI 3.0.3. One path per collection, because clients read from it which filters that collection takes."""
    paths = {path: {"get": _operation(path, summary, kind)} for path, summary, kind in _FIXED}
    for path, parameters in _TAKEN.items():
        paths[path]["get"]["parameters"] += parameters
    paths["/collections/{collectionId}/export"] = {"get": _export()}
    paths |= openapi_more.paths()
    for one in collections.values():
        paths |= _paths(one)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": settings.title,
            "version": settings.version,
            "description": "Anomalies of air traffic, and what they stand on",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": root}],
        "security": [{}, *({name: []} for name in SECURITY)],
        "paths": paths,
        "components": {
            "parameters": {name: query(name, schema, text) for name, (text, schema) in PARAMETERS.items()},
            "schemas": _schemas(collections),
            "securitySchemes": SECURITY,
            "responses": {"Problem": _problem()},
        },
    }


SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key: Authorization: Bearer sky_..."},
    "basic": {"type": "http", "scheme": "basic", "description": "An API key as the password; the name does not matter"},
}
"""Nothing is needed where nobody may read; else one of these (docs/access.md)."""

_FIXED: Sequence[tuple[str, str, str]] = (
    ("/", "Landing page", JSON),
    ("/conformance", "What the service conforms to", JSON),
    ("/collections", "The collections", JSON),
    ("/classes", "The anomaly classes, with parameters and counts", JSON),
    ("/feeds", "The feeds, what they rejected, and where receivers stand", JSON),
    ("/health", "How the service is", JSON),
    ("/metrics", "Measurements, in the text format of Prometheus", "text/plain"),
    ("/stats", "Anomalies per class and hour", JSON),
    ("/stream", "Server-sent events: anomaly, aircraft, clock", "text/event-stream"),
)

_TAKEN: Mapping[str, Sequence[Any]] = {
    "/stats": [query("hours", {"type": "integer", "minimum": 1, "maximum": MOST_HOURS, "default": 24})],
    "/stream": [
        query("since", {"type": "string"}, "The id of the last event that is known"),
        _ref("parameters/bbox"),
        query("aircraft", {"type": "string", "enum": list(FORMS)}, "How aircraft come: columns are docs/columnar.md's"),
    ],
}
"""What some of them take beside the form."""


def _export() -> dict[str, Any]:
    """One path for all: it takes what the items of its collection take, without the paging."""
    found = _operation("/collections/id/export", "All features that are asked for, as one download", GEOJSON)
    own = {"name": "collectionId", "in": "path", "required": True, "schema": {"type": "string"}}
    shared = [name for name in PARAMETERS if name not in ("limit", "f", *PAGING)]
    most = query("limit", {"type": "integer", "minimum": 1}, "How many features at most; all without it")
    found["parameters"] = [own, most, *(_ref(f"parameters/{name}") for name in shared), _form(EXPORTS)]
    return _in_forms(found, EXPORTS)


def _in_forms(operation: dict[str, Any], forms: Sequence[Format]) -> dict[str, Any]:
    """The operation with everything that its answer can be, beside the form that it has already."""
    content = operation["responses"]["200"]["content"]
    operation["responses"]["200"]["content"] = {one.media: {} for one in forms} | content
    return operation


def _paths(one: Collection) -> dict[str, Any]:
    own = f"/collections/{one.id}"
    forms = DRAWN if one.id == "aircraft" else ITEMS
    standard = [_form(DRAWN) if name == "f" and forms is DRAWN else _ref(f"parameters/{name}") for name in PARAMETERS]
    items = _operation(f"{own}/items", f"{one.title}: features", GEOJSON, _ref(f"schemas/{one.id}"))
    items["parameters"] = [*standard, *map(_filter, one.filters), *map(_equal, own_properties(one).values())]
    single = _operation(f"{own}/items/id", f"{one.title}: one feature", GEOJSON, _ref(f"schemas/{one.id}.feature"))
    single["parameters"] = [
        {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}},
        _form(FEATURE), _ref("parameters/crs"), _ref("parameters/properties"),
    ]  # fmt: skip
    return {
        own: {"get": _operation(own, f"{one.title}: description", JSON)},
        f"{own}/items": {"get": _in_forms(items, forms), "post": _asking(one)},
        f"{own}/items/{{featureId}}": {"get": _in_forms(single, FEATURE)},
    }


def _asking(one: Collection) -> dict[str, Any]:
    """A filter that is sent as a body."""
    failures = {code: answer for code, answer in openapi_more.OTHERWISE.items() if code != "304"}
    text = {"type": "string"}
    again = query(POSTED, text, "Which filter the body has, as a next link says it")
    form = {"type": "object", "required": ["filter"], "properties": dict.fromkeys(FORM, text)}
    bodies = {JSON: {"type": "object"}, TEXT: text, FORM_MEDIA: form}
    forms = [each for each in (DRAWN if one.id == "aircraft" else ITEMS) if each is not HTML_FORM]
    return {
        "operationId": f"collections.{one.id}.items.ask",
        "summary": f"{one.title}: features for which the filter in the body holds",
        "parameters": [*(_ref(f"parameters/{name}") for name in PARAMETERS if name != "filter"), again],
        "requestBody": {"required": True, "content": {kind: {"schema": schema} for kind, schema in bodies.items()}},
        "responses": {
            "200": {
                "description": "The features, where the filter is too long for an address",
                "content": {each.media: {} for each in forms},
            },
            "303": {"description": "Where they are"},
            **dict.fromkeys(("413", "415"), _ref("responses/Problem")),
            **failures,
        },
    }


def _operation(path: str, summary: str, kind: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    name = path.strip("/").replace("/", ".") or "landing"
    answers = {"200": _answer(summary, kind, schema or {"type": "object"}), **openapi_more.OTHERWISE}
    found = {"operationId": name, "summary": summary, "parameters": [], "responses": answers}
    return _in_forms(found, RESOURCE) | {"parameters": [_form(RESOURCE)]} if kind == JSON else found


def _form(forms: Sequence[Format]) -> dict[str, Any]:
    """`f`, where other forms are offered than of items."""
    schema = {"type": "string", "enum": [one.name for one in forms]}
    return query("f", schema, "The form of the answer, instead of an Accept header")


def _problem() -> dict[str, Any]:
    """A document, or a page for people."""
    found = _answer("What was wrong with the request", PROBLEM, _ref("schemas/Problem"))
    return found | {"content": found["content"] | {HTML_FORM.media: {}}}


def _answer(description: str, kind: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _filter(one: Filter) -> dict[str, Any]:
    return query(one.name, one.schema, one.description)


def _equal(one: Property) -> dict[str, Any]:
    """A property as a query parameter."""
    schema = {name: value for name, value in _property(one).items() if name in ("type", "format")}
    return query(one.name, schema, f"{one.title}: only where it is this")


def _schemas(collections: Mapping[str, Collection]) -> dict[str, Any]:
    problem = {name: {"type": "string"} for name in ("type", "title", "detail", "instance", "parameter")}
    problem["status"] = {"type": "integer"}
    found = {"Problem": {"type": "object", "properties": problem}}
    for one in collections.values():
        found |= {one.id: _page(one), f"{one.id}.feature": _feature(one)}
    return found


def _page(one: Collection) -> dict[str, Any]:
    """A page of the collection's features."""
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _ref(f"schemas/{one.id}.feature")},
            "links": {"type": "array", "items": {"type": "object"}},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberReturned": {"type": "integer", "minimum": 0},
            "numberMatched": {"type": "integer", "minimum": 0},
        },
    }


def _feature(one: Collection) -> dict[str, Any]:
    geometry = {"type": "object", "nullable": True, "description": f"GeoJSON {one.geometry}"}
    properties = {each.name: _property(each) for each in one.properties}
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": one.id_kind},
            "geometry": geometry,
            "properties": {"type": "object", "properties": properties},
        },
    }


def _property(one: Property) -> dict[str, Any]:
    kind: dict[str, Any] = _JSON_TYPES.get(one.kind, {"type": one.kind, "nullable": True})
    return kind | {"title": one.title} | ({"x-unit": one.unit} if one.unit else {})

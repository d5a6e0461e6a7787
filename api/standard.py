"""The query parameters of every collection's items, each declared once for the check and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from api.collections import Collection, Property
from api.cql import LANGUAGES
from api.crs import CRS84H, DEFAULT, SYSTEMS
from api.formats import ITEMS
from api.parameters import DEFAULT_LIMIT, MAX_LIMIT

_NUMBER = {"type": "number"}
_SYSTEM = {"type": "string", "format": "uri", "enum": [one.uri for one in SYSTEMS], "default": DEFAULT}
_SHOWN = {**_SYSTEM, "enum": [*(one.uri for one in SYSTEMS), CRS84H.uri]}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_RESULTS = {"type": "string", "enum": ["results", "hits"], "default": "results"}

PARAMETERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "limit": (
        "How many features at most; more are clamped",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "bbox": (
        "west,south,east,north in degrees; west > east goes across the antimeridian. With heights in metres 6 numbers: "
        "west,south,lowest,east,north,highest",
        {"type": "array", "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}], "items": _NUMBER},
    ),
    "bbox-crs": ("The reference system of bbox", _SYSTEM),
    "datetime": ("An RFC 3339 time, or start/end where .. leaves an end open", {"type": "string"}),
    "crs": ("The reference system of the answer; CRS84h is that of tracks, which hold heights", _SHOWN),
    "filter": ("A condition in CQL2", {"type": "string"}),
    "filter-lang": (
        "The language of filter",
        {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
    ),
    "filter-crs": ("The reference system of geometries in filter", _SYSTEM),
    "sortby": ("Properties to order by, comma between; a minus before one turns its order round", _TEXTS),
    "properties": ("The properties to show, comma between", _TEXTS),
    "resulttype": ("hits: only how many there are", _RESULTS),
    "resultType": ("The same in the spelling of WFS", _RESULTS),
    "offset": ("How many features to pass over; next links page by key instead", {"type": "integer", "minimum": 0}),
    "f": (
        "The form of the answer, instead of an Accept header",
        {"type": "string", "enum": [one.name for one in ITEMS] + ["json"]},
    ),
    "after": ("Where the page before ended, as its next link says", {"type": "string"}),
}


PAGING = ("limit", "offset", "after", "resulttype", "resultType")
"""Those that an export has no use for; its limit is another."""


@cache
def own_properties(collection: Collection) -> Mapping[str, Property]:
    """Queryables that are query parameters too (Part 3, queryables as query parameters): equality."""
    return {
        name: one
        for name, one in collection.queryable.items()
        if one.kind != "json" and name not in PARAMETERS and name not in collection.filter_names
    }


@cache
def names(collection: Collection) -> tuple[str, ...]:
    """All query parameters that the collection's items take."""
    return (*PARAMETERS, *collection.filter_names, *own_properties(collection))


POSTED = "posted"
"""Which filter the body has, in links of its pages: nobody then takes a page without the filter for one of them."""


@cache
def page_names(collection: Collection) -> tuple[str, ...]:
    """The same, and POSTED."""
    return (*names(collection), POSTED)

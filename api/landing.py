"""The way in for programs: the landing page in JSON, what the service conforms to, its OpenAPI document."""

from __future__ import annotations

from litestar import Response

from api import formats, pages, pages_service
from api.items import AnyRequest
from api.links import JSON, OPENAPI, base, link
from api.openapi import document
from api.openapi_routes import undescribed
from api.routes import given, route
from api.static import page, prefers_html

TILING = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
STANDARDS = "http://www.opengis.net/spec"
_PARTS = {
    "ogcapi-features-1/1.0": ("core", "oas30", "geojson", "html"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("filter", "features-filter", "queryables", "queryables-query-parameters"),
    "ogcapi-features-5/1.0": ("schemas", "core-roles-features", "queryables", "sortables"),
    "ogcapi-tiles-1/1.0": (
        "core", "tileset", "tilesets-list", "geodata-tilesets", "datetime", "mvt", "oas30",
    ),
    "tms/2.0": (
        "tilematrixset", "json-tilematrixset", "tilematrixsetlimits", "json-tilematrixsetlimits", "tilesetmetadata",
        "json-tilesetmetadata",
    ),
    "cql2/1.0": (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "temporal-functions",
        "array-functions", "arithmetic", "property-property",
    ),
}  # fmt: skip
_ALIASES = ("cql2/1.0/conf/basic-spatial-operators", "cql2/1.0/conf/spatial-operators")
"""What drafts called two of them: QGIS and GDAL look for these."""

CONFORMS_TO = [
    f"{STANDARDS}/{name}"
    for name in (*(f"{part}/conf/{name}" for part, names in _PARTS.items() for name in names), *_ALIASES)
]
"""Only what tests show to be true."""

DESCRIPTION = "Watches aircraft and says what is not normal, where, why, and how sure it is."


@route("/", query=["*"])
async def show_landing(request: AnyRequest) -> Response[bytes]:
    """The map for a browser, links for a program; the links for a browser are `f=html`.

    Who passes a link on adds to it (`fbclid`, `utm_source`): a person is shown the map all the same.
    """
    if prefers_html(request) and "f" not in request.query_params:
        return await page(request)
    given(request, ["f"])
    root, settings = base(request), request.app.state.settings
    links = [
        link(f"{root}/", "self", JSON, settings.title),
        link(f"{root}/?f=html", "alternate", formats.HTML, "Page"),
        link(f"{root}/", "alternate", formats.HTML, "The map"),
        link(f"{root}/conformance", "conformance", JSON, "What this service conforms to"),
        link(f"{root}/collections", "data", JSON, "The collections"),
        link(f"{root}/api", "service-desc", OPENAPI, "OpenAPI document"),
        link(f"{root}/api?f=html", "service-doc", formats.HTML, "What can be asked"),
        link(f"{root}/tileMatrixSets", TILING, JSON, "Tile matrix sets"),
        link(f"{root}/classes", "classes", JSON, "The anomaly classes"),
        link(f"{root}/stream", "stream", "text/event-stream", "What changes, as it changes"),
        link(f"{root}/health", "health", JSON, "How the service is"),
    ]
    value = {"title": settings.title, "description": DESCRIPTION, "links": links}
    return await pages.answer(request, value, lambda root: pages_service.landing(root, value))


@route("/conformance", query=["f"])
async def show_conformance(request: AnyRequest) -> Response[bytes]:
    """The conformance classes."""
    value = {"conformsTo": CONFORMS_TO}
    return await pages.answer(request, value, lambda root: pages_service.conformance(root, value))


@route("/api", query=["f"])
async def show_openapi(request: AnyRequest) -> Response[bytes]:
    """The OpenAPI document, made from the collections and the routes."""
    state = request.app.state
    value = document(state.collections, state.settings, base(request))
    value["paths"] |= undescribed(request.app.routes, value["paths"])
    forms = (formats.OPENAPI_FORM, formats.HTML_FORM)
    return await pages.answer(request, value, lambda root: pages_service.operations(root, value), forms)

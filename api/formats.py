"""In which forms an answer can be had, and which one a client asked for: by `f`, else by Accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request

from api.links import GEOJSON, JSON, OPENAPI, SCHEMA, link, query
from api.problems import Problem, bad

HTML = "text/html"
AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Format:
    """One form: what `f` calls it, its media type, and by what other names and types it is asked for."""

    name: str
    media: str
    title: str
    suffix: str = ""
    aliases: Sequence[str] = ()
    accepts: Sequence[str] = ()
    systems: bool = True
    """Whether it can hold coordinates of another reference system."""
    turned: bool = True
    """Whether coordinates come in the order that the system has; else always x before y."""


JSON_FORM = Format("json", JSON, "JSON", ".json")
SCHEMA_FORM = Format("json", SCHEMA, "JSON Schema", ".json", accepts=(JSON,))
OPENAPI_FORM = Format("json", OPENAPI, "OpenAPI", ".json", accepts=(JSON, "application/openapi+json"))
HTML_FORM = Format("html", HTML, "Page", ".html")
GEOJSON_FORM = Format(
    "geojson", GEOJSON, "GeoJSON", ".geojson", ("json",), accepts=(JSON, "application/vnd.geo+json"),
)  # fmt: skip
SEQUENCE = Format(
    "geojsonseq", "application/geo+json-seq", "GeoJSON text sequence", ".geojsons", ("geojsons", "jsonseq")
)
CSV = Format("csv", "text/csv", "CSV", ".csv")
FLATGEOBUF = Format(
    "flatgeobuf",
    "application/flatgeobuf",
    "FlatGeobuf",
    ".fgb",
    ("fgb",),
    ("application/vnd.flatgeobuf",),
    turned=False,
)
GEOPARQUET = Format(
    "geoparquet", "application/vnd.apache.parquet", "GeoParquet", ".parquet", ("parquet",),
    ("application/parquet", "application/x-parquet"), turned=False,
)  # fmt: skip
GEOPACKAGE = Format("gpkg", "application/geopackage+sqlite3", "GeoPackage", ".gpkg", ("geopackage",), turned=False)
KML = Format("kml", "application/vnd.google-earth.kml+xml", "KML", ".kml", systems=False)
KMZ = Format("kmz", "application/vnd.google-earth.kmz", "KMZ", ".kmz", systems=False)

ARROW = Format("arrow", "application/vnd.apache.arrow.stream", "Arrow columns", ".arrows", systems=False, turned=False)

RESOURCE = (JSON_FORM, HTML_FORM)
SCHEMAS = (SCHEMA_FORM, HTML_FORM)
FEATURE = (GEOJSON_FORM, HTML_FORM)
EXPORTS = (GEOJSON_FORM, SEQUENCE, CSV, FLATGEOBUF, GEOPARQUET, GEOPACKAGE, KML, KMZ)
ITEMS = (GEOJSON_FORM, HTML_FORM, *EXPORTS[1:])
DRAWN = (*ITEMS, ARROW)
"""Of the aircraft, which are many and move: api/sky.py."""


def chosen(request: AnyRequest, offered: Sequence[Format], f: str | None) -> Format:
    """What was asked for. Raises Problem 400 for an unknown `f`, 406 where Accept names nothing that there is."""
    if f is not None:
        for one in offered:
            if f in (one.name, *one.aliases):
                return one
        raise bad("f", f"f={f[:40]!r} is not offered here; there are {', '.join(one.name for one in offered)}")
    ranges = _ranges(request.headers.get("accept", "")[:1_000])
    if not ranges:
        return offered[0]
    wanted = [(_wish(one, ranges), -i, one) for i, one in enumerate(offered)]
    (quality, _), _, best = max(wanted, key=lambda each: each[:2])
    if quality <= 0:
        types = ", ".join(one.media for one in offered)
        raise Problem(406, f"nothing here fits the Accept header; there are {types}, also by f=", "accept")
    return best


def _ranges(accept: str) -> Mapping[str, tuple[float, int]]:
    """Media ranges of an Accept header: each with its quality and place."""
    found: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accept.split(",")):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if "/" in kind:
            found.setdefault(kind, (_quality(parameters), place))
    return found


def _quality(parameters: Sequence[str]) -> float:
    for one in parameters:
        name, _, value = one.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _wish(one: Format, ranges: Mapping[str, tuple[float, int]]) -> tuple[float, int]:
    """How much a form is wanted, and, among equals, how early it is named; the closest range decides."""
    own = [media.partition(";")[0] for media in (one.media, *one.accepts)]
    named = [ranges[media] for media in own if media in ranges]
    if not named:
        families = [f"{media.partition('/')[0]}/*" for media in own[:1]]
        named = [ranges[wide] for wide in (*families, "*/*") if wide in ranges][:1]
    if not named:
        return 0.0, 0
    quality, place = max(named, key=lambda each: (each[0], -each[1]))
    return quality, -place


def alternates(
    address: str, given: Mapping[str, str], offered: Sequence[Format], current: Format
) -> list[dict[str, str]]:
    """Links to the other forms of what is asked for."""
    start = address + query({name: value for name, value in given.items() if name != "f"})
    start += "&f=" if "?" in start else "?f="
    return [link(start + one.name, "alternate", one.media, one.title) for one in offered if one is not current]


def disposition(form: Format, name: str) -> str:
    """How a browser keeps it: GeoJSON it may show, everything else is a file."""
    return f'{"inline" if form.name.startswith("geojson") else "attachment"}; filename="{name}{form.suffix}"'


def _how(one: Mapping[str, Any]) -> str:
    return f'; method="{one["method"]}"' if "method" in one else ""


LONGEST_LINKS = 2_000
"""Characters of links in a header: proxies take 4,096 bytes of headers, and each link repeats the whole question."""


def link_header(links: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Links as a header (RFC 8288), for answers that have no place for them inside; of long ones only the next page."""
    found = [(one["rel"], f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"{_how(one)}') for one in links]
    whole = ", ".join(text for _, text in found)
    shown = whole if len(whole) <= LONGEST_LINKS else ", ".join(text for rel, text in found if rel == "next")
    return {"link": shown} if shown else {}

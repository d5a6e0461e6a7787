"""Pages of the service as a whole: its way in, what it conforms to, its operations, its collections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.markup import Markup, anchor, facts, table, tag
from api.pages import COLLECTIONS, HOME, lead, page, section, small_map

Links = Sequence[Mapping[str, str]]
Value = Mapping[str, Any]


def landing(root: str, value: Value) -> Markup:
    """The way in."""
    doors = [
        ("Collections", "/collections?f=html", "Anomalies of every class, aircraft, tracks, zones and cells"),
        ("Operations", "/api?f=html", "What can be asked, with which parameters"),
        ("Rates", "/statistics?f=html", "Anomalies per 1,000 flight hours, by class, cell, region, country, hour"),
        ("Hot spots", "/statistics/hotspots?f=html", "Where anomalies gather"),
        ("Unusual hours", "/statistics/forecast?f=html", "What each hour should bring, and surges beyond it"),
        ("Conformance", "/conformance?f=html", "The OGC standards that this service keeps to"),
        ("The map", "/", "Everything at once, live"),
    ]
    cards = [anchor(root + path, tag("strong", name), tag("span", said), class_="card") for name, path, said in doors]
    return page(
        root, value["title"], (), lead(value["description"]), tag("div", cards, class_="cards"),
        section("For programs", tag("p", "The same addresses answer JSON, by ", tag("code", "Accept"), " or ",
                                    tag("code", "?f=json"), "."), _links(value["links"])),
        forms=_json(root, "/"),
    )  # fmt: skip


def _links(links: Links) -> Markup:
    return table(
        ["Relation", "Address", "Type"],
        [[one["rel"], anchor(one["href"], one.get("title", one["href"])), tag("code", one["type"])] for one in links],
    )


STANDARDS = {
    "ogcapi-features-1/1.0": "OGC API - Features, Part 1: Core",
    "ogcapi-features-2/1.0": "OGC API - Features, Part 2: Coordinate Reference Systems by Reference",
    "ogcapi-features-3/1.0": "OGC API - Features, Part 3: Filtering",
    "ogcapi-features-5/1.0": "OGC API - Features, Part 5: Schemas",
    "ogcapi-tiles-1/1.0": "OGC API - Tiles, Part 1: Core",
    "tms/2.0": "OGC Two Dimensional Tile Matrix Set and Tile Set Metadata",
    "cql2/1.0": "Common Query Language (CQL2)",
}
"""What people call them."""


def conformance(root: str, value: Value) -> Markup:
    """The conformance classes, by standard."""
    by_part: dict[str, list[str]] = {}
    for uri in value["conformsTo"]:
        part, _, name = uri.removeprefix("http://www.opengis.net/spec/").partition("/conf/")
        by_part.setdefault(part, []).append(name)
    parts = [
        section(
            STANDARDS[part], tag("ul", [tag("li", anchor(_uri(part, name), name)) for name in names], class_="tags")
        )
        for part, names in by_part.items()
    ]
    return page(
        root, "Conformance", HOME, lead("Each of these is held by a test."), parts, forms=_json(root, "/conformance")
    )


def _uri(part: str, name: str) -> str:
    return f"http://www.opengis.net/spec/{part}/conf/{name}"


def _json(root: str, path: str, kind: str = "application/json", title: str = "JSON") -> Links:
    return [{"rel": "alternate", "href": f"{root}{path}?f=json", "type": kind, "title": title}]


def operations(root: str, value: Value) -> Markup:
    """The OpenAPI document, for reading."""
    shared, by_part = value["components"]["parameters"], dict[str, list[list[Any]]]()
    for path, one in value["paths"].items():
        for method, own in one.items():
            row = [tag("code", f"{method.upper()} {path}"), own["summary"], _parameters(own, shared)]
            by_part.setdefault(_collection(path), []).append(row)
    told = [[tag("code", name), one["description"]] for name, one in shared.items()]
    head = ["Path", "What it does", "Parameters"]
    folded = [
        tag("details", tag("summary", tag("code", name)), table(head, rows)) for name, rows in by_part.items() if name
    ]
    return page(
        root, "Operations", HOME, lead("An unknown parameter is refused, never ignored."),
        section("Parameters of every collection", table(["Name", "What it does"], told)),
        section("Paths", table(head, by_part.get("", []))), section("Paths of single collections", folded),
        forms=_json(root, "/api", "application/vnd.oai.openapi+json;version=3.0", "OpenAPI 3.0"),
    )  # fmt: skip


def _collection(path: str) -> str:
    """Whose path it is: empty for those of the whole service. There are hundreds of paths, the same for each."""
    parts = path.split("/")
    return parts[2] if parts[1] == "collections" and len(parts) > 2 and "{" not in parts[2] else ""


def _parameters(own: Value, shared: Value) -> str:
    return ", ".join(_parameter(one, shared) for one in own.get("parameters", ()))


def _parameter(one: Value, shared: Value) -> str:
    return str(one["name"] if "name" in one else shared[one["$ref"].rsplit("/", 1)[1]]["name"])


def collections(root: str, value: Value) -> Markup:
    """The list of collections."""
    rows = [
        [anchor(f"{root}/collections/{one['id']}?f=html", one["title"]), one["description"],
         anchor(f"{root}/collections/{one['id']}/items?f=html", "Features")]
        for one in value["collections"]
    ]  # fmt: skip
    return page(
        root, "Collections", HOME, lead(f"{len(rows)} collections, all asked the same way."),
        table(["Collection", "What it holds", ""], rows), forms=_json(root, "/collections"),
    )  # fmt: skip


def _span(temporal: Value) -> str:
    begin, end = temporal["interval"][0]
    return f"{begin or 'the beginning'} to {end or 'now'}"


def collection(root: str, value: Value) -> Markup:
    """One collection: what it is, a map of its newest features, what can be asked and downloaded."""
    own = f"{root}/collections/{value['id']}"
    downloads = [one for one in value["links"] if one["rel"] == "enclosure"]
    doors = [
        ("Features", "items"), ("Tiles", "tiles"), ("Schema", "schema"), ("Queryables", "queryables"),
        ("Sortables", "sortables"), *([("Moving points", "moving")] if value["id"] == "tracks" else []),
    ]  # fmt: skip
    return page(
        root, value["title"], COLLECTIONS, lead(value["description"]),
        tag("p", [anchor(f"{own}/{path}?f=html", name, class_="button") for name, path in doors], class_="buttons"),
        small_map(f"{own}/items?limit=1000", f"The first features of {value['title']}"),
        section("Facts", facts([
            ("Identifier", tag("code", value["id"])),
            *([("Time", _span(value["extent"]["temporal"]))] if "temporal" in value["extent"] else []),
            ("Extent", ", ".join(map(str, value["extent"]["spatial"]["bbox"][0]))),
            ("Reference systems", [tag("div", tag("code", one)) for one in value["crs"]]),
        ])),
        section("Download all of it", tag("p", [anchor(one["href"], one["title"].removeprefix("All features as "),
                                                       class_="button") for one in downloads], class_="buttons")),
        forms=_json(root, f"/collections/{value['id']}"),
    )  # fmt: skip


def schema(root: str, value: Value, collection_id: str, collection_title: str, kind: str) -> Markup:
    """Properties of a collection: all, those that a filter may name, those that can be ordered by."""
    said = {
        "schema": "What a feature holds",
        "queryables": "What a filter may name",
        "sortables": "What items may be ordered by",
    }
    own = f"/collections/{collection_id}"
    rows = [
        [
            tag("code", name),
            _meaning(one),
            one.get("format") or one.get("type") or "geometry",
            one.get("x-ogc-unit", ""),
        ]
        for name, one in value["properties"].items()
    ]
    return page(
        root, kind.capitalize(), (*COLLECTIONS, (collection_title, f"{own}?f=html")), lead(said[kind]),
        table(["Name", "What it is", "Type", "Unit"], rows),
        forms=_json(root, f"{own}/{kind}", "application/schema+json", "JSON Schema"),
    )  # fmt: skip


def _meaning(one: Value) -> str:
    """What a property is, and the texts that it can be."""
    words, title = one.get("enum", ()), one["title"]
    told = len(words) < 2 or all(word in title for word in words)
    return title if told else f"{title}; one of {', '.join(words)}"


def value(root: str, title: str, path: str, found: Value) -> Markup:
    """Any other answer as it is: names and values, however deep."""
    return page(
        root, title, HOME, *[section(name, _nested(one)) for name, one in found.items()], forms=_json(root, path)
    )


def _nested(one: Any) -> Any:
    if isinstance(one, Mapping):
        return (
            facts([(name, _nested(each)) for name, each in one.items()]) if one else tag("span", "none", class_="quiet")
        )
    if isinstance(one, list | tuple):
        plain = not any(isinstance(each, Mapping | list | tuple) for each in one)
        return ", ".join(map(str, one)) if plain else [_nested(each) for each in one]
    return tag("span", "none", class_="quiet") if one is None else str(one)

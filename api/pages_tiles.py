"""Pages of tiles and of what moves: a map of the tiles themselves, their addresses, flights as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.collections import Collection
from api.links import GEOJSON, JSON, link, query
from api.markup import Markup, anchor, facts, joined, table, tag
from api.pages import COLLECTIONS, HOME, Crumbs, lead, page, section, small_map
from api.tilesets import SET, STYLE, TILEJSON

Value = Mapping[str, Any]
Links = Sequence[Mapping[str, str]]
_SETS: Crumbs = (*HOME, ("Tile matrix sets", "/tileMatrixSets?f=html"))


def _json(root: str, path: str) -> dict[str, str]:
    return link(f"{root}{path}?f=json", "alternate", JSON, "JSON")


def matrix_sets(root: str, value: Value) -> Markup:
    """The list of tile matrix sets."""
    rows = [
        [anchor(f"{root}/tileMatrixSets/{one['id']}?f=html", one["id"]), one["title"], tag("code", one["crs"])]
        for one in value["tileMatrixSets"]
    ]
    return page(
        root, "Tile matrix sets", HOME, lead("How the world is cut into tiles."),
        table(["Set", "Title", "Reference system"], rows), forms=[_json(root, "/tileMatrixSets")],
    )  # fmt: skip


def matrix_set(root: str, value: Value) -> Markup:
    """One tile matrix set, zoom by zoom."""
    rows = [
        [one["id"], f"{one['matrixWidth']:,} × {one['matrixHeight']:,}", f"{one['cellSize']:,.3f} m",
         f"1 : {one['scaleDenominator']:,.0f}"]
        for one in value["tileMatrices"]
    ]  # fmt: skip
    return page(
        root, value["id"], _SETS, lead(value["title"]),
        section("Facts", facts([("Reference system", tag("code", value["crs"])), ("URI", tag("code", value["uri"]))])),
        section("Zooms", table(["Zoom", "Tiles", "A pixel of 256", "Scale"], rows)),
        forms=[_json(root, f"/tileMatrixSets/{value['id']}")],
    )  # fmt: skip


def _steps(collection: Collection, *more: tuple[str, str]) -> Crumbs:
    own = f"/collections/{collection.id}"
    return (*COLLECTIONS, (collection.title, f"{own}?f=html"), *((name, own + path) for name, path in more))


def tilesets(root: str, collection: Collection, value: Value) -> Markup:
    """The tile sets of a collection."""
    own = f"/collections/{collection.id}/tiles"
    rows = [
        [anchor(f"{root}{own}/{one['tileMatrixSetId']}?f=html", one["tileMatrixSetId"]), one["title"], one["dataType"]]
        for one in value["tilesets"]
    ]
    return page(
        root, f"{collection.title}: tiles", _steps(collection), lead("Vector tiles, made when they are asked for."),
        _tile_map(f"{root}/collections/{collection.id}/style.json", collection),
        table(["Tile set", "Title", "Kind"], rows),
        forms=[_json(root, own)],
    )  # fmt: skip


def tileset(root: str, collection: Collection, asked: Mapping[str, str], value: Value) -> Markup:
    """One tile set: a map of its tiles, the addresses that programs take, what its features hold."""
    own = f"{root}/collections/{collection.id}/tiles/{SET}"
    tilejson = f"{own}{query({**asked, 'f': 'tilejson'})}"
    style = f"{root}/collections/{collection.id}/style.json{query(dict(asked))}"
    (layer,) = value["layers"]
    held = [
        [tag("code", name), one.get("title"), one.get("format") or one.get("type"), one.get("x-ogc-unit", "")]
        for name, one in layer["propertiesSchema"]["properties"].items()
    ]
    template = next(one["href"] for one in value["links"] if one["rel"] == "item")
    limits = value["tileMatrixSetLimits"]
    return page(
        root, f"{collection.title}: tiles in {SET}", _steps(collection, ("Tiles", "/tiles?f=html")),
        lead(collection.description), _tile_map(style, collection),
        section("For programs", facts([
            ("TileJSON, for MapLibre and QGIS", anchor(tilejson, tilejson)),
            ("Style document, for MapLibre, QGIS and ArcGIS", anchor(style, style)),
            ("One tile", tag("code", template)),
            ("A folder of tiles, for GDAL", tag("code", f"MVT:{root}/collections/{collection.id}/xyz/5")),
            ("Zooms", f"{limits[0]['tileMatrix']} to {limits[-1]['tileMatrix']}"),
            ("Layer", tag("code", layer["id"])),
        ])),
        section("Filters", tag("p", "The filters of the items, written behind this address, go on into the tiles: ",
                               tag("code", "?datetime=2026-11-20T00:00:00Z/.."), ".")) if not asked else None,
        section("What a feature holds", table(["Name", "What it is", "Type", "Unit"], held)),
        forms=[link(f"{own}{query({**asked, 'f': 'json'})}", "alternate", JSON, "JSON"),
               link(tilejson, "alternate", TILEJSON, "TileJSON"), link(style, "alternate", STYLE, "Style")],
    )  # fmt: skip


def _tile_map(style: str, collection: Collection) -> Markup:
    """A map of the tiles as the style at this address has them; the page's script fills it."""
    note = joined("This map needs JavaScript; ", anchor(style, "the style of its tiles"), " does not.")
    return tag(
        "div", tag("noscript", note), class_="map", data_style=style, role="img",
        aria_label=f"Tiles of {collection.title}",
    )  # fmt: skip


def flights(root: str, asked: Mapping[str, str], value: Value) -> Markup:
    """A page of flights: where they were on a map, when in a table."""
    own = f"{root}/collections/tracks/moving"
    rows = [_flight(own, one) for one in value["features"]]
    further = next((one["href"] for one in value["links"] if one["rel"] == "next"), None)
    source = f"{own}{query({name: text for name, text in asked.items() if name != 'f'})}"
    return page(
        root, "Flights as moving points", _tracks(),
        lead("Whole flights with the time of every point, as OGC Moving Features (MF-JSON)."), _form(own, asked),
        small_map(source, "These flights") if rows else None,
        table(["Flight", "Address", "Callsign", "From", "To", "Points"], rows, id="items") if rows
        else tag("p", "No flight fits.", class_="none"),
        tag("nav", anchor(further, "Next page", class_="button", rel="next"), class_="buttons", aria_label="Pages")
        if further else None,
        forms=[link(f"{own}{query({**asked, 'f': 'json'})}", "alternate", GEOJSON, "MF-JSON")],
    )  # fmt: skip


def _tracks() -> Crumbs:
    return (*COLLECTIONS, ("Tracks", "/collections/tracks?f=html"))


def _flight(own: str, one: Value) -> list[Any]:
    said = one["properties"]
    return [
        anchor(f"{own}/{one['id']}?f=html", one["id"]), said["icao24"], said["callsign"], *one["time"],
        f"{_points(one):,}",
    ]  # fmt: skip


def _points(one: Value) -> int:
    moving = one["temporalGeometry"]
    return sum(len(part["datetimes"]) for part in moving.get("prisms", [moving]))


_FIELDS = (
    ("icao24", "Address", "4ca7b5"), ("bbox", "Box", "west,south,east,north"),
    ("datetime", "Time", "2026-11-20T13:00:00Z/.."), ("limit", "Flights a page", "10"),
)  # fmt: skip


def _form(own: str, asked: Mapping[str, str]) -> Markup:
    fields = [
        tag("label", tag("span", title), tag("input", name=name, value=asked.get(name, ""), placeholder=hint))
        for name, title, hint in _FIELDS
    ]
    hidden = tag("input", type="hidden", name="f", value="html")
    return tag("form", fields, hidden, tag("button", "Show"), action=own, method="get")


def flight(root: str, value: Value) -> Markup:
    """One flight: its way, its times, its heights."""
    own = f"/collections/tracks/moving/{value['id']}"
    said = value["properties"]
    heights = [metres for part in value["temporalProperties"] for metres in part["pressure_altitude"]["values"]]
    return page(
        root, f"Flight {value['id']}", (*_tracks(), ("Moving points", "/collections/tracks/moving?f=html")),
        lead(" ".join(filter(None, (said["callsign"], said["icao24"])))), small_map(f"{root}{own}", "Its way"),
        section("Facts", facts([
            ("From", value["time"][0]), ("To", value["time"][1]), ("Points", f"{_points(value):,}"),
            ("Pressure altitude", f"{min(heights):,.0f} to {max(heights):,.0f} m" if heights else "not known"),
            ("Pieces", len(value["temporalGeometry"].get("prisms", [0]))),
        ])),
        forms=[link(f"{root}{own}?f=json", "alternate", GEOJSON, "MF-JSON")],
    )  # fmt: skip

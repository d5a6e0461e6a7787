"""Parts 2, 3 and 5 of OGC API - Features beside filters: order, chosen properties, reference systems, schemas."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.asked import Asked
from api.query import Statement, source

Client = TestClient[Litestar]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
LATITUDE_FIRST = "http://www.opengis.net/def/crs/EPSG/0/4326"


def items(client: Client, path: str) -> dict[str, Any]:
    answer = client.get(f"/collections/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def crawl(client: Client, path: str) -> list[str]:
    """All pages, by their next links."""
    found: list[str] = []
    while path:
        page = items(client, path)
        found += ids(page)
        links = [one["href"] for one in page["links"] if one["rel"] == "next"]
        path = "" if not links else urlsplit(links[0])._replace(scheme="", netloc="").geturl()[len("/collections/") :]
    return found


@pytest.mark.parametrize(
    "sort", ["confidence", "-confidence", "-priority,start", "class,-start", "callsign", "cleared"]
)
def test_pages_in_any_order_give_every_feature_once(client: Client, sort: str) -> None:
    whole = ids(items(client, f"anomalies/items?limit=100&sortby={sort}"))

    assert crawl(client, f"anomalies/items?limit=3&sortby={sort}") == whole
    assert len(whole) == len(set(whole)) == 13


def test_priority_sorts_by_rank_not_by_letter(client: Client) -> None:
    assert ids(items(client, "anomalies/items?limit=1&sortby=-priority")) == ["s1"]


def test_a_number_in_an_order_is_read_back_as_exact_as_it_is_stored(client: Client, seeded_url: str) -> None:
    """Else 0.9 of four bytes is not the 0.9 of the next link: features come twice, or never."""

    async def wrong() -> list[str]:
        connection, found = await asyncpg.connect(seeded_url), []
        for one in client.app.state.collections.values():
            for name in (name for name, each in one.sortable.items() if each.kind == "number"):
                order = Asked.of(one, {"sortby": name}).sorts[0]
                sql = f"SELECT {order.sql} FROM {source(one, Asked(), Statement())} LIMIT 0"
                column = (await connection.prepare(sql)).get_attributes()[0].type.name
                found += [f"{one.id}.{name}"] if (column == "float4") != (order.cast == "real") else []
        await connection.close()
        return found

    assert asyncio.run(wrong()) == []


def test_null_comes_last_whichever_way(client: Client) -> None:
    for sort in ("type_code", "-type_code"):
        values = [f["properties"]["type_code"] for f in items(client, f"aircraft/items?sortby={sort}")["features"]]
        assert values == sorted(values, key=lambda v: v is None)


def test_only_the_chosen_properties(client: Client) -> None:
    page = items(client, "anomalies/items?limit=2&properties=class,start")

    assert [list(f["properties"]) for f in page["features"]] == [["class", "start"]] * 2
    assert page["features"][0]["geometry"]["type"] == "Point"


@pytest.mark.parametrize(
    ("asked", "said"), [("", CRS84H), (f"crs={CRS84H}", CRS84H), (f"crs={CRS84}", CRS84), (f"crs={MERCATOR}", MERCATOR)]
)
def test_tracks_say_that_they_hold_heights(client: Client, asked: str, said: str) -> None:
    page = client.get(f"/collections/tracks/items?limit=1&{asked}")
    (track,) = page.json()["features"]
    alone = client.get(f"/collections/tracks/items/{track['id']}?{asked}")

    assert page.headers["content-crs"] == alone.headers["content-crs"] == f"<{said}>"
    assert {len(place) for place in track["geometry"]["coordinates"]} == {3}
    assert alone.json()["geometry"] == track["geometry"]


def test_flat_features_know_the_system_with_heights_as_their_own(client: Client) -> None:
    for path in ("squawk/items", "positions/items"):
        assert client.get(f"/collections/{path}?crs={CRS84H}").headers["content-crs"] == f"<{CRS84}>"


def test_other_reference_systems(client: Client) -> None:
    answer = client.get(f"/collections/squawk/items?crs={MERCATOR}")
    x, y = answer.json()["features"][0]["geometry"]["coordinates"]
    flipped = items(client, f"squawk/items?crs={LATITUDE_FIRST}")["features"][0]["geometry"]["coordinates"]

    assert answer.headers["content-crs"] == f"<{MERCATOR}>"
    assert (round(x), round(y)) == (19_981_849, 0)
    assert flipped == [0, 179.5]


def test_a_box_in_another_system(client: Client) -> None:
    box = "18924313,-1118889,20037508,1118889"

    assert ids(items(client, f"anomalies/items?bbox={box}&bbox-crs={MERCATOR}")) == ["s1"]
    assert ids(items(client, f"anomalies/items?bbox=-10,170,10,180&bbox-crs={LATITUDE_FIRST}")) == ["s1"]


def test_an_offset_passes_over_and_next_goes_on_by_key(client: Client) -> None:
    everything = ids(items(client, "anomalies/items?limit=100"))

    assert crawl(client, "anomalies/items?limit=4&offset=3") == everything[3:]


@pytest.mark.parametrize("more", ["", "&bbox=-180,-90,180,90&crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84"])
def test_limit_and_offset_alone_give_every_feature_once(client: Client, more: str) -> None:
    """As ArcGIS Pro pages, which follows no links; the last page is the one that is not full."""
    found: list[str] = []
    while len(page := ids(items(client, f"anomalies/items?f=json&limit=4&offset={len(found)}{more}"))) == 4:
        found += page

    assert [*found, *page] == ids(items(client, "anomalies/items?limit=100"))


def test_hits_counts_and_sends_nothing(client: Client) -> None:
    page = items(client, "positions/items?resulttype=hits")

    assert page["features"] == [] and page["numberMatched"] > 0


def test_a_property_is_a_parameter(client: Client) -> None:
    assert ids(items(client, "anomalies/items?callsign=TEST1&limit=1")) == ["l11"]
    assert ids(items(client, "anomalies/items?explanation=nothing")) == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("crs=urn:nothing", "crs"), ("bbox-crs=EPSG:99999", "bbox-crs"), ("filter-crs=x", "filter-crs"),
        ("sortby=nothing", "sortby"), ("sortby=members", "sortby"), ("properties=nothing", "properties"),
        ("offset=-1", "offset"), ("offset=many", "offset"), ("resulttype=maybe", "resulttype"),
        ("resulttype=hits&resultType=results", "resulttype"),
        ("filter-lang=sql&filter=1", "filter-lang"), ("bbox=0,0,9,1,1,3", "bbox"),
    ],
)  # fmt: skip
def test_what_cannot_be_honoured_is_refused_by_name(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/collections/anomalies/items?{query}")

    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_every_collection_has_its_schemas(client: Client) -> None:
    for one in client.get("/collections").json()["collections"]:
        links = {link["rel"].rsplit("/", 1)[1]: link["href"] for link in one["links"] if "/def/rel/" in link["rel"]}
        assert client.get(links.pop("tilesets-vector")).status_code == 200
        assert set(links) == {"queryables", "sortables", "schema"}
        for href in links.values():
            document = client.get(href).json()
            assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema" and document["$id"] == href
            assert all(prop.get("title") for prop in document["properties"].values())
            assert all(prop.get("description") for prop in document["properties"].values())
            own = [prop for prop in document["properties"].values() if "x-ogc-role" not in prop and "$ref" not in prop]
            assert all(("x-ogc-unit" in prop) == (prop["type"] in ("number", "integer")) for prop in own)


def test_features_hold_what_their_schema_says(client: Client) -> None:
    for one in client.get("/collections").json()["collections"]:
        schema = client.get(f"/collections/{one['id']}/schema").json()["properties"]
        for feature in items(client, f"{one['id']}/items")["features"]:
            wrong = {name: value for name, value in feature["properties"].items() if not fits(value, schema[name])}
            assert wrong == {}, (one["id"], feature["id"])


TYPES = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "object": dict}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is what its schema says; null is no value."""
    if value is None:
        return True
    within = all(fits(one, schema["items"]) for one in value) if isinstance(value, list) else True
    return isinstance(value, TYPES[schema["type"]]) and value in schema.get("enum", [value]) and within


def test_a_schema_says_the_words_and_the_lists_that_there_are(client: Client) -> None:
    def of(collection: str) -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"/collections/{collection}/schema").json()["properties"]
        return found

    assert of("anomalies")["priority"]["enum"] == ["low", "medium", "high", "critical"]
    assert of("loiter")["class"]["enum"] == ["loiter"] and "squawk" in of("anomalies-lines")["class"]["enum"]
    assert {"open", "closed"} < set(of("incidents")["state"]["enum"])
    kinds = {name: prop["items"]["type"] for name, prop in of("incidents").items() if prop.get("type") == "array"}
    assert kinds == {"classes": "string", "members": "string", "timeline": "object"}
    assert [of("aircraft")[name]["title"] for name in ("on_ground", "source")] == [
        "whether it is on the ground", "what heard or computed the position",
    ]  # fmt: skip


def test_every_queryable_and_sortable_can_be_used(client: Client) -> None:
    values = {"string": "'a'", "number": "1", "integer": "1", "boolean": "TRUE"}
    for one in client.get("/collections").json()["collections"]:
        own = f"/collections/{one['id']}"
        for name, prop in client.get(f"{own}/queryables").json()["properties"].items():
            if name == "geometry" or prop["type"] == "array":
                continue
            value = "TIMESTAMP('2023-11-14T22:31:00Z')" if prop.get("format") == "date-time" else values[prop["type"]]
            answer = client.get(f"{own}/items", params={"filter": f'"{name}" = {value} OR {name} IS NULL', "limit": 1})
            assert answer.status_code == 200, (one["id"], name, answer.text)
        for name in client.get(f"{own}/sortables").json()["properties"]:
            answer = client.get(f"{own}/items", params={"sortby": f"-{name}", "limit": 1})
            assert answer.status_code == 200, (one["id"], name, answer.text)


@pytest.mark.parametrize(
    ("collection", "reference", "kind"),
    [
        ("anomalies", "Geometry", "any"), ("aircraft", "Point", "point"), ("tracks", "LineString", "linestring"),
        ("anomalies-lines", "Geometry", "linestring-or-multilinestring"),
        ("zones", "Geometry", "polygon-or-multipolygon"),
    ],
)  # fmt: skip
def test_the_kind_of_geometry_is_true_of_every_feature(
    client: Client, collection: str, reference: str, kind: str
) -> None:
    geometry = items(client, f"{collection}/schema")["properties"]["geometry"]

    assert geometry["$ref"] == f"https://geojson.org/schema/{reference}.json"
    assert geometry["format"] == f"geometry-{kind}"

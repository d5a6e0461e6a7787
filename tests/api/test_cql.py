"""CQL2 over a real database: what each operator finds, what is refused and where, and that nothing breaks it."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from api import cql
from api.problems import Problem

Client = TestClient[Litestar]
ALL = [f"l{i:02}" for i in range(11, -1, -1)] + ["s1"]


def found(client: Client, text: str, collection: str = "anomalies", more: str = "") -> list[Any]:
    answer = client.get(f"/collections/{collection}/items?limit=100&filter={quote(text)}{more}")
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("class = 'squawk'", ["s1"]),
        ("class <> 'loiter'", ["s1"]),
        ("icao24 = '000005'", ["s1"]),
        ("icao24 IN ('000005', 'fffffe')", ["s1"]),
        ("icao24 = 'no address'", []),
        ("icao24 LIKE '0000%'", ["s1"]),
        ("priority = 'critical'", ["s1"]),
        ("confidence > 0.8", ["s1"]),
        ("confidence BETWEEN 0.8 AND 1", ["s1"]),
        ("confidence * 2 > 1.7", ["s1"]),
        ("NOT (class = 'loiter')", ["s1"]),
        ("state = 'closed' AND confidence >= 0.9 OR class = 'nothing'", ["s1"]),
        ("callsign IS NULL", []),
        ("CASEI(callsign) = CASEI('tesT1') AND class='squawk'", ["s1"]),
        ("S_INTERSECTS(geometry, BBOX(170, -10, 180, 10))", ["s1"]),
        ("S_WITHIN(geometry, POLYGON((170 -10, 180 -10, 180 10, 170 10, 170 -10)))", ["s1"]),
        ("S_DISJOINT(geometry, POINT(10 50))", ["s1"]),
        ("T_AFTER(start, TIMESTAMP('2023-11-14T22:30:30Z'))", ["l11"]),
        ("T_BEFORE(end, TIMESTAMP('2023-11-14T22:20:40Z')) AND class = 'loiter'", ["l00"]),
        ("T_DURING(INTERVAL(start, end), INTERVAL('2023-11-14T22:29:30Z', '2023-11-14T22:31:00Z'))", ["l10"]),
        ("T_INTERSECTS(INTERVAL(start, end), INTERVAL('2023-11-14T22:31:00Z', '..'))", ["l11"]),
        ("start >= TIMESTAMP('2023-11-14T22:31:00Z')", ["l11"]),
        ("start >= '2023-11-14T22:31:00Z'", ["l11"]),
        ("A_CONTAINS(members, ('abcdef'))", []),
        ("S_INTERSECTS(geometry, BBOX(175, -10, -170, 10))", ["s1"]),
        ("S_WITHIN(geometry, BBOX(175, -10, -170, 10))", ["s1"]),
        ("T_DURING(start, INTERVAL('2023-11-14', '2023-11-14')) AND class = 'squawk'", ["s1"]),
        ("T_INTERSECTS(start, DATE('2023-11-14')) AND class = 'squawk'", ["s1"]),
        ("T_AFTER(start, DATE('2023-11-14'))", []),
        ("T_AFTER(start, DATE('2023-11-13')) AND class = 'squawk'", ["s1"]),
        ("priority > 'high'", ["s1"]),
        ("'high' < priority", ["s1"]),
        ("priority BETWEEN 'high' AND 'critical' AND class = 'squawk'", ["s1"]),
        ("priority > 'critical'", []),
        ("confidence % 0.5 > 0.39 AND class = 'squawk'", ["s1"]),
        ("confidence ^ 2 > 0.7", ["s1"]),
        ("confidence * 10 DIV 4 = 2", ["s1"]),
        ("confidence / 0 > 1 OR confidence % 0 > 1 OR confidence DIV 0 > 1", []),
        ("explanation LIKE '%stays%' AND class = 'squawk'", ["s1"]),
    ],
)
def test_each_operator_finds_what_it_says(client: Client, text: str, expect: list[str]) -> None:
    assert found(client, text) == expect


def test_truth_is_a_number_in_the_words_of_gdal(client: Client) -> None:
    own = found(client, "on_ground = FALSE", "aircraft")
    assert own and own == found(client, "on_ground = 0", "aircraft") == found(client, "on_ground <> 1", "aircraft")
    refused = client.get("/collections/aircraft/items", params={"filter": "on_ground = 2"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "filter")


def test_json_says_the_same_as_text(client: Client) -> None:
    tree = {"op": "and", "args": [{"op": "=", "args": [{"property": "class"}, "squawk"]}, True]}
    text = orjson.dumps(tree).decode()

    assert found(client, text, more="&filter-lang=cql2-json") == ["s1"]


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        (None, "null is no condition"),
        ({"op": "=", "args": [{"property": ["class"]}, "loiter"]}, "no queryable"),
        ({"op": "=", "args": [{"property": {"class": 1}}, "loiter"]}, "no queryable"),
        (["bbox", [True, False, 1, 10]], "BBOX has 4 numbers"),
        (["type", "Feature"], "a geometry is a type of"),
        (["coordinates", None], "no Point: "),
        (["coordinates", ["a", "b"]], "no Point: "),
        (["coordinates", [1, 2, 3, 4]], "no Point: "),
        (["coordinates", [1e308, 1e308]], "beyond 180 degrees"),
        (["crs", {"type": "name"}], "and nothing else"),
    ],
)
def test_json_that_says_nothing_is_refused(client: Client, tree: Any, says: str) -> None:
    """A pair of a member and its value stands for a point that has it."""
    if isinstance(tree, list):
        shape = {tree[0]: tree[1]} if tree[0] == "bbox" else {"type": "Point", "coordinates": [1, 2], tree[0]: tree[1]}
        tree = {"op": "s_intersects", "args": [{"property": "geometry"}, shape]}
    answer = client.get(f"/collections/anomalies/items?filter-lang=cql2-json&filter={quote(orjson.dumps(tree))}")

    assert answer.status_code == 400 and answer.json()["parameter"] == "filter"
    assert says in answer.json()["detail"]


def test_a_point_without_a_width_lies_where_it_is(client: Client) -> None:
    (place,) = [f for f in client.get("/collections/anomalies-points/items").json()["features"] if f["id"] == "s1"]
    lon, lat = place["geometry"]["coordinates"]
    assert found(client, f"S_INTERSECTS(geometry, BBOX({lon}, {lat}, {lon}, {lat}))") == ["s1"]


def test_mercator_ends_where_the_world_does(client: Client) -> None:
    text = quote("S_INTERSECTS(geometry, BBOX(0, 0, 22263900000, 8399738))")
    answer = client.get(f"/collections/anomalies/items?filter={text}&filter-crs=EPSG:3857")
    assert answer.status_code == 400 and "within -180 to 180" in answer.json()["detail"]


def test_the_old_name_of_the_language_is_understood(client: Client) -> None:
    assert found(client, "class = 'squawk'", more="&filter-lang=cql-text") == ["s1"]


def test_a_geometry_may_be_in_another_system(client: Client) -> None:
    mercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
    box = "S_INTERSECTS(geometry, BBOX(18924313, -1118889, 20037508, 1118889))"

    assert found(client, box, more=f"&filter-crs={mercator}") == ["s1"]
    latitude_first = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert found(client, "S_INTERSECTS(geometry, BBOX(-10, 170, 10, 180))", more=f"&filter-crs={latitude_first}") == [
        "s1"
    ]


def test_a_drawn_area_of_hundreds_of_points_is_understood(client: Client) -> None:
    turn = [math.tau * i / 300 for i in range(300)]
    ring = [f"{20 + 159 * math.cos(a):.4f} {85 * math.sin(a):.4f}" for a in turn]
    inside = found(client, f"S_INTERSECTS(geometry, POLYGON(({', '.join([*ring, ring[0]])})))")
    assert inside == found(client, "S_INTERSECTS(geometry, POLYGON((-139 -60, 160 -60, 160 60, -139 60, -139 -60)))")
    assert inside


def test_a_filter_and_a_box_hold_together(client: Client) -> None:
    assert found(client, "class = 'squawk'", more="&bbox=0,40,20,60") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense = 1", "no queryable 'nonsense'"),
        ("class = ", "not CQL2: at character"),
        ("class = 1", "cannot be compared"),
        ("confidence > 'high'", "cannot be compared"),
        ("S_INTERSECTS(class, BBOX(0,0,1,1))", "where geometry is needed"),
        ("evidence = 'x'", "no queryable 'evidence'"),
        ("pg_sleep(10) = 1", "no function"),
        ("class", "where boolean is needed"),
        ("T_AFTER(start, TIMESTAMP('yesterday'))", "is no time"),
        ("start > 'soon'", "is no time"),
        ("(" * 300 + "class = 'x'" + ")" * 300, "too large"),
        ("priority > 'urgent'", "is none of low, medium, high, critical"),
        ("S_INTERSECTS(geometry, BBOX(0, 60, 20, 40))", "south must not lie north"),
        ("S_INTERSECTS(geometry, BBOX(0, 0, 190, 40))", "within -180 to 180"),
        ("S_INTERSECTS(geometry, BBOX(0, 0, 1, 2, 3, 4))", "BBOX has 4 numbers"),
        ("S_INTERSECTS(geometry, POINT EMPTY)", "a Point without coordinates lies nowhere"),
        ("S_INTERSECTS(geometry, POLYGON EMPTY)", "lies nowhere"),
        ("S_INTERSECTS(geometry, LINESTRING(0 0))", "no LineString: point array"),
        ("S_INTERSECTS(geometry, LINESTRING(0 0, 0 0))", "not valid: Too few points"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 9 9, 5 5)))", "do not form a closed linestring"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 9 9, 9 0, 0 9, 0 0)))", "not valid: Self-intersection[4.5 4.5]"),
        ("S_INTERSECTS(geometry, POLYGON((170 0, 190 0, 190 9, 170 0)))", "beyond 180 degrees"),
        ("S_TOUCHES(geometry, GEOMETRYCOLLECTION(POINT(10 50), POINT(1 1)))", "compares no GEOMETRYCOLLECTION"),
        ("start > 'soon' AND start < 'later'", "is no time"),
        ("T_DURING(start, INTERVAL('2023-13-14', '..'))", "is no time"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_the_reason(client: Client, text: str, says: str) -> None:
    answer = client.get(f"/collections/anomalies/items?filter={quote(text)}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == "filter"
    assert says in answer.json()["detail"]


def test_values_never_become_sql(client: Client) -> None:
    assert found(client, "callsign = 'x''; DROP TABLE anomalies; --'") == []
    assert len(found(client, "class IN ('loiter', 'squawk')")) == len(ALL)


@given(st.text("()'\"=<>ANDORTif a1.,+-*/ \\%", max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        cql.parse(text)
    except Problem as problem:
        assert (problem.status, problem.parameter) == (400, "filter")


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(), st.lists, max_leaves=50))
def test_any_json_is_parsed_or_refused(value: Any) -> None:
    try:
        cql.parse(orjson.dumps(value).decode(), "cql2-json")
    except Problem as problem:
        assert problem.parameter == "filter"

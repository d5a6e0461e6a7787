"""OWSLib against the real server: landing, conformance, collections, schemas, items by each kind of question."""

from __future__ import annotations

import orjson
import pytest
import shapely
from owslib.ogcapi.features import Features

from tests.api.conftest import Live

SQUAWK = {"op": "=", "args": [{"property": "class"}, "squawk"]}


@pytest.fixture(scope="module")
def features(live: Live) -> Features:
    return Features(f"{live.url}/")


def ids(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["id"] for one in page["features"]]


def test_the_way_in(features: Features) -> None:
    assert features.links
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in features.conformance()["conformsTo"]
    assert features.api()["openapi"] == "3.0.3"


def test_collections(features: Features) -> None:
    assert {"anomalies", "aircraft", "tracks"} <= set(features.feature_collections())
    assert features.collection("anomalies")["itemType"] == "feature"


def test_what_a_collection_holds_and_can_be_asked(features: Features) -> None:
    assert features.collection_queryables("anomalies")["properties"]["class"]["type"] == "string"
    assert features.collection_schema("tracks")["properties"]["id"]["type"] == "integer"


def test_items_by_each_kind_of_question(features: Features) -> None:
    assert ids(features.collection_items("anomalies", bbox=[170, -10, 180, 10])) == ["s1"]
    assert ids(features.collection_items("anomalies", datetime_="2023-11-14T22:31:00Z/..")) == ["l11"]
    assert ids(features.collection_items("anomalies", icao24="000005")) == ["s1"]
    assert ids(features.collection_items("anomalies", filter="class = 'squawk'")) == ["s1"]
    assert ids(features.collection_items("anomalies", sortby=("start", "asc"), limit=2, offset=2)) == ["l01", "l02"]


def test_a_filter_in_a_body(features: Features) -> None:
    page = features.collection_items("anomalies", cql=SQUAWK, limit=5)

    assert ids(page) == ["s1"]
    assert "filter-lang=cql2-json" in features.request


def test_a_country_in_a_body(features: Features) -> None:
    area = orjson.loads(shapely.to_geojson(shapely.Point(10, 50).buffer(2, quad_segs=2_000)))
    condition = {"op": "s_intersects", "args": [{"property": "geometry"}, area]}

    pages = [features.collection_items("anomalies", cql=condition, limit=8, offset=offset) for offset in (0, 8)]

    assert [ids(one) for one in pages] == [[f"l{i:02}" for i in range(11, 3, -1)], ["l03", "l02", "l01", "l00"]]


def test_one_item(features: Features) -> None:
    assert features.collection_item("anomalies", "s1")["properties"]["class"] == "squawk"


def test_what_is_wrong_is_said(features: Features) -> None:
    with pytest.raises(RuntimeError, match="no queryable 'colour'"):
        features.collection_items("anomalies", filter="colour = 'red'")

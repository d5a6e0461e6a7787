"""Nothing is declared that is not shown: each conformance class with the tests that show it."""

from __future__ import annotations

from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.conditions import ARITHMETIC, ARRAYS, SPATIAL, TEMPORAL

Client = TestClient[Litestar]
HERE = Path(__file__).parent

SHOWN = {
    "ogcapi-features-1/1.0/conf/core": "test_every_collection_is_listed_described_and_gives_features",
    "ogcapi-features-1/1.0/conf/geojson": "test_every_collection_is_listed_described_and_gives_features",
    "ogcapi-features-1/1.0/conf/html": "test_every_resource_has_a_page",
    "ogcapi-features-1/1.0/conf/oas30": "test_the_openapi_document_names_what_each_collection_takes",
    "ogcapi-features-2/1.0/conf/crs": "test_other_reference_systems",
    "ogcapi-features-3/1.0/conf/filter": "test_each_operator_finds_what_it_says",
    "ogcapi-features-3/1.0/conf/features-filter": "test_a_filter_and_a_box_hold_together",
    "ogcapi-features-3/1.0/conf/queryables": "test_every_queryable_and_sortable_can_be_used",
    "ogcapi-features-3/1.0/conf/queryables-query-parameters": "test_a_property_is_a_parameter",
    "ogcapi-features-5/1.0/conf/schemas": "test_every_collection_has_its_schemas",
    "ogcapi-features-5/1.0/conf/core-roles-features": "test_every_collection_has_its_schemas",
    "ogcapi-features-5/1.0/conf/queryables": "test_every_collection_has_its_schemas",
    "ogcapi-features-5/1.0/conf/sortables": "test_every_collection_has_its_schemas",
    "ogcapi-tiles-1/1.0/conf/core": "test_a_tile_holds_its_anomalies_with_what_they_are",
    "ogcapi-tiles-1/1.0/conf/tileset": "test_tile_sets_are_described_for_each_kind_of_client",
    "ogcapi-tiles-1/1.0/conf/tilesets-list": "test_every_collection_has_tiles",
    "ogcapi-tiles-1/1.0/conf/geodata-tilesets": "test_every_collection_has_tiles",
    "ogcapi-tiles-1/1.0/conf/datetime": "test_tiles_take_the_filters_of_items",
    "ogcapi-tiles-1/1.0/conf/mvt": "test_a_tile_holds_its_anomalies_with_what_they_are",
    "ogcapi-tiles-1/1.0/conf/oas30": "test_the_openapi_document_names_the_tiles",
    "tms/2.0/conf/tilematrixset": "test_tile_sets_are_described_for_each_kind_of_client",
    "tms/2.0/conf/json-tilematrixset": "test_tile_sets_are_described_for_each_kind_of_client",
    "tms/2.0/conf/tilematrixsetlimits": "test_tile_sets_are_described_for_each_kind_of_client",
    "tms/2.0/conf/json-tilematrixsetlimits": "test_tile_sets_are_described_for_each_kind_of_client",
    "tms/2.0/conf/tilesetmetadata": "test_tile_sets_are_described_for_each_kind_of_client",
    "tms/2.0/conf/json-tilesetmetadata": "test_tile_sets_are_described_for_each_kind_of_client",
    "cql2/1.0/conf/cql2-text": "test_each_operator_finds_what_it_says",
    "cql2/1.0/conf/cql2-json": "test_json_says_the_same_as_text",
    "cql2/1.0/conf/basic-cql2": "test_each_operator_finds_what_it_says",
    "cql2/1.0/conf/advanced-comparison-operators": "test_each_operator_finds_what_it_says",
    "cql2/1.0/conf/case-insensitive-comparison": "test_each_operator_finds_what_it_says",
    "cql2/1.0/conf/property-property": "test_two_properties_can_be_compared",
    "cql2/1.0/conf/basic-spatial-functions": "test_every_operator_runs",
    "cql2/1.0/conf/basic-spatial-functions-plus": "test_every_operator_runs",
    "cql2/1.0/conf/basic-spatial-operators": "test_every_operator_runs",
    "cql2/1.0/conf/spatial-functions": "test_every_operator_runs",
    "cql2/1.0/conf/spatial-operators": "test_every_operator_runs",
    "cql2/1.0/conf/temporal-functions": "test_every_operator_runs",
    "cql2/1.0/conf/array-functions": "test_every_operator_runs",
    "cql2/1.0/conf/arithmetic": "test_every_operator_runs",
}
"""Conformance class: a test of this folder."""

A_POLYGON = "POLYGON((0 0, 20 0, 20 60, 0 60, 0 0))"
SPAN = "INTERVAL('2023-11-14T22:00:00Z', '2023-11-14T23:00:00Z')"
EXPRESSIONS = [
    *(f"{name.upper()}(geometry, {A_POLYGON})" for name in SPATIAL),
    *(f"{name.upper()}(INTERVAL(start, end), {SPAN})" for name in map(str.lower, TEMPORAL)),
    *(f"{name.upper()}(members, ('abcdef', '4ca7b5'))" for name in map(str.lower, ARRAYS)),
    *(f"confidence {sign} 2 > 0.1" for sign in ARITHMETIC),
]


def test_every_claim_is_shown_and_every_test_exists(client: Client) -> None:
    claimed = client.get("/conformance").json()["conformsTo"]
    texts = "".join(path.read_text() for path in HERE.glob("test_*.py"))

    assert {uri.removeprefix("http://www.opengis.net/spec/") for uri in claimed} == set(SHOWN)
    assert all(f"def {name}(" in texts for name in SHOWN.values())


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_every_operator_runs(client: Client, text: str) -> None:
    """And together with its negation finds each anomaly of which it can be said, once."""
    counts = []
    for one in (text, f"NOT ({text})"):
        answer = client.get("/collections/anomalies/items", params={"filter": one, "resulttype": "hits"})
        assert answer.status_code == 200, answer.text
        counts.append(answer.json()["numberMatched"])

    assert sum(counts) == 13


def test_two_properties_can_be_compared(client: Client) -> None:
    answer = client.get("/collections/anomalies/items", params={"filter": "start < end", "resulttype": "hits"})

    assert answer.json()["numberMatched"] == 13

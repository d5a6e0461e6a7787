"""Items over a real database: filters, boxes, time, paging by key, single features, and refusals by name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api import decimals
from api.cell_collections import INTERFERENCE

Client = TestClient[Litestar]


def ids(client: Client, path: str) -> list[Any]:
    answer = client.get(f"/collections/{path}")
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def test_every_collection_is_listed_described_and_gives_features(client: Client) -> None:
    listed = client.get("/collections").json()["collections"]
    assert {"anomalies", "cleared", "aircraft", "tracks", "positions", "zones", "cells", "loiter"} <= {
        c["id"] for c in listed
    }
    for one in listed:
        assert client.get(f"/collections/{one['id']}").json() == one
        page = client.get(f"/collections/{one['id']}/items?limit=3")
        assert page.headers["content-type"] == "application/geo+json"
        assert page.json()["numberReturned"] == len(page.json()["features"])
        for feature in page.json()["features"]:
            single = client.get(f"/collections/{one['id']}/items/{quote(str(feature['id']), safe='')}").json()
            assert {**single, "links": None} == {**feature, "links": None}


def test_anomalies_come_newest_first_and_without_the_cleared(client: Client) -> None:
    assert ids(client, "anomalies/items?limit=2") == ["l11", "l10"]
    assert "c1" not in ids(client, "anomalies/items")
    assert ids(client, "cleared/items") == ["c1"]


@pytest.mark.parametrize(
    ("query", "expect"),
    [
        ("anomalies/items?class=squawk", ["s1"]),
        ("squawk/items", ["s1"]),
        ("anomalies/items?icao24=000005", ["s1"]),
        ("anomalies/items?priority=critical,high", ["s1"]),
        ("anomalies/items?min_confidence=0.8", ["s1"]),
        ("anomalies/items?state=cleared", ["c1"]),
        ("anomalies/items?bbox=170,-10,-170,10", ["s1"]),
        ("anomalies/items?bbox=-170,-10,170,10", []),
        ("anomalies/items?datetime=2023-11-14T22:25:00Z/2023-11-14T22:26:00Z", ["l06", "l05"]),
        ("anomalies/items?datetime=2023-11-14T22:31:00Z/..", ["l11"]),
        ("aircraft/items?icao24=4ca7b5", ["4ca7b5"]),
        ("aircraft/items?icao24=x0000000005", ["x0000000005"]),
        ("zones/items?bbox=0,0,2,3", ["R/1 ä"]),
        ("cells/items?resolution=5", []),
        ("tracks/items?flight=77&limit=5", [1]),
    ],
)
def test_filters(client: Client, query: str, expect: list[Any]) -> None:
    assert ids(client, query) == expect


@pytest.mark.parametrize("collection", ["anomalies", "positions", "aircraft", "tracks", "loiter"])
def test_pages_by_key_give_everything_once(client: Client, collection: str) -> None:
    whole = ids(client, f"{collection}/items?limit=1000")
    found, path = (
        [],
        f"/collections/{collection}/items?limit=1" if len(whole) < 20 else f"/collections/{collection}/items?limit=7",
    )
    while path:
        page = client.get(path).json()
        found += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = "?".join(urlsplit(following[0])[2:4]) if following else ""
    assert found == whole


def test_numbers_have_decimals_where_types_are_guessed() -> None:
    """QGIS and GDAL took a column that begins with 0 and goes on with 0.5 for one of whole numbers."""
    one = '{"type":"Feature","id":"%d","properties":{"share":0,"good":1,"note":"\\"share\\":0,"}}'
    page = ",".join(one % i for i in range(30)).encode()

    head, told = decimals.first_ones(INTERFERENCE, memoryview(page))

    assert page[told:] == ",".join(["", *(one % i for i in range(20, 30))]).encode()
    assert head == page[:told].replace(b'"share":0,', b'"share":0.0,')
    assert decimals.first_ones(INTERFERENCE, memoryview(b"")) == (b"", 0)


def test_features_too_long_to_be_read_through_stay_as_they_are() -> None:
    one = '{"type":"Feature","id":"%d","properties":{"share":0,"note":"' + "x" * 100_000 + '"}}'
    page = ",".join(one % i for i in range(3)).encode()

    head, told = decimals.first_ones(INTERFERENCE, memoryview(page))

    assert (told, head.count(b'"share":0.0')) == (len(one % 0), 1)


def test_only_the_first_page_is_written_so(client: Client) -> None:
    first = client.get("/collections/positions/items?limit=1&properties=baro_altitude")
    (following,) = [link["href"] for link in first.json()["links"] if link["rel"] == "next"]

    assert '"baro_altitude":31000.0}' in first.text
    assert '"baro_altitude":31000}' in client.get(following.replace("http://testserver.local", "")).text


def test_how_many_match(client: Client) -> None:
    assert client.get("/collections/anomalies/items?limit=2").json()["numberMatched"] == 13
    assert "numberMatched" not in client.get("/collections/positions/items?limit=2").json()
    assert client.get("/collections/positions/items?limit=1000").json()["numberMatched"] == 60


def test_an_aircraft_in_full(client: Client) -> None:
    feature = client.get("/collections/aircraft/items/4ca7b5").json()
    known = {name: value for name, value in feature["properties"].items() if value is not None}
    assert feature["geometry"] == {"type": "Point", "coordinates": [-5.71, 53]}
    assert known == {
        "icao24": "4ca7b5", "callsign": "EIN?12", "squawk": "0042", "baro_altitude": 31000, "on_ground": False,
        "source": "adsb_icao", "time": "2023-11-14T22:24:50.000Z", "position_time": "2023-11-14T22:24:50.000Z",
    }  # fmt: skip


def test_aircraft_at_a_past_time(client: Client) -> None:
    then = client.get("/collections/aircraft/items?at=2023-11-14T22:20:15Z&icao24=4ca7b5").json()["features"]
    assert [feature["geometry"]["coordinates"] for feature in then] == [[-5.99, 53]]
    assert ids(client, "aircraft/items?at=2023-11-14T12:00:00Z") == []


def test_tracks_are_lines_in_metres(client: Client) -> None:
    (track,) = client.get("/collections/tracks/items?icao24=4ca7b5").json()["features"]
    assert track["geometry"]["type"] == "LineString"
    assert track["geometry"]["coordinates"][0] == pytest.approx([-6, 53, 31_000 * 0.3048])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("anomalies/items?foo=1", "foo"),
        ("anomalies/items?limit=0", "limit"),
        ("anomalies/items?limit=abc", "limit"),
        ("anomalies/items?limit=1&limit=2", "limit"),
        ("anomalies/items?bbox=1,2,3", "bbox"),
        ("anomalies/items?datetime=yesterday", "datetime"),
        ("anomalies/items?after=zzz", "after"),
        ("anomalies/items?class=nonsense", "class"),
        ("anomalies/items?state=ajar", "state"),
        ("anomalies/items?priority=7", "priority"),
        ("anomalies/items?min_confidence=2", "min_confidence"),
        ("interference/items?good=1.5", "good"),
        ("interference/items?good=nan", "good"),
        ("interference/items?share=inf", "share"),
        ("anomalies/items?icao24=xyz", "icao24"),
        ("loiter/items?klass=squawk", "klass"),
        ("cells/items?resolution=16", "resolution"),
        ("tracks/items?flight=-1", "flight"),
        ("aircraft/items?at=now", "at"),
        ("anomalies/items?bbox=" + "1," * 2000, "bbox"),
    ],
)
def test_broken_requests_name_their_parameter(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/collections/{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["parameter"] == parameter


def test_a_token_that_is_no_key_is_refused(client: Client) -> None:
    from api.parameters import token

    answer = client.get("/collections/aircraft/items", params={"after": token(["1; DROP TABLE zones", "x"])})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "after")


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "nope/items",
        "anomalies/items/nope",
        "tracks/items/x",
        "aircraft/items/zz",
        "cells/items/1",
        "positions/items/4ca7b5-1",
    ],
)
def test_what_is_not_there(client: Client, path: str) -> None:
    answer = client.get(f"/collections/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_head_and_entity_tags(client: Client) -> None:
    whole = client.get("/collections/anomalies/items")
    head = client.head("/collections/anomalies/items", headers={"accept-encoding": "identity"})
    again = client.get("/collections/anomalies/items", headers={"if-none-match": whole.headers["etag"]})
    assert (head.status_code, head.content, int(head.headers["content-length"])) == (200, b"", len(whole.content))
    assert (again.status_code, again.content) == (304, b"")


def test_large_answers_are_packed(client: Client) -> None:
    packed = client.get("/collections/anomalies/items", headers={"accept-encoding": "gzip"})
    plain = client.get("/collections/anomalies/items", headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.json() == plain.json()

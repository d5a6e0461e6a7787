"""The GIS benchmark asks every server the same, sees when answers differ, and says what it needs."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from benchmarks import gis_load
from benchmarks.gis import _beside
from benchmarks.gis_agree import _same
from benchmarks.gis_questions import QUESTIONS, TILE, told
from benchmarks.gis_world import Places
from geo.mercator import Tile

PLACES = Places(
    boxes=[(7.0, 47.0, 10.0, 50.0), (-150.0, -60.0, -147.0, -57.0)],
    aircraft=[0x4CA7B5],
    moments=[("2026-01-05T05:00:00.000Z", "2026-01-05T05:00:10.000Z")],
    ids=["0123456789abcdef"],
)
SERVERS = ("skysift", "tipg", "pygeoapi")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)
def test_every_server_is_asked_as_often_and_for_the_same(question: Any) -> None:
    asked = {server: question.paths(server, PLACES) for server in SERVERS}
    assert len({len(paths) for paths in asked.values()}) == 1
    for i, path in enumerate(asked["skysift"]):
        own = path.removesuffix("?f=geojson").replace("f=geojson", "").replace("4ca7b5", "5023669")
        assert asked["tipg"][i].removesuffix("?f=geojson").replace("f=geojson", "").replace("public.", "") == own
        assert asked["pygeoapi"][i].removesuffix("?f=json").replace("f=json", "") == own


def test_no_tile_has_the_same_address_twice() -> None:
    own, tipg = (TILE.paths(server, PLACES) for server in ("skysift", "tipg"))
    assert all(path.endswith("?min_confidence=0.{n}") for path in own)
    assert [path.split("/")[-2:] for path in tipg] == [path.split("?")[0].split("/")[-1:-3:-1] for path in own]
    row, column = map(int, own[0].split("?")[0].split("/")[-2:])
    west, south, east, north = Tile(5, row, column).degrees()
    assert west <= 8.5 <= east
    assert south <= 48.5 <= north


def feature(own_id: Any, **properties: Any) -> dict[str, Any]:
    return {"id": own_id, "properties": properties}


def test_a_position_is_known_by_aircraft_and_time_in_any_words() -> None:
    answers = {
        "skysift": feature("4ca7b5-1767587400120", icao24="4ca7b5", time="2026-01-05T04:30:00.120Z"),
        "tipg": feature(7, icao24=5023669, time="2026-01-05T04:30:00.120000+00:00"),
        "pygeoapi": feature(7, icao24=5023669, time="2026-01-05 04:30:00.120000+00:00"),
    }
    said = {server: told(server, {"features": [one], "numberMatched": 1}) for server, one in answers.items()}
    assert said == dict.fromkeys(SERVERS, (1, {"5023669 2026-01-05T04:30:00"}))
    assert told("tipg", {"features": [feature("abc", **{"class": "loiter"})]}) == (None, {"abc"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((2, {"a", "b"}), (2, {"a", "b"}), True),
        ((2, {"a", "b"}), (2, {"a", "c"}), False),
        ((2, {"a", "b"}), (3, {"a", "b"}), False),
        ((9, {"a", "b"}), (9, {"c", "d"}), True),
        ((9, {"a", "b"}), (9, {"c"}), False),
        ((None, {"a"}), (None, {"a"}), True),
        ((None, {"a"}), (None, {"b"}), False),
    ],
)
def test_answers_that_differ_are_seen(one: Any, other: Any, same: bool) -> None:
    assert _same(one, other) is same


def test_without_wrk_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(gis_load.NoWrk, match="apt-get install wrk"):
        gis_load.check()


def test_what_wrk_says_is_read() -> None:
    text = 'Running\nRESULT {"requests":120,"us":2000000,"p50":1500,"p99":9000,"errors":1}\n'
    expected = {"requests_s": 60.0, "p50_ms": 1.5, "p99_ms": 9.0, "requests": 120, "errors": 1}
    assert gis_load._read(text) == expected


def test_a_peer_that_answered_nothing_has_no_ratio() -> None:
    own = {"requests_s": 50.0, "p99_ms": 10.0}
    assert _beside(own, {"requests_s": 2.0, "p99_ms": 100.0}, TILE) == {"ratio": 25.0, "p99_ratio": 0.1, "wanted": 5}
    assert _beside(own, {"requests_s": 0.0, "p99_ms": 0.0}, TILE)["ratio"] is None

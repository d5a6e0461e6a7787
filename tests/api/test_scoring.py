"""POST /score_point and /score_flight_state: scores and verdicts of what is sent, faults by field, own windows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api import scoring
from api.app import create_app
from api.settings import Settings
from feeds.zones_files import load_zones
from geo.airports import Airports
from geo.registers import Registers

Client = TestClient[Litestar]
Keys = Mapping[str, Mapping[str, str]]
START = int(time.time() * 1000) - 900_000


def point(k: int = 0, **more: Any) -> dict[str, Any]:
    """An airliner at cruise, ten seconds later for each k."""
    calm = {
        "icao24": "4ca7b5", "time": START + k * 10_000, "lat": 50.0, "lon": 10.0 + k * 0.0302, "baro_altitude": 35_000,
        "ground_speed": 420, "track": 90, "vertical_rate": 0, "on_ground": False, "callsign": "DLH4AB",
    }  # fmt: skip
    return calm | more


def ask(client: Client, keys: Keys, path: str, body: Any) -> Any:
    return client.post(path, json=body, headers=keys["viewer"])


def test_a_point_has_alerts_and_a_score(client: Client, keys: Keys) -> None:
    answer = ask(client, keys, "/score_point", point())

    assert answer.status_code == 200 and "no-store" in answer.headers["cache-control"]
    assert answer.json()["rule_alerts"] == [] and 0 <= answer.json()["iforest_score"] < 0.999


def test_points_of_one_aircraft_follow_each_other(client: Client, keys: Keys) -> None:
    sent = [point(0), point(1, vertical_rate=12_000, baro_altitude=37_000), point(2, lat="north"), point(3, height=1)]

    results = ask(client, keys, "/score_point", sent).json()["results"]

    assert results[1]["iforest_score"] > 0.99 > results[0]["iforest_score"] and "climb" in results[1]["why"]
    assert results[2] == {"errors": {"lat": "'north' is no number"}}
    assert results[3] == {"errors": {"height": "there is no such column"}}


def test_a_point_on_the_ground_has_no_score(client: Client, keys: Keys) -> None:
    assert ask(client, keys, "/score_point", point(on_ground=True)).json()["iforest_score"] is None


def test_a_rule_speaks_of_an_emergency(client: Client, keys: Keys) -> None:
    results = ask(client, keys, "/score_point", [point(k, squawk="7700") for k in range(4)]).json()["results"]

    assert results[3]["rule_alerts"][0]["class"] == "squawk"
    assert results[3]["rule_alerts"][0]["priority"] in ("high", "critical")


def test_rules_judge_by_the_thresholds_of_now(client: Client, keys: Keys, told: Any) -> None:
    fall = [point(k, vertical_rate=-9_000, baro_altitude=35_000 - 1_500 * k) for k in range(12)]

    before = ask(client, keys, "/score_point", fall).json()["results"][-1]["rule_alerts"]
    told("configuration", {"state": "ok", "overrides": {"rapid-descent": {"rate": -15_000}}})
    after = ask(client, keys, "/score_point", fall).json()["results"][-1]["rule_alerts"]

    gone = {one["class"] for one in before} - {one["class"] for one in after}
    assert "rapid-descent" in gone


def test_a_flight_is_kept_and_judged(client: Client, keys: Keys) -> None:
    for k in range(0, 30, 10):
        answer = ask(client, keys, "/score_flight_state", {"points": [point(k + j) for j in range(10)]})

    told = answer.json()
    assert answer.status_code == 200 and told["verdict"] == "NORMAL" and told["reasons"] == []
    assert told["window"] == {"rows": 30, "rows_scored": 30} and told["icao24"] == "4ca7b5"
    other = client.post("/score_flight_state", json={"points": [point(31)]}, headers=keys["analyst"])
    assert other.json()["window"]["rows"] == 1


def test_a_whole_window_without_anything_kept(client: Client, keys: Keys) -> None:
    urgent = [point(k, icao24="3c6444", squawk="7700") for k in range(12)]
    flights = [
        {"points": urgent, "stateless": True},
        {"points": [point(0, icao24="3c6444")], "stateless": True},
        {"points": []}, {"points": [point(0), point(1, icao24="000001")]}, {"points": [point(lat=True)]}, {"rows": 1},
    ]  # fmt: skip

    results = ask(client, keys, "/score_flight_state", flights).json()["results"]

    assert (results[0]["verdict"], results[1]["verdict"]) == ("ANOMALOUS", "NORMAL")
    assert results[1]["window"]["rows"] == 1 and "7700" in results[0]["reasons"][0]
    assert results[2:] == [
        {"errors": {"points": "a list of observations, one at least"}},
        {"errors": {"points": "rows of 2 aircraft: one flight is one aircraft's"}},
        {"errors": {"points.0.lat": "True is no number"}}, {"errors": {"rows": "there is no such field"}},
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/score_point", "/score_flight_state"])
@pytest.mark.parametrize(
    ("body", "status"), [(b"[]", 400), (b"{", 400), (b"7", 400), (b"[1]", 400), (b'{"lat": 1}', 422), (b"\xff", 400)]
)
def test_hostile_bodies(client: Client, keys: Keys, path: str, body: bytes, status: int) -> None:
    headers = {**keys["viewer"], "content-type": "application/json"}

    assert client.post(path, content=body, headers=headers).status_code == status


def test_too_many_are_refused(client: Client, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_POINTS", "MOST_FLIGHTS", "MOST_ROWS"):
        monkeypatch.setattr(scoring, name, 1)

    assert ask(client, keys, "/score_point", [point(0), point(1)]).status_code == 413
    assert ask(client, keys, "/score_flight_state", [{"points": [point()]}] * 2).status_code == 413
    assert ask(client, keys, "/score_flight_state", {"points": [point(0), point(1)]}).status_code == 413


def test_nobody_is_not_let_in(client: Client) -> None:
    assert client.post("/score_point", json=point()).status_code == 401


def test_windows_outlast_a_restart(seeded_url: str, keys: Keys, tmp_path: Path) -> None:
    own = Settings(seeded_url, pool_size=2, state=tmp_path)
    with TestClient(create_app(own)) as first:
        ask(first, keys, "/score_flight_state", {"points": [point(k) for k in range(10)]})
    with TestClient(create_app(own)) as second:
        answer = ask(second, keys, "/score_flight_state", {"points": [point(10)]})

    assert answer.json()["window"]["rows"] == 11


def test_rules_know_what_the_engine_knows(seeded_url: str, keys: Keys, tmp_path: Path) -> None:
    """A zone around the point, loaded when the first question comes."""
    given = Settings(seeded_url, pool_size=2, state=tmp_path, reference=partial(_reference, tmp_path))
    with TestClient(create_app(given)) as client:
        results = ask(client, keys, "/score_point", [point(k, lon=10.0) for k in range(6)]).json()["results"]

    assert "restricted-zone" in {one["class"] for one in results[-1]["rule_alerts"]}


def _reference(folder: Path) -> Mapping[str, Any]:
    corners = [[9.0, 49.0], [11.0, 49.0], [11.0, 51.0], [9.0, 51.0], [9.0, 49.0]]
    about = {"name": "TRAINING", "type": "R", "lower": 0, "upper": 60_000}
    zone = {"type": "Feature", "properties": about, "geometry": {"type": "Polygon", "coordinates": [corners]}}
    path = folder / "zones.geojson"
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [zone]}))
    return {"airports": Airports.builtin(), "registers": Registers.builtin(), "zones": load_zones([path])}

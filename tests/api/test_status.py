"""Classes with their counts, health, feeds and statistics, all in data time."""

from __future__ import annotations

from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from detectors._registry import registry

Client = TestClient[Litestar]


def test_classes_are_the_registry_with_status_and_counts(client: Client) -> None:
    found = {one["id"]: one for one in client.get("/classes").json()["classes"]}
    assert set(found) == set(registry())
    assert (found["loiter"]["active"], found["loiter"]["count"]) == (True, {"open": 12, "last_24h": 12})
    assert found["squawk"]["count"] == {"open": 0, "last_24h": 1}
    assert all(p["help"] and p["source"] for one in found.values() for p in one["params"].values())


def test_configured_parameters_show(seeded_url: str) -> None:
    name, param = next(iter(registry()["loiter"].params.items()))
    settings = Settings(seeded_url, overrides={"loiter": {name: param.lo}}, open_reading=True)
    with TestClient(create_app(settings)) as client:
        found = {one["id"]: one for one in client.get("/classes").json()["classes"]}
    assert found["loiter"]["params"][name]["value"] == param.lo


def test_health_is_ok_and_says_what_is_inactive(client: Client) -> None:
    client.app.state.hub.up = True
    found = client.get("/health").json()
    assert (found["status"], found["data_time"], found["lag_s"]) == ("ok", "2023-11-14T22:25:00Z", 2.0)
    assert found["classes"]["inactive"] == {"restricted-zone": "no zones loaded"}


def test_feeds_say_what_they_rejected(client: Client) -> None:
    assert client.get("/feeds").json()["feeds"][0]["rejected"] == {"no time": 2}


def test_feeds_say_where_receivers_stand_each_roof_once(seeded_url: str) -> None:
    settings = Settings(seeded_url, open_reading=True, receivers=((48.0, 11.0), (52.0, 5.0)))
    with TestClient(create_app(settings)) as client:
        places = client.get("/feeds").json()["receivers"]
    assert places == [
        {"name": "radar", "lat": 48.0, "lon": 11.0},
        {"name": None, "lat": 52.0, "lon": 5.0},
    ]


def test_stats_count_by_class_and_hour_of_data_time(client: Client) -> None:
    found = client.get("/stats?hours=2").json()
    assert found["hours"] == ["2023-11-14T21:00:00Z", "2023-11-14T22:00:00Z"]
    assert (found["classes"]["loiter"], found["classes"]["squawk"]) == ([0, 12], [0, 1])
    assert client.get("/stats?hours=0").status_code == 400

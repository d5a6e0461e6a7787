"""/health and /ready: what they say is so, in the body and in the status."""

from __future__ import annotations

import time
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings

Client = TestClient[Litestar]


@pytest.mark.parametrize(
    ("engine", "health", "ready"),
    [
        (None, ("ok", 200), 200),
        ({"state": "none"}, ("ok", 200), 200),
        ({"state": "watching", "age": 3}, ("ok", 200), 200),
        ({"state": "watching", "age": 300}, ("down", 503), 503),
        ({"state": "starting", "age": 300}, ("degraded", 200), 503),
    ],
)
def test_an_engine_that_fell_silent_is_no_health(
    told: Any, client: Client, engine: dict[str, Any] | None, health: tuple[str, int], ready: int
) -> None:
    client.app.state.hub.up = True
    told("engine", engine and {"state": engine["state"], "at": time.time() - engine.get("age", 0)})

    found, checked = client.get("/health"), client.get("/ready")

    assert (found.json()["status"], found.status_code) == health
    assert (checked.json()["ready"], checked.status_code) == (ready == 200, ready)


def test_a_refused_configuration_is_said(told: Any, client: Client) -> None:
    client.app.state.hub.up = True
    told("configuration", {"state": "refused", "fault": "line 3", "overrides": {}})
    found = client.get("/health").json()
    assert found["status"] == "degraded" and found["configuration"] == {"state": "refused", "fault": "line 3"}


@pytest.mark.parametrize(("state", "status"), [("ended", "ok"), ("silent", "degraded")])
def test_a_recording_that_was_played_to_its_end_ails_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, state: str, status: str
) -> None:
    async def feeds_of(_: Any) -> list[dict[str, Any]]:
        return [{"name": "rec.json", "state": state}]

    client.app.state.hub.up = True
    monkeypatch.setattr("api.health.feeds_of", feeds_of)
    assert client.get("/health").json()["status"] == status


def test_overrides_are_those_that_judge_now(told: Any, client: Client) -> None:
    told("configuration", {"state": "ok", "overrides": {"loiter": {"dwell": 333}}})
    (loiter,) = (one for one in client.get("/classes").json()["classes"] if one["id"] == "loiter")
    assert loiter["params"]["dwell"]["value"] == 333


def test_without_a_listener_nobody_is_ready(client: Client) -> None:
    client.app.state.hub.up = False
    assert client.get("/ready").json() == {
        "ready": False, "checks": {"database": "ok", "schema": "ok", "listener": "down", "engine": "none"},
    }  # fmt: skip


def test_a_database_that_went_away_is_down(seeded_url: str) -> None:
    with TestClient(create_app(Settings(seeded_url, open_reading=True))) as client:
        client.app.state.pool.terminate()
        health, ready, metrics = (client.get(path) for path in ("/health", "/ready", "/metrics"))

    assert (health.json()["status"], health.status_code, ready.status_code) == ("down", 503, 503)
    assert "skysift_database_up 0" in metrics.text and "skysift_requests_total{" in metrics.text


def test_metrics_are_what_the_engine_told(told: Any, client: Client) -> None:
    engine = {"state": "watching", "at": time.time(), "rows": 12, "class_s": {"loiter": 0.5}, "open": {"loiter": 2},
              "memory_bytes": 1e8, "cpu_s": 3.5}  # fmt: skip
    told("engine", engine)
    client.get("/classes")

    lines = client.get("/metrics").text.splitlines()

    for wanted in ("skysift_engine_up 1", "skysift_states_total 12", 'skysift_class_seconds_total{class="loiter"} 0.5',
                   'skysift_anomalies_open{class="loiter"} 2', "skysift_database_up 1", "skysift_lag_seconds 2",
                   'skysift_requests_total{method="GET",route="/classes",status="200"} ',
                   'skysift_process_resident_bytes{process="engine"} 100000000'):  # fmt: skip
        assert any(line.startswith(wanted) for line in lines), wanted
    assert any(line.startswith("skysift_feed_rejected_total{") and 'reason="no time"' in line for line in lines)
    assert any(line.startswith("skysift_database_bytes ") for line in lines)


def test_every_request_has_an_id_that_a_proxy_may_give(client: Client) -> None:
    own = [client.get("/classes").headers["x-request-id"] for _ in range(2)]
    given = client.get("/classes", headers={"x-request-id": "edge-17.a"}).headers["x-request-id"]
    bad = client.get("/classes", headers={"x-request-id": "a b\tc"}).headers["x-request-id"]
    assert len(set(own)) == 2 and given == "edge-17.a" and bad != "a b\tc"

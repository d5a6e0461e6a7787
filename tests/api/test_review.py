"""Review over HTTP: incidents whole, verdicts that count, queues, rules, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from geo.incident import Entry, Incident
from store.writer import Writer
from tests.api.conftest import T0, seed

Client = TestClient[Litestar]
Keys = dict[str, dict[str, str]]
SQUARE = {"type": "MultiPolygon", "coordinates": [[[[9, 49], [11, 49], [11, 51], [9, 51], [9, 49]]]]}
ONE = Incident(
    "il00", T0, T0 + 60_000, "open", 3, 0.8, "alert", ["loiter", "squawk"], ["l00", "l01", "s1"], [0xABCDEF], 1,
    "it did", [Entry(T0, "l00", "loiter", "turns and stays")], SQUARE, "how and where",
)  # fmt: skip


async def SEED(url: str) -> None:
    await seed(url)
    writer = await Writer.open(url)
    await writer.save([], incidents=[ONE])
    await writer.close()


def test_an_incident_is_a_feature_and_whole_with_what_belongs_to_it(client: Client) -> None:
    (listed,) = client.get("/collections/incidents/items?class=squawk&band=alert").json()["features"]
    whole = client.get("/incidents/il00").json()

    assert listed["properties"]["status"] == "new" and listed["properties"]["queue"] is None
    assert listed["properties"]["timeline"][0]["class"] == "loiter" and listed["geometry"] == whole["geometry"]
    assert whole["properties"]["anomaly_ids"] == ["l00", "l01", "s1"] and whole["reviews"] == []
    assert [one["id"] for one in whole["anomalies"]["features"]] == ["l00", "s1", "l01"]
    assert client.get("/collections/incidents/items?anomaly=l01").json()["features"] == [listed]
    assert client.get("/incidents/none").status_code == 404
    assert client.get("/collections/incidents/items?class=loiter&band=monitor").json()["features"] == []


def test_a_verdict_counts_for_the_anomalies_and_is_written_down(client: Client, keys: Keys) -> None:
    said = {"status": "confirmed", "note": "seen by eye"}
    assert client.post("/incidents/il00/review", json=said, headers=keys["analyst"]).status_code == 201
    wrong = {"status": "dismissed", "reason": "a test of the transponder"}
    assert client.post("/anomalies/s1/review", json=wrong, headers=keys["analyst"]).status_code == 201

    (first,) = client.get("/incidents/il00").json()["reviews"]
    classes = client.get("/precision").json()["classes"]
    audited = client.get("/audit", headers=keys["admin"]).text

    assert (first["who"], first["status"], first["note"]) == ("the-analyst", "confirmed", "seen by eye")
    assert client.get("/collections/incidents/items?status=confirmed").json()["numberReturned"] == 1
    assert (classes["loiter"]["confirmed"], classes["squawk"]["dismissed"]) == (2, 1)
    assert classes["loiter"]["too_few"] == "2 of 20 verdicts"
    assert client.get("/kpis").json()["precision"] == {"reviews": 3, "confirmed": 2, "share": 0.6667}
    assert "incident.review" in audited and "anomaly.review" in audited
    assert len(client.get("/reviews?kind=anomaly&subject=s1").json()["reviews"]) == 2


@pytest.mark.parametrize(
    ("path", "body", "status", "parameter"),
    [
        ("/incidents/il00/review", {"status": "dismissed"}, 400, "reason"),
        ("/incidents/il00/review", {"status": "liked"}, 400, "status"),
        ("/incidents/none/review", {"status": "seen"}, 404, None),
        ("/anomalies/none/review", {"status": "seen"}, 404, None),
        ("/rules", {"class": "none", "confidence": 0.5}, 400, "class"),
        ("/rules", {"class": "squawk", "confidence": 1.5}, 400, "confidence"),
        ("/rules", {"class": "squawk", "confidence": 0.5, "area": 99}, 400, "area"),
    ],
)
def test_what_is_wrong_is_named(
    client: Client, keys: Keys, path: str, body: dict[str, Any], status: int, parameter: str | None
) -> None:
    answer = client.post(path, json=body, headers=keys["analyst"])
    assert (answer.status_code, answer.json().get("parameter")) == (status, parameter)


def test_only_analysts_say_anything(client: Client, keys: Keys) -> None:
    assert client.post("/incidents/il00/review", json={"status": "seen"}, headers=keys["viewer"]).status_code == 403
    assert client.post("/rules", json={"class": "squawk", "confidence": 0.5}, headers=keys["viewer"]).status_code == 403


def test_queues_are_filters_and_an_incident_is_put_into_one(client: Client, keys: Keys) -> None:
    queues = {one["id"]: one for one in client.get("/queues").json()["queues"]}
    put = client.put("/incidents/il00/queue", json={"queue": "emergency"}, headers=keys["analyst"])
    no = client.put("/incidents/il00/queue", json={"queue": "mine"}, headers=keys["analyst"])

    assert len(queues) == 7 and client.get(queues["emergency"]["items"]).json()["numberReturned"] == 1
    assert put.status_code == 200 and no.json()["parameter"] == "queue"
    assert client.get("/collections/incidents/items?queue=emergency").json()["numberReturned"] == 1


def test_a_rule_is_accepted_replaced_and_taken_back(client: Client, keys: Keys) -> None:
    def held() -> list[float]:
        return [one["confidence"] for one in client.get("/rules").json()["rules"] if one["ended"] is None]

    for confidence in (0.7, 0.9):
        made = client.post("/rules", json={"class": "squawk", "confidence": confidence}, headers=keys["analyst"])
    before = held()
    gone = client.delete(f"/rules/{made.json()['id']}", headers=keys["analyst"])

    assert (before, gone.status_code, held()) == ([0.9], 200, [])
    assert client.delete(f"/rules/{made.json()['id']}", headers=keys["analyst"]).status_code == 404


def test_proposals_say_what_they_stand_on(client: Client) -> None:
    found = client.get("/proposals?alarms_a_day=4").json()
    assert found["share_of_each_class"] == 2.0 and found["classes"]["loiter"]["why"].startswith("too few verdicts")
    assert client.get("/proposals?alarms_a_day=x").json()["parameter"] == "alarms_a_day"

"""Unusual hours over the API: what is learned from the weeks before, surges beyond it, and what is to come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from store.writer import Writer
from tests.api.conftest import ONE, T0, seed

Client = TestClient[Litestar]
HOUR, DAY, WEEK = 3_600_000, 86_400_000, 604_800_000
NOW = T0 // DAY * DAY + 20 * HOUR
"""A Tuesday."""
DUBLIN = {"h3": "87180526affffff", "geometry": {"type": "Point", "coordinates": [-6.2, 53.3]}}


async def _weeks(database: str) -> None:
    """Four weeks in which every day at 9 brings three ghosts over Dublin; today at 9 it brings twenty."""
    await seed(database)
    writer = await Writer.open(database, store_every_s=0)
    first = NOW // DAY * DAY - 4 * WEEK
    found = []
    for day in range(4 * 7 + 1):
        n = 20 if day == 28 else 3
        at = first + day * DAY + 9 * HOUR
        found += [
            replace(ONE, id=f"d{day}-{i}", class_id="ghost", start=at + i, end=at + i, state="closed", **DUBLIN)
            for i in range(n)
        ]
    await writer.save(found)
    hours = np.arange(first, NOW, HOUR)
    counts: dict[str, Any] = {name: np.ones(len(hours), dtype="i8") for name in ("good", "bad", "aircraft", "seconds")}
    await writer.cells(counts | {"h3": np.full(len(hours), 0x8019FFFFFFFFFFF, "u8"), "bucket_start": hours})
    await writer.clock(NOW - 1000, NOW - 1000)
    await writer.close()


SEED = _weeks


def test_an_hour_beyond_its_interval_is_a_surge(client: Client) -> None:
    value = client.get("/statistics/forecast?weeks=4").json()
    (one,) = value["surges"]
    assert one["start"] == "2023-11-14T09:00:00Z" and one["count"] == 20 > one["high"]
    assert one["expected"] == pytest.approx(3, abs=1) and one["chance"] < 0.001
    assert one["near"]["country"] == "IE" and one["cell"].startswith("82")
    assert value["learned_hours"] == 4 * 7 * 24 - 5, "up to the day before data time"


def test_before_anything_was_learned_nothing_is_a_surge(client: Client) -> None:
    asked = "datetime=2023-10-17T00:00:00Z/2023-10-18T00:00:00Z&level=0.5"
    value = client.get(f"/statistics/forecast?{asked}").json()
    assert value["learned_hours"] == 0 and sum(one["count"] for one in value["hours"]) == 3
    assert value["surges"] == [] and not any(one["surge"] for one in value["hours"])


def test_every_hour_is_there_and_those_to_come_have_no_count(client: Client) -> None:
    hours = client.get("/statistics/forecast?weeks=4").json()["hours"]
    assert [one["start"] for one in hours][:2] == ["2023-11-13T19:00:00Z", "2023-11-13T20:00:00Z"]
    by = {one["start"]: one for one in hours}
    assert len(hours) == 48 and by["2023-11-14T09:00:00Z"]["surge"] and sum(one["surge"] for one in hours) == 1
    quiet, ahead = by["2023-11-14T10:00:00Z"], by["2023-11-15T09:00:00Z"]
    assert quiet["count"] == 0 and quiet["expected"] < 0.5
    assert ahead["count"] is None and ahead["expected"] == pytest.approx(3, abs=1)


def test_what_is_to_come_names_hour_and_place(client: Client) -> None:
    ahead = client.get("/statistics/forecast?weeks=4&limit=1").json()["ahead"]
    assert [(one["start"], one["near"]["country"]) for one in ahead] == [("2023-11-15T09:00:00Z", "IE")]


def test_an_hour_in_which_nothing_was_heard_is_not_quiet(client: Client) -> None:
    hours = client.get("/statistics/forecast?datetime=2023-10-01T00:00:00Z/2023-10-01T02:00:00Z").json()["hours"]
    assert [one["count"] for one in hours] == [None, None]


def test_filters_choose_what_is_counted(client: Client) -> None:
    assert client.get("/statistics/forecast?class=loiter").json()["surges"] == []
    assert client.get("/statistics/forecast?bbox=0,0,1,1").json()["surges"] == []
    assert len(client.get("/statistics/forecast?bbox=-10,50,0,60&weeks=4").json()["surges"]) == 1


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("resolution=4", "resolution"), ("weeks=0", "weeks"), ("level=1", "level"), ("level=x", "level"),
        ("datetime=2023-01-01T00:00:00Z/2023-02-01T00:00:00Z", "datetime"), ("limit=0", "limit"), ("by=hour", "by"),
    ],
)  # fmt: skip
def test_broken_questions_name_their_parameter(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/statistics/forecast?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)

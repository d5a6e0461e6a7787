"""The outbox: an alert is stored exactly when its anomaly is, with one delivery per destination, and once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import asyncpg
import numpy as np
import orjson
import pytest

from geo.alert import Alert
from store.writer import Writer
from tests.store.test_writer import ONE, T0

T = TypeVar("T")
ALERT = Alert(
    "1-anomaly-starts-a1-start", 1, "anomaly-starts", T0, 1, "Circling", 0xABCDEF, "TEST1", (10.0, 50.0), "a1",
    confidence=0.5, priority=2,
)  # fmt: skip
WORLD = """
TRUNCATE accounts, anomalies, alerts CASCADE;
INSERT INTO accounts (id, name, role) VALUES (1, 'ann', 'analyst');
INSERT INTO subscriptions (id, owner, name, trigger) VALUES (1, 1, 'mine', 'service'), (2, 1, 'other', 'service');
INSERT INTO destinations (id, owner, name, kind, shown, secret, paused) VALUES
  (1, 1, 'hook', 'webhook', '', '', false), (2, 1, 'tak', 'cot', '', '', false), (3, 1, 'off', 'webhook', '', '', true);
INSERT INTO subscription_destinations VALUES (1, 1), (1, 2), (1, 3);
"""


@pytest.fixture(autouse=True)
def world(migrated_url: str) -> Iterator[None]:
    run(migrated_url, lambda writer: writer.pool.execute(WORLD))
    yield


def run(url: str, act: Callable[[Writer], Awaitable[T]]) -> T:
    async def go() -> T:
        writer = await Writer.open(url)
        try:
            return await act(writer)
        finally:
            await writer.close()

    return asyncio.run(go())


async def counted(writer: Writer) -> dict[str, int]:
    tables = ("anomalies", "alerts", "deliveries")
    return {table: await writer.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


def test_an_alert_has_one_delivery_per_destination_however_often_it_is_saved(migrated_url: str) -> None:
    async def act(writer: Writer) -> tuple[dict[str, int], list[Any]]:
        for _ in range(2):
            await writer.save([ONE], alerts=[ALERT])
        rows = await writer.pool.fetch("SELECT alert, destination, state FROM deliveries ORDER BY destination")
        return await counted(writer), [tuple(row) for row in rows]

    counts, deliveries = run(migrated_url, act)

    assert counts == {"anomalies": 1, "alerts": 1, "deliveries": 2}
    assert deliveries == [(ALERT.key, 1, "due"), (ALERT.key, 2, "due")]


def test_an_alert_that_cannot_be_stored_takes_its_anomaly_with_it(migrated_url: str) -> None:
    async def act(writer: Writer) -> dict[str, int]:
        with pytest.raises(asyncpg.PostgresError):
            await writer.save([ONE], alerts=[replace(ALERT, trigger="\0")])
        return await counted(writer)

    assert run(migrated_url, act) == {"anomalies": 0, "alerts": 0, "deliveries": 0}


def test_a_subscription_that_has_gone_is_told_nothing_and_stops_nobody(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[str]:
        await writer.save([ONE], alerts=[replace(ALERT, key="gone", subscription=99), ALERT])
        return [row["key"] for row in await writer.pool.fetch("SELECT key FROM alerts")]

    assert run(migrated_url, act) == [ALERT.key]


def test_alerts_are_numbered_in_the_order_they_are_told(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[str]:
        await writer.save([], alerts=[replace(ALERT, key=key) for key in ("c", "a", "b")])
        return [row["key"] for row in await writer.pool.fetch("SELECT key FROM alerts ORDER BY seq")]

    assert run(migrated_url, act) == ["c", "a", "b"]


def test_evidence_that_an_anomaly_may_have_stops_no_alert(migrated_url: str) -> None:
    evidence = {"values": {"km": np.float32("nan"), 7: np.int64(3)}, "samples": np.zeros((1, 2))}

    async def act(writer: Writer) -> list[Any]:
        await writer.save(
            [replace(ONE, evidence=evidence)], alerts=[replace(ALERT, class_id="loiter", evidence=evidence)]
        )
        told = "SELECT feature FROM anomalies UNION ALL SELECT feature FROM alerts"
        return [orjson.loads(row["feature"])["properties"] for row in await writer.pool.fetch(told)]

    kept = {"values": {"km": None, "7": 3}, "samples": [[0.0, 0.0]]}
    assert [(one["class"], one["evidence"]) for one in run(migrated_url, act)] == [
        (ONE.class_id, kept),
        ("loiter", kept),
    ]

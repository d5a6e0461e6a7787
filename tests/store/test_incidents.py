"""Incidents stored: with their anomalies, merged without losing what people said, made anew with a range."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from geo.anomaly import Anomaly
from geo.incident import Incident
from store.writer import Writer

T = TypeVar("T")
T0, MIN = 1_700_000_400_000, 60_000
ONE = Anomaly(
    "a", "loiter", 0xABCDEF, "TEST1", [7], T0, T0 + MIN, "open", 2, 0.5, "turns and stays",
    {"type": "Point", "coordinates": [10.0, 50.0]}, "871fa0000ffffff",
)  # fmt: skip
SQUARE = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]]}
TWO = replace(ONE, id="b", class_id="squawk", start=T0 + 5 * MIN, end=T0 + 6 * MIN)


def incident(own: str, *anomalies: str, **more: Any) -> Incident:
    given: dict[str, Any] = {
        "id": own, "start": T0, "end": T0 + MIN, "state": "open", "priority": 2, "confidence": 0.5, "band": "review",
        "classes": ["loiter"], "anomalies": anomalies, "icao24": [1], "aircraft": 1, "summary": "it did",
        "timeline": [], "geometry": SQUARE,
    }  # fmt: skip
    return Incident(**given | more)


def all_in_one(anomalies: Sequence[Anomaly]) -> Sequence[Incident]:
    own = sorted(one.id for one in anomalies)
    return [incident(f"i{own[0]}", *own)] if own else []


def run(url: str, act: Callable[[Writer], Awaitable[T]]) -> T:
    async def go() -> T:
        writer = await Writer.open(url, store_every_s=0)
        await writer.pool.execute("TRUNCATE anomalies, incidents, incident_anomalies")
        try:
            return await act(writer)
        finally:
            await writer.close()

    return asyncio.run(go())


async def rows(writer: Writer) -> dict[str, tuple[str, str, str | None, str | None]]:
    """State, status, queue and what it was merged into, by id."""
    found = await writer.pool.fetch("SELECT id, state, status, queue, feature FROM incidents ORDER BY id")
    into = {r["id"]: orjson.loads(r["feature"])["properties"]["merged_into"] for r in found}
    return {r["id"]: (r["state"], r["status"], r["queue"], into[r["id"]]) for r in found}


def test_saved_with_its_anomalies_and_again_changes_nothing(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        seqs = []
        for _ in range(2):
            await writer.save([ONE, TWO], incidents=[incident("ia", "a", "b")])
            seqs.append(await writer.pool.fetchval("SELECT seq FROM incidents"))
        return seqs[1] - seqs[0], await writer.pool.fetch("SELECT * FROM incident_anomalies ORDER BY 1")

    moved, belongs = run(migrated_url, act)
    assert moved == 0 and [tuple(row) for row in belongs] == [("a", "ia"), ("b", "ia")]


def test_what_people_said_outlives_changes_and_merging(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        await writer.save([ONE, TWO], incidents=[incident("ia", "a"), incident("ib", "b")])
        await writer.pool.execute("UPDATE incidents SET status = 'confirmed', queue = 'safety' WHERE id = 'ib'")
        await writer.save([], incidents=[incident("ib", "b", priority=3)])
        before = await rows(writer)
        await writer.save([], incidents=[incident("ia", "a", "b"), incident("ib", "b", state="merged", into="ia")])
        return before["ib"], await rows(writer)

    before, after = run(migrated_url, act)
    assert before == ("open", "confirmed", "safety", None)
    assert after["ib"] == ("merged", "confirmed", "safety", "ia") and after["ia"] == (
        "open",
        "confirmed",
        "safety",
        None,
    )


def test_a_replaced_range_has_its_incidents_made_anew(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        await writer.save([ONE, TWO], incidents=[incident("ia", "a"), incident("ib", "b")])
        writer.join = all_in_one
        await writer.replace_range(["loiter"], T0, T0 + MIN, [replace(ONE, id="c")])
        belongs = await writer.pool.fetch("SELECT * FROM incident_anomalies ORDER BY 1")
        return await rows(writer), [tuple(row) for row in belongs]

    found, belongs = run(migrated_url, act)
    assert belongs == [("b", "ib"), ("c", "ib")] and set(found) == {"ib"}


def test_stored_anomalies_come_back_with_all_that_belong_with_them(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        far = replace(ONE, id="far", start=T0 - 9 * 60 * MIN, end=T0 - 8 * 60 * MIN)
        other = replace(far, id="other")
        await writer.save([ONE, far, other], incidents=[incident("ia", "a", "far"), incident("io", "other")])
        return await writer.around(T0, T0 + MIN)

    found = {one.id: one for one in run(migrated_url, act)}
    assert set(found) == {"a", "far"} and found["a"] == ONE


def test_an_incident_that_nobody_follows_is_closed(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        await writer.save([ONE, TWO], incidents=[incident("ia", "a"), incident("ib", "b")])
        await writer.close_others(["b"])
        states = {own: row[0] for own, row in (await rows(writer)).items()}
        return states, await writer.pool.fetchval("SELECT feature FROM incidents WHERE id = 'ia'")

    states, feature = run(migrated_url, act)
    assert states == {"ia": "closed", "ib": "open"} and '"state":"closed"' in feature

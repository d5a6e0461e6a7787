"""The push stream through the real server: hello, exact resume, boxes, lost listeners, slow clients, a quick stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from api import hub as hub_module
from api.hub import Hub
from api.settings import Settings
from cli.joining import joining
from store.connect import open_pool
from store.writer import Writer
from tests.api.conftest import ONE, T0, Live, rows, start

FAR = {"type": "Point", "coordinates": [-179.0, 0.0]}


@asynccontextmanager
async def stream(url: str, query: str = "", **headers: str) -> AsyncIterator[AsyncIterator[tuple[str, str, Any]]]:
    """Events as (id, name, data)."""
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", f"{url}/stream{query}", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        yield _events(answer.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str, Any]]:
    found = {"id": ""}
    async for line in lines:
        name, _, value = line.partition(": ")
        if not line and "event" in found:
            yield found["id"], found["event"], orjson.loads(found["data"])
            found = {"id": ""}
        elif name:
            found[name] = value


async def first(events: AsyncIterator[tuple[str, str, Any]], kind: str, count: int = 1) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    async for own, name, data in events:
        if name == kind:
            found.append((own, data))
            if len(found) == count:
                return found
    pytest.fail(f"the stream ended before {count} {kind} events")


def saved(url: str, *ids: str, geometry: Any = ONE.geometry) -> Any:
    async def go() -> None:
        writer = await Writer.open(url)
        await writer.save([replace(ONE, id=own, geometry=geometry) for own in ids])
        await writer.close()

    return go()


def test_hello_then_changes(live: Live, seeded_url: str) -> None:
    """How soon they come is measured by `skysift bench`."""

    async def go() -> tuple[Any, Any]:
        async with asyncio.timeout(60), stream(live.url) as events:
            hello = await first(events, "hello")
            await saved(seeded_url, "new1")
            return hello[0][1], await first(events, "anomaly")

    hello, anomaly = asyncio.run(go())
    assert (hello["data_time"], hello["title"]) == (T0 + 300_000, "Skysift")
    assert anomaly[0][1]["id"] == "new1"


def test_resuming_misses_nothing_and_repeats_nothing(live: Live, seeded_url: str) -> None:
    async def go() -> list[str]:
        async with stream(live.url) as events:
            await first(events, "hello")
            await saved(seeded_url, "r1", "r2")
            (_, one), (cursor, two) = await first(events, "anomaly", 2)
        await saved(seeded_url, "r3")
        headers = {"last-event-id": cursor}
        async with stream(live.url, **headers) as events:
            await saved(seeded_url, "r4")
            later = await first(events, "anomaly", 2)
        return [one["id"], two["id"], *(data["id"] for _, data in later)]

    assert sorted(asyncio.run(go())) == ["r1", "r2", "r3", "r4"]


def test_since_zero_gives_everything_in_order(live: Live) -> None:
    async def go() -> list[int]:
        async with stream(live.url, "?since=0") as events:
            return [int(own) for own, _ in await first(events, "anomaly", 14)]

    cursors = asyncio.run(go())
    assert cursors == sorted(set(cursors))


def test_a_box_sees_its_own_part(live: Live, seeded_url: str) -> None:
    async def go() -> tuple[Any, Any]:
        async with stream(live.url, "?bbox=170,-10,-170,10") as events:
            await first(events, "hello")
            await saved(seeded_url, "near-here")
            await saved(seeded_url, "far-away", geometry=FAR)
            (anomaly,) = await first(events, "anomaly")
        async with stream(live.url, "?bbox=-7,52,-5,54") as events:
            await first(events, "hello")
            writer = await Writer.open(seeded_url)
            await writer.now(rows())
            await writer.close()
            (aircraft,) = await first(events, "aircraft")
        return anomaly[1], aircraft[1]

    anomaly, aircraft = asyncio.run(go())
    assert anomaly["id"] == "far-away"
    assert [dict(zip(aircraft["columns"], row, strict=True))["icao24"] for row in aircraft["rows"]] == [
        "4ca7b5", "x0000000005",
    ]  # fmt: skip


def test_the_clock_moves(live: Live, seeded_url: str) -> None:
    async def go() -> Any:
        async with stream(live.url) as events:
            await first(events, "clock")
            writer = await Writer.open(seeded_url)
            await writer.clock(T0 + 301_000, T0 + 300_000)
            await writer.close()
            return await first(events, "clock")

    assert asyncio.run(go())[0][1] == {"data_time": T0 + 301_000, "watermark": T0 + 300_000}


def test_a_lost_listener_comes_back_and_nothing_is_missed(live: Live, seeded_url: str) -> None:
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE '%anomalies%'"
    )

    async def go() -> str:
        async with stream(live.url) as events:
            await first(events, "hello")
            connection = await asyncpg.connect(seeded_url)
            await connection.execute(f"{kill} AND pid <> pg_backend_pid() AND datname = current_database()")
            await connection.close()
            await saved(seeded_url, "after-the-loss")
            return str((await first(events, "anomaly"))[0][1]["id"])

    assert asyncio.run(go()) == "after-the-loss"


@pytest.mark.parametrize("query", ["?since=x", "?since=-1", "?bbox=1", "?bbox=0,0,0,1,1,1", "?nope=1"])
def test_broken_questions(live: Live, query: str) -> None:
    answer = httpx.get(f"{live.url}/stream{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_a_slow_client_is_caught_up_by_cursor(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "QUEUE", 3)

    async def go() -> list[bytes]:
        pool, hub = await open_pool(seeded_url), Hub(Settings(seeded_url))
        running = asyncio.create_task(hub.run())
        await hub.ready.wait()
        frames = hub.stream(pool, None, ())
        await anext(frames)
        writer = await Writer.open(seeded_url)
        for i in range(12):
            await writer.save([replace(ONE, id=f"slow{i:02}")])
            await asyncio.sleep(0.02)
        found: list[bytes] = []
        while len(found) < 12:
            chunk = await asyncio.wait_for(anext(frames), 5)
            found += [chunk] if b"slow" in chunk else []
        await frames.aclose()  # type: ignore[attr-defined]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await writer.close()
        await pool.close()
        assert not hub.subscribers
        return found

    ids = [orjson.loads(chunk.split(b"data: ")[1])["id"] for chunk in asyncio.run(go())]
    assert ids == [f"slow{i:02}" for i in range(12)]


def test_where_nobody_listens_changes_are_counted_and_not_read(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_read(*_: Any) -> list[Any]:
        nonlocal looks
        looks += 1
        return []

    async def go() -> tuple[int, int]:
        hub, writer = Hub(Settings(seeded_url)), await Writer.open(seeded_url)
        running = asyncio.create_task(hub.run())
        await hub.ready.wait()
        before = hub.cursor
        await writer.save([replace(ONE, id=f"many{i}") for i in range(5)])
        for _ in range(100):
            await asyncio.sleep(0.02)
            if hub.cursor > before:
                break
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        newest = await writer.pool.fetchval("SELECT max(seq) FROM anomalies")
        await writer.close()
        return hub.cursor, newest

    looks = 0
    monkeypatch.setattr("api.events.anomalies", none_read)
    cursor, newest = asyncio.run(go())
    assert cursor == newest
    assert looks <= 3, "nothing was read in pieces: each look found nothing more"


def test_a_client_that_leaves_is_forgotten(live: Live) -> None:
    async def go() -> int:
        async with stream(live.url) as events:
            await first(events, "hello")
        for _ in range(50):
            open_now = int(httpx.get(f"{live.url}/health").json()["database"]["streams"])
            if open_now == 0:
                return 0
            await asyncio.sleep(0.1)
        return open_now

    assert asyncio.run(go()) == 0


def test_it_stops_within_five_seconds_of_sigterm_with_open_streams(seeded_url: str) -> None:
    live = start(seeded_url)

    async def go() -> float:
        async with stream(live.url) as one, stream(live.url) as two:
            await first(one, "hello")
            await first(two, "hello")
            return await asyncio.to_thread(live.stop)

    assert asyncio.run(go()) < 5
    assert live.process.returncode == 0


@pytest.mark.parametrize("path", ["/stream", "/alerts/stream", "/incidents/stream"])
def test_a_stream_ends_with_the_key_that_opened_it(live: Live, keys: dict[str, dict[str, str]], path: str) -> None:
    async def go() -> tuple[bool, int]:
        async with httpx.AsyncClient(base_url=live.url, timeout=20) as client:
            made = (await client.post("/keys", json={"name": "short"}, headers=keys["viewer"])).json()
            mine = {"authorization": f"Bearer {made['key']}"}
            async with client.stream("GET", path, headers=mine) as answer:
                lines = answer.aiter_lines()
                while await anext(lines) != "event: hello":
                    pass
                await client.delete(f"/keys/{made['id']}", headers=keys["viewer"])
                async with asyncio.timeout(10):
                    async for _ in lines:
                        pass
            return answer.is_stream_consumed, (await client.get("/alerts", headers=mine)).status_code

    assert asyncio.run(go()) == (True, 401)


def test_incidents_come_as_they_change_with_what_people_say(
    live: Live, seeded_url: str, keys: dict[str, dict[str, str]]
) -> None:
    async def go() -> list[Any]:
        async with stream(live.url) as events, httpx.AsyncClient(base_url=live.url) as client:
            await first(events, "hello")
            writer = await Writer.open(seeded_url)
            await writer.save([replace(ONE, id="told")], incidents=joining()([replace(ONE, id="told")]))
            await writer.close()
            new = (await first(events, "incident"))[0]
            answer = await client.post("/incidents/itold/review", json={"status": "seen"}, headers=keys["analyst"])
            assert answer.status_code == 201, answer.text
            return [new, (await first(events, "incident"))[0]]

    (own, new), (_, seen) = asyncio.run(go())
    assert (own, new["id"], new["properties"]["status"]) == ("", "itold", "new")
    assert seen["properties"]["status"] == "seen"

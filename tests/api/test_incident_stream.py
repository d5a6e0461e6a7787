"""Incidents pushed with ids of their own: resumed exactly, cut to a box, in the order in which they changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from cli.joining import joining
from geo.anomaly import Anomaly
from store.incidents import in_turn
from store.writer import Writer
from tests.api.conftest import ONE, Live

FAR = {"type": "Point", "coordinates": [-179.0, 0.0]}


def one(own: str, number: int, **more: Any) -> Anomaly:
    """Of an aircraft of its own, so that it is an incident of its own."""
    return replace(ONE, id=own, icao24=0x500000 + number, **more)


async def told(url: str, *anomalies: Anomaly) -> None:
    writer = await Writer.open(url)
    for anomaly in anomalies:
        await writer.save([anomaly], incidents=joining()([anomaly]))
    await writer.close()


async def events(lines: AsyncIterator[str], count: int) -> list[tuple[int, Any]]:
    found, cursor, kind = [], 0, ""
    async for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            cursor = int(value)
        elif name == "event":
            kind = value
        elif name == "data" and kind == "incident":
            found.append((cursor, orjson.loads(value)))
            if len(found) == count:
                return found
    pytest.fail("the stream ended")


async def begun(lines: AsyncIterator[str]) -> None:
    while await anext(lines) != "event: hello":
        pass


def ids(found: Sequence[tuple[int, Any]]) -> list[str]:
    return [feature["id"] for _, feature in found]


def test_the_stream_resumes_exactly(live: Live, seeded_url: str) -> None:
    async def go() -> list[str]:
        async with httpx.AsyncClient(base_url=live.url, timeout=20) as client:
            async with client.stream("GET", "/incidents/stream") as answer:
                lines = answer.aiter_lines()
                await begun(lines)
                await told(seeded_url, one("s1", 1), one("s2", 2))
                first = await events(lines, 2)
            await told(seeded_url, one("s3", 3))
            headers = {"last-event-id": str(first[-1][0])}
            async with client.stream("GET", "/incidents/stream", headers=headers) as answer:
                await told(seeded_url, one("s4", 4))
                later = await events(answer.aiter_lines(), 2)
        return ids([*first, *later])

    assert asyncio.run(go()) == ["is1", "is2", "is3", "is4"]


def test_what_changed_twice_meanwhile_comes_once_as_it_is(
    live: Live, seeded_url: str, keys: dict[str, dict[str, str]]
) -> None:
    async def go() -> list[tuple[str, str]]:
        async with httpx.AsyncClient(base_url=live.url, timeout=20) as client:
            async with client.stream("GET", "/incidents/stream") as answer:
                lines = answer.aiter_lines()
                await begun(lines)
                await told(seeded_url, one("t1", 11))
                ((cursor, _),) = await events(lines, 1)
            for status in ("seen", "confirmed"):
                path, said = "/incidents/it1/review", {"status": status}
                assert (await client.post(path, json=said, headers=keys["analyst"])).status_code == 201
            await told(seeded_url, one("t2", 12))
            async with client.stream("GET", f"/incidents/stream?since={cursor}") as answer:
                found = await events(answer.aiter_lines(), 2)
        return [(feature["id"], feature["properties"]["status"]) for _, feature in found]

    assert asyncio.run(go()) == [("it1", "confirmed"), ("it2", "new")]


def test_the_websocket_resumes_exactly(live: Live, seeded_url: str) -> None:
    address = live.url.replace("http", "ws") + "/incidents/ws"

    async def go() -> list[Any]:
        async with connect(address) as socket:
            hello = orjson.loads(await socket.recv())
            await told(seeded_url, one("w1", 21))
            first = orjson.loads(await socket.recv())
        await told(seeded_url, one("w2", 22))
        async with connect(f"{address}?since={first['seq']}") as socket:
            await socket.recv()
            await told(seeded_url, one("w3", 23))
            later = [orjson.loads(await socket.recv()) for _ in range(2)]
        return [hello["type"], first["type"], *(text["feature"]["id"] for text in (first, *later))]

    assert asyncio.run(go()) == ["hello", "incident", "iw1", "iw2", "iw3"]


def test_a_box_sees_its_own_part_now_and_afterwards(live: Live, seeded_url: str) -> None:
    address = live.url.replace("http", "ws") + "/incidents/ws?bbox=170,-10,-170,10"

    async def go() -> list[str]:
        async with connect(address) as socket:
            hello = orjson.loads(await socket.recv())
            await told(seeded_url, one("b1", 31), one("b2", 32, geometry=FAR))
            live_one = orjson.loads(await socket.recv())
        async with connect(f"{address}&since={hello['seq']}") as socket:
            await socket.recv()
            again = orjson.loads(await socket.recv())
        return [live_one["feature"]["id"], again["feature"]["id"]]

    assert asyncio.run(go()) == ["ib2", "ib2"]


@pytest.mark.parametrize("query", ["since=x", "bbox=1,2", "subscription=1"])
def test_a_websocket_with_a_wrong_question_is_closed(live: Live, query: str) -> None:
    async def go() -> int | None:
        async with connect(live.url.replace("http", "ws") + f"/incidents/ws?{query}") as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            return closed.value.rcvd.code if closed.value.rcvd else None

    assert asyncio.run(go()) == 4400


def test_a_change_waits_for_one_that_drew_its_number_before(
    live: Live, seeded_url: str, keys: dict[str, dict[str, str]]
) -> None:
    """Else who had read on to the later number would never see the earlier one."""

    async def go() -> tuple[bool, int]:
        await told(seeded_url, one("o1", 41))
        connection = await asyncpg.connect(seeded_url)
        async with httpx.AsyncClient(base_url=live.url, timeout=20) as client:
            async with connection.transaction():
                await in_turn(connection)
                said = client.post("/incidents/io1/review", json={"status": "seen"}, headers=keys["analyst"])
                review = asyncio.ensure_future(said)
                done, _ = await asyncio.wait([review], timeout=0.5)
            await connection.close()
            return bool(done), (await review).status_code

    assert asyncio.run(go()) == (False, 201)

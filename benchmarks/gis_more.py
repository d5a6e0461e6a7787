"""What only Skysift is measured on: tiles asked for again with their ETag, and the last page beside the first."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Any

import asyncpg
import httpx

from api.parameters import token
from benchmarks.gis_load import load
from benchmarks.gis_questions import collection, tiles
from benchmarks.gis_servers import Running
from benchmarks.gis_world import Places

PAGE, TURNS = 1_000, 15
_NEAR_THE_END = "SELECT start_time::text, id FROM anomalies ORDER BY start_time, id OFFSET $1 LIMIT 1"
"""Newest first: so many lie behind this one."""


def repeated(server: Running, places: Places, seconds: float) -> dict[str, Any]:
    """The same tiles again and again, by clients that hold them (304) and by others (from the server's memory)."""
    paths = [path.partition("?")[0] for path in tiles(server.name, places)]
    with httpx.Client(timeout=60) as client:
        answers = [client.get(server.url + path) for path in paths]
        again = client.get(server.url + paths[0], headers={"if-none-match": answers[0].headers["etag"]})
    tags = [answer.headers["etag"] for answer in answers]
    return {
        "status": again.status_code, "with_etag": load(server.url, paths, seconds, tags),
        "without": load(server.url, paths, seconds),
    }  # fmt: skip


async def last_token(url: str) -> str:
    """Where the page before the last one ended."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    try:
        return token(list(await connection.fetchrow(_NEAR_THE_END, PAGE)))
    finally:
        await connection.close()


def pages(server: Running, last: str) -> dict[str, float]:
    """Milliseconds of the first and the last page, by turns: medians."""
    start = f"{server.url}{collection(server.name, 'anomalies')}/items?limit={PAGE}"
    asked = {"first": start, "last": f"{start}&after={last}"}
    took: dict[str, list[float]] = {name: [] for name in asked}
    with httpx.Client(timeout=60) as client:
        _check([client.get(address).raise_for_status().json() for address in asked.values()])
        for _ in range(TURNS):
            for name, address in asked.items():
                before = perf_counter()
                client.get(address).raise_for_status()
                took[name].append((perf_counter() - before) * 1_000)
    found = {f"{name}_ms": round(median(times), 2) for name, times in took.items()}
    return found | {"ratio": round(found["last_ms"] / found["first_ms"], 2)}


def _check(answers: Sequence[Any]) -> None:
    """Both pages are full, and only the first one has a next."""
    relations = [{one["rel"] for one in answer["links"]} for answer in answers]
    if [len(answer["features"]) for answer in answers] != [PAGE, PAGE] or ["next" in one for one in relations] != [
        True,
        False,
    ]:
        raise AssertionError("these are not the first and the last page")

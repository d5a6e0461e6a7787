"""POST /ingest: what is acknowledged is kept, once; what is not is named line by line."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Mapping
from typing import Any

import asyncpg
import pyarrow as pa
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from geo.batch import Batch
from geo.batch_bytes import unpacked
from geo.schema import SYNTHETIC
from pipeline.privacy import Privacy, listed
from store import posted

Client = TestClient[Litestar]
Keys = Mapping[str, Mapping[str, str]]
ARROW = "application/vnd.apache.arrow.stream"
NDJSON = {"content-type": "application/x-ndjson"}


def row(**more: Any) -> dict[str, Any]:
    return {"icao24": "4ca7b5", "time": int(time.time() * 1000) - 1_000, "lat": 47.0, "lon": 8.0} | more


def lines(*rows: Any) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in rows)


def waiting(url: str, empty: bool = True) -> list[Batch]:
    """What the engine would be given next; nothing waits afterwards."""

    async def taken() -> list[Batch]:
        connection = await asyncpg.connect(url)
        try:
            rows = await connection.fetch("SELECT body FROM posted ORDER BY id")
            if empty:
                await connection.execute("DELETE FROM posted")
            return [unpacked(one["body"]) for one in rows]
        finally:
            await connection.close()

    return asyncio.run(taken())


def test_good_lines_are_kept_and_bad_ones_named(client: Client, keys: Keys, seeded_url: str) -> None:
    body = lines(
        row(callsign="SWR12"), b"{broken", row(lat="north"), b"", row(altitude=5), row(icao24="000001"), b"[1]"
    )

    answer = client.post("/ingest", content=body, headers={**keys["ingest"], **NDJSON})

    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (200, 2, 4)
    assert answer.json()["lines"] == [
        {"line": 2, "reason": "no JSON"}, {"line": 3, "reason": "lat: 'north' is no number"},
        {"line": 5, "reason": "there is no column altitude"}, {"line": 7, "reason": "no JSON object"},
    ]  # fmt: skip
    (batch,) = waiting(seeded_url)
    assert (batch["icao24"].tolist(), batch["callsign"][0]) == ([0x4CA7B5, 1], b"SWR12")


def test_an_arrow_stream_is_taken_too(client: Client, keys: Keys, seeded_url: str) -> None:
    sink, table = io.BytesIO(), pa.Table.from_pylist([row(), row(icao24="zz")])
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)

    headers = {**keys["ingest"], "content-type": ARROW}
    answer = client.post("/ingest", content=sink.getvalue(), headers=headers)

    assert (answer.json()["accepted"], answer.json()["lines"][0]["line"]) == (1, 2)
    assert [len(one) for one in waiting(seeded_url)] == [1]


def test_a_key_that_comes_again_changes_nothing(client: Client, keys: Keys, seeded_url: str) -> None:
    headers, body = {**keys["ingest"], **NDJSON, "idempotency-key": "one"}, lines(row(), b"?")

    first = client.post("/ingest", content=body, headers=headers)
    second = client.post("/ingest", content=body, headers=headers)
    other = client.post("/ingest", content=lines(row()), headers=headers)
    whose = client.post("/ingest", content=lines(row()), headers={**headers, **keys["admin"]})

    assert (first.json()["repeated"], second.json()["repeated"]) == (False, True)
    assert first.json() | {"repeated": True} == second.json()
    assert (other.status_code, other.json()["parameter"]) == (400, "Idempotency-Key")
    assert (whose.status_code, whose.json()["repeated"]) == (200, False), "keys belong to accounts"
    assert len(waiting(seeded_url)) == 2


def test_where_all_is_refused_it_is_422_and_nothing_is_kept(client: Client, keys: Keys, seeded_url: str) -> None:
    answer = client.post("/ingest", content=lines(row(time=None)), headers={**keys["ingest"], **NDJSON})

    assert (answer.status_code, answer.json()["lines"]) == (422, [{"line": 1, "reason": "no time"}])
    assert waiting(seeded_url) == []


@pytest.mark.parametrize("who", ["viewer", "analyst"])
def test_only_who_may_send_data_sends_it(who: str, client: Client, keys: Keys) -> None:
    assert client.post("/ingest", content=lines(row()), headers={**keys[who], **NDJSON}).status_code == 403
    assert client.post("/ingest", content=lines(row()), headers=NDJSON).status_code == 401


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"x" * 4_000_001, "application/x-ndjson", 413),
        (b"{}\n" * 50_002, "application/x-ndjson", 413),
        (b"{}", "text/plain", 415),
        (b"no arrow", ARROW, 400),
        (b"", ARROW, 400),
        (b"\xff\xff\xff\xff" * 9, ARROW, 400),
    ],
)
def test_what_cannot_be_taken_at_all(content: bytes, kind: str, status: int, client: Client, keys: Keys) -> None:
    answer = client.post("/ingest", content=content, headers={**keys["ingest"], "content-type": kind})

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_while_the_engine_is_behind_it_is_asked_to_come_again(
    client: Client, keys: Keys, seeded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "MOST_WAITING", 10)
    headers = {**keys["ingest"], **NDJSON, "idempotency-key": "later"}

    refused = client.post("/ingest", content=lines(row()), headers=headers)
    monkeypatch.undo()
    taken = client.post("/ingest", content=lines(row()), headers=headers)

    assert (refused.status_code, taken.status_code) == (503, 200)
    assert taken.json()["repeated"] is False
    assert len(waiting(seeded_url)) == 1


def test_nothing_waits_in_clear(keys: Keys, seeded_url: str) -> None:
    """Who has opted out is not kept at all, the others go by pseudonyms before the engine has seen them."""
    addresses, names = listed(["4ca7b5"])
    private = Privacy(addresses, names, key=b"k" * 32)
    app = create_app(Settings(seeded_url, pool_size=2, privacy=lambda: private))

    with TestClient(app) as client:
        body = lines(row(), row(icao24="3c0001", callsign="DLH1", registration="D-ABCD"))
        answer = client.post("/ingest", content=body, headers={**keys["ingest"], **NDJSON})
        metrics = client.get("/metrics", headers=keys["viewer"]).text

    (batch,) = waiting(seeded_url)
    assert (answer.json()["accepted"], answer.json()["left_out"]) == (1, {"not to be shown": 1})
    assert "\nskysift_posted_opted_out_total 1\n" in metrics
    assert batch["icao24"][0] & SYNTHETIC and batch["callsign"][0] not in (b"", b"DLH1")
    assert batch["registration"].tolist() == [b""]
    assert private.applied(batch)["icao24"].tolist() == batch["icao24"].tolist(), "the engine takes it as it is"

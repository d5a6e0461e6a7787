"""Sessions as a collection, and under the names of the first requirements."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.session_collection import GAP_S
from api.sessions import TIER_OF
from detectors._registry import registry
from geo.batch import Batch
from pipeline.sessions import GAP_MS, Sessions
from store.reader import Reader
from store.writer import Writer

Client = TestClient[Litestar]


async def newest(writer: Writer) -> int:
    return int(await writer.pool.fetchval("SELECT value FROM meta WHERE key = 'data_time'"))


@pytest.fixture(scope="module")
def sky(seeded_url: str) -> int:
    """Three sessions of two aircraft, up to data time (epoch ms), told twice."""

    async def fill() -> int:
        writer = await Writer.open(seeded_url)
        try:
            now = await newest(writer)
            sessions = Sessions()
            seconds = np.array([-2_000, -1_990, -10, -5, -1, -700])
            sessions.add(Batch({
                "icao24": np.array([1, 1, 1, 1, 1, 2]), "time": now + seconds * 1000,
                "lat": np.array([np.nan, np.nan, 47.0, 47.1, 47.2, np.nan]),
                "lon": np.array([np.nan, np.nan, 8.0, 8.0, 8.0, np.nan]),
                "callsign": np.array([b"", b"OLD1", b"NEW1", b"", b"", b""], dtype="S8"),
                "rssi": np.array([np.nan] * 5 + [-9.0], dtype="f4"),
            }))  # fmt: skip
            told = sessions.take(now)
            await writer.sessions(told)
            assert await writer.sessions(told) <= 3
            return now
        finally:
            await writer.close()

    return asyncio.run(fill())


def test_the_collection_has_them_with_what_can_judge_them(client: Client, sky: int) -> None:
    found = client.get("/collections/sessions/items").json()["features"]

    by = {(f["properties"]["icao24"], f["properties"]["state"]): f for f in found}
    assert set(by) == {("000001", "open"), ("000001", "closed"), ("000002", "closed")}
    now = by["000001", "open"]["properties"]
    assert [now[n] for n in ("message_count", "callsign", "has_position", "has_altitude", "has_signal")] == [
        3,
        "NEW1",
        True,
        False,
        False,
    ]
    assert [now[f"tier_{n}"] for n in ("temporal", "signal", "identity", "behavioral")] == [True, False, True, True]
    quiet = by["000002", "closed"]["properties"]
    assert [quiet[f"tier_{n}"] for n in ("temporal", "signal", "identity", "behavioral")] == [False, True, True, False]
    assert by["000001", "open"]["geometry"]["coordinates"] == [8.0, 47.2]
    assert by["000002", "closed"]["geometry"] is None


@pytest.mark.parametrize(
    ("query", "count"), [("state=open", 1), ("state=closed", 2), ("icao24=000002", 1), ("bbox=7,46,9,48", 1)]
)
def test_they_are_filtered_as_other_collections_are(query: str, count: int, client: Client, sky: int) -> None:
    assert len(client.get(f"/collections/sessions/items?{query}").json()["features"]) == count


def test_one_is_found_by_its_id(client: Client, sky: int) -> None:
    own = client.get("/collections/sessions/items?state=open").json()["features"][0]["id"]

    assert client.get(f"/collections/sessions/items/{own}").json()["properties"]["callsign"] == "NEW1"
    assert client.get("/collections/sessions/items/nope").status_code == 404


def test_under_the_names_of_the_first_requirements(client: Client, sky: int) -> None:
    (session,) = client.get("/api/sessions").json()["sessions"]

    assert session == {
        "hex": "000001", "first_seen": sky - 10_000, "last_seen": sky - 1_000, "message_count": 3, "has_position": True,
        "has_altitude": False, "has_callsign": True, "flight": "NEW1", "lat": 47.2, "lon": 8.0, "altitude": None,
        "speed": None, "tier_temporal": True, "tier_signal": False, "tier_identity": True, "tier_behavioral": True,
    }  # fmt: skip
    assert len(client.get("/api/sessions?all=true").json()["sessions"]) == 3
    assert client.get("/api/sessions?limit=0").json()["parameter"] == "limit"


def test_anomalies_under_their_names_too(client: Client) -> None:
    found = client.get("/api/anomalies?limit=1000").json()["anomalies"]

    by = {one["id"]: one for one in found}
    assert "c1" not in by, "it was cleared"
    assert (by["l00"]["hex"], by["l00"]["anomaly_type"], by["l00"]["reviewed"]) == ("abcdef", "behavioral", False)
    assert (by["s1"]["anomaly_type"], by["s1"]["details"]["class"], by["s1"]["confidence"]) == (
        "identity",
        "squawk",
        pytest.approx(0.9),
    )
    assert by["l00"]["details"]["explanation"] == "turns and stays"


def test_every_class_of_a_tier_is_a_class() -> None:
    assert set(TIER_OF) <= set(registry())
    assert GAP_S * 1000 == GAP_MS


def test_what_may_go_on_is_read_back_for_a_start_without_checkpoint(seeded_url: str, sky: int) -> None:
    async def read() -> Sessions:
        reader = await Reader.open(seeded_url)
        try:
            return Sessions(open=await reader.open_sessions(sky, GAP_MS))
        finally:
            await reader.close()

    sessions = asyncio.run(read())
    sessions.add(Batch({"icao24": np.array([1]), "time": np.array([sky + 1_000])}))
    told = sessions.take(sky)

    assert [told[n].tolist() for n in ("icao24", "first", "messages")] == [[1], [sky - 10_000], [4]]

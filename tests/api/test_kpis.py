"""Key figures: what is counted, over which time, and what is not known."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.kpis import messages
from detectors._registry import registry
from store.writer import Writer
from tests.api.conftest import T0, rows

Client = TestClient[Litestar]


def test_figures_are_of_the_data(client: Client) -> None:
    found = client.get("/kpis?hours=1").json()

    assert found["interval"] == ["2023-11-14T21:25:00Z", "2023-11-14T22:25:00Z"]
    assert found["latency"]["pipeline_s"] == 2.0
    assert found["coverage"] == {"aircraft": 2, "analysed": 2, "share": 1.0}
    assert found["completeness"]["baro_altitude"] == 1.0 and found["completeness"]["nic"] == 0.0
    assert found["uptime"] == {"since": "2023-11-14T22:20:00Z", "slots": 1, "heard": 1, "share": 1.0}
    assert found["anomalies"] == {"count": 6, "cleared": 1, "per_hour": 6.0, "budget_per_hour": 100}
    assert found["diversity"] == {"classes": 2, "active": 1, "known": len(registry())}


def test_a_slot_of_silence_shows_whenever_the_first_and_last_began(client: Client, seeded_url: str) -> None:
    """At 21:49:50 and 21:50 one aircraft is heard, then nothing until 22:10; the data ends at 22:25."""
    asyncio.run(_heard_before(seeded_url))

    found = client.get("/kpis?hours=1").json()

    assert found["latency"]["pipeline_s"] == 0
    assert found["uptime"] == {"since": "2023-11-14T21:49:50Z", "slots": 5, "heard": 4, "share": 0.8}


async def _heard_before(url: str) -> None:
    writer = await Writer.open(url)
    one, start = rows().take(np.arange(4)), T0 - 1_810_000
    time = start + np.array([0, 10_000, 1_210_000, 1_220_000])
    await writer.segments(one.with_columns(time=time, flight=np.array([79, 79, 80, 80])))
    # Where no more is waited for, even the newest moment is judged.
    await writer.clock(T0 + 300_000, T0 + 300_001)
    await writer.close()


def test_what_nobody_reviewed_has_no_precision(client: Client) -> None:
    assert client.get("/kpis").json()["precision"] == {"reviews": 0, "confirmed": 0, "share": None}


def test_messages_are_added_up_over_feeds_with_every_reason() -> None:
    feeds = [{"rows": 90, "rejected": {"no time": 6}, "errors": {"torn": 4}}, {"rows": 100, "rejected": {"no time": 1}}]
    found = messages(feeds)

    assert (found["rows"], found["rejected"], found["valid_share"]) == (190, 11, 0.9453)
    assert found["reasons"] == {"no time": 7, "torn": 4}
    assert messages([])["valid_share"] is None
    values = messages(
        [
            {
                "rows": 9,
                "rejected": {
                    "nac_v out of range": 3,
                    "track not a number": 1,
                    "position 0/0": 2,
                    "time out of range": 1,
                },
            }
        ]
    )
    assert (values["rejected"], values["valid_share"]) == (1, 0.9) and values["reasons"]["nac_v out of range"] == 3


@pytest.mark.parametrize("hours", ["0", "745", "x"])
def test_odd_hours_are_refused(client: Client, hours: str) -> None:
    assert client.get(f"/kpis?hours={hours}").status_code == 400


def test_a_browser_gets_the_page_and_a_program_the_numbers(client: Client) -> None:
    page = client.get("/statistics", headers={"accept": "text/html"})
    assert (
        page.headers["content-type"].startswith("text/html")
        and "script-src 'self'" in page.headers["content-security-policy"]
    )
    assert client.get("/statistics", headers={"accept": "*/*"}).json()["by"] == "class"
    assert client.get("/statistics?by=hour&f=json", headers={"accept": "text/html,*/*"}).json()["by"] == "hour"


def test_rates_by_aircraft_and_cells_with_the_town_beside_them(client: Client) -> None:
    found = client.get("/statistics?by=aircraft").json()["groups"]
    assert {one["key"]: one["count"] for one in found} == {"abcdef": 5, "000005": 1}
    cell = client.get("/statistics?by=cell&class=loiter").json()["groups"][0]
    assert (cell["near"]["country"], cell["count"]) == ("BE", 5) and cell["near"]["distance_nmi"] < 30

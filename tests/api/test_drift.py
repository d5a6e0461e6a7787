"""Drift over the API: of the last minutes of data, with the interval that was looked at."""

from __future__ import annotations

from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]


def test_the_last_minutes_of_data_are_compared(client: Client) -> None:
    """One of the two seeded aircraft sends neither speed nor track: nothing can be said yet."""
    found = client.get("/statistics/drift?minutes=10").json()
    assert found["interval"] == ["2023-11-14T22:15:00Z", "2023-11-14T22:25:00Z"]
    assert (found["rows"], found["enough"], found["level"]) == (0, False, "unknown")
    assert found["model"]["kind"] == "sequence" and len(found["features"]) == 10


def test_broken_questions_name_their_parameter(client: Client) -> None:
    answer = client.get("/statistics/drift?minutes=0")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "minutes")

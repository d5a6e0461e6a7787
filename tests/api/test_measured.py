"""`/classes` says how right, complete and quick each class was when it was measured."""

from __future__ import annotations

from litestar import Litestar
from litestar.testing import TestClient

from api.measured import measured


def test_each_class_shows_its_shipped_figures(client: TestClient[Litestar]) -> None:
    found = {one["id"]: one["measured"] for one in client.get("/classes").json()["classes"]}

    assert found == {name: dict(measured()[name]) if name in measured() else None for name in found}
    assert found["squawk"]["basis"] == "planted episodes" and found["squawk"]["version"]
    assert 0 <= found["squawk"]["precision"] <= 1

"""What collections say of where and when their features lie."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.extents import WORLD, around

Client = TestClient[Litestar]
T0 = "2023-11-14T22:20:00Z"


@pytest.fixture(scope="module")
def extents(client: Client) -> dict[str, Any]:
    found = client.get("/collections").json()["collections"]
    assert found[0] == client.get(f"/collections/{found[0]['id']}").json()
    return {one["id"]: one["extent"] for one in found}


def test_features_lie_in_the_extent_of_their_collection(client: Client, extents: dict[str, Any]) -> None:
    """The seeded anomalies lie from 10 to 179.5 degrees east, and who flew further west at 6."""
    assert extents["anomalies"]["spatial"]["bbox"] == [[-6.0, 0.0, 179.5, 53.0]]
    assert extents["zones"]["spatial"]["bbox"] == [[1.0, 2.0, 3.0, 4.0]]

    for own, sql in (("cells", "NOT S_WITHIN"), ("positions", "S_DISJOINT"), ("airports", "S_DISJOINT")):
        box = ", ".join(map(str, extents[own]["spatial"]["bbox"][0]))
        beyond = f"{sql}(geometry, BBOX({box}))"
        assert client.get(f"/collections/{own}/items", params={"filter": beyond}).json()["features"] == []


def test_times_begin_with_the_first_and_end_now(extents: dict[str, Any]) -> None:
    now = "2023-11-14T22:25:00Z"
    began = ("anomalies", "loiter", "squawk", "tracks", "positions", "cells")
    assert all(extents[own]["temporal"]["interval"] == [[T0, now]] for own in began)
    assert extents["ghost"]["temporal"]["interval"] == [[None, now]]
    assert "temporal" not in extents["airports"]


def test_where_nothing_is_or_somebody_else_drew_it_is_the_world(extents: dict[str, Any]) -> None:
    assert extents["firs"]["spatial"]["bbox"] == extents["areas"]["spatial"]["bbox"] == [list(WORLD)]


def test_boxes_are_rounded_to_the_outside_and_end_with_the_world() -> None:
    found = around([(1.00049, -90.0000001, 2.0, 3.0), (1.5, 0.0, 180.0001, 3.0001)])
    assert found == (1.0, -90.0, 180.0, 3.001)

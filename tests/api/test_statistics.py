"""Rates per flight hour: what is counted, what was flown, and how sure a rate is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from litestar import Litestar
from litestar.testing import TestClient

from api.rates import whole_days
from api.statistics import poisson
from geo.cells import FINEST, cell_text, cells_of, parents
from geo.firs import Firs
from store.writer import Writer
from tests.api.conftest import ONE, T0, rows, seed

Client = TestClient[Litestar]
HOUR = 3_600_000
DUBLIN = cells_of(np.array([53.0]), np.array([-6.0]), 4)


async def _flown(database: str) -> None:
    """Two hours of one Irish aircraft more, with three anomalies over Dublin in a region of that name."""
    await seed(database)
    writer = await Writer.open(database, store_every_s=0)
    n, start = 720, T0 // HOUR * HOUR + HOUR
    time = start + np.arange(n, dtype="i8") * 10_000
    one = rows().take(np.zeros(n, dtype="i8"))
    await writer.segments(one.with_columns(time=time, position_time=time, lon=-6 + np.arange(n) / 10_000))
    h3 = cell_text(int(cells_of(np.array([53.0]), np.array([-6.0]), 7)[0]))
    there = replace(ONE, icao24=0x4CA7B5, h3=h3, geometry={"type": "Point", "coordinates": [-6.0, 53.0]})
    await writer.save([replace(there, id=f"d{i}", class_id="ghost", start=start + i, end=start + i) for i in range(3)])
    counts: dict[str, Any] = {name: np.array([6]) for name in ("good", "bad", "aircraft")}
    for size in range(FINEST + 1):
        cell = cells_of(np.array([53.0]), np.array([-6.0]), size) if size == FINEST else parents(DUBLIN, size)
        await writer.cells(counts | {"h3": cell, "bucket_start": np.array([start]), "seconds": np.array([10_800])})
    await writer.clock(start + 2 * HOUR, start + 2 * HOUR)
    await writer.close()


SEED = _flown


def groups(client: Client, query: str) -> dict[str, Any]:
    answer = client.get(f"/statistics?{query}")
    assert answer.status_code == 200, answer.text
    return {one["key"]: one for one in answer.json()["groups"]}


def test_by_class_for_all_that_was_flown(client: Client) -> None:
    """Two flights of 290 seconds and one of 7,190."""
    whole = client.get("/statistics").json()
    assert whole["flight_hours"] == pytest.approx((2 * 290 + 7190) / 3600, abs=0.01)
    assert whole["count"] == 12 + 1 + 3
    found = {one["key"]: one for one in whole["groups"]}
    assert {key: one["count"] for key, one in found.items()} == {"loiter": 12, "squawk": 1, "ghost": 3}
    assert found["ghost"]["rate"] == pytest.approx(3 / whole["flight_hours"] * 1000, rel=0.01)
    assert found["ghost"]["low"] < found["ghost"]["rate"] < found["ghost"]["high"]


def test_of_more_hours_than_are_wanted_the_newest_remain(client: Client) -> None:
    every, found = (client.get(f"/statistics?by=hour{more}").json() for more in ("", "&limit=1"))
    assert found["groups"] == every["groups"][-1:]
    assert (found["left_out"], every["left_out"]) == (len(every["groups"]) - 1, 0) and found["left_out"] > 0


def test_by_hour_with_the_quiet_ones(client: Client) -> None:
    found = groups(client, "by=hour")
    assert [one["count"] for one in found.values()] == [13, 3, 0]
    assert list(found)[1:] == ["2023-11-14T23:00:00Z", "2023-11-15T00:00:00Z"]
    assert found["2023-11-14T23:00:00Z"]["flight_hours"] == pytest.approx(1, abs=0.01)
    assert found["2023-11-15T00:00:00Z"]["rate"] == 0


def test_what_was_flown_is_cut_at_the_ends_of_the_interval_and_of_each_hour(client: Client) -> None:
    """The flight of two hours from 23:00, in pieces of ten minutes that begin with the fix before."""
    asked = "datetime=2023-11-14T23:05:00Z/2023-11-15T00:10:00Z"
    whole = client.get(f"/statistics?{asked}").json()
    assert whole["flight_hours"] == round(65 / 60, 2)
    found = {key: one["flight_hours"] for key, one in groups(client, f"by=hour&{asked}").items()}
    assert found == {"2023-11-14T23:00:00Z": round(55 / 60, 3), "2023-11-15T00:00:00Z": round(10 / 60, 3)}


def test_by_country_of_registry(client: Client) -> None:
    found = groups(client, "by=country")
    assert found["IE"]["count"] == 3
    assert found["IE"]["flight_hours"] == pytest.approx((290 + 7190) / 3600, abs=0.01)
    assert found["IE"]["rate"] == pytest.approx(3 / ((290 + 7190) / 3600) * 1000, rel=0.01)


@pytest.mark.parametrize("size", [4, 2])
def test_by_cell_at_the_size_that_is_asked_for(client: Client, size: int) -> None:
    found = groups(client, f"by=cell&resolution={size}&class=ghost")
    own = cell_text(int(parents(DUBLIN, size)[0]))
    assert {key: (one["count"], one["flight_hours"]) for key, one in found.items()} == {own: (3, 3.0)}
    assert found[own]["rate"] == 1000


def test_by_region_and_what_is_said_without_any(client: Client, seeded_url: str) -> None:
    nothing = client.get("/statistics?by=fir").json()
    assert (nothing["groups"], nothing["regions"]) == ([], 0) and "skysift reference add firs" in nothing["note"]

    dublin, around = shapely.box(-8, 52, -5, 55), shapely.box(-30, 40, 30, 60)
    asyncio.run(_loaded(seeded_url, Firs.of(["EGTT", "EIDW"], [around, dublin], ["London", "Dublin"])))

    found = client.get("/statistics?by=fir").json()
    (one, other) = found["groups"]
    assert (one["key"], one["name"], one["count"]) == ("EIDW", "Dublin", 3)
    assert (one["flight_hours"], one["rate"]) == (3.0, 1000)
    assert (other["key"], other["count"], other["flight_hours"], other["rate"]) == ("EGTT", 12, 0.0, None)
    assert found["regions"] == 2 and "note" not in found


def test_zones_that_are_regions_serve_too(client: Client, seeded_url: str) -> None:
    asyncio.run(_loaded(seeded_url, None, [("f", shapely.box(-8, 52, -5, 55))]))
    (one,) = groups(client, "by=fir").values()
    assert (one["key"], one["name"], one["count"]) == ("f", "Region", 3)


async def _loaded(database: str, firs: Firs | None, zones: Sequence[tuple[str, Any]] = ()) -> None:
    writer = await Writer.open(database)
    none = dict.fromkeys(("title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active"))
    await writer.firs(firs)
    await writer.zones([none | {"id": own, "name": "Region", "kind": "FIR", "geometry": at} for own, at in zones])
    await writer.close()


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2023-11-14T22:00", "2023-11-15T02:00", "2023-11-15T00:00", "2023-11-15T00:00"),
        ("2023-11-14T00:00", "2023-11-16T00:00", "2023-11-14T00:00", "2023-11-16T00:00"),
        ("2023-11-14T01:00", "2023-11-14T02:00", "2023-11-14T02:00", "2023-11-14T02:00"),
    ],
)
def test_whole_days_of_a_window_are_read_as_days(start: str, end: str, first: str, last: str) -> None:
    at = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end, first, last)]
    assert whole_days((at[0], at[1])) == (at[2], at[3])


def test_windows_and_filters(client: Client) -> None:
    assert groups(client, "datetime=2023-11-14T22:00:00Z/2023-11-14T23:00:00Z&priority=critical").keys() == {"squawk"}
    assert groups(client, "datetime=2020-01-01T00:00:00Z/2020-01-02T00:00:00Z") == {}
    assert len(groups(client, "limit=1")) == 1
    one = groups(client, "by=cell&datetime=2023-11-14T22:00:00Z/2023-11-14T23:00:00Z")
    assert all(each["rate"] is None for each in one.values() if each["flight_hours"] == 0)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("by=colour", "by"), ("datetime=2023-01-01T00:00:00Z/2023-06-01T00:00:00Z", "datetime"),
        ("datetime=2023-01-01T00:00:00Z", "datetime"), ("class=none", "class"), ("resolution=9", "resolution"),
        ("limit=0", "limit"), ("foo=1", "foo"),
    ],
)  # fmt: skip
def test_broken_questions_name_their_parameter(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/statistics?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.39)])
def test_the_interval_is_that_of_the_tables(count: int, low: float, high: float) -> None:
    """Exact limits of a Poisson mean (Garwood 1936), to 3 %, or 0.02 near nothing."""
    assert poisson(count) == (pytest.approx(low, rel=0.03, abs=0.02), pytest.approx(high, rel=0.03))

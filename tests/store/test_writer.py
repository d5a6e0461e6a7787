"""Anomalies, current state, segments, cells, zones, status: upserts that say what changed and repeat without effect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import asyncpg
import numpy as np
import orjson
import pytest
import shapely

from geo.anomaly import Anomaly
from geo.batch import Batch
from store.connect import CHANNEL
from store.reader import Reader
from store.writer import Writer

T = TypeVar("T")
T0 = 1_700_000_400_000
ONE = Anomaly(
    "a1", "loiter", 0xABCDEF, "TEST1", [], T0, T0 + 60_000, "open", 2, 0.5, "turns and stays",
    {"type": "Point", "coordinates": [10.0, 50.0]}, "871fa0000ffffff", evidence={"turns": np.float32(2.5)},
)  # fmt: skip


def run(url: str, act: Callable[[Writer], Awaitable[T]]) -> T:
    async def go() -> T:
        writer = await Writer.open(url, store_every_s=0)
        await writer.pool.execute("TRUNCATE anomalies, aircraft_now, track_segments, cells, zones")
        try:
            return await act(writer)
        finally:
            await writer.close()

    return asyncio.run(go())


def heard(time: int, icao24: int = 1, **columns: Any) -> Batch:
    given = {name: np.array([value]) for name, value in columns.items()}
    return Batch({"icao24": np.array([icao24]), "time": np.array([time]), **given})


def test_saving_again_changes_nothing_and_a_change_moves_the_cursor(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[int]:
        counts, cursors = [], []
        for anomaly in (ONE, ONE, replace(ONE, state="closed", end=T0 + 90_000)):
            counts.append(await writer.save([anomaly]))
            cursors.append(await writer.pool.fetchval("SELECT seq FROM anomalies"))
        return [*counts, cursors[1] - cursors[0], int(cursors[2] > cursors[1])]

    assert run(migrated_url, act) == [1, 0, 1, 0, 1]


def test_the_stored_feature_is_the_feature(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        await writer.save([ONE], {"loiter": "12345678"})
        return await writer.pool.fetchrow("SELECT feature, params_hash, h3, ST_AsText(geom) AS place FROM anomalies")

    row = run(migrated_url, act)
    assert orjson.loads(row["feature"]) == orjson.loads(orjson.dumps(ONE.feature(), option=orjson.OPT_SERIALIZE_NUMPY))
    assert (row["params_hash"], row["h3"], row["place"]) == ("12345678", int(ONE.h3, 16), "POINT(10 50)")


def test_cursors_of_two_writers_commit_in_order(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[int]:
        other = await Writer.open(migrated_url)
        seen: list[int] = []

        async def watch() -> None:
            while len(seen) < 40:
                rows = await writer.pool.fetch(
                    "SELECT seq FROM anomalies WHERE seq > $1 ORDER BY seq", max(seen, default=0)
                )
                seen.extend(row["seq"] for row in rows)
                await asyncio.sleep(0)

        async def fill(which: Writer, prefix: str) -> None:
            for i in range(20):
                await which.save([replace(ONE, id=f"{prefix}{i}")])

        await asyncio.wait_for(asyncio.gather(watch(), fill(writer, "p"), fill(other, "q")), 20)
        await other.close()
        return seen

    assert len(set(run(migrated_url, act))) == 40


def test_a_range_is_replaced_for_its_classes_only(migrated_url: str) -> None:
    old = [replace(ONE, id="old"), replace(ONE, id="before", start=T0 - 1), replace(ONE, id="ghost", class_id="ghost")]

    async def act(writer: Writer) -> tuple[int, int, list[str]]:
        await writer.save(old)
        changed = await writer.replace_range(["loiter"], T0, T0 + 1000, [replace(ONE, id="new")])
        again = await writer.replace_range(["loiter"], T0, T0 + 1000, [replace(ONE, id="new")])
        return changed, again, sorted(r["id"] for r in await writer.pool.fetch("SELECT id FROM anomalies"))

    assert run(migrated_url, act) == (2, 0, ["before", "ghost", "new"])


def test_state_keeps_what_the_newest_row_does_not_say(migrated_url: str) -> None:
    rows = [
        heard(T0, callsign=b"AB12", lat=50.0, lon=10.0, nic=np.float32(8)),
        heard(T0 + 1000, squawk=b"7700"),
        heard(T0 - 5000, callsign=b"LATE"),
    ]

    async def act(writer: Writer) -> Any:
        for row in rows:
            await writer.now(row)
        return await writer.pool.fetchrow(
            "SELECT callsign, squawk, nic, ST_X(geom) AS lon, extract(epoch FROM position_time) AS fixed "
            "FROM aircraft_now"
        )

    row = run(migrated_url, act)
    assert (row["callsign"], row["squawk"], row["nic"], row["lon"]) == ("AB12", "7700", 8, 10)
    assert row["fixed"] * 1000 == T0


def test_several_rows_of_one_aircraft_in_one_tick(migrated_url: str) -> None:
    rows = Batch.concat([heard(T0 + 2000, squawk=b"0001"), heard(T0, callsign=b"AB"), heard(T0, icao24=2)])

    async def act(writer: Writer) -> Any:
        changed = await writer.now(rows)
        row = await writer.pool.fetchrow("SELECT callsign, squawk, time FROM aircraft_now WHERE icao24 = 1")
        return changed, row["callsign"], row["squawk"], row["time"].timestamp() * 1000

    assert run(migrated_url, act) == (2, "AB", "0001", T0 + 2000)


def test_who_fell_silent_for_ten_minutes_of_data_time_is_gone(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[int]:
        await writer.now(heard(T0, icao24=1))
        await writer.now(heard(T0 + 599_000, icao24=2))
        await writer.now(heard(T0 + 601_000, icao24=3))
        return [r["icao24"] for r in await writer.pool.fetch("SELECT icao24 FROM aircraft_now ORDER BY icao24")]

    assert run(migrated_url, act) == [2, 3]


def test_when_data_time_goes_back_the_future_is_forgotten(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[int]:
        await writer.now(heard(T0 + 3_600_000, icao24=1))
        await writer.now(heard(T0, icao24=2))
        return [r["icao24"] for r in await writer.pool.fetch("SELECT icao24 FROM aircraft_now")]

    assert run(migrated_url, act) == [2]


def test_changes_are_read_by_cursor(migrated_url: str) -> None:
    async def act(writer: Writer) -> tuple[list[str], int]:
        await writer.save([ONE])
        await writer.save([replace(ONE, id="a2")])
        reader = Reader(writer.pool)
        (cursor, _), *_ = await reader.changes(0)
        found = [orjson.loads(text)["id"] for _, text in await reader.changes(cursor)]
        return found, len(await reader.changes(cursor, 0))

    assert run(migrated_url, act) == (["a2"], 0)


def track(seconds: list[int]) -> Batch:
    n = len(seconds)
    columns = {
        "icao24": np.ones(n, "i8"),
        "time": T0 + np.array(seconds, "i8") * 1000,
        "lat": np.full(n, 50.0),
        "lon": 10 + np.array(seconds) / 1000,
        "flight": np.full(n, 7, "i8"),
        "sub": np.zeros(n, "i1"),
    }
    return Batch(columns)


@pytest.mark.parametrize(
    "pieces", [[[0, 10, 20, 30]], [[0, 10], [20, 30]], [[0], [10], [20], [30]], [[0, 10, 20, 30]] * 2]
)
def test_segments_do_not_depend_on_the_batches(migrated_url: str, pieces: list[list[int]]) -> None:
    """However it is cut, one line says where the aircraft was at each of the times."""

    async def act(writer: Writer) -> list[str]:
        for piece in pieces:
            await writer.segments(track(piece))
        return [r["line"] for r in await writer.pool.fetch("SELECT ST_AsBinary(geom) AS line FROM track_segments")]

    (line,) = run(migrated_url, act)
    lon, lat, _, at = shapely.get_coordinates(shapely.from_wkb(line), include_z=True, include_m=True).T
    seconds = np.array([0, 10, 20, 30])
    assert np.interp(seconds, at - T0 // 1000, lon) == pytest.approx(10 + seconds / 1000, abs=1e-9)
    assert set(lat) == {50.0}
    assert (np.diff(at) > 0).all()


def test_changes_wake_listeners(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[str]:
        kinds: list[str] = []
        listener = await asyncpg.connect(migrated_url)
        await listener.add_listener(CHANNEL, lambda *message: kinds.append(message[3]))
        await writer.save([ONE])
        await writer.save([ONE])
        await writer.now(heard(T0))
        await writer.clock(T0, T0 - 5000)
        await listener.fetchval("SELECT 1")
        await listener.close()
        return kinds

    assert run(migrated_url, act) == ["anomaly", "aircraft", "clock"]


def test_cells_and_zones_have_outlines(migrated_url: str) -> None:
    counts = {
        "h3": np.array([0x84754E3FFFFFFFF], "u8"), "bucket_start": np.array([T0]),
        "good": np.array([9]), "bad": np.array([1]), "aircraft": np.array([5]), "seconds": np.array([60]),
    }  # fmt: skip
    zone = dict.fromkeys(("title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active"))
    zone |= {"id": "R1", "name": "Range 1", "kind": "R", "geometry": shapely.box(1, 2, 3, 4)}

    async def act(writer: Writer) -> tuple[int, int, int, float, int]:
        first, second = await writer.cells(counts), await writer.cells(counts)
        zones = await writer.zones([zone])
        area = await writer.pool.fetchval("SELECT ST_Area(geom) FROM zones")
        await writer.drop_before(T0 + 1)
        return first, second, zones, area, await writer.pool.fetchval("SELECT count(*) FROM cells")

    assert run(migrated_url, act) == (1, 0, 1, 4.0, 0)


def test_status_is_replaced(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        await writer.health([{"name": "radar", "rows": 1}], T0)
        await writer.health([{"name": "radar", "rows": 2}], T0)
        await writer.class_status({"loiter": None, "restricted-zone": "no zones loaded"}, T0)
        feeds = await writer.pool.fetch("SELECT health FROM feeds")
        return [row["health"]["rows"] for row in feeds], await writer.pool.fetchval(
            "SELECT why FROM classes_status WHERE NOT active"
        )

    assert run(migrated_url, act) == ([2], "no zones loaded")


def test_what_nobody_follows_any_more_is_closed_and_readers_hear_of_it(migrated_url: str) -> None:
    left, followed = replace(ONE, id="left", state="open"), replace(ONE, id="followed", state="open")

    async def act(writer: Writer) -> Any:
        await writer.save([left, followed])
        before = await writer.pool.fetchval("SELECT max(seq) FROM anomalies")
        closed = await writer.close_others(["followed", ONE.id])
        rows = await writer.pool.fetch(
            "SELECT id, state, feature, seq FROM anomalies WHERE id = ANY($1)", ["left", "followed"]
        )
        return before, closed, {row["id"]: row for row in rows}

    before, closed, rows = run(migrated_url, act)

    assert closed >= 1 and rows["left"]["seq"] > before
    assert [orjson.loads(rows[n]["feature"])["properties"]["state"] for n in ("left", "followed")] == ["closed", "open"]
    assert rows["followed"]["state"] == "open"

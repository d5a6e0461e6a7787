"""Since when areas and subscriptions are watched: data time, and anew where they change what they ask."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import shapely

from geo.schema import NO_TIME
from store import areas, rules, subscriptions
from store.watching import load

AREA: dict[str, Any] = {
    "name": "home", "geom": shapely.box(8, 47, 9, 48), "floor_ft": None, "ceiling_ft": 9_999.5, "active": {},
    "source": {}, "shared": False,
}  # fmt: skip
WANTED: dict[str, Any] = {
    "name": "mine", "trigger": "stays", "minutes": 5.5, "classes": [], "confidence": 0.5, "priority": 1, "fleet": {},
    "delivery": {},
}  # fmt: skip


async def at(connection: asyncpg.Connection, data_time: int) -> None:
    await connection.execute(
        "INSERT INTO meta VALUES ('data_time', to_jsonb($1::bigint)) ON CONFLICT (key) DO UPDATE SET value = "
        "excluded.value", data_time,
    )  # fmt: skip


async def began(connection: asyncpg.Connection) -> tuple[int, int]:
    """Of the area, and of the subscription."""
    found = await load(connection)
    return int(found.began[0]), found.subscriptions[0]["began"]


def test_a_change_of_place_or_question_begins_anew_and_a_new_name_does_not(migrated_url: str) -> None:
    async def go() -> list[tuple[int, int]]:
        connection = await asyncpg.connect(migrated_url)
        await areas_json(connection)
        seen, number, wanted = [], 0, 0
        for data_time in (1_000, 2_000, 3_000, 4_000, 5_000):
            await at(connection, data_time)
            match data_time:
                case 1_000:
                    number = await areas.create(connection, 1, AREA)
                    wanted = await subscriptions.create(connection, 1, WANTED | {"area": number})
                case 2_000:
                    await areas.replace(connection, number, AREA | {"name": "other"})
                    await subscriptions.replace(connection, wanted, WANTED | {"area": number, "name": "other"})
                case 3_000:
                    await areas.replace(connection, number, AREA | {"geom": shapely.box(8, 47, 9, 48.5)})
                case 4_000:
                    await subscriptions.replace(connection, wanted, WANTED | {"area": number, "minutes": 6.0})
                case _:
                    await subscriptions.pause(connection, wanted, True)
                    await subscriptions.pause(connection, wanted, False)
            seen.append(await began(connection))
        await connection.close()
        return seen

    assert asyncio.run(go()) == [(1_000, 1_000), (1_000, 1_000), (3_000, 1_000), (4_000, 4_000), (5_000, 5_000)]


def test_before_the_first_observation_everything_was_always_watched(migrated_url: str) -> None:
    async def go() -> tuple[int, int | None]:
        connection = await asyncpg.connect(migrated_url)
        await areas_json(connection)
        await connection.execute("DELETE FROM meta WHERE key = 'data_time'")
        number = await areas.create(connection, 1, AREA)
        await subscriptions.create(connection, 1, WANTED | {"area": number})
        found = await load(connection)
        await connection.close()
        return int(found.began[0]), found.subscriptions[0]["began"]

    assert asyncio.run(go()) == (int(NO_TIME), None)


def test_how_sure_is_read_as_it_was_written(migrated_url: str) -> None:
    async def go() -> tuple[float, float]:
        connection = await asyncpg.connect(migrated_url)
        await areas_json(connection)
        await subscriptions.create(connection, 1, WANTED | {"area": None, "trigger": "service", "confidence": 0.8})
        await connection.execute("DELETE FROM rules")
        await rules.accept(connection, "loiter", None, 0.7, "", "ann")
        await rules.accept(connection, "loiter", None, 0.6, "", "ann")
        found = await load(connection)
        await connection.close()
        return found.subscriptions[0]["confidence"], found.rules["loiter", None]

    assert asyncio.run(go()) == (0.8, 0.6)


async def areas_json(connection: asyncpg.Connection) -> None:
    """A world of one account; JSON goes in and out as values."""
    import orjson

    await connection.set_type_codec(
        "jsonb", encoder=lambda v: orjson.dumps(v).decode(), decoder=orjson.loads, schema="pg_catalog"
    )
    await connection.execute("TRUNCATE accounts CASCADE")
    await connection.execute("INSERT INTO accounts (id, name, role) VALUES (1, 'ann', 'analyst')")

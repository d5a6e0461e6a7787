"""Pieces of JSON: concat() of them is what to_json says of the same values, whatever they are."""

from __future__ import annotations

import asyncio

import asyncpg
import orjson
import pytest

from api import json_sql
from api.catalogue import POSITIONS

_VALUES = """
SELECT * FROM (VALUES
  (1, -0.0::real, 'plain', true, timestamptz '2026-01-05 04:30:00.158Z', 1::smallint),
  (2, 36503.39::real, E'a"b\\\\c', false, timestamptz '2026-12-31 23:59:59.9999Z', 0::smallint),
  (3, 1e-9::real, E'''{},', NULL, timestamptz '2000-01-01 00:00:00Z', 2::smallint),
  (4, NULL, NULL, NULL, NULL, NULL),
  (5, 1e20::real, '~!\\"', NULL, timestamptz '2026-06-30 12:00:00.5Z', 9::smallint)
) AS one (n, number, word, flag, stamp, code) ORDER BY n
"""
_STAMP = """'"' || to_char(stamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"'"""


@pytest.mark.parametrize(
    ("pieces", "same"),
    [
        (json_sql.number("number", ',"x":'), "to_json(number)::text"),
        (json_sql.plain("number * 2", ',"x":'), "to_json(number * 2)::text"),
        (json_sql.boolean("flag", ',"x":'), "to_json(flag)::text"),
        (json_sql.text("word", ',"x":'), "to_json(word)::text"),
        (json_sql.quoted(json_sql.escaped("word"), "word IS NULL", ',"x":'), "to_json(word)::text"),
        (json_sql.moment("stamp", ',"x":'), _STAMP),
        (json_sql.word(["no", "a", "b"], "code", ',"x":'), "to_json((ARRAY['no', 'a', 'b'])[code + 1])::text"),
    ],
)  # fmt: skip
def test_a_value_is_what_json_says_it_is(database_url: str, pieces: list[str], same: str) -> None:
    sql = f"SELECT {json_sql.joined(pieces)}, coalesce({same}, 'null') || ',\"x\":' FROM ({_VALUES}) AS one"

    rows = asyncio.run(_fetch(database_url, sql))

    assert [row[0] for row in rows] == [row[1] for row in rows]


async def _fetch(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


def test_more_pieces_than_a_function_takes(database_url: str) -> None:
    numbers = [str(n) for n in range(250)]

    assert asyncio.run(_fetch(database_url, f"SELECT {json_sql.joined(numbers)}"))[0][0] == "".join(numbers)


_ODD = """
INSERT INTO positions (time, position_time, icao24, callsign, registration, geom, on_ground, track, emergency, heard)
VALUES ('2023-11-14 22:20:00.25Z', NULL, {}, {}, {}, {}, {}, {}, {}, {})
"""


@pytest.mark.parametrize(
    ("icao24", "shown", "own"),
    [
        (0x4CA7B5, "4ca7b5", "4ca7b5"), (0x00000A, "00000a", "00000a"), (0x100000, "100000", "100000"),
        (1 << 24 | 0x2B0D0D, "~2b0d0d", "~2b0d0d"), (1 << 48 | 5, None, "x0000000005"),
    ],
)  # fmt: skip
def test_a_position_of_any_identity_is_json(migrated_url: str, icao24: int, shown: str | None, own: str) -> None:
    values = [icao24, "'A\"B\\C'", "NULL", "NULL", "true", "0.1", "1", "7"]
    sql = f"SELECT {POSITIONS.feature_of()} FROM positions WHERE icao24 = {icao24}"

    feature = orjson.loads(asyncio.run(_stored(migrated_url, _ODD.format(*values), sql)))

    assert (feature["id"], feature["geometry"]) == (f"{own}-1700000400250", None)
    told = feature["properties"]
    assert list(told) == [one.name for one in POSITIONS.properties]
    assert (told["icao24"], told["callsign"], told["registration"]) == (shown, 'A"B\\C', None)
    assert (told["on_ground"], told["track"], told["emergency"], told["source"]) == (True, 0.1, "none", "unknown")


async def _stored(url: str, insert: str, select: str) -> str:
    """What is read of a row that is not kept."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("CREATE TEMP TABLE positions (LIKE public.positions INCLUDING DEFAULTS)")
            await connection.execute(insert)
            found = str(await connection.fetchval(select))
            await connection.execute("DROP TABLE positions")
        return found
    finally:
        await connection.close()

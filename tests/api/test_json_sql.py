"""Pieces of JSON: concat() of them is what to_json says of the same values, whatever they are."""

from __future__ import annotations

import asyncio

import asyncpg
import orjson
import pytest

from api import json_sql
from api.catalogue import AIRCRAFT, POSITIONS
from api.collections import Collection, _feature
from api.crs import SYSTEMS
from api.identity import MS

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


@pytest.mark.parametrize(
    ("pieces", "merged"),
    [
        (["'it''s'", "' one'"], ["'it''s one'"]),
        (["'a'", "callsign", "'b'", "'c'"], ["'a'", "callsign", "'bc'"]),
        (["'a'", json_sql.Case("x IS NULL", "n", "'"), "'b'"], [json_sql.Case("x IS NULL", "anb", "a'b")]),
        (["'a' || 'b'", "'c'"], ["'a' || 'b'", "'c'"]),
    ],
)
def test_literals_that_follow_each_other_are_one(pieces: list[json_sql.Piece], merged: list[json_sql.Piece]) -> None:
    assert json_sql.merged(pieces) == merged


_TIMES = (
    "0044-03-15 12:00:00.001Z BC", "1899-12-31 23:59:59.999Z", "1969-12-31 23:59:59.999Z", "1970-01-01 00:00:00Z",
    "2026-01-05 04:30:00.158Z", "9999-12-31 23:59:59.999Z", "20000-02-29 00:00:00.007Z",
)  # fmt: skip
_IDENTITIES = (0x4CA7B5, 10, 1 << 24 | 5, 1 << 48 | 5)
_AWKWARD = r"""
INSERT INTO {table} (time, icao24, position_time, callsign, squawk, baro_altitude, registration, on_ground, nic, source,
  emergency, feed, geom, sub {names})
SELECT time, icao24, CASE WHEN n & 1 = 0 THEN time END, CASE WHEN n & 2 = 0 THEN E'"\\{{}},''' END,
  CASE WHEN n & 4 = 0 THEN '77,0' END, CASE WHEN n & 8 = 0 THEN -0.0::real END, CASE WHEN n & 16 = 0 THEN 'é中' END,
  CASE WHEN n & 32 = 0 THEN n & 1 = 0 END, CASE WHEN n & 64 = 0 THEN 8 END, n % 13, CASE WHEN n & 2 = 0 THEN n % 9 END,
  0, CASE WHEN n & 1 = 0 THEN ST_SetSRID(ST_Point(180, -90), 4326) END, n {values}
FROM generate_series(0, 127) AS n, unnest(ARRAY[{times}]::timestamptz[]) AS time,
  unnest(ARRAY[{identities}]::bigint[]) AS icao24
"""


@pytest.mark.parametrize(("collection", "names", "values"), [(POSITIONS, "", ""), (AIRCRAFT, ", seq", ", n")])
def test_what_is_merged_says_what_its_pieces_say(
    migrated_url: str, collection: Collection, names: str, values: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = _feature.__wrapped__(collection, None, SYSTEMS[0])
    monkeypatch.setattr(json_sql, "merged", lambda pieces: pieces)
    apart = _feature.__wrapped__(collection, None, SYSTEMS[0])
    times, identities = ", ".join(map(repr, _TIMES)), ", ".join(map(str, _IDENTITIES))
    insert = _AWKWARD.format(table=collection.source, names=names, values=values, times=times, identities=identities)

    rows = asyncio.run(_both(migrated_url, collection.source, insert, merged, apart))

    assert merged != apart and len(rows) == 128 * len(_TIMES) * len(_IDENTITIES)
    assert [row[0] for row in rows] == [row[1] for row in rows]
    for row in rows:
        orjson.loads(row[0])


async def _both(url: str, table: str, insert: str, one: str, other: str) -> list[asyncpg.Record]:
    """Two expressions of every row that is inserted."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING DEFAULTS)")
        await connection.execute(insert)
        return list(await connection.fetch(f"SELECT {one}, {other} FROM {table}"))
    finally:
        await connection.close()


def test_a_time_in_an_id_is_its_exact_millisecond(database_url: str) -> None:
    times = "SELECT timestamptz 'epoch' + (n * 7919 || ' ms')::interval AS time FROM generate_series(-5000, 5000) AS n"
    more = f"SELECT unnest(ARRAY[{', '.join(map(repr, _TIMES))}])::timestamptz"
    late = "SELECT timestamptz '2286-11-20' + (n || ' ms')::interval FROM generate_series(0, 2000) AS n"
    exact = "(extract(epoch FROM time) * 1000)::bigint"
    sql = f"SELECT {MS.format('time')}, {exact} FROM ({times} UNION ALL {more} UNION ALL {late}) AS one"

    rows = asyncio.run(_fetch(database_url, sql))

    assert [row[0] for row in rows] == [row[1] for row in rows]


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

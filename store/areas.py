"""Areas of interest in the database: who may see which, and their shapes in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import numpy as np
import shapely

from geo.activity import Activity
from geo.schema import Array
from geo.zones import Zones
from store.connect import CHANNEL
from store.places import ewkb

VISIBLE = "(owner = $1 OR shared OR $2)"
"""SQL: whether somebody sees a row: an account's number, and whether it is an admin."""

_SHOWN = """
id, owner, name, floor_ft, ceiling_ft, active, source, shared, created, changed, ST_AsGeoJSON(geom, 7) AS geometry
"""
_VALUES = ("name", "geom", "floor_ft", "ceiling_ft", "active", "source", "shared")
DATA_TIME = "(SELECT to_timestamp(value::float8 / 1000) FROM meta WHERE key = 'data_time')"
"""SQL: the newest data time, NULL before the first observation."""

_PLACES = ", ".join("ST_GeomFromEWKB($3)" if name == "geom" else f"${k}" for k, name in enumerate(_VALUES, 2))

_SAME = """ST_OrderingEquals(geom, ST_GeomFromEWKB($3)) AND floor_ft IS NOT DISTINCT FROM $4::real
AND ceiling_ft IS NOT DISTINCT FROM $5::real"""


async def listed(
    connection: asyncpg.Connection | asyncpg.Pool, account: int | None, admin: bool, after: int, limit: int
) -> Sequence[asyncpg.Record]:
    """The visible areas with an id above `after`, at most `limit`, by id."""
    sql = f"SELECT {_SHOWN} FROM areas WHERE {VISIBLE} AND id > $3 ORDER BY id LIMIT $4"
    return list(await connection.fetch(sql, account, admin, after, limit))


async def owned(connection: asyncpg.Connection | asyncpg.Pool, account: int | None) -> Sequence[asyncpg.Record]:
    """All areas of an account, by id."""
    return list(await connection.fetch(f"SELECT {_SHOWN} FROM areas WHERE owner = $1 ORDER BY id", account))


async def one(
    connection: asyncpg.Connection | asyncpg.Pool, account: int | None, admin: bool, area: int
) -> asyncpg.Record | None:
    """The area, if it is there and visible."""
    return await connection.fetchrow(f"SELECT {_SHOWN} FROM areas WHERE {VISIBLE} AND id = $3", account, admin, area)


async def create(connection: asyncpg.Connection, owner: int, values: Mapping[str, Any]) -> int:
    """A new area with `geom` (shapely) and the other columns; its number."""
    sql = f"INSERT INTO areas (owner, {', '.join(_VALUES)}, began) VALUES ($1, {_PLACES}, {DATA_TIME}) RETURNING id"
    return int(await connection.fetchval(sql, owner, *_row(values)))


async def replace(connection: asyncpg.Connection, area: int, values: Mapping[str, Any]) -> None:
    """The area with new values; it begins anew where it now lies elsewhere."""
    sets = f"({', '.join(_VALUES)}) = ROW({_PLACES}), began = CASE WHEN {_SAME} THEN began ELSE {DATA_TIME} END"
    await connection.execute(f"UPDATE areas SET {sets}, changed = clock_timestamp() WHERE id = $1", area, *_row(values))


async def delete(connection: asyncpg.Connection, area: int) -> None:
    """The area away, with the subscriptions and ignores that are of it."""
    await connection.execute("DELETE FROM areas WHERE id = $1", area)


async def changed(connection: asyncpg.Connection) -> None:
    """Wake whoever watches areas: something that is watched has changed."""
    await connection.execute("SELECT pg_notify($1, 'watching')", CHANNEL)


def _row(values: Mapping[str, Any]) -> list[Any]:
    return [ewkb(multipolygon(values[n])) if n == "geom" else values[n] for n in _VALUES]


def multipolygon(shape: Any) -> Any:
    """The same area as a MultiPolygon."""
    return shapely.MultiPolygon(list(shapely.get_parts(shape)))


def zones_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Zones, Array]:
    """Areas (rows with id, name, floor_ft, ceiling_ft, active, wkb) as the watcher wants them, and their numbers."""
    if not rows:
        return Zones.none(), np.zeros(0, dtype=np.int64)
    ids, names = np.array([str(row["id"]) for row in rows]), np.array([row["name"] for row in rows])
    kind, ref = np.full(len(rows), "area"), np.full(len(rows), "MSL")
    floor = np.array([-np.inf if row["floor_ft"] is None else row["floor_ft"] for row in rows])
    ceiling = np.array([np.inf if row["ceiling_ft"] is None else row["ceiling_ft"] for row in rows])
    shapes: Array = np.empty(len(rows), dtype=object)
    shapes[:] = shapely.from_wkb([row["wkb"] for row in rows])
    active = [Activity.of(row["active"]) for row in rows]
    zones = Zones(ids, names, kind, names, floor, ceiling, ref, ref, shapes, np.zeros(len(rows)), active)
    return zones, np.array([row["id"] for row in rows], dtype=np.int64)

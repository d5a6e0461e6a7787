"""A tile from the database: features as they are where there are few, counts where there are many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg

from api.asked import Asked
from api.cell_collections import for_zoom
from api.collections import Collection, Property
from api.parameters import Box
from api.query import Statement
from api.tile_cache import Crowds
from api.tile_counts import EXTENT, MARGIN, counted, enough, found_in, summed
from api.tile_hours import FEW, Layer, layer
from geo.mercator import Tile

MOST = 4_000
"""Features that a tile shows one by one; of more it shows counts."""

MOST_BYTES = 1_000_000
"""A heavier tile is given as counts too, and one of areas with fewer of them."""

SELECTIVE = frozenset(("class", "icao24"))
"""Filters with an index of their own."""

AREAS = ("Polygon", "MultiPolygon")
_UTC = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


async def tile(
    pool: asyncpg.Pool, steady: asyncpg.Pool, collection: Collection, asked: Asked, at: Tile, crowds: Crowds
) -> bytes:
    """The tile's content; empty where there is nothing. `steady` plans once, where one plan is right for all tiles."""
    placed = replace(asked, boxes=[Box(at.degrees(MARGIN))], filters=_sized(collection, asked, at.zoom))
    if collection.geometry in AREAS:
        return await _areas(pool, collection, placed, at)
    of = layer(collection, placed, at)
    if of and not (of.few_apart and await _few(pool, of, placed, at)):
        return (await _counts(pool, *counted(collection, placed, at, of)))[0]
    if not _by_codes_alone(collection, asked):
        sql, values = enough(collection, placed, at, MOST)
        return await _apart(pool, pool, collection, placed, at, await pool.fetchval(sql, *values) > MOST)
    place = collection.id, at
    if place in crowds.known:
        # Most likely still one. The counts say so, too: to look first would take a tenth as long again.
        content, found = await _counts(steady, *counted(collection, placed, at))
        crowds.note(place, found > MOST)
        return content if found > MOST else await _apart(pool, steady, collection, placed, at, False)
    sql, values = enough(collection, placed, at, MOST)
    many = await steady.fetchval(sql, *values) > MOST
    crowds.note(place, many)
    return await _apart(pool, steady, collection, placed, at, many)


async def _apart(
    pool: asyncpg.Pool, counting: asyncpg.Pool, collection: Collection, asked: Asked, at: Tile, many: bool
) -> bytes:
    """Features one by one, or counts where there are too many or the tile would be too heavy."""
    content = b"" if many else await _fetch(pool, *one_by_one(collection, asked, at, MOST))
    heavy = many or len(content) > MOST_BYTES
    return (await _counts(counting, *counted(collection, asked, at)))[0] if heavy else content


def _by_codes_alone(collection: Collection, asked: Asked) -> bool:
    """Whether the index on codes is the one to read, range by range, whatever the values."""
    narrowed = collection.fixed or asked.span or asked.cql is not None or asked.filters.keys() & SELECTIVE
    return bool(collection.code) and not narrowed


async def _few(pool: asyncpg.Pool, of: Layer, asked: Asked, at: Tile) -> bool:
    sql, values = summed(of, asked, at)
    return bool(await pool.fetchval(sql, *values) <= FEW)


def _sized(collection: Collection, asked: Asked, zoom: int) -> Mapping[str, Any]:
    """The filters, with the resolution of cells that suits the zoom where none is asked for."""
    size = collection.filter_names.get("resolution")
    if size is None or "resolution" in asked.filters:
        return asked.filters
    return {**asked.filters, "resolution": for_zoom(zoom)}


async def _areas(pool: asyncpg.Pool, collection: Collection, asked: Asked, at: Tile) -> bytes:
    """Areas are not counted but left out from the end of their order, where the tile would be too heavy."""
    most = MOST
    content = await _fetch(pool, *one_by_one(collection, asked, at, most))
    while len(content) > MOST_BYTES and most > 1:
        most //= 4
        content = await _fetch(pool, *one_by_one(collection, asked, at, most))
    return content


async def _counts(pool: asyncpg.Pool, sql: str, values: list[Any]) -> tuple[bytes, int]:
    content, found = await pool.fetchrow(sql, *values)
    return content or b"", int(found)


async def _fetch(pool: asyncpg.Pool, sql: str, values: list[Any]) -> bytes:
    found: bytes | None = await pool.fetchval(sql, *values)
    return found or b""


def shown(collection: Collection, asked: Asked) -> list[Property]:
    """The properties of a tile's features: those asked for, else all that need no text to be taken apart."""
    if asked.properties is not None:
        return [one for one in collection.properties if one.name in asked.properties]
    return [one for one in collection.properties if one.kind != "json" and one.sortable]


def one_by_one(collection: Collection, asked: Asked, at: Tile, most: int) -> tuple[str, list[Any]]:
    """SQL of the tile with at most so many features, the first in the collection's order."""
    statement = Statement()
    found = found_in(collection, asked, statement)
    box = ", ".join(statement.bind(edge, "float8") for edge in asked.boxes[0].edges)
    square = ", ".join(statement.bind(edge, "float8") for edge in at.metres())
    names = [one.name for one in shown(collection, asked)]
    values = "".join(f', {_value(one)} AS "p_{one.name}"' for one in shown(collection, asked))
    keys = "".join(f", {name} AS key_{i}" for i, (name, _) in enumerate(collection.key))
    order = ", ".join(f"key_{i}{' DESC' if collection.newest_first else ''}" for i in range(len(collection.key)))
    columns = "".join(f', "p_{name}" AS "{name}"' for name in names)
    shape = f"ST_AsMVTGeom({{}}, ST_MakeEnvelope({square}, 3857), {EXTENT}, {round(MARGIN * EXTENT)})"
    # Among others a line or area that is too small to be drawn is a point: the picture of the world has it too.
    small = f", {shape.format('ST_PointOnSurface(cut)')}" if collection.geometry == "Geometry" else ""
    # Materialized: the order must not lure the planner away from the index on places. OFFSET 0: or each shape would be
    # made twice, to see whether there is one and to show it.
    sql = f"""
    WITH found AS MATERIALIZED (SELECT geom, {collection.feature_id} AS own_id{keys}{values} FROM {found})
    SELECT ST_AsMVT(tile, {statement.bind(collection.id, "text")}, {EXTENT}, 'shape') FROM (
      SELECT coalesce({shape.format("cut")}{small}) AS shape, own_id AS id{columns}
      FROM (SELECT * FROM found ORDER BY {order} LIMIT {most}) AS first,
        ST_Transform(ST_ClipByBox2D(ST_Force2D(geom), ST_MakeEnvelope({box}, 4326)), 3857) AS cut OFFSET 0
    ) AS tile WHERE shape IS NOT NULL"""
    return sql, statement.values


def _value(one: Property) -> str:
    """SQL of a value as a tile can hold it."""
    if one.kind == "date-time":
        return _UTC.format(one.filter_sql)
    return f"to_json({one.filter_sql})::text" if one.kind == "json" else one.filter_sql

"""Many features in a tile, as SQL: counts on a grid of 32 by 32 points, with what the collection says of many at once.

Where a collection keeps codes of places (`Collection.code`) they are read from its index, else each place is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from api.asked import Asked
from api.collections import Collection
from api.query import Statement, conditions, source
from api.tile_hours import Layer, found
from geo.mercator import CODE_ZOOM, Tile

EXTENT = 4096
CELL_BITS, EDGE_BITS = 5, 2
CELLS, EDGE_CELLS = 1 << CELL_BITS, 1 << EDGE_BITS
"""Cells along a tile's side, 16 pixels each where a tile is shown with 512, and how many more in its neighbours."""

MARGIN = EDGE_CELLS / CELLS
"""How far a tile reaches into its neighbours, in tile widths (64 of 512 pixels), so that no symbol is cut at a seam."""

KEPT_TILES = 500
"""Tiles of which the ranges of codes are kept: 5 kB each."""

_STEP = EXTENT // CELLS
_BLOCKS = CELLS // EDGE_CELLS


def found_in(collection: Collection, asked: Asked, statement: Statement) -> str:
    """FROM and WHERE: what the box and the filters leave. A box is compared by the index, and by it alone."""
    edges = ", ".join(statement.bind(edge, "float8") for edge in asked.boxes[0].edges)
    held = [f"geom && ST_MakeEnvelope({edges}, 4326)", *held_by(collection, asked, statement)]
    return f"{source(collection, asked, statement)} WHERE {' AND '.join(held)}"


def held_by(collection: Collection, asked: Asked, statement: Statement) -> list[str]:
    """The conditions without the box."""
    held = conditions(collection, asked.anywhere, statement)
    which = asked.span is not None or asked.cql is not None or set(asked.filters) - {"resolution"}
    return held if which or not collection.latest else [*held, collection.latest]


def enough(collection: Collection, asked: Asked, at: Tile, most: int) -> tuple[str, list[Any]]:
    """SQL of how many features there are, to one more than `most`."""
    statement = Statement()
    if collection.code:
        rows = f"{_ranges(at, statement)}, LATERAL (SELECT 1 FROM {_coded(collection, asked, statement)}) AS row"
    else:
        rows = found_in(collection, asked, statement)
    return f"SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {most + 1}) AS enough", statement.values


def summed(of: Layer, asked: Asked, at: Tile) -> tuple[str, list[Any]]:
    """SQL of how many features there are, of a collection that is summed."""
    statement = Statement()
    return f"SELECT coalesce(sum(n), 0)::bigint FROM {found(of, asked, at, statement)}", statement.values


def counted(collection: Collection, asked: Asked, at: Tile, of: Layer | None = None) -> tuple[str, list[Any]]:
    """SQL of the tile, points in the middle of the cells, and of how many features are counted in it."""
    statement = Statement()
    if of:
        cells = _gridded("lon", "lat", "sum(n)::bigint AS count", found(of, asked, at, statement), at, statement)
    else:
        cells = (_by_code if collection.code else _by_place)(collection, asked, at, statement)
    names = "".join(f', "{name}"' for name in collection.rolled)
    last = CELLS + EDGE_CELLS - 1
    sql = f"""
    SELECT ST_AsMVT(tile, {statement.bind(collection.id, "text")}, {EXTENT}, 'shape'), coalesce(sum(count), 0) FROM (
      SELECT ST_Point(cx * {_STEP} + {_STEP // 2}, cy * {_STEP} + {_STEP // 2}) AS shape, count{names} FROM ({cells})
        AS cells
      WHERE cx BETWEEN {-EDGE_CELLS} AND {last} AND cy BETWEEN {-EDGE_CELLS} AND {last}
      ORDER BY cy, cx
    ) AS tile"""
    return sql, statement.values


def _by_code(collection: Collection, asked: Asked, at: Tile, statement: Statement) -> str:
    """The tile is one range of codes, and each block of its margin is one; bits of a code within it are the cell."""
    shift = 2 * (CODE_ZOOM - at.zoom - CELL_BITS)
    cx, cy = (" | ".join(f"(cell >> {2 * i + odd - i} & {1 << i})" for i in range(CELL_BITS)) for odd in (0, 1))
    ranges, rows = _ranges(at, statement), _coded(collection, asked, statement)
    names = "".join(f', "{name}"' for name in collection.rolled)
    return f"""
      SELECT x + ({cx}) AS cx, y + ({cy}) AS cy, count{names}
      FROM {ranges}, LATERAL (
        SELECT ({collection.code} - low) >> {shift} AS cell, count(*)::int AS count{_rolled(collection)}
        FROM {rows} GROUP BY 1
      ) AS row"""


def _coded(collection: Collection, asked: Asked, statement: Statement) -> str:
    held = [f"{collection.code} >= low AND {collection.code} < high", *held_by(collection, asked, statement)]
    return f"{source(collection, asked, statement)} WHERE {' AND '.join(held)}"


def _ranges(at: Tile, statement: Statement) -> str:
    """SQL of the tile's ranges of codes: first, first beyond, and the cell at which each begins."""
    kinds = ("bigint[]", "bigint[]", "int[]", "int[]")
    bound = (statement.bind(values, kind) for values, kind in zip(_columns(at), kinds, strict=True))
    return f"unnest({', '.join(bound)}) AS block (low, high, x, y)"


@lru_cache(KEPT_TILES)
def _columns(at: Tile) -> Sequence[Sequence[int]]:
    """The blocks by column. To find them took a third of the server's time for a tile."""
    return tuple(zip(*_blocks(at), strict=True))


def _blocks(at: Tile) -> Iterator[tuple[int, int, int, int]]:
    """The tile, and around it blocks of 4 by 4 cells; there are none beyond the world's edge."""
    yield *at.codes, 0, 0
    ring = [(i, j) for i in range(-1, _BLOCKS + 1) for j in range(-1, _BLOCKS + 1) if {i, j} & {-1, _BLOCKS}]
    for i, j in ring:
        block = Tile(at.zoom + CELL_BITS - EDGE_BITS, at.row * _BLOCKS + j, at.column * _BLOCKS + i)
        if block.exists:
            yield *block.codes, i * EDGE_CELLS, j * EDGE_CELLS


def _by_place(collection: Collection, asked: Asked, at: Tile, statement: Statement) -> str:
    values = f"count(*)::int AS count{_rolled(collection)}"
    return _gridded(*_middle(collection), values, found_in(collection, asked, statement), at, statement)


def _gridded(lon: str, lat: str, values: str, rows: str, at: Tile, statement: Statement) -> str:
    side = 1 << at.zoom
    column, row = (statement.bind(place, "int") for place in (at.column, at.row))
    return f"""
      SELECT floor((({lon} + 180) / 360 * {side} - {column}) * {CELLS})::int AS cx,
        floor(((0.5 - asinh(tan(radians({lat}))) / (2 * pi())) * {side} - {row}) * {CELLS})::int AS cy, {values}
      FROM {rows} GROUP BY 1, 2"""


def _middle(collection: Collection) -> tuple[str, str]:
    """SQL of longitude and latitude of the place that a feature is counted at: of a line the middle of its box."""
    if collection.geometry == "Point":
        return "ST_X(geom)", "ST_Y(geom)"
    return "((ST_XMin(geom) + ST_XMax(geom)) / 2)", "((ST_YMin(geom) + ST_YMax(geom)) / 2)"


def _rolled(collection: Collection) -> str:
    return "".join(f', {sql} AS "{name}"' for name, sql in collection.rolled.items())

"""Tiles of positions and tracks that show the world: their counts from sums by cell and hour, never from the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.asked import Asked
from api.collections import Collection
from api.query import Statement
from geo.mercator import Tile

BY_ZOOM = (2, 2, 2, 3, 3, 4)
"""Resolution of the sums by zoom; beyond, the rows of a tile are few enough."""

FEW = 1_000
"""Pieces of tracks that a tile of the world shows one by one: more of them are a picture of lines upon lines."""

BY_DAY = timedelta(days=2)
"""Longer spans are read by whole days, shorter ones by whole hours."""


@dataclass(frozen=True)
class Layer:
    """What is summed of a collection: the table's name, what is shown where nothing says which, and whether tiles
    with few features show them one by one: pieces of tracks have an index on places, the newest positions none."""

    table: str
    latest: timedelta
    few_apart: bool


LAYERS: Mapping[str, Layer] = {
    "positions": Layer("positions", timedelta(hours=1), False),
    "tracks": Layer("track_segments", timedelta(days=1), True),
}


def layer(collection: Collection, asked: Asked, at: Tile) -> Layer | None:
    """The sums that answer this tile; None where the rows must: sums know no filter but that of time."""
    plain = not asked.filters and asked.cql is None and asked.properties is None
    return LAYERS.get(collection.id) if at.zoom < len(BY_ZOOM) and plain else None


def found(of: Layer, asked: Asked, at: Tile, statement: Statement) -> str:
    """FROM and WHERE of the sums in the box: columns lon, lat and n."""
    first, until, long = _times(of, asked, statement)
    west, south, east, north = (statement.bind(edge, "float8") for edge in asked.boxes[0].edges)
    hours, resolution = 24 if long else 1, BY_ZOOM[at.zoom]
    return (
        f"tile_hours WHERE layer = {statement.bind(of.table, 'text')} AND hours = {hours} "
        f"AND resolution = {resolution} AND start > {first} - interval '{hours} hours' AND start {until} "
        f"AND lon BETWEEN {west} AND {east} AND lat BETWEEN {south} AND {north}"
    )


_NOW = "(SELECT to_timestamp((value #>> '{}')::float8 / 1000) FROM meta WHERE key = 'data_time')"


def _times(of: Layer, asked: Asked, statement: Statement) -> tuple[str, str, bool]:
    """SQL of the first moment, of how starts compare with the last, and whether the span is a long one."""
    if asked.span is None:
        return f"({_NOW} - {statement.bind(of.latest, 'interval')})", f"<= {_NOW}", False
    start, end = asked.span.start, asked.span.end
    long = start is None or end is None or end - start > BY_DAY
    first, last = _moment(start, "-infinity", statement), _moment(end, "infinity", statement)
    # An interval that ends at the full hour has no share in the one that begins then, but for a moment.
    return first, f"{'<=' if start == end else '<'} {last}", long


def _moment(at: Any, open_end: str, statement: Statement) -> str:
    return statement.bind(at, "timestamptz") if at else f"'{open_end}'::timestamptz"

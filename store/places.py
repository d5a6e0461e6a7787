"""Zones and flight information regions into the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import shapely

from geo.firs import Firs

_ZONES = """
INSERT INTO zones (id, name, kind, title, floor_ft, ceiling_ft, floor_ref, ceiling_ref, active, geom)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ST_GeomFromEWKB($10))
"""
_FIRS = "INSERT INTO firs (id, name, oceanic, geom) VALUES ($1, $2, $3, ST_GeomFromEWKB($4))"

ZONE_COLUMNS = (
    "id", "name", "kind", "title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active", "geometry",
)  # fmt: skip


def ewkb(shape: Any) -> Any:
    """A shapely geometry in WGS84 degrees, or an array of them, as EWKB."""
    return shapely.to_wkb(shapely.set_srid(shape, 4326), include_srid=True)


async def replace_zones(connection: asyncpg.Connection, zones: Sequence[Mapping[str, Any]]) -> int:
    """The zones that are loaded now, each with `ZONE_COLUMNS` (geometry: shapely, WGS84); how many."""
    rows = [(*(zone[name] for name in ZONE_COLUMNS[:-1]), ewkb(zone["geometry"])) for zone in zones]
    async with connection.transaction():
        await connection.execute("DELETE FROM zones")
        await connection.executemany(_ZONES, rows)
    return len(rows)


async def replace_firs(connection: asyncpg.Connection, firs: Firs | None) -> int:
    """The regions that are loaded now, None for none; how many."""
    columns = (firs.ids, firs.names, firs.oceanic, firs.shapes) if firs else ()
    rows = [(str(own), str(name), bool(sea), ewkb(shape)) for own, name, sea, shape in zip(*columns, strict=True)]
    async with connection.transaction():
        await connection.execute("DELETE FROM firs")
        await connection.executemany(_FIRS, rows)
    return len(rows)

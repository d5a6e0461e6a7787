"""What the database works out of places: tile codes as Python has them, outlines of cells and of those around them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import numpy as np

from geo.anomaly import Anomaly
from geo.cells import cells_of, parents, resolution_of
from geo.mercator import CODE_ZOOM, LATITUDE, Tile
from store.cells import outlines
from store.writer import Writer

ONE = Anomaly(
    "a", "loiter", 1, "T", [], 1_700_000_000_000, 1_700_000_060_000, "closed", 2, 0.5, "turns",
    {"type": "Point", "coordinates": [0.0, 0.0]}, "", evidence={},
)  # fmt: skip
SPOTS = [(0.0, 0.0), (-180.0, 85.0), (179.99999, -85.0), (13.4, 44.2), (-0.1, 51.5), (180.0, 0.0)]


async def _saved(url: str) -> dict[str, int | None]:
    writer = await Writer.open(url)
    shapes: list[tuple[str, Any, Any]] = [(f"p{i}", "Point", list(spot)) for i, spot in enumerate(SPOTS)]
    shapes += [
        ("line", "LineString", [[10.0, 50.0], [12.0, 52.0]]), ("pole", "Point", [0.0, 89.0]),
        ("over", "MultiLineString", [[[178.0, 0.0], [180.0, 0.0]], [[-180.0, 0.0], [-178.0, 0.0]]]),
    ]  # fmt: skip
    await writer.save([replace(ONE, id=own, geometry={"type": kind, "coordinates": at}) for own, kind, at in shapes])
    await writer.save([replace(ONE, id="none", geometry=None)])
    await writer.close()
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT id, tile FROM anomalies")
    await connection.close()
    return {row["id"]: row["tile"] for row in rows}


def holds(at: Tile, lon: float, lat: float) -> bool:
    west, south, east, north = at.degrees()
    return west <= lon <= east and south - 1e-9 <= lat <= north + 1e-9


def tile_of(code: int) -> Tile:
    """The tile that a code names."""
    column, row = (sum((code >> 2 * i + odd & 1) << i for i in range(CODE_ZOOM)) for odd in (0, 1))
    return Tile(CODE_ZOOM, row, column)


def test_codes_are_those_of_the_tiles_that_hold_the_places(migrated_url: str) -> None:
    codes = asyncio.run(_saved(migrated_url))
    places = {f"p{i}": spot for i, spot in enumerate(SPOTS)} | {"line": (11.0, 51.0), "over": (179.0, 0.0)}
    for own, (lon, lat) in places.items():
        code = codes[own]
        assert code is not None
        at = tile_of(code)
        assert at.code == code and holds(at, lon, lat), own
        low, high = Tile(5, at.row >> CODE_ZOOM - 5, at.column >> CODE_ZOOM - 5).codes
        assert low <= code < high
    assert codes["none"] is None and codes["pole"] is None and abs(LATITUDE) < 89


def test_outlines_of_cells_and_all_around_them() -> None:
    cell = cells_of(np.array([46.0]), np.array([8.0]), 4)
    h3, resolution, shapes = outlines(cell.tolist())
    assert set(h3) == {int(parents(cell, r)[0]) for r in range(5)}
    assert sorted(resolution) == [0, 1, 2, 3, 4] == sorted(resolution_of(np.array(h3, "u8")).tolist())
    assert len(shapes) == 5 and outlines([]) == ([], [], [])

"""H3 cells of arrays of positions: indices, parents, neighbours, hex text and GeoJSON outlines."""

from __future__ import annotations

from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.polygon import orient

from geo import antimeridian
from geo.schema import Array

Cells = npt.NDArray[np.uint64]

NO_CELL = np.uint64(0)
"""The cell of a missing position; H3 itself keeps 0 for 'none'."""

GPSJAM, FINEST = 4, 5
"""Resolutions that traffic is counted at, and all coarser ones: 1,770 km2 a cell as GPSJam has it, and 253 km2."""


def cells_of(lat: Array, lon: Array, resolution: int) -> Cells:
    """The H3 cell (n,) of each point in degrees; 0 where either coordinate is NaN."""
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    known = np.isfinite(lat) & np.isfinite(lon)
    if known.all():
        return _cells(lat, lon, resolution)
    out = np.zeros(len(lat), dtype=np.uint64)
    out[known] = _cells(lat[known], lon[known], resolution)
    return out


def parents(cells: Cells, resolution: int) -> Cells:
    """The ancestors (n,) at a coarser `resolution` (no finer than the cells'); 0 stays 0.

    Bit arithmetic on the index: resolution in bits 52 to 55, the unused digits all ones (H3 index, mode 1).
    """
    cells = np.asarray(cells, dtype=np.uint64)
    unused = np.uint64((1 << 3 * (15 - resolution)) - 1)
    raised = cells & ~np.uint64(0xF << 52) | np.uint64(resolution << 52) | unused
    return np.where(cells == NO_CELL, NO_CELL, raised)


def resolution_of(cells: Cells) -> Array:
    """The resolution (n,) of each cell."""
    return (np.asarray(cells, dtype=np.uint64) >> np.uint64(52) & np.uint64(0xF)).astype(np.int64)


def grid_disk(cells: Cells, k: int) -> Cells:
    """All cells within `k` steps of any of the given ones, without repeats; 0 is left out."""
    cells = np.asarray(cells, dtype=np.uint64)
    import h3ronpy

    near = h3ronpy.grid_disk(cells[cells != NO_CELL], k, flatten=True)
    return np.unique(np.asarray(near, dtype=np.uint64))


def neighbours(cells: Cells) -> Cells:
    """Each cell and those that touch it, (n, 7) in no order that matters; 0 fills up where there are fewer."""
    cells = np.asarray(cells, dtype=np.uint64)
    out, known = np.zeros((len(cells), 7), dtype=np.uint64), np.flatnonzero(cells != NO_CELL)
    if len(known):
        import h3ronpy
        import pyarrow as pa

        lists = pa.array(h3ronpy.grid_disk(cells[known], 1, flatten=False))
        row, column = np.nonzero(np.arange(7) < np.asarray(lists.value_lengths())[:, None])
        out[known[row], column] = np.asarray(lists.flatten())
    return out


def cell_text(cell: int) -> str:
    """The index as H3's usual hex text; empty for no cell."""
    return f"{int(cell):x}" if cell else ""


def cell_center(cell: int) -> tuple[float, float]:
    """Latitude and longitude of the cell's centre, degrees."""
    lat, lon = h3.cell_to_latlng(cell_text(cell))
    return float(lat), float(lon)


def centers(cells: Cells) -> tuple[Array, Array]:
    """Latitudes and longitudes (n,) of the cells' centres, degrees."""
    from h3ronpy.vector import cells_to_coordinates

    found = cells_to_coordinates(np.asarray(cells, dtype=np.uint64))
    return np.asarray(found.column("lat")), np.asarray(found.column("lng"))


def cell_shape(cell: int) -> Any:
    """The cell's outline to 0.1 m: a shapely Polygon, or a MultiPolygon where it meets the antimeridian."""
    lat, lon = np.round(h3.cell_to_boundary(cell_text(cell)), 6).T
    return antimeridian.polygon(lon, lat)


def cell_shapes(cells: Cells) -> Array:
    """The outlines (n,) of many cells at once, each as `cell_shape` gives it."""
    import pyarrow as pa
    from h3ronpy.vector import cells_to_wkb_polygons

    drawn = cells_to_wkb_polygons(np.asarray(cells, dtype=np.uint64))
    shapes = shapely.transform(shapely.from_wkb(pa.array(drawn).to_numpy(zero_copy_only=False)), _to_decimetres)
    west, _, east, _ = shapely.bounds(shapes).T
    # Of a ring across the antimeridian or around a pole, longitudes alone do not say which side is inside.
    for row in np.flatnonzero(east - west > 180):
        shapes[row] = cell_shape(int(cells[row]))
    return np.asarray(shapes)


def _to_decimetres(degrees: Array) -> Array:
    return np.round(degrees, 6)


def cell_polygon(cell: int) -> dict[str, Any]:
    """The cell's outline as a GeoJSON geometry: counter-clockwise, cut at the antimeridian (RFC 7946)."""
    shape = cell_shape(cell)
    wound = [orient(part) for part in shapely.get_parts(shape)]
    geometry: dict[str, Any] = shapely.geometry.mapping(wound[0] if len(wound) == 1 else shapely.MultiPolygon(wound))
    return geometry


def _cells(lat: Array, lon: Array, resolution: int) -> Cells:
    from h3ronpy.vector import coordinates_to_cells

    return np.asarray(coordinates_to_cells(lat, lon, resolution), dtype=np.uint64)

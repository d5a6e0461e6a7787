"""Zones made ready to be asked about every row: which kinds count, where they lie, how high they reach, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.schema import Array
from geo.tracks import Mask
from geo.zones import Zones

CELL_DEG = 0.125

REACH_NMI, DENSE_NMI, DENSE_S = 30.0, 8.0, 20.0
"""Rows this near to a zone are asked about: what three minutes of silence at 600 kt can hide; and the nearer reach of
rows that follow the one before within so many seconds."""

ABOVE_FT, CLIMB_FT_S = 3_000.0, 100.0
"""So far above the highest ceiling nearby a row needs no question, and more for each second since the row before."""


@dataclass(frozen=True)
class Airspace:
    """The watched `zones`; the same without limits, for rows of unknown altitude (`open`); `roof`, the highest ceiling
    in ft within reach of each cell of a grid, -inf where there is none, and the same for dense rows. By zone: `floor`
    and `ceiling` as altitudes in ft, `timed` where its activity is known, and a number made of its id."""

    zones: Zones
    open: Zones
    roof: Array
    roof_dense: Array
    floor: Array
    ceiling: Array
    timed: Mask
    keys: Array

    def near(self, lat: Array, lon: Array, altitude: Array, gap_s: Array) -> Mask:
        """Rows that can have met a zone since the row before; an unknown altitude can."""
        out = ~np.isnan(lat)
        cell = _cell(lat[out], lon[out])
        roof = np.where(gap_s[out] <= DENSE_S, self.roof_dense[cell], self.roof[cell])
        out[out] = np.isfinite(roof) & ~(altitude[out] > roof + ABOVE_FT + CLIMB_FT_S * gap_s[out])
        return out


_READY: dict[tuple[int, tuple[str, ...]], tuple[Zones, Airspace]] = {}


def airspace(zones: Zones, kinds: tuple[str, ...]) -> Airspace:
    """The zones of these kinds, made ready once: to build their tree takes longer than to ask it about a second."""
    key = (id(zones), kinds)
    if key not in _READY:
        while len(_READY) >= 4:
            del _READY[next(iter(_READY))]
        _READY[key] = (zones, _ready(zones.subset(kinds)))
    return _READY[key][1]


def limits(zones: Zones) -> tuple[Array, Array]:
    """Floor and ceiling as altitudes in ft; a floor at the ground is -inf."""
    ground = (zones.floor_ref == "SFC") | (zones.floor_ref == "AGL") & (zones.floor_ft <= 0)
    floor = zones.floor_ft + np.where(zones.floor_ref == "AGL", zones.ground_ft, 0.0)
    ceiling = zones.ceiling_ft + np.where(np.isin(zones.ceiling_ref, ["AGL", "SFC"]), zones.ground_ft, 0.0)
    return np.where(ground, -np.inf, floor), ceiling


def band_text(zones: Zones, index: int) -> str:
    """'ground to 24,000 ft', in the zone's own references."""
    floor, ceiling = float(zones.floor_ft[index]), float(zones.ceiling_ft[index])
    low = (
        "ground"
        if floor <= 0 and zones.floor_ref[index] != "MSL"
        else f"{floor:,.0f} ft{_over(zones.floor_ref[index])}"
    )
    high = f"{ceiling:,.0f} ft{_over(zones.ceiling_ref[index])}" if np.isfinite(ceiling) else "unlimited"
    return f"{low} to {high}"


def hours_known(zones: Zones) -> Mask:
    """Zones whose activity is known: the file gives times, or they are prohibited, which is always."""
    timed = [bool(one.periods or one.hours) for one in zones.active] or [False] * len(zones)
    known: Mask = np.array(timed, dtype=bool) | (zones.kinds == "prohibited")
    return known


def _over(reference: str) -> str:
    return " above ground" if reference in ("AGL", "SFC") else ""


def _ready(zones: Zones) -> Airspace:
    n = len(zones)
    ground, no_end = np.full(n, "SFC"), np.full(n, "UNL")
    endless = replace(zones, floor_ft=np.zeros(n), floor_ref=ground, ceiling_ft=np.full(n, np.inf), ceiling_ref=no_end)
    keys = np.array([_key(str(name)) for name in zones.ids], dtype=np.uint64)
    floor, ceiling = limits(zones)
    roof, dense = (_roof(zones, ceiling, nmi) for nmi in (REACH_NMI, DENSE_NMI))
    return Airspace(zones, endless, roof, dense, floor, ceiling, hours_known(zones), keys)


def _key(name: str) -> int:
    """FNV-1a of the zone's id, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def _cell(lat: Array, lon: Array) -> tuple[Array, Array]:
    rows, columns = round(180 / CELL_DEG), round(360 / CELL_DEG)
    row = np.clip(np.floor((lat + 90) / CELL_DEG).astype(np.int64), 0, rows - 1)
    return row, np.floor((lon + 180) / CELL_DEG).astype(np.int64) % columns


def _roof(zones: Zones, ceiling: Array, nmi: float) -> Array:
    roof = np.full((round(180 / CELL_DEG), round(360 / CELL_DEG)), -np.inf, dtype=np.float32)
    north = nmi / 60
    for shape, height in zip(zones.shapes, np.minimum(ceiling, 1e6), strict=True):
        for west, south, east, top in shapely.bounds(shapely.get_parts(shape)):
            pole = min(max(abs(south), abs(top)) + north, 89.0)
            wide = min(north / np.cos(np.radians(pole)), 180.0)
            (row0, row1), _ = _cell(np.array([south - north, top + north]), np.zeros(2))
            first, last = (int(v) for v in np.floor((np.array([west - wide, east + wide]) + 180) / CELL_DEG))
            columns = np.unique(np.arange(first, last + 1) % roof.shape[1])
            part = roof[row0 : row1 + 1]
            part[:, columns] = np.maximum(part[:, columns], height)
    return roof

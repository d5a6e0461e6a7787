"""Approach corridors: the wedge before a runway end, or a cone round an aerodrome whose runways are not known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, angle_between, bearing_deg, distance_m, unit_vectors
from geo.trees import kd_tree

REACH_NMI = 15.0
"""How far out a corridor begins."""

CEILING_FT, CONE_FT, CONE_FT_PER_NMI = 5_000.0, 1_000.0, 600.0
"""Height above the field: at most 5,000 ft (definitions, 5.4), and under a 5.6 degree glide with 1,000 ft to spare."""

CLOSING_DEG = 40.0
"""A track within this angle of the direct way closes on an aerodrome without known runways."""

RUNWAY_TRACK_DEG, WEDGE_DEG, LATERAL_NMI = 30.0, 15.0, 0.5
"""With a runway: track to its direction, bearing to its axis, and the half width right before and over it."""

_NEIGHBOURS, _CHUNK = 12, 100_000


@dataclass(frozen=True)
class Ends:
    """Runway ends (n,): threshold lat, lon; landing direction in degrees true, NaN if unknown; elevation ft."""

    lat: Array
    lon: Array
    heading: Array
    elevation: Array

    def __len__(self) -> int:
        return len(self.lat)

    def __add__(self, other: Ends) -> Ends:
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Ends(*(np.concatenate(pair) for pair in pairs))


class Approaches:
    """All corridors of a set of runway ends."""

    def __init__(self, ends: Ends) -> None:
        self.ends = ends
        self._tree = kd_tree(unit_vectors(ends.lat, ends.lon))
        self._roof = _roof(ends)

    def contain(self, lat: Array, lon: Array, track: Array, altitude: Array) -> Array:
        """Mask (n,): on an approach; False where anything is NaN."""
        lat, lon, track, altitude = (np.asarray(v, dtype=np.float64) for v in (lat, lon, track, altitude))
        inside = np.zeros(len(lat), dtype=bool)
        rows = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon) & np.isfinite(track))
        # Most traffic flies above every corridor of its square degree: asked first, since it costs next to nothing.
        rows = rows[altitude[rows] <= self._roof[_square(lat[rows], lon[rows])]]
        for start in range(0, len(rows), _CHUNK):
            some = rows[start : start + _CHUNK]
            inside[some] = self._in_any(lat[some], lon[some], track[some], altitude[some])
        return inside

    def _in_any(self, lat: Array, lon: Array, track: Array, altitude: Array) -> Array:
        reach = 2 * np.sin(REACH_NMI * NMI_M / EARTH_RADIUS_M / 2)
        chord, end = self._tree.query(unit_vectors(lat, lon), k=_NEIGHBOURS, distance_upper_bound=reach)
        point, column = np.nonzero(np.isfinite(chord))
        hit = self._in_one(end[point, column], lat[point], lon[point], track[point], altitude[point])
        found = np.zeros(len(lat), dtype=bool)
        found[point[hit]] = True
        return found

    def _in_one(self, end: Array, lat: Array, lon: Array, track: Array, altitude: Array) -> Array:
        """For pairs of a point and a runway end."""
        ends, heading = self.ends, self.ends.heading[end]
        nmi = distance_m(lat, lon, ends.lat[end], ends.lon[end]) / NMI_M
        bearing = bearing_deg(lat, lon, ends.lat[end], ends.lon[end])
        low = altitude - ends.elevation[end] <= np.minimum(CEILING_FT, CONE_FT + CONE_FT_PER_NMI * nmi)
        off = angle_between(bearing, heading)
        beside = nmi * np.abs(np.sin(np.radians(off)))
        on_axis = (off <= WEDGE_DEG) | ((beside <= LATERAL_NMI) & ((off <= 90) | (nmi <= 2)))
        aligned = (angle_between(track, heading) <= RUNWAY_TRACK_DEG) & on_axis
        closing = (angle_between(track, bearing) <= CLOSING_DEG) | (nmi <= 2)
        within: Array = low & np.where(np.isnan(heading), closing, aligned)
        return within


def _square(lat: Array, lon: Array) -> tuple[Array, Array]:
    """Row and column of a point's square degree."""
    row = np.clip(np.floor(lat).astype(np.int64) + 90, 0, 179)
    return row, (np.floor(lon).astype(np.int64) + 180) % 360


def _roof(ends: Ends) -> Array:
    """Per square degree (180, 360) the highest altitude in ft of any corridor there; -inf where none is near."""
    roof = np.full((180, 360), -np.inf)
    tall = ends.elevation + CEILING_FT
    north = REACH_NMI / 60
    with np.errstate(divide="ignore"):
        east = np.minimum(north / np.maximum(np.cos(np.radians(np.abs(ends.lat) + north)), 1e-9), 180.0)
    for dlat in (-north, 0.0, north):
        for step in np.linspace(-1, 1, 3):
            wide = east > 1
            np.maximum.at(roof, _square((ends.lat + dlat)[~wide], (ends.lon + step * east)[~wide]), tall[~wide])
            # Beyond 75 degrees a corridor spans many squares: the whole row is marked instead.
            row, _ = _square((ends.lat + dlat)[wide], ends.lon[wide])
            for one, height in zip(row, tall[wide], strict=True):
                roof[one] = np.maximum(roof[one], height)
    return roof

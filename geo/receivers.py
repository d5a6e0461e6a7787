"""Where the receivers stand, and how far away what they hear is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo.schema import Array
from geo.sphere import NMI_M, distance_m


@dataclass(frozen=True)
class Receivers:
    """Receivers as arrays (n,): latitude and longitude in degrees."""

    lat: Array
    lon: Array

    @staticmethod
    def of(places: Iterable[tuple[float, float]]) -> Receivers:
        """From (lat, lon) pairs."""
        pairs = np.array(list(places), dtype=np.float64).reshape(-1, 2)
        return Receivers(pairs[:, 0], pairs[:, 1])

    def __len__(self) -> int:
        return len(self.lat)

    def nearest_nmi(self, lat: Array, lon: Array) -> Array:
        """Distance (m,) in nmi to the nearest receiver; NaN where the position is NaN or there is no receiver."""
        out = np.full(len(lat), np.nan)
        for y, x in zip(self.lat, self.lon, strict=True):
            out = np.fmin(out, distance_m(lat, lon, np.full(len(lat), y), np.full(len(lat), x)) / NMI_M)
        return out

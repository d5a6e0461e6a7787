"""Airports of the world, built in: which is nearest, how high it lies, and who is on an approach to one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.approaches import Approaches, Ends
from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, unit_vectors
from geo.trees import kd_tree

STRIP, FIELD, AIRLINE = 0, 1, 2
"""Kinds: a private strip (code with digits), an aerodrome with a location indicator, one with an IATA code too."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Airports:
    """Aerodromes as arrays (n,): code (ICAO), iata, name, time zone as text; lat, lon in degrees; elevation in ft.

    `ends` are runway ends where a runway file was loaded. Without one, approaches are judged by closing on the
    aerodrome itself from any side.
    """

    code: Array
    iata: Array
    name: Array
    lat: Array
    lon: Array
    elevation: Array
    kind: Array
    time_zone: Array
    ends: Ends | None = None

    @staticmethod
    def builtin() -> Airports:
        """The 28,298 aerodromes of the package airportsdata (MIT), read once."""
        return _builtin()

    def __len__(self) -> int:
        return len(self.code)

    def with_runways(self, ends: Ends) -> Airports:
        """The same aerodromes; approaches to those near a runway end are judged by its centreline.

        An end of unknown elevation takes that of the nearest aerodrome.
        """
        field = self.elevation_ft(self.nearest(ends.lat, ends.lon)[0])
        return replace(self, ends=replace(ends, elevation=np.where(np.isnan(ends.elevation), field, ends.elevation)))

    def with_more(self, more: Airports) -> Airports:
        """The same aerodromes in the same order, those of `more` in place of their namesakes, its others at the end."""
        place = {code: k for k, code in enumerate(self.code.tolist())}
        codes = more.code.tolist()
        new = np.array([k for k, code in enumerate(codes) if code not in place], dtype=np.int64)
        again = np.array([k for k, code in enumerate(codes) if code in place], dtype=np.int64)
        at = np.array([place[codes[k]] for k in again], dtype=np.int64)
        joined: dict[str, Any] = {}
        for name in ("code", "iata", "name", "lat", "lon", "elevation", "kind", "time_zone"):
            theirs = getattr(more, name)
            joined[name] = np.concatenate([getattr(self, name), theirs[new]])
            if name != "time_zone":
                joined[name][at] = theirs[again]
        return Airports(**joined, ends=self.ends)

    def nearest(self, lat: Array, lon: Array) -> tuple[Array, Array]:
        """Index (n,) of the nearest aerodrome and its distance in nmi; -1 and NaN where the position is NaN."""
        known, points = _known(lat, lon)
        index, distance = np.full(len(known), -1, dtype=np.int64), np.full(len(known), np.nan)
        if len(points):
            chord, index[known] = self._tree.query(points)
            distance[known] = _arc_nmi(chord)
        return index, distance

    def elevation_ft(self, index: Array) -> Array:
        """Field elevation in ft by index; NaN for index -1."""
        return np.where(index < 0, np.nan, self.elevation[index])

    def near(self, lat: Array, lon: Array, nmi: float) -> Mask:
        """Whether an aerodrome lies within `nmi`; False where the position is NaN."""
        known, points = _known(lat, lon)
        if len(points):
            chord, _ = self._tree.query(points, distance_upper_bound=2 * np.sin(nmi * NMI_M / EARTH_RADIUS_M / 2))
            known[known] = np.isfinite(chord)
        return known

    def in_approach_corridor(self, lat: Array, lon: Array, track: Array, altitude: Array) -> Mask:
        """Whether a point (degrees, pressure altitude in ft) is on an approach. False where anything is NaN."""
        return self._approaches.contain(lat, lon, track, altitude)

    @cached_property
    def hubs(self) -> Airports:
        """Only the aerodromes that airlines use, without runways."""
        keep = self.kind == AIRLINE
        columns = ("code", "iata", "name", "lat", "lon", "elevation", "kind", "time_zone")
        return replace(self, ends=None, **{name: getattr(self, name)[keep] for name in columns})

    @cached_property
    def hub_index(self) -> Array:
        """For each aerodrome (n,) its index in `hubs`; -1 for those that airlines do not use."""
        used = self.kind == AIRLINE
        return np.where(used, np.cumsum(used) - 1, -1)

    @cached_property
    def hub_directions(self) -> Mask:
        """For each of `hubs` (n, 36) the landing directions of the runways loaded within 3 nmi, in tens of degrees."""
        out = np.zeros((len(self.hubs), 36), dtype=bool)
        if self.ends is not None:
            hub, away = self.hubs.nearest(self.ends.lat, self.ends.lon)
            known = (away <= 3) & np.isfinite(self.ends.heading)
            out[hub[known], np.rint(self.ends.heading[known] / 10).astype(np.int64) % 36] = True
        return out

    @cached_property
    def _tree(self) -> Any:
        return kd_tree(unit_vectors(self.lat, self.lon))

    @cached_property
    def _approaches(self) -> Approaches:
        """Runway ends, and the aerodromes that have none of them within 3 nmi."""
        served = self.kind > STRIP
        if self.ends is not None:
            chord, _ = kd_tree(unit_vectors(self.ends.lat, self.ends.lon)).query(unit_vectors(self.lat, self.lon))
            served &= _arc_nmi(chord) > 3
        unknown = np.full(int(served.sum()), np.nan)
        fields = Ends(self.lat[served], self.lon[served], unknown, self.elevation[served])
        return Approaches(fields if self.ends is None else fields + self.ends)


@cache
def _builtin() -> Airports:
    import airportsdata

    rows = airportsdata.load("ICAO").values()
    code = np.array([r["icao"] for r in rows])
    iata = np.array([r["iata"] for r in rows])
    located = np.array([r["icao"].isalpha() for r in rows])
    return Airports(
        code=code,
        iata=iata,
        name=np.array([r["name"] for r in rows]),
        lat=np.array([r["lat"] for r in rows]),
        lon=np.array([r["lon"] for r in rows]),
        elevation=np.array([r["elevation"] for r in rows], dtype=np.float64),
        kind=np.where(iata != "", AIRLINE, np.where(located, FIELD, STRIP)).astype(np.int8),
        time_zone=np.array([r["tz"] for r in rows]),
    )


def _known(lat: Array, lon: Array) -> tuple[Mask, Array]:
    known = np.isfinite(lat) & np.isfinite(lon)
    return known, unit_vectors(np.asarray(lat)[known], np.asarray(lon)[known])


def _arc_nmi(chord: Array) -> Array:
    """Nautical miles along the sphere for a chord of the unit sphere."""
    arc: Array = 2 * np.arcsin(np.minimum(chord / 2, 1.0)) * EARTH_RADIUS_M / NMI_M
    return arc

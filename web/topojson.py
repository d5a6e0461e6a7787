"""TopoJSON in, GeoJSON geometries out: arcs decoded and joined, longitudes continuous, rings closed over the poles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Line = npt.NDArray[np.float64]
"""Shape (n, 2): longitude, latitude in degrees."""


@dataclass(frozen=True)
class Topology:
    """The decoded arcs of a TopoJSON file and its objects, which refer to arcs by number (`~n`: reversed)."""

    arcs: list[Line]
    objects: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> Topology:
        """Raises OSError or ValueError when the file is missing or no TopoJSON."""
        raw = json.loads(path.read_bytes())
        scale, translate = raw["transform"]["scale"], raw["transform"]["translate"]
        arcs = [np.cumsum(np.array(arc, dtype=float), axis=0) * scale + translate for arc in raw["arcs"]]
        return cls(arcs, raw["objects"])

    def members(self, name: str) -> list[dict[str, Any]]:
        """The geometries of an object, one or many, without the empty ones."""
        top = self.objects[name]
        return [g for g in top.get("geometries", [top]) if g.get("arcs")]

    def geometry(self, member: Mapping[str, Any], digits: int) -> dict[str, Any]:
        """A member as a GeoJSON geometry rounded to `digits`; rings that rounding leaves without area are dropped."""
        kind, arcs = member["type"], member["arcs"]
        if kind == "LineString":
            coordinates: Any = rounded(self._line(arcs), digits)
        elif kind == "MultiLineString":
            coordinates = [rounded(self._line(a), digits) for a in arcs]
        elif kind == "Polygon":
            coordinates = self._rings(arcs, digits)
        else:
            coordinates = [rings for rings in (self._rings(a, digits) for a in arcs) if rings]
        return {"type": kind, "coordinates": coordinates}

    def inner_borders(self, name: str, digits: int) -> dict[str, Any]:
        """The arcs that two or more members share, as one MultiLineString: borders without the coast."""
        users: dict[int, set[int]] = {}
        for number, member in enumerate(self.members(name)):
            for arc in _flat(member["arcs"]):
                users.setdefault(arc if arc >= 0 else ~arc, set()).add(number)
        shared = [rounded(continuous(self.arcs[arc]), digits) for arc, members in users.items() if len(members) > 1]
        return {"type": "MultiLineString", "coordinates": shared}

    def _line(self, numbers: Iterable[int]) -> Line:
        """Arcs end to end; each starts where the one before it ended."""
        parts = [self.arcs[n] if n >= 0 else self.arcs[~n][::-1] for n in numbers]
        return continuous(np.concatenate([parts[0], *(p[1:] for p in parts[1:])]))

    def _rings(self, rings: Iterable[Iterable[int]], digits: int) -> list[list[list[float]]]:
        return [r for r in (rounded(closed_over_pole(self._line(ring)), digits) for ring in rings) if len(r) >= 4]


def continuous(line: Line) -> Line:
    """Longitudes without jumps, beyond 180 where need be: a ring over the antimeridian is no band around the world."""
    jumps = np.round(np.diff(line[:, 0]) / 360)
    out = line.copy()
    out[1:, 0] -= 360 * np.cumsum(jumps)
    out[:, 0] -= 360 * np.round(out[:, 0].mean() / 360)
    return out


def closed_over_pole(ring: Line) -> Line:
    """A ring that goes once around the world (Antarctica) is closed along the pole that it surrounds."""
    if abs(ring[-1, 0] - ring[0, 0]) < 300:
        return ring
    pole = -90.0 if ring[:, 1].mean() < 0 else 90.0
    return np.vstack([ring, [ring[-1, 0], pole], [ring[0, 0], pole], ring[0]])


def rounded(line: Line, digits: int) -> list[list[float]]:
    """Coordinates as lists, with repeats that rounding made left out."""
    grid = np.round(line, digits)
    keep = np.ones(len(grid), dtype=bool)
    keep[1:] = (grid[1:] != grid[:-1]).any(axis=1)
    if keep.sum() < 2:
        keep[[0, -1]] = True
    return grid[keep].tolist()  # type: ignore[no-any-return]


def _flat(arcs: Any) -> Iterator[int]:
    """Every arc number in a nested list."""
    for item in arcs:
        if isinstance(item, int):
            yield item
        else:
            yield from _flat(item)

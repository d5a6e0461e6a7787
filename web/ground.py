"""Layers of the basemap in, the same cut into vector tiles out: the page reads a few, and cuts nothing itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from web.vector_tile import EXTENT, Features, Value, encode

DEEPEST = 4
"""Closer up the tiles of this zoom are drawn larger, until coasts at 1:10m take their place."""

SHOWN_PX = 512
"""How large a tile is drawn at its own zoom."""

BUFFER_PX = 16
"""So far a tile reaches over its edges: more than half the width of what is drawn along them, the coasts' glow."""

_NORTH = 85.6
"""Degrees: a little beyond the edge of the map."""


@dataclass(frozen=True)
class Layer:
    """GeoJSON features, and how many pixels they may be off at a tile's own zoom; the deepest keep all."""

    features: Sequence[Mapping[str, Any]]
    off_px: float


@dataclass(frozen=True)
class _Parts:
    """Points, lines and areas, each once for each side of the antimeridian, in units of the world's width."""

    shapes: npt.NDArray[Any]
    properties: Sequence[Mapping[str, Value]]
    off_px: float

    def at(self, zoom: int) -> _Parts:
        """What of them is left at a zoom."""
        off = self.off_px / SHOWN_PX / 2**zoom if zoom < DEEPEST else 0.0
        shapes = shapely.simplify(self.shapes, off)
        held = np.flatnonzero((shapely.get_type_id(shapes) != 3) | (shapely.area(shapes) > off * off))
        return _Parts(shapes[held], [self.properties[i] for i in held.tolist()], self.off_px)


def tiles(layers: Mapping[str, Layer], deepest: int = DEEPEST) -> Iterator[tuple[int, int, int, bytes]]:
    """(zoom, x, y, content) of every tile of the world."""
    known = {name: _parts(layer) for name, layer in layers.items()}
    for zoom in range(deepest + 1):
        kept = {name: parts.at(zoom) for name, parts in known.items()}
        trees = {name: shapely.STRtree(parts.shapes) for name, parts in kept.items()}
        for x, y in product(range(2**zoom), repeat=2):
            yield zoom, x, y, encode({name: _cut(kept[name], tree, zoom, x, y) for name, tree in trees.items()})


def _cut(parts: _Parts, tree: shapely.STRtree, zoom: int, x: int, y: int) -> Features:
    """What lies in a tile, in its own units."""
    room = BUFFER_PX / SHOWN_PX
    edges = [edge / 2**zoom for edge in (x - room, y - room, x + 1 + room, y + 1 + room)]
    near = np.sort(tree.query(shapely.box(*edges)))
    cut = shapely.clip_by_rect(parts.shapes[near], *edges)
    own = shapely.transform(cut, lambda at: (at * 2**zoom - [x, y]) * EXTENT)
    return [(shape, parts.properties[i]) for shape, i in zip(own, near, strict=True)]


def _parts(layer: Layer) -> _Parts:
    shapes: list[shapely.Geometry] = []
    properties: list[Mapping[str, Value]] = []
    for one in layer.features:
        found = shapely.get_parts(_whole(shapely.geometry.shape(one["geometry"])))
        shapes += list(found)
        properties += [one["properties"]] * len(found)
    world = shapely.transform(np.array(shapes), _mercator)
    copies = [shapely.transform(world, partial(np.add, [by, 0.0])) for by in (-1, 0, 1)]
    return _Parts(np.concatenate(copies), properties * 3, layer.off_px)


def _whole(shape: shapely.Geometry) -> shapely.Geometry:
    areas = shapely.get_dimensions(shape) == 2
    return shapely.make_valid(shape, method="structure", keep_collapsed=False) if areas else shape


def _mercator(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lat = np.radians(np.clip(degrees[:, 1], -_NORTH, _NORTH))
    y = 0.5 - np.log(np.tan(math.pi / 4 + lat / 2)) / (2 * math.pi)
    return np.column_stack([degrees[:, 0] / 360 + 0.5, y])

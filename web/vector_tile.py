"""Mapbox vector tiles 2.1: geometries in a tile's own units and their properties in, the bytes of the tile out."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely

EXTENT = 4096
"""Units along an edge of a tile."""

Value = str | int | float
Features = Sequence[tuple[shapely.Geometry, Mapping[str, Value]]]
_Points = npt.NDArray[np.int64]
_POINT, _LINE, _AREA = 1, 2, 3
_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 7


def encode(layers: Mapping[str, Features]) -> bytes:
    """A tile of those layers that have anything in it; x grows to the right, y down."""
    found = ((name, _layer(name, features)) for name, features in layers.items())
    return b"".join(_field(3, body) for _, body in found if body)


def _layer(name: str, features: Features) -> bytes:
    """Empty where none of the features has an extent."""
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    bodies = []
    for geometry, properties in features:
        for kind, commands in _shapes(geometry):
            tags = [
                at
                for key, value in properties.items()
                for at in (keys.setdefault(key, len(keys)), values.setdefault((type(value), value), len(values)))
            ]
            bodies.append(_field(2, _packed(2, tags) + _number(3, kind) + _packed(4, commands)))
    if not bodies:
        return b""
    known = [_field(3, key.encode()) for key in keys] + [_field(4, _value(value)) for _, value in values]
    return b"".join([_field(1, name.encode()), *bodies, *known, _number(5, EXTENT), _number(15, 2)])


def _shapes(geometry: shapely.Geometry) -> Iterator[tuple[int, list[int]]]:
    """Kind and commands of each part: a part is a feature of its own, which draws the same."""
    for part in shapely.get_parts(geometry):
        kind = {0: _POINT, 1: _LINE, 3: _AREA}[shapely.get_type_id(part)]
        commands = _area(part) if kind == _AREA else _path(_points(part), [0, 0], kind)
        if commands:
            yield kind, commands


def _area(polygon: shapely.Polygon) -> list[int]:
    """The outer ring first; it runs with positive area, holes against it."""
    at = [0, 0]
    rings = shapely.get_rings(shapely.orient_polygons(polygon))
    outer = _path(_points(rings[0])[:-1], at, _AREA)
    return outer and outer + [one for ring in rings[1:] for one in _path(_points(ring)[:-1], at, _AREA)]


def _points(geometry: shapely.Geometry) -> _Points:
    """Whole numbers, none twice in a row."""
    points: _Points = np.rint(shapely.get_coordinates(geometry)).astype(np.int64)
    moved = np.ones(len(points), bool)
    moved[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    return points[moved]


def _path(points: _Points, at: list[int], kind: int) -> list[int]:
    """From where the pen is, which is moved on; nothing of what has shrunk away."""
    if len(points) < kind:
        return []
    steps = np.diff(points, axis=0, prepend=[at])
    at[:] = points[-1].tolist()
    zigzag = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
    lines = [_LINE_TO | (len(points) - 1) << 3, *zigzag[2:]] if kind != _POINT else []
    return [_MOVE_TO | 1 << 3, *zigzag[:2], *lines, *([_CLOSE | 1 << 3] if kind == _AREA else [])]


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, float):
        return _varint(3 << 3 | 1) + struct.pack("<d", value)
    return _number(4, value)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _packed(number: int, values: Iterable[int]) -> bytes:
    return _field(number, b"".join(map(_varint, values)))


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)

"""Segments of flight against polygons with a height band: between which fractions of a segment it lies inside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.schema import Array


@dataclass(frozen=True)
class Segments:
    """Straight pieces of flight as arrays (n,): degrees, ft; `row` names the observation that each one ends at."""

    row: Array
    lon0: Array
    lat0: Array
    alt0: Array
    lon1: Array
    lat1: Array
    alt1: Array

    def take(self, rows: Array) -> Segments:
        return Segments(*(v[rows] for v in vars(self).values()))


def segments(lat0: Array, lon0: Array, alt0: Array, lat1: Array, lon1: Array, alt1: Array) -> Segments:
    """Segments within [-180, 180]: one that crosses the antimeridian comes twice, once from either side.

    A missing first fix makes a point; a missing altitude takes that of the other end. Rows without a position fall out.
    """
    lat0, lon0, alt0, lat1, lon1, alt1 = (np.asarray(v, dtype=np.float64) for v in (lat0, lon0, alt0, lat1, lon1, alt1))
    row = np.flatnonzero(np.isfinite(lat1) & np.isfinite(lon1))
    first = np.isfinite(lat0[row]) & np.isfinite(lon0[row])
    a, b = np.where(first, lon0[row], lon1[row]), np.where(first, lat0[row], lat1[row])
    low = np.where(np.isnan(alt0[row]), alt1[row], alt0[row])
    high = np.where(np.isnan(alt1[row]), alt0[row], alt1[row])
    turn = 360.0 * np.round((a - lon1[row]) / 360.0)
    near = Segments(row, a, b, low, lon1[row] + turn, lat1[row], high)
    far = np.flatnonzero(turn)
    if not len(far):
        return near
    other = near.take(far)
    other = replace(other, lon0=other.lon0 - turn[far], lon1=other.lon1 - turn[far])
    return Segments(*(np.concatenate(pair) for pair in zip(vars(near).values(), vars(other).values(), strict=True)))


def horizontal(some: Segments, shapes: Array, lines: Array, whole: Array) -> tuple[Array, Array, Array]:
    """Where each segment lies inside its polygon: index of the segment, entry and exit fraction, a row for each visit.

    `whole` says which segments lie inside from end to end: those need no clipping.
    """
    inside, clip = np.flatnonzero(whole), np.flatnonzero(~whole)
    parts, owner = shapely.get_parts(shapely.intersection(lines[clip], shapes[clip]), return_index=True)
    index = clip[owner]
    entry, leave = _fractions(some.take(index), parts)
    ones = np.ones(len(inside))
    return np.append(inside, index), np.append(0 * ones, entry), np.append(ones, leave)


def _fractions(some: Segments, parts: Array) -> tuple[Array, Array]:
    """First and last fraction of each segment at which a piece of it lies."""
    coordinates, owner = shapely.get_coordinates(parts, return_index=True)
    dx, dy = (some.lon1 - some.lon0)[owner], (some.lat1 - some.lat0)[owner]
    x, y = coordinates[:, 0] - some.lon0[owner], coordinates[:, 1] - some.lat0[owner]
    length = dx * dx + dy * dy
    with np.errstate(invalid="ignore", divide="ignore"):
        fraction = np.clip((x * dx + y * dy) / length, 0, 1)
    entry, leave = np.full(len(parts), np.inf), np.full(len(parts), -np.inf)
    # A point has no length: it is inside all the way.
    np.minimum.at(entry, owner, np.where(length == 0, 0, fraction))
    np.maximum.at(leave, owner, np.where(length == 0, 1, fraction))
    return entry, leave


def vertical(alt0: Array, alt1: Array, floor: Array, ceiling: Array) -> tuple[Array, Array]:
    """Fractions between which a climb from `alt0` to `alt1` lies within the band; entry > exit where it never does.

    Without any altitude only a band without limits holds it.
    """
    climb = alt1 - alt0
    with np.errstate(invalid="ignore", divide="ignore"):
        at_floor, at_ceiling = (floor - alt0) / climb, (ceiling - alt0) / climb
    entry, leave = np.fmin(at_floor, at_ceiling), np.fmax(at_floor, at_ceiling)
    level = climb == 0
    within = (alt0 >= floor) & (alt0 <= ceiling) | np.isneginf(floor) & np.isposinf(ceiling)
    unknown = level | np.isnan(climb)
    return np.where(unknown, np.where(within, 0.0, 2.0), entry), np.where(unknown, np.where(within, 1.0, -1.0), leave)


def lines_of(some: Segments) -> Array:
    """The segments as shapely lines, as points where both ends are one."""
    ends = np.stack([some.lon0, some.lat0, some.lon1, some.lat1], axis=-1).reshape(-1, 2, 2)
    still = (ends[:, 0] == ends[:, 1]).all(axis=1)
    lines: Array = shapely.linestrings(np.where(still[:, None, None], ends + np.array([[0.0, 0.0], [1.0, 0.0]]), ends))
    lines[still] = shapely.points(ends[still, 0])
    return lines

"""Pairs of aircraft that are near each other at common instants, and how steadily they have kept their places."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from detectors._instants import Instants
from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, FOOT_M, angle_between, bearing_deg, distance_m, unit_vectors
from geo.tracks import Index, Mask
from geo.trees import kd_tree

_APART_M = 50_000.0
"""Instants are a fourth dimension, further apart than any pair."""

_SPARSE = 12
"""Neighbours per aircraft on average up to which all pairs are listed at once."""


_PRIMES, _APART_PRIME = (6_700_417, 2_147_483_647, 1_000_000_007), 67_280_421_310_721
"""Of cubes along the axes, and of slots: products stay apart, whatever wraps around."""


@dataclass(frozen=True)
class Relative:
    """How two aircraft stand to each other, (n,): `metres`, `feet` apart, `along` and `cross` of the common course."""

    metres: Array
    feet: Array
    along: Array
    cross: Array
    degrees: Array
    share: Array
    """Difference of speeds as a share of the faster."""


def near_pairs(x: Instants, among: Mask, metres: float, crowd: int, tall: float = 0.0) -> tuple[Index, Index]:
    """Entries (i, j) of the same instant within `metres`, among those that `among` marks; i before j.

    A foot of height counts as `tall` feet: with 12, who is 1,500 ft higher is out of a reach of 3 nmi.

    An aircraft with more than `crowd` neighbours is left out: positions that collapse on one point are no formation,
    and nothing here may grow with the square of a crowd.
    """
    rows = np.flatnonzero(among)
    if len(rows) < 2:
        return rows[:0], rows[:0]
    slot = (x.instant[rows] - x.instant[rows].min()) // x.step_ms
    radius = EARTH_RADIUS_M + (tall * FOOT_M * x.baro_altitude[rows][:, None] if tall else 0.0)
    points = np.column_stack([unit_vectors(x.lat[rows], x.lon[rows]) * radius, slot * _APART_M])
    some = _accompanied(points[:, :3], slot, metres)
    rows, points = rows[some], points[some]
    if len(rows) < 2:
        return rows[:0], rows[:0]
    tree = kd_tree(points, balanced_tree=False)
    if tree.count_neighbors(tree, metres) > (_SPARSE + 1) * len(rows):
        few = tree.query_ball_point(points, metres, return_length=True) - 1 <= crowd
        rows, points = rows[few], points[few]
        pairs = kd_tree(points, balanced_tree=False).query_pairs(metres, output_type="ndarray")
    else:
        pairs = tree.query_pairs(metres, output_type="ndarray")
        few = np.bincount(pairs.ravel(), minlength=len(rows)) <= crowd
        pairs = pairs[few[pairs].all(axis=1)]
    pairs = rows[np.sort(pairs, axis=1)]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return pairs[:, 0], pairs[:, 1]


def _accompanied(points: Array, slot: Array, metres: float) -> Mask:
    """Which points (n, 3) have another of their slot so near that it may lie within `metres`: most have none, and need
    no tree.

    Two that are within half a side of each other, along each axis, lie in one cube of at least one of eight grids, each
    half a side off another along some of the axes. Cubes are told by numbers that two may share by chance, no more.
    """
    side = 2.0 * metres * (1.0 + 1e-9)
    halves = [
        [np.floor(points[:, k] / side + half).astype(np.int64) * prime for half in (0.0, 0.5)]
        for k, prime in enumerate(_PRIMES)
    ]
    out = np.zeros(len(points), dtype=bool)
    for cube in product(*halves):
        key = slot * _APART_PRIME + sum(cube)
        order = np.argsort(key)
        again = np.flatnonzero(key[order[1:]] == key[order[:-1]])
        out[order[again]] = out[order[again + 1]] = True
    return out


def relative(x: Instants, i: Index, j: Index) -> Relative:
    """Of entries i to entries j; NaN where either is -1."""
    both = (i >= 0) & (j >= 0)
    a, b = (np.where(both, k, 0) for k in (i, j))
    metres = np.where(both, distance_m(x.lat[a], x.lon[a], x.lat[b], x.lon[b]), np.nan)
    turn = np.radians(x.track[[a, b]].astype(float))
    course = np.degrees(np.arctan2(np.sin(turn).sum(axis=0), np.cos(turn).sum(axis=0)))
    ahead = np.radians(bearing_deg(x.lat[a], x.lon[a], x.lat[b], x.lon[b]) - course)
    fast, slow = np.maximum(*x.ground_speed[[a, b]]), np.minimum(*x.ground_speed[[a, b]])
    return Relative(
        metres,
        np.abs(x.baro_altitude[a] - x.baro_altitude[b]),
        metres * np.cos(ahead),
        metres * np.sin(ahead),
        angle_between(x.track[a], x.track[b]),
        (fast - slow) / np.maximum(fast, 1.0),
    )


def components(i: Index, j: Index) -> Index:
    """For each pair, the number of the set that the pairs connect it to; pairs of two instants share no entry."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(i)
    nodes, flat = np.unique(np.concatenate([i, j]), return_inverse=True)
    graph = coo_array((np.ones(n, dtype=np.int8), (flat[:n], flat[n:])), shape=(len(nodes), len(nodes)))
    label: Index = connected_components(graph, directed=False)[1][flat[:n]] if n else flat[:n]
    return label

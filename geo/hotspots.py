"""Where anomalies gather: places in, clusters by density out, each with its middle, reach and area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.outline import outline, united
from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, distance_m, unit_vectors, wrap_lon
from geo.trees import kd_tree

NOISE = -1
FINENESS = 8
"""Places nearer than an eighth of the radius count as one with their number as its weight: a crowd stays cheap."""


@dataclass(frozen=True)
class HotSpot:
    """One cluster: the rows (n,) in it, its middle in degrees, how far from it the outermost lies, and its area."""

    rows: Array
    lat: float
    lon: float
    reach_nmi: float
    geometry: dict[str, Any] | None


def dbscan(lat: Array, lon: Array, radius_nmi: float, fewest: int) -> Array:
    """The cluster (n,) of each place in degrees, the largest first, NOISE for those in none.

    DBSCAN (Ester, Kriegel, Sander and Xu 1996) over great circles: a place with `fewest` or more, itself among them,
    within the radius is a core; cores in reach of each other are one cluster; others join their nearest core.
    """
    if not len(lat):
        return np.zeros(0, dtype=np.int64)
    arc = radius_nmi * NMI_M / EARTH_RADIUS_M
    at, node = _nodes(unit_vectors(lat, lon), arc / FINENESS)
    return _largest_first(_node_clusters(at, np.bincount(node), 2 * np.sin(arc / 2), fewest)[node])


def hot_spots(lat: Array, lon: Array, radius_nmi: float, fewest: int) -> list[HotSpot]:
    """The clusters of places in degrees (n,), the largest first."""
    label = dbscan(lat, lon, radius_nmi, fewest)
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return [_spot(lat, lon, rows, radius_nmi) for rows in parts if len(rows) and label[rows[0]] != NOISE]


def _nodes(vectors: Array, step: float) -> tuple[Array, Array]:
    """Middles (m, 3) on the unit sphere of the places that share a cube of this side, and which of them each is in."""
    _, node = np.unique(np.round(vectors / step).astype(np.int64), axis=0, return_inverse=True)
    node = node.reshape(-1)
    sums = np.stack([np.bincount(node, weights=axis) for axis in vectors.T], axis=1)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True), node


def _node_clusters(at: Array, weight: Array, chord: float, fewest: int) -> Array:
    """The cluster (m,) of each node, NOISE for none."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = kd_tree(at).query_pairs(chord, output_type="ndarray").T
    near = weight + np.bincount(one, weight[other], len(at)) + np.bincount(other, weight[one], len(at))
    core = near >= fewest
    both = core[one] & core[other]
    graph = coo_array((np.ones(both.sum(), dtype=np.int8), (one[both], other[both])), shape=(len(at), len(at)))
    label = np.where(core, connected_components(graph, directed=False)[1], NOISE)
    return _with_edges(label, at, np.concatenate([one, other]), np.concatenate([other, one]))


def _with_edges(label: Array, at: Array, edge: Array, core: Array) -> Array:
    """The clusters with what is no core itself put to the nearest core that it is a pair with."""
    wanted = (label[edge] == NOISE) & (label[core] != NOISE)
    edge, core = edge[wanted], core[wanted]
    far = np.sum((at[edge] - at[core]) ** 2, axis=1)
    order = np.lexsort((core, far, edge))
    found, first = np.unique(edge[order], return_index=True)
    out = label.copy()
    out[found] = label[core[order][first]]
    return out


def _largest_first(label: Array) -> Array:
    """The same clusters with new numbers: 0 for the one with the most, the first of equals that of the first place."""
    known, first, own, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.full(len(known), NOISE)
    order = np.lexsort((first, -size))
    order = order[known[order] != NOISE]
    rank[order] = np.arange(len(order))
    return rank[own]


def _spot(lat: Array, lon: Array, rows: Array, radius_nmi: float) -> HotSpot:
    """Its area: everything within half the radius of its places, so that neighbours in a cluster touch."""
    middle = unit_vectors(lat[rows], lon[rows]).mean(axis=0)
    north = float(np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1]))))
    east = float(wrap_lon(np.degrees(np.arctan2(middle[1], middle[0]))))
    reach = float(distance_m(north, east, lat[rows], lon[rows]).max()) / NMI_M
    at = np.unique(np.round(np.column_stack([lon[rows], lat[rows]]), 3), axis=0)
    area = united([outline({"type": "MultiPoint", "coordinates": at.tolist()}, radius_nmi * NMI_M / 2)])
    return HotSpot(rows, round(north, 4), round(east, 4), round(reach, 1), area)

"""Trees of points for finding what is near; SciPy is loaded with the first one, since who only reads needs none."""

from __future__ import annotations

from typing import Any

from geo.schema import Array


def kd_tree(points: Array, **options: Any) -> Any:
    """A `scipy.spatial.cKDTree` of points (n, dimensions)."""
    from scipy.spatial import cKDTree

    return cKDTree(points, **options)

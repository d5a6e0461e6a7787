"""The watched zone nearest to a place, if it is near."""

from __future__ import annotations

import numpy as np
import shapely

from geo.schema import Array
from geo.zones import Zones

_KM_PER_DEG = 111.195


def zone_near(zones: Zones | None, place: tuple[float, float], km: float) -> str:
    """Name of the nearest prohibited, restricted or danger area within `km` of (lat, lon), and how far; '' if none."""
    if zones is None or not len(zones) or not km:
        return ""
    watched = zones.subset()
    lat, lon = place
    scale = np.array([_KM_PER_DEG * max(np.cos(np.radians(lat)), 0.01), _KM_PER_DEG])
    box = (shapely.bounds(watched.shapes) - np.array([lon, lat, lon, lat])) * np.tile(scale, 2)
    close = np.flatnonzero((box[:, 0] <= km) & (box[:, 2] >= -km) & (box[:, 1] <= km) & (box[:, 3] >= -km))
    if not len(close):
        return ""

    def local(points: Array) -> Array:
        moved: Array = (points - np.array([lon, lat])) * scale
        return moved

    away = shapely.distance(shapely.transform(watched.shapes[close], local), shapely.Point(0, 0))
    best = int(np.argmin(away))
    if away[best] > km:
        return ""
    name = str(watched.names[close[best]])
    return f"inside {name}" if away[best] == 0 else f"{away[best]:,.0f} km from {name}"

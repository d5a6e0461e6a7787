"""Zones as arrays to the mappings that the writer stores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from geo.zones import Zones


def zone_rows(zones: Zones) -> Sequence[dict[str, Any]]:
    """One mapping per zone with `places.ZONE_COLUMNS`; an id that comes twice gets a number behind it."""
    seen: dict[str, int] = {}
    return [_row(zones, i, seen) for i in range(len(zones))]


def _row(zones: Zones, i: int, seen: dict[str, int]) -> dict[str, Any]:
    own = str(zones.ids[i])
    seen[own] = seen.get(own, 0) + 1
    return {
        "id": own if seen[own] == 1 else f"{own}-{seen[own]}",
        "name": str(zones.names[i]),
        "kind": str(zones.kinds[i]),
        "title": str(zones.titles[i]),
        "floor_ft": _finite(zones.floor_ft[i]),
        "ceiling_ft": _finite(zones.ceiling_ft[i]),
        "floor_ref": str(zones.floor_ref[i]),
        "ceiling_ref": str(zones.ceiling_ref[i]),
        "active": asdict(zones.active[i]) if zones.active else None,
        "geometry": zones.shapes[i],
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

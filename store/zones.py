"""Loaded zones as rows of the `zones` table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.activity import Activity
from geo.anomaly import utc_text
from geo.zones import Zones

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def zone_rows(zones: Zones) -> list[Mapping[str, Any]]:
    """One mapping per zone; ids that occur twice get a number, because two files may use the same ones."""
    seen: dict[str, int] = {}
    rows: list[Mapping[str, Any]] = []
    for i in range(len(zones)):
        name = str(zones.ids[i])
        seen[name] = seen.get(name, 0) + 1
        rows.append(
            {
                "id": name if seen[name] == 1 else f"{name}#{seen[name]}",
                "name": str(zones.names[i]),
                "kind": str(zones.kinds[i]),
                "title": str(zones.titles[i]),
                "floor_ft": _feet(zones.floor_ft[i]),
                "ceiling_ft": _feet(zones.ceiling_ft[i]),
                "floor_ref": str(zones.floor_ref[i]),
                "ceiling_ref": str(zones.ceiling_ref[i]),
                "active": _active(zones.active[i]) if zones.active else None,
                "geometry": zones.shapes[i],
            }
        )
    return rows


def _feet(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _active(activity: Activity) -> Mapping[str, Any] | None:
    """Periods and weekly hours as JSON; None where nothing is said."""
    if not activity.periods and not activity.hours:
        return None
    hours = [
        {"days": [DAYS[d] for d in sorted(h.days)], "start_min": h.start, "end_min": h.end, "zone": activity.zone_name}
        for h in activity.hours
    ]
    return {"periods": [[_moment(a), _moment(b)] for a, b in activity.periods], "hours": hours}


def _moment(ms: int) -> str | None:
    """None for a period without a beginning or an end."""
    return utc_text(ms) if abs(ms) < 2**52 else None

"""The town next to a place, for people: nobody knows a cell or a coordinate by heart."""

from __future__ import annotations

from typing import Any

from geo.places import Places


def near(lat: float, lon: float) -> dict[str, Any]:
    """Name, country (two letters) and distance of the nearest town of 15,000 or more."""
    towns = Places.builtin()
    town, away = towns.nearest(lat, lon)
    return {"name": str(towns.name[town]), "country": str(towns.country[town]), "distance_nmi": round(away, 1)}

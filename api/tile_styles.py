"""How a collection's tiles may be drawn: a style document (MapLibre, version 8) with one source and its layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.collections import Collection
from api.tilesets import MOST_ZOOM, SET
from geo.mercator import LATITUDE

_RING = "#0a111c"
_SIZES = {1: 5, 10: 7, 100: 9, 1_000: 12}
"""Radius in pixels of a point that stands for so many and more. A layer for each: QGIS reads no steps but of zoom."""


def style(collection: Collection, root: str, query: str = "") -> dict[str, Any]:
    """The document: lines, areas and points, whichever the collection's features may be. `query` goes with every tile.

    Its addresses are whole, and the tiles' stand in it: ArcGIS would look for a `url` as for one of its own services.
    Filters name kinds of geometry by `$type`: QGIS before 3.40 and ArcGIS know no `geometry-type` there.
    """
    own = f"{root}/collections/{collection.id}/tiles/{SET}"
    source = {
        "type": "vector", "tiles": [f"{own}/{{z}}/{{y}}/{{x}}{query}"], "scheme": "xyz",
        "minzoom": 0, "maxzoom": MOST_ZOOM, "bounds": [-180, -LATITUDE, 180, LATITUDE],
    }  # fmt: skip
    return {
        "version": 8, "name": collection.title, "sources": {collection.id: source},
        "layers": [
            {"id": f"{collection.id}/{part}", "source": collection.id, "source-layer": collection.id} | drawn
            for part, drawn in _layers(collection).items()
        ],
    }  # fmt: skip


def _layers(collection: Collection) -> Mapping[str, dict[str, Any]]:
    """Layers by the part that they draw, from below."""
    color = collection.color
    areas = {
        "areas": _layer("fill", ["==", "$type", "Polygon"], {"fill-color": color, "fill-opacity": 0.2}),
        "outlines": _layer("line", ["==", "$type", "Polygon"], {"line-color": color, "line-width": 1}),
    }
    lines = {"lines": _layer("line", ["==", "$type", "LineString"], {"line-color": color, "line-width": 1.6})}
    # Where there are too many, a tile holds points that say how many they stand for.
    points = {"points": _points(["!has", "count"], color, 4)}
    crowds = {f"crowds-{least}": _points([">=", "count", least], color, size) for least, size in _SIZES.items()}
    found: Mapping[str, dict[str, Any]] = {"Polygon": areas, "LineString": lines | crowds, "Point": points | crowds}
    return found[collection.geometry] if collection.geometry in found else areas | lines | points | crowds


def _layer(kind: str, which: Any, paint: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "filter": which, "paint": paint}


def _points(which: Any, color: Any, radius: Any) -> dict[str, Any]:
    paint = {
        "circle-color": color, "circle-radius": radius, "circle-stroke-color": _RING, "circle-stroke-width": 1,
    }  # fmt: skip
    return _layer("circle", ["all", ["==", "$type", "Point"], which], paint)

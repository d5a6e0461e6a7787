"""The report's drawings as inline SVG: the map of coverage, aircraft by hour, altitude against speed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from geo.cells import cell_shape
from geo.schema import Array

WIDE, TALL = 1000, 520
LEVELS = 5
LAND = Path(__file__).parents[1] / "web" / "basemap" / "land50m.json"

LAYERS = ((0, 11_000, "tropo", "troposphere"), (11_000, 25_000, "strato", "stratosphere"))
LINES = (
    (8_848, "#a0642c", "Mount Everest, 8,848 m"),
    (10_000, "#1f9d61", "cruise of jets, about 10 km"),
    (19_000, "#8e44ad", "Armstrong limit, 19 km"),
)
"""Heights of seed 001 in m."""


def scatter_chart(drawn: Mapping[str, Any]) -> str:
    """One dot a row, over the layers of the atmosphere."""
    kmh, metres = np.array(drawn["kmh"]), np.array(drawn["metres"])
    right, top = max(1_000.0, kmh.max(initial=0) * 1.05), max(14_000.0, metres.max(initial=0) * 1.05)
    low = min(0.0, float(metres.min(initial=0)))

    def x(value: Any) -> Any:
        return 60 + value / right * (WIDE - 80)

    def y(value: Any) -> Any:
        return TALL - 40 - (value - low) / (top - low) * (TALL - 60)

    parts = [_layers(x, y, right, top), _axes(x, y, right, top)]
    dots = "".join(f"M{a:.0f} {b:.0f}h0" for a, b in np.unique(np.column_stack([x(kmh), y(metres)]).round(), axis=0))
    stroke = 'stroke="var(--dot)" stroke-width="3" stroke-linecap="round" stroke-opacity=".45"'
    parts.append(f'<path d="{dots}" {stroke}/>')
    for height, color, words in LINES:
        if height <= top:
            line = f'<path d="M60 {y(height):.0f}H{WIDE - 20}" stroke="{color}" stroke-dasharray="5 4" fill="none"/>'
            parts.append(f'{line}<text x="66" y="{y(height) - 4:.0f}" style="fill:{color}">{words}</text>')
    return _svg("Altitude against speed", parts)


def _layers(x: Any, y: Any, right: float, top: float) -> str:
    """The troposphere and the stratosphere, as far as the chart reaches."""
    out = ""
    for bottom, roof, name, words in LAYERS:
        if bottom < top:
            height = y(bottom) - y(min(roof, top))
            box = f'x="60" y="{y(min(roof, top)):.0f}" width="{WIDE - 80}" height="{height:.0f}"'
            label = f'<text x="{WIDE - 26}" y="{y(min(roof, top)) + 16:.0f}" text-anchor="end">{words}</text>'
            out += f'<rect {box} fill="var(--{name})"/>{label}'
    return out


def _axes(x: Any, y: Any, right: float, top: float) -> str:
    """Numbers along both sides."""
    out = f'<text x="{WIDE - 20}" y="{TALL - 8}" text-anchor="end">km/h</text><text x="8" y="14">m</text>'
    for value in range(0, int(right), 200 if right < 2_000 else 1_000):
        out += f'<text x="{x(value):.0f}" y="{TALL - 22}" text-anchor="middle">{value:,}</text>'
    for value in range(0, int(top), 2_000 if top < 20_000 else 5_000):
        out += f'<text x="52" y="{y(value) + 4:.0f}" text-anchor="end">{value:,}</text>'
    return out


def hours_chart(hours: Sequence[Mapping[str, Any]]) -> str:
    """A bar for each hour, silent ones left empty."""
    if not hours:
        return ""
    at = np.array([datetime.fromisoformat(one["hour"]).timestamp() // 3600 for one in hours])
    count = np.array([one["aircraft"] for one in hours])
    slots = int(at.max() - at.min()) + 1
    width = (WIDE - 60) / slots
    parts = [f'<text x="8" y="14">{count.max():,}</text><text x="8" y="150">0</text>']
    for slot, n in zip((at - at.min()).tolist(), count.tolist(), strict=True):
        height = 140 * n / count.max()
        place = f'x="{50 + slot * width:.1f}" y="{150 - height:.1f}"'
        size = f'width="{max(width - 2, 0.5):.1f}" height="{height:.1f}"'
        parts.append(f'<rect {place} {size} fill="var(--accent)" rx="2"/>')
    parts.append(f'<text x="50" y="168">{hours[0]["hour"][:16]}</text>')
    if len(hours) > 1:
        parts.append(f'<text x="{WIDE - 10}" y="168" text-anchor="end">{hours[-1]["hour"][:16]}</text>')
    return _svg("Aircraft by hour", parts, 176)


def coverage_map(found: Mapping[str, Any]) -> str:
    """Cells by the share of hours heard; hatched where nobody was ever heard."""
    seen = found["coverage"]
    cells = [(cell_shape(int(one["h3"], 16)), one["hours"] / seen["hours"]) for one in seen["cells"]]
    unheard = [cell_shape(int(text, 16)) for text in seen["unheard"]]
    view = _View.around([shape for shape, _ in cells])
    parts = [_HATCH, f'<path d="{_path(view, _land(view))}" fill="var(--land)"/>']
    parts.append(f'<path d="{_path(view, unheard)}" fill="url(#hatch)"/>')
    for level in range(LEVELS):
        some = [shape for shape, share in cells if min(int(share * LEVELS), LEVELS - 1) == level]
        strength = 0.12 + 0.6 * (level + 1) / LEVELS
        parts.append(f'<path d="{_path(view, some)}" fill="var(--accent)" fill-opacity="{strength:.2f}"/>')
    parts += [_dots(view, found["normal"]), _crosses(view, found["scenarios"])]
    return _svg("Coverage", parts, view.tall) + _LEGEND


_HATCH = (
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V7" stroke="var(--poor)" stroke-width="2" stroke-opacity=".5"/></pattern></defs>'
)
_LEGEND = (
    "<p class='soft small'><span class=key style='background:var(--accent)'></span>watched"
    "<span class=key style='background:var(--accent);opacity:.3'></span>heard now and then"
    "<span class=key style='background:repeating-linear-gradient(45deg,var(--poor) 0 2px,transparent 2px 5px)'></span>"
    "nobody ever heard: cannot see</p>"
)


class _View:
    """The part of the world that is shown, and how degrees become points of the drawing."""

    def __init__(self, west: float, south: float, east: float, north: float) -> None:
        pad = max(0.06 * max(east - west, north - south), 0.05)
        self.west, self.east = max(west - pad, -180.0), min(east + pad, 180.0)
        self.south, self.north = max(south - pad, -90.0), min(north + pad, 90.0)
        squeeze = float(np.cos(np.radians((self.south + self.north) / 2)))
        self.scale_x = WIDE / (self.east - self.west)
        self.scale_y = self.scale_x / max(squeeze, 0.2)
        self.tall = min(round((self.north - self.south) * self.scale_y), 1_400)

    @staticmethod
    def around(shapes: Sequence[Any]) -> _View:
        bounds = shapely.bounds(shapely.union_all(shapely.box(*shapely.bounds(np.array(shapes, dtype=object)).T)))
        return _View(*bounds.tolist())

    def points(self, lonlat: Array) -> Array:
        x = (lonlat[:, 0] - self.west) * self.scale_x
        y = (self.north - lonlat[:, 1]) * self.scale_y
        return np.column_stack([x, y])

    @property
    def box(self) -> Any:
        return shapely.box(self.west, self.south, self.east, self.north)


def _land(view: _View) -> list[Any]:
    """The coast within the view; none where the base map has not been built."""
    if not LAND.is_file():
        return []
    features = orjson.loads(LAND.read_bytes())["features"]
    shapes = shapely.make_valid(shapely.from_geojson([orjson.dumps(f["geometry"]) for f in features]))
    return list(shapely.simplify(shapely.intersection(shapes, view.box), 0.7 / view.scale_x))


def _path(view: _View, shapes: Iterable[Any]) -> str:
    """The outlines of polygons as path data."""
    out = []
    for ring in shapely.get_rings(shapely.get_parts(shapely.get_parts(np.array(list(shapes), dtype=object)))):
        points = view.points(shapely.get_coordinates(ring))
        out.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1]) + "Z")
    return "".join(out)


def _dots(view: _View, normal: Sequence[Sequence[float]]) -> str:
    points = view.points(np.array(normal, dtype=float).reshape(-1, 2))
    data = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in np.unique(points.round(), axis=0))
    return f'<path d="{data}" stroke="var(--dot)" stroke-width="2" stroke-linecap="round" stroke-opacity=".6"/>'


def _crosses(view: _View, scenarios: Sequence[Mapping[str, Any]]) -> str:
    places = [(row["lon"], row["lat"]) for one in scenarios for row in one["top"] if row["lat"] is not None]
    points = view.points(np.array(places, dtype=float).reshape(-1, 2))
    data = "".join(f"M{x - 5:.0f} {y - 5:.0f}l10 10m0 -10l-10 10" for x, y in points)
    return f'<path d="{data}" stroke="var(--poor)" stroke-width="2.5" fill="none"/>'


def _svg(title: str, parts: Iterable[str], tall: int = TALL) -> str:
    return f'<svg viewBox="0 0 {WIDE} {tall}" role="img" aria-label="{title}">{"".join(parts)}</svg>'

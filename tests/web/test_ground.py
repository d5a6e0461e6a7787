"""The world as vector tiles: what GDAL reads of them, and what each tile holds."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import shapely

from web import basemap
from web.ground import Layer, tiles
from web.vector_tile import EXTENT, encode

SQUARE = [[179, 10], [181, 10], [181, 12], [179, 12], [179, 10]]
"""Across the antimeridian."""


def read(folder: Path, content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Features by layer, in the tile's own grid, whose y GDAL counts upwards."""
    path = folder / "tile.pbf"
    path.write_bytes(content)
    command = ["ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", f"MVT:{path}", "-oo", "CLIP=NO", "-lco", "RS=NO"]
    names = subprocess.run(["ogrinfo", "-q", f"MVT:{path}"], capture_output=True, check=True, text=True, timeout=60)
    layers = [line.split(": ")[1].split(" (")[0] for line in names.stdout.splitlines()]
    done = (subprocess.run([*command, name], capture_output=True, check=True, timeout=60).stdout for name in layers)
    return {name: [json.loads(line) for line in lines.splitlines()] for name, lines in zip(layers, done, strict=True)}


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def test_gdal_reads_points_lines_and_areas_with_what_they_are(tmp_path: Path) -> None:
    box = shapely.box(100, 100, 300, 300)
    hole = shapely.box(150, 150, 200, 200)
    content = encode({
        "names": [(shapely.Point(10, 20), {"name": "Åland", "a": 0.5, "m": 1})], "nothing": [],
        "lines": [(shapely.LineString([(0, 0), (-5, 7), (-5, 7.2), (9, 9)]), {})],
        "areas": [(shapely.difference(box, hole), {}), (shapely.box(5, 5, 5.2, 5.2), {})],
    })  # fmt: skip
    found = read(tmp_path, content)

    assert list(found) == ["names", "lines", "areas"]
    (name,), (line,), (area,) = found.values()
    assert {key: name["properties"][key] for key in ("name", "a", "m")} == {"name": "Åland", "a": 0.5, "m": 1}
    assert name["geometry"]["coordinates"] == [10, EXTENT - 20]
    assert line["geometry"]["coordinates"] == [[0, EXTENT], [-5, EXTENT - 7], [9, EXTENT - 9]]
    assert shapely.geometry.shape(area["geometry"]).area == 200 * 200 - 50 * 50


def test_an_area_across_the_antimeridian_lies_in_the_tiles_on_both_sides(tmp_path: Path) -> None:
    layers = {"land": Layer([feature("Polygon", [SQUARE])], 0.0)}
    found = {(x, y): read(tmp_path, content) for zoom, x, y, content in tiles(layers, deepest=1) if zoom and content}
    shapes = {at: shapely.geometry.shape(layers["land"][0]["geometry"]) for at, layers in found.items()}
    degree = round(EXTENT / 180)
    assert {at: shape.bounds[::2] for at, shape in shapes.items()} == {
        (0, 0): (-degree, degree), (1, 0): (EXTENT - degree, EXTENT + degree)
    }  # fmt: skip


def test_far_out_a_coast_has_fewer_corners_and_what_cannot_be_seen_is_left_out() -> None:
    wave = [[lon / 100, lon % 2 / 50] for lon in range(1000)]
    islet = [[50, 50], [50.1, 50], [50.1, 50.1], [50, 50]]
    layers = {"land": Layer([feature("LineString", wave), feature("Polygon", [islet])], 1.0)}
    sizes: dict[int, int] = {}
    for zoom, _, _, content in tiles(layers):
        sizes[zoom] = sizes.get(zoom, 0) + len(content)
    assert sizes[0] < 100 < 1000 < sizes[4]


def test_a_country_s_name_lies_in_it(tmp_path: Path) -> None:
    content = (basemap.WEB / "basemap" / "ground" / "0" / "0" / "0.pbf").read_bytes()
    named = {one["properties"]["name"]: one["geometry"]["coordinates"] for one in read(tmp_path, content)["countries"]}
    where = {name: (x / EXTENT * 360 - 180, y / EXTENT * 2 * math.pi - math.pi) for name, (x, y) in named.items()}
    assert 90 < where["Russia"][0] < 110
    lon, up = where["France"]
    assert 0 < lon < 5
    assert 44 < math.degrees(math.atan(math.sinh(up))) < 49

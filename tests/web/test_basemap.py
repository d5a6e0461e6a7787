"""The offline basemap: arcs decoded right, nothing drawn around the world, every layer there and packed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from web import assets, basemap, places
from web.topojson import Topology, closed_over_pole, continuous, rounded

SQUARES = {
    "type": "Topology",
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 0], [1, 0], [0, 1], [-1, 0]]],
    "objects": {
        "both": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]]},
                {"type": "Polygon", "arcs": [[2, ~0]]},
                {"type": None},
            ],
        }
    },
}
"""Two unit squares side by side; they share the arc from (1, 0) to (1, 1)."""


@pytest.fixture
def squares(tmp_path: Path) -> Topology:
    (tmp_path / "squares.json").write_text(json.dumps(SQUARES))
    return Topology.read(tmp_path / "squares.json")


def test_arcs_join_into_rings_in_either_direction(squares: Topology) -> None:
    left, right = (shapely.geometry.shape(squares.geometry(m, 3)) for m in squares.members("both"))
    assert left.equals(shapely.box(0, 0, 1, 1))
    assert right.equals(shapely.box(1, 0, 2, 1))


def test_the_inner_border_is_the_shared_arc(squares: Topology) -> None:
    assert squares.inner_borders("both", 3) == {"type": "MultiLineString", "coordinates": [[[1, 0], [1, 1]]]}


def test_a_line_over_the_antimeridian_does_not_go_around_the_world() -> None:
    line = continuous(np.array([[179.0, 60.0], [-179.0, 61.0], [-178.0, 62.0]]))
    assert line[:, 0].tolist() == [-181, -179, -178]


def test_a_ring_around_the_pole_is_closed_along_it() -> None:
    ring = np.array([[lon, -70.0] for lon in range(-180, 181, 30)])
    closed = shapely.Polygon(closed_over_pole(ring))
    assert closed.bounds == (-180, -90, 180, -70)


def test_rounding_drops_repeats_but_keeps_a_line() -> None:
    assert rounded(np.array([[0.0001, 0], [0.0002, 0], [1, 1]]), 2) == [[0, 0], [1, 1]]
    assert len(rounded(np.array([[0.0001, 0], [0.0002, 0]]), 2)) == 2


@pytest.mark.parametrize(
    ("population", "capital", "rank"),
    [(9e6, False, 1), (2e6, True, 2), (9e5, True, 3), (9e5, False, 4), (2e4, False, 7)],
)
def test_towns_are_ranked_by_size_and_capitals_come_early(population: float, capital: bool, rank: int) -> None:
    assert places.rank(population, capital) == rank


def layer(name: str) -> shapely.Geometry:
    collection = json.loads((basemap.WEB / "basemap" / f"{name}.json").read_bytes())
    return shapely.GeometryCollection([shapely.geometry.shape(f["geometry"]) for f in collection["features"]])


@pytest.mark.parametrize("name", basemap.LAYERS)
def test_every_layer_is_built_and_packed(name: str) -> None:
    path = basemap.WEB / "basemap" / f"{name}.json"
    assert gzip.decompress(path.with_name(f"{name}.json.gz").read_bytes()) == path.read_bytes()
    assert not layer(name).is_empty


def test_the_world_is_there_as_tiles() -> None:
    folder = basemap.WEB / "basemap" / "ground"
    held = [path.relative_to(folder).parts for path in folder.rglob("*.pbf")]
    assert len(held) == 1 + 4 + 16 + 64 + 256
    world = (folder / "0" / "0" / "0.pbf").read_bytes()
    assert [name for name in basemap.TILES if name.encode() not in world] == []
    assert gzip.decompress((folder / "0" / "0" / "0.pbf.gz").read_bytes()) == world


@pytest.mark.parametrize(
    ("lon", "lat", "on_land"), [(2.35, 48.85, True), (0, 0, False), (0, -89, True), (100, 65, True), (-30, 45, False)]
)
def test_land_is_where_land_is(lon: float, lat: float, on_land: bool) -> None:
    land = shapely.make_valid(layer("land50m"), method="structure", keep_collapsed=False)
    assert land.contains(shapely.Point(lon, lat)) == on_land


@pytest.mark.parametrize("name", ["land10m", "borders10m", "rivers"])
def test_no_edge_crosses_half_the_world(name: str) -> None:
    """Only Antarctica's edge along the pole may."""
    parts = shapely.get_parts(shapely.get_parts(shapely.get_parts(layer(name))))
    for part in parts:
        for ring in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            points = shapely.get_coordinates(ring)
            wide = np.abs(np.diff(points[:, 0])) > 180
            assert (points[1:][wide, 1] == -90).all()


def test_a_missing_package_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(assets.MissingAsset, match="setup-only"):
        basemap.land("50m", tmp_path)


def test_a_failed_build_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "old.js").write_text("old")
    with pytest.raises(assets.MissingAsset):
        assets.build(tmp_path, tmp_path / "node_modules")
    assert (tmp_path / "vendor" / "old.js").read_text() == "old"


@pytest.mark.parametrize(("country", "told"), [("US", "US-IL"), ("DE", "DE")])
def test_a_town_says_its_country_and_in_the_united_states_its_state(country: str, told: str) -> None:
    town = {"name": "Springfield", "country": country, "adminCode": "IL", "population": 116_000, "featureCode": "PPL"}
    one = places.feature(town | {"loc": {"coordinates": [-89.6, 39.8]}})
    assert one["properties"]["k"] == told

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from feeds._errors import FeedError
from feeds.fir_files import load_firs


def square(west: float, south: float, size: float = 2.0) -> list[list[list[float]]]:
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def feature(own_id: str | None, ring: Any, **properties: Any) -> dict[str, Any]:
    own = {} if own_id is None else {"id": own_id}
    return {"type": "Feature", "properties": own | properties, "geometry": {"type": "Polygon", "coordinates": ring}}


def saved(tmp_path: Path, *features: Any) -> Path:
    file = tmp_path / "firs.geojson"
    file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}))
    return file


def test_the_world(shared: Path) -> None:
    folder = shared / "data/reference/vatspy-fir"
    firs = load_firs([folder / "Boundaries.geojson", folder / "VATSpy.dat"])

    found = firs.at(np.array([48.8, 30.6, 0.0, 36.5]), np.array([2.3, 34.9, 179.99, -122.0]))
    assert firs.ids[found].tolist() == ["LFFF", "LLSC", "NFFF", "KZOA"]
    assert firs.names[found].tolist() == ["Paris", "Tel Aviv South", "Nadi Oceanic", "Oakland"]
    assert len(firs) == 464 and len(firs.problems) == 2
    # The file marks 15; nine of them are sectors of these and of three regions on land.
    assert set(firs.ids[firs.oceanic].tolist()) == {"GCCO", "KZAK", "KZNY", "RJJJ", "SBAO", "SUEO"}


def test_sectors_of_a_region_are_left_out_and_its_pieces_joined(tmp_path: Path) -> None:
    pieces = feature("AAAA", square(0, 0)), feature("AAAA", square(2, 0)), feature("AAAA-N", square(0, 1, 1))
    firs = load_firs([saved(tmp_path, *pieces, feature("BB-OCA", square(6, 0), oceanic="1", name="Sea"))])

    assert firs.ids.tolist() == ["AAAA", "BB-OCA"]
    assert firs.names.tolist() == ["AAAA", "Sea"]
    assert firs.at(np.array([1.5, 1.0]), np.array([0.5, 3.0])).tolist() == [0, 0]


def test_drawn_across_the_antimeridian(tmp_path: Path) -> None:
    ring = [[[178.0, 0.0], [-178.0, 0.0], [-178.0, 3.0], [178.0, 3.0], [178.0, 0.0]]]
    firs = load_firs([saved(tmp_path, feature("SEA", ring))])

    assert firs.at(np.array([1.0, 1.0, 1.0]), np.array([179.0, -179.0, 0.0])).tolist() == [0, 0, -1]


def test_what_is_of_no_use_is_said(tmp_path: Path) -> None:
    open_ring = [[[0, 0], [1, 0], [1, 1]]]
    bad = feature(None, square(0, 0)), feature("X", open_ring), feature("Y", square(999, 0)), "no feature", {"id": 4}
    firs = load_firs([saved(tmp_path, feature("OK", square(0, 0)), *bad)])

    assert firs.ids.tolist() == ["OK"]
    assert [text.partition(": ")[0] for text in firs.problems] == [f"firs.geojson, feature {k}" for k in range(2, 7)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged JSON"),
        (b'{"type": "FeatureCollection", "features": [', "damaged JSON"),
        (b"[1, 2]", "no GeoJSON FeatureCollection"),
        (b'{"features": []}', "no usable region: no polygons"),
        (b'{"features": [{"properties": {"id": "A"}, "geometry": null}]}', "no usable region"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / "firs.geojson"
    file.write_bytes(data)

    with pytest.raises(FeedError, match=rf"firs\.geojson.*{message}"):
        load_firs([file])


def test_names_alone_are_no_regions(tmp_path: Path) -> None:
    file = tmp_path / "VATSpy.dat"
    file.write_text("[Countries]\n[FIRs]\nLFFF|Paris|PAR|LFFF\n")

    with pytest.raises(FeedError, match="no usable region"):
        load_firs([file])

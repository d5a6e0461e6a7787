"""Real GIS clients against the real server: what GDAL, and so geopandas and QGIS, make of the collections."""

from __future__ import annotations

import pyogrio

from tests.api.conftest import Live


def test_gdal_lists_the_collections(live: Live) -> None:
    names = {name for name, _ in pyogrio.list_layers(f"OAPIF:{live.url}/")}
    assert {"anomalies", "aircraft", "loiter", "zones", "cells", "tracks"} <= names


def test_geopandas_reads_anomalies_with_a_box(live: Live) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{live.url}/", layer="anomalies", bbox=(170, -10, 180, 10))
    assert list(frame["class"]) == ["squawk"]
    assert frame.geometry.iloc[0].x == 179.5
    assert frame.crs.to_authority() == ("OGC", "CRS84")


def test_a_filter_is_pushed_down(live: Live) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{live.url}/", layer="anomalies", where="class = 'squawk'")
    assert len(frame) == 1


def test_tracks_and_zones_have_their_shapes(live: Live) -> None:
    tracks = pyogrio.read_dataframe(f"OAPIF:{live.url}/", layer="tracks")
    zones = pyogrio.read_dataframe(f"OAPIF:{live.url}/", layer="zones")
    assert set(tracks.geom_type) == {"LineString"}
    assert tracks.geometry.iloc[0].has_z
    assert zones["name"].tolist() == ['Range "1"']

"""GDAL against the real server: Debian's programs (3.6) and geopandas (3.12), what they ask and what they get."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import geopandas
import pyogrio
import pytest

from tests.api.conftest import Live, keys_of
from tests.clients.conftest import Watched

PLACE = "170,-10,180,10"


def run(*words: str | Path) -> str:
    """A program of GDAL; what it says. A warning is a failure."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def test_it_lists_the_collections(watched: Watched) -> None:
    names = {name for name, _ in pyogrio.list_layers(f"OAPIF:{watched.url}/")}

    assert {"anomalies", "aircraft", "loiter", "zones", "cells", "tracks"} <= names
    assert "1: anomalies" in run("ogrinfo", "-ro", f"OAPIF:{watched.url}/")


def test_ogrinfo_follows_the_pages_by_key(watched: Watched) -> None:
    text = run("ogrinfo", "-ro", "-al", "-oo", "PAGE_SIZE=5", f"OAPIF:{watched.url}/collections/anomalies")
    pages = watched.of("anomalies")

    assert text.count("OGRFeature(anomalies)") == 13
    assert "Feature Count: 13" in text
    assert {one["limit"] for one in pages} == {"5"}
    assert ["after" in one for one in pages[-3:]] == [False, True, True]
    assert not any("offset" in one for one in pages)


def test_ogr2ogr_sends_the_box(watched: Watched, tmp_path: Path) -> None:
    run("ogr2ogr", "-spat", *PLACE.split(","), tmp_path / "out.geojson", f"OAPIF:{watched.url}/", "anomalies")

    (found,) = json.loads((tmp_path / "out.geojson").read_text())["features"]
    assert found["properties"]["class"] == "squawk"
    assert PLACE in [one.get("bbox") for one in watched.of("anomalies")]


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("class = 'squawk'", 1),
        ("icao24 = '000005' AND NOT state = 'open'", 1),
        ("confidence > 0.8", 1),
        ("explanation LIKE 'turns%'", 13),
        ("callsign IS NULL", 0),
    ],
)
def test_conditions_are_asked_of_the_server(watched: Watched, where: str, count: int) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{watched.url}/collections/anomalies", where=where)
    asked = watched.of("anomalies")

    assert len(frame) == count
    assert asked[-1].get("filter") and asked[-1]["filter-lang"] == "cql-text", asked


def test_what_gdal_does_not_pass_on_it_filters_itself(watched: Watched) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{watched.url}/", layer="anomalies", where="priority IN ('critical', 'low')")

    assert len(frame) == 1
    assert "filter" not in watched.of("anomalies")[-1]


def test_older_gdal_asks_the_server_too(watched: Watched) -> None:
    text = run("ogrinfo", "-ro", "-q", "-where", "class = 'squawk'", f"OAPIF:{watched.url}/", "anomalies")

    assert text.count("OGRFeature(anomalies)") == 1
    assert watched.of("anomalies")[-1]["filter"] == "class = 'squawk'"


def test_a_range_of_time_is_asked_of_the_server(watched: Watched) -> None:
    where = "start >= '2023-11-14T22:29:30Z' AND start <= '2023-11-14T22:30:30Z'"
    frame = pyogrio.read_dataframe(f"OAPIF:{watched.url}/collections/anomalies", where=where)
    asked = watched.of("anomalies")

    assert list(frame["id"]) == ["l10"]
    assert any("datetime" in one or "filter" in one for one in asked), asked


def test_geopandas_reads_anomalies_with_a_box(watched: Watched) -> None:
    frame = geopandas.read_file(f"OAPIF:{watched.url}/", layer="anomalies", bbox=tuple(map(float, PLACE.split(","))))

    assert list(frame["class"]) == ["squawk"]
    assert frame.geometry.iloc[0].x == 179.5
    assert frame.crs.to_authority() == ("OGC", "CRS84")
    assert any("bbox" in one for one in watched.of("anomalies"))


def test_tracks_and_zones_have_their_shapes(watched: Watched) -> None:
    tracks = pyogrio.read_dataframe(f"OAPIF:{watched.url}/", layer="tracks")
    zones = pyogrio.read_dataframe(f"OAPIF:{watched.url}/", layer="zones")

    assert set(tracks.geom_type) == {"LineString"}
    assert tracks.geometry.iloc[0].has_z
    assert zones["name"].tolist() == ['Range "1"']


def test_one_track_by_its_number(watched: Watched) -> None:
    text = run("ogrinfo", "-ro", "-fid", "1", f"OAPIF:{watched.url}/", "tracks")

    assert "OGRFeature(tracks):1" in text
    assert "/collections/tracks/items/1" in [one.partition("?")[0] for one in watched.asked]


def ways(key: str) -> list[list[str]]:
    """How GDAL sends a key: as name and password, or as a header of its own."""
    basic = ["--config", "GDAL_HTTP_USERPWD", f"key:{key}", "--config", "GDAL_HTTP_AUTH", "BASIC"]
    return [basic, ["--config", "GDAL_HTTP_HEADERS", f"Authorization: Bearer {key}"]]


def test_a_key_works_as_basic_and_as_bearer_and_a_wrong_one_does_not(live: Live, seeded_url: str) -> None:
    key = asyncio.run(keys_of(seeded_url))["viewer"]["authorization"].removeprefix("Bearer ")

    for words in ways(key):
        assert "Feature Count: 13" in run("ogrinfo", "-ro", "-so", *words, f"OAPIF:{live.url}/", "anomalies")
    for words in ways("sky_nobody"):
        asked = ["ogrinfo", "-ro", "-so", *words, f"OAPIF:{live.url}/", "anomalies"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0 and "401" in done.stderr

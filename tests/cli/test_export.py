"""`skysift export`: any collection in every format, the API's filters, errors before any work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import geopandas
import pandas
import pytest
import shapely
from click.testing import CliRunner, Result

from cli.anomaly_files import FORMATS
from cli.main import main
from geo.anomaly import Anomaly
from store.writer import Writer

T0 = 1_700_000_400_000
ONE = Anomaly(
    "a00", "loiter", 0xABCDEF, "=TEST1", [], T0, T0 + 60_000, "closed", 2, 0.5, "turns and stays",
    {"type": "Point", "coordinates": [10.0, 50.0]}, "871fa0000ffffff", evidence={"turns": 2.5},
)  # fmt: skip
CLEARED = replace(ONE, id="c00", state="cleared", cleared="it was a holding stack")


async def seed(url: str) -> None:
    writer = await Writer.open(url)
    many = [replace(ONE, id=f"a{i:02}", start=T0 + i * 60_000, end=T0 + i * 60_000 + 30_000) for i in range(20)]
    far = replace(ONE, id="s00", class_id="squawk", geometry={"type": "Point", "coordinates": [179.5, 0.0]})
    zone = dict.fromkeys(("title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active"))
    await writer.save([*many, far, CLEARED])
    await writer.zones([zone | {"id": "Z", "name": "Range", "kind": "R", "geometry": shapely.box(1, 2, 3, 4)}])
    await writer.close()


@pytest.fixture(scope="module")
def filled(migrated_url: str) -> str:
    asyncio.run(seed(migrated_url))
    return migrated_url


@pytest.fixture
def here(filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", filled)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def exported(folder: Path, *arguments: object) -> list[str]:
    """The ids of what is exported."""
    path = folder / "out.geojsonl"
    result = run("-o", path, *arguments)
    assert result.exit_code == 0, result.output
    return sorted(json.loads(line)["id"] for line in path.read_text().splitlines())


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_holds_everything(here: Path, suffix: str) -> None:
    path = here / f"out{suffix}"

    result = run("-o", path, "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"collection": "anomalies", "features": 21, "output": str(path)}
    reader = geopandas.read_parquet if suffix == ".parquet" else geopandas.read_file
    frame = pandas.read_csv(path) if suffix == ".csv" else reader(path)
    assert len(frame) == 21 and set(frame["class"]) == {"loiter", "squawk"}
    assert list(here.iterdir()) == [path]


def test_what_the_api_can_be_asked_can_be_exported(here: Path) -> None:
    assert exported(here, "--classes", "squawk") == ["s00"]
    assert exported(here, "--cleared", "--filter", "state = 'cleared'") == ["c00"]
    assert exported(here, "--bbox", "170,-10,-170,10") == ["s00"]
    assert exported(here, "--filter", '{"op": "=", "args": [{"property": "class"}, "squawk"]}') == ["s00"]
    assert exported(here, "--from", "2023-11-14T22:38:50Z", "--to", "2023-11-14T22:39:10Z") == ["a19"]
    assert len(exported(here, "--limit", "5")) == 5
    assert exported(here, "zones") == ["Z"]


def test_a_spreadsheet_runs_nothing(here: Path) -> None:
    run("-o", here / "out.csv")

    assert set(pandas.read_csv(here / "out.csv")["callsign"]) == {"'=TEST1"}


def test_metres_where_they_are_asked_for(here: Path) -> None:
    run("zones", "-o", here / "out.gpkg", "--crs", "EPSG:3857")

    frame = geopandas.read_file(here / "out.gpkg")
    assert frame.crs.to_epsg() == 3857 and frame.to_crs(4326).total_bounds == pytest.approx([1, 2, 3, 4], abs=1e-6)


def test_a_disk_that_is_full_half_way_ends_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, path: Path, layer: object, batches: Iterable[object]) -> None:
        next(iter(batches))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.files.write", full)
    result = run("-o", here / "out.csv")

    assert result.exit_code == 1 and "out.csv cannot be written: No space left" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "no collection 'nothing'"),
        (["--filter", "class ="], "not CQL2"),
        (["--filter", "confidenc > 0.5"], "no queryable 'confidenc'"),
        (["--filter", "confidence > 'high'"], "confidence"),
        (["--bbox", "1,2"], "bbox"),
        (["zones", "--classes", "loiter"], "zones cannot be asked by class"),
        (["--classes", "none"], "no anomaly class"),
        (["--sortby", "nothing"], "cannot sort by"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage_and_leaves_nothing(here: Path, arguments: list[str], said: str) -> None:
    result = run("-o", here / "out.geojson", *arguments)

    assert result.exit_code == 2 and said in " ".join(result.stderr.split())
    assert list(here.iterdir()) == []


def test_kml_in_metres_is_refused_and_an_unknown_ending_too(here: Path) -> None:
    assert "longitude and latitude" in run("zones", "-o", here / "out.kml", "--crs", "EPSG:3857").stderr
    assert ".gpkg" in run("-o", here / "out.shp").stderr

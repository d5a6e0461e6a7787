"""import, backfill, export and replay: what goes in comes out; stored rows give what files give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main

HEADER = ",timestamp,lat,lon,alt,gspeed,vspeed,track,squawk,callsign,source\n"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five minutes of a flight without icao24 that squawks 7700 from the second minute on."""
    path = tmp_path_factory.mktemp("fr24") / "3376ab31.csv"
    rows = [
        f"{k},2025-11-16T18:{k // 60:02d}:{k % 60:02d}Z,41.2,{28.7 + k * 0.003:.5f},35000,450,0,90,"
        f"{'7700' if k >= 60 else '0656'},,ADSB\n"
        for k in range(0, 300, 5)
    ]
    path.write_text(HEADER + "".join(rows))
    return path


@pytest.fixture
def here(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path))
    return tmp_path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result


def exported(folder: Path, collection: str = "anomalies") -> list[dict[str, object]]:
    run("export", collection, "-o", folder / "out.geojson")
    features: list[dict[str, object]] = json.loads((folder / "out.geojson").read_text())["features"]
    return features


@pytest.mark.parametrize(
    "arguments",
    [["backfill", "--from", "2026-01-02", "--to", "2026-01-01"], ["replay", "x", "--speed", "-1"],
     ["import", "x", "--store-every", "-5"]],
)  # fmt: skip
def test_times_and_speeds_that_cannot_be_are_wrong_usage(arguments: list[str], here: Path) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_import_stores_and_judges_nothing(recording: Path, here: Path) -> None:
    answer = json.loads(run("import", recording, "--json").stdout)

    assert [answer[name] for name in ("files", "rows", "rejected", "skipped")] == [1, 60, {}, {}]
    assert exported(here) == []


def test_backfill_over_stored_rows_finds_it_and_again_the_same(recording: Path, here: Path) -> None:
    first = json.loads(run("backfill", "--json").stdout)
    before = exported(here)

    second = json.loads(run("backfill", "--json").stdout)

    assert (first["rows"], first["anomalies"]) == (second["rows"], second["anomalies"]) == (60, 1)
    assert exported(here) == before
    (feature,), (incident,) = before, exported(here, "incidents")
    assert incident["id"] == f"i{feature['id']}"
    properties = feature["properties"]
    assert isinstance(properties, dict)
    assert properties["class"] == "squawk" and properties["icao24"] is None
    assert properties["evidence"]["identity"] == ["3376ab31"]


def test_backfill_of_a_range_leaves_the_rest(here: Path) -> None:
    run("backfill", "--from", "2025-11-16T19:00:00Z", "--to", "2025-11-16T20:00:00Z")

    assert len(exported(here)) == 1


def test_backfill_of_files_stores_what_is_not_stored_yet(recording: Path, here: Path) -> None:
    run("backfill", recording, "--store-every", "0", "--classes", "squawk")

    assert len(exported(here, "positions")) == 60


def test_replay_plays_to_its_end(recording: Path, here: Path) -> None:
    result = run("replay", recording, "--speed", "0", "--classes", "squawk")

    assert "played 60 rows" in result.stderr
    assert len(exported(here, "incidents")) == 1


def test_an_empty_store_is_no_error(here: Path, cluster: object) -> None:
    assert run("export", "-o", here / "none.csv", "--classes", "loiter").exit_code == 0


def test_a_time_that_is_none_is_wrong_usage(here: Path) -> None:
    result = CliRunner().invoke(main, ["backfill", "--from", "yesterday"])

    assert result.exit_code == 2 and "2026-11-20T13:00:00Z" in result.output

"""`skysift detect`: a file in, a file out, in every format; errors that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pandas
import pytest
from click.testing import CliRunner, Result

from cli.main import main


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A receiver's snapshots: one aircraft squawks 7700, one does not."""
    folder = tmp_path_factory.mktemp("snapshots")
    for k in range(60):
        now = 1_700_000_000 + k
        calm = {"hex": "abc001", "lat": 50.0, "lon": 10 + k * 0.003, "alt_baro": 35_000, "gs": 420, "track": 90}
        other = {"hex": "abc002", "lat": 48.0, "lon": 10 + k * 0.003, "alt_baro": 31_000, "gs": 420, "track": 90}
        both = [calm | {"squawk": "1000"}, other | {"squawk": "7700", "flight": "DLH4AB"}]
        rows = [aircraft | {"seen": 0.1, "seen_pos": 0.2} for aircraft in both]
        (folder / f"aircraft-{now}.json").write_text(json.dumps({"now": now, "messages": k, "aircraft": rows}))
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["detect", *map(str, arguments)])


def test_geojson(recording: Path, tmp_path: Path) -> None:
    result = run(recording, "-o", tmp_path / "out.geojson")

    collection = json.loads((tmp_path / "out.geojson").read_text())
    assert result.exit_code == 0
    (feature,) = collection["features"]
    assert feature["properties"]["class"] == "squawk" and feature["properties"]["icao24"] == "abc002"
    assert "id" not in feature["properties"] and feature["geometry"]["type"] == "MultiLineString"


def test_standard_output_is_geojson_alone(recording: Path) -> None:
    result = run(recording)

    assert len(json.loads(result.stdout)["features"]) == 1
    assert "Emergency" not in result.stderr and "squawk" in result.stderr


@pytest.mark.parametrize("suffix", [".fgb", ".parquet", ".csv"])
def test_tables_hold_nested_values_as_text(recording: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"

    result = run(recording, "-o", path)

    assert result.exit_code == 0, result.stderr
    readers = {".fgb": geopandas.read_file, ".parquet": geopandas.read_parquet, ".csv": pandas.read_csv}
    frame = readers[suffix](path)
    assert frame["class"].tolist() == ["squawk"]
    assert json.loads(frame["evidence"][0])["parameters"]["hold"]["unit"] == "s"


@pytest.mark.parametrize("suffix", [".fgb", ".parquet", ".csv", ".geojson"])
def test_nothing_found_is_still_a_file(recording: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none{suffix}"

    result = run(recording, "--classes", "loiter", "-o", path)

    assert result.exit_code == 0, result.stderr
    assert path.exists()


def test_where_no_row_is_good_it_fails_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "aircraft.json"
    path.write_text(json.dumps({"now": 5e9, "aircraft": [{"hex": "abc001", "lat": 50, "lon": 10, "seen": 0}]}))

    result = run(path, "-o", tmp_path / "out.geojson")

    assert result.exit_code == 3 and "aircraft.json: no row could be used: time out of range (1)" in result.stderr
    assert list(tmp_path.iterdir()) == [path]


def test_a_sky_without_aircraft_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "aircraft.json").write_text('{"now": 1700000000, "aircraft": []}')

    result = run(tmp_path / "aircraft.json")

    assert result.exit_code == 0 and "0 rows; 0 duplicates" in result.stderr


def test_summary_as_json(recording: Path, tmp_path: Path) -> None:
    result = run(recording, "-o", tmp_path / "out.geojson", "--json")

    summary = json.loads(result.stdout)
    assert summary["rows"] == 120 and summary["classes"]["squawk"]["anomalies"] == 1
    assert summary["classes"]["restricted-zone"]["inactive"] == "no zones in the data"


def test_thresholds_come_from_the_configuration(recording: Path, tmp_path: Path) -> None:
    config = tmp_path / "skysift.toml"
    config.write_text("[detectors.squawk]\nhold = 100\n")

    result = run(recording, "--config", config, "--json", "-o", tmp_path / "out.geojson")

    features = json.loads((tmp_path / "out.geojson").read_text())["features"]
    assert result.exit_code == 0
    assert all(f["properties"]["confidence"] <= 0.5 for f in features)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--classes", "loitr"], "did you mean 'loiter'"),
        (["-o", "out.xyz"], "known: .geojson"),
        (["-o", "/no/such/folder/out.csv"], "does not exist"),
    ],
)
def test_wrong_usage_says_what_is_right(recording: Path, arguments: list[str], words: str) -> None:
    result = run(recording, *arguments)

    assert result.exit_code == 2 and words in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[detectors.loitr]\ndwell = 1", "did you mean 'detectors.loiter'"),
        ("[detectors.squawk]\nhld = 1", "hld: no such key; did you mean 'hold'?"),
        ("[detectors.squawk]\nhold = -1", "outside 0 to 120 s"),
        ("[detectors.squawk]\nhold = 'long'", "hold must be a number 0 to 120 s"),
        ("[detectors", "not TOML"),
    ],
)
def test_a_bad_configuration_is_refused_by_name(recording: Path, tmp_path: Path, text: str, words: str) -> None:
    config = tmp_path / "bad.toml"
    config.write_text(text)

    result = run(recording, "--config", config)

    assert result.exit_code in (2, 3) and words in " ".join(result.stderr.split())


def test_a_live_feed_has_no_end() -> None:
    result = run("demo")

    assert result.exit_code == 3 and "skysift serve --feed" in " ".join(result.stderr.split())


def test_nothing_is_said_of_who_has_opted_out(recording: Path, tmp_path: Path) -> None:
    config = tmp_path / "skysift.toml"
    config.write_text('[privacy]\nopt_out = ["DLH4AB"]\n')

    result = run(recording, "--config", config)

    assert json.loads(result.stdout)["features"] == []

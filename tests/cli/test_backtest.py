"""`skysift backtest`: areas and a recording in, alerts out; what cannot be is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main

RING = [[10.0, 49.9], [10.1, 49.9], [10.1, 50.1], [10.0, 50.1], [10.0, 49.9]]
BOX = {"type": "Feature", "properties": {"name": "The Box"}, "geometry": {"type": "Polygon", "coordinates": [RING]}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of two aircraft: one flies through the box, and squawks 7700 inside; one stays far from it."""
    out = tmp_path_factory.mktemp("backtest")
    (out / "areas.geojson").write_text(json.dumps(BOX))
    (out / "rows").mkdir()
    for k in range(0, 120, 2):
        now = 1_700_000_000 + k
        code = "7700" if k > 40 else "1000"
        mine = {"hex": "abc001", "flight": "DLH4AB", "lat": 50.0, "lon": 9.95 + k * 0.003, "squawk": code}
        other = {"hex": "abc002", "lat": 48.0, "lon": 10 + k * 0.003, "squawk": "1000"}
        both = [
            one | {"alt_baro": 31_000, "gs": 420, "track": 90, "seen": 0.1, "seen_pos": 0.2} for one in (mine, other)
        ]
        (out / "rows" / f"aircraft-{now}.json").write_text(json.dumps({"now": now, "messages": k, "aircraft": both}))
    return out


def run(folder: Path, *arguments: object) -> Result:
    given = ["backtest", folder / "rows", "--areas", folder / "areas.geojson", "--no-reference", *arguments]
    return CliRunner().invoke(main, [str(one) for one in given])


def test_an_anomaly_inside_is_told(folder: Path, tmp_path: Path) -> None:
    result = run(folder, "--classes", "squawk", "-o", tmp_path / "alerts.geojson", "--budget", 5)

    (told,) = json.loads((tmp_path / "alerts.geojson").read_text())["features"]
    assert result.exit_code == 0, result.output
    assert told["properties"]["text"].startswith("DLH4AB (abc001): General emergency (7700)")
    assert "1 alerts" in result.output and "keeps to 5 a day" in result.output


def test_coming_and_going(folder: Path) -> None:
    result = run(folder, "--trigger", "enters", "--trigger", "crosses", "--json")

    summary = json.loads(result.stdout)
    assert summary["by_trigger"] == {"enters": 1, "crosses": 1} and summary["by_area"] == {"The Box": 2}


@pytest.mark.parametrize(
    ("more", "told"),
    [(("--icao24", "abc001"), 1), (("--icao24", "abc002"), 0), (("--callsign", "BAW*"), 0),
     (("--set", "privacy.opt_out=DLH4AB"), 0)],
)  # fmt: skip
def test_only_some_aircraft(folder: Path, more: tuple[str, ...], told: int) -> None:
    result = run(folder, "--trigger", "enters", "--json", *more)
    assert json.loads(result.stdout)["alerts"] == told


@pytest.mark.parametrize(
    ("more", "why"),
    [(("--icao24", "xyz"), "six hex digits"), (("--trigger", "lands"), "lands"), (("--minutes", "-1"), "minutes"),
     (("-o", "alerts.shp"), ".geojson")],
)  # fmt: skip
def test_what_cannot_be_is_said(folder: Path, more: tuple[str, ...], why: str) -> None:
    result = run(folder, "--trigger", "enters", *more)
    assert result.exit_code == 2 and why in result.output

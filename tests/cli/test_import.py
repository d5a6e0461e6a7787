"""Archives in: any formats in parallel, whole flights of an area, Parquet by day, and on again after a break."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from cli import archive_files, import_
from cli.main import main
from feeds._cpr import UNPLACED
from tests.feeds.reading import read_path
from tests.feeds.transponder import beast, surface

MIDNIGHT = 1_700_006_400
"""2023-11-15 00:00 UTC."""


def flight(path: Path, hex: str, start: int, lon: float, rows: int = 20) -> Path:
    """One aircraft eastward along 47 N, 0.02 degrees and 30 s a row, in OpenSky's own format."""
    head = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,squawk,baroaltitude,lastposupdate\n"
    lines = [
        f"{start + 30 * k},{hex},47.0,{lon + 0.02 * k:.3f},100,90,0,ABC,false,1000,3000,{start + 30 * k}"
        for k in range(rows)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def here(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two flights across midnight, one of them in two files of which a row stands in both; and two files of no use."""
    place = tmp_path / "in"
    flight(place / "a.csv", "4b0001", MIDNIGHT - 300, 8.0)
    flight(place / "deep" / "b.csv", "4b0002", MIDNIGHT - 300, 20.0)
    flight(place / "c.csv", "4b0001", MIDNIGHT + 270, 8.38, rows=10)
    (place / "notes.txt").write_text("nothing of use")
    (place / "cut.json").write_text('{"now": 1700000000, "aircraft": [{"hex"')
    return place


def imported(*arguments: object, code: int = 0, jobs: int = 1) -> Result:
    result = CliRunner().invoke(main, ["import", *map(str, arguments), "--jobs", str(jobs)])
    assert result.exit_code == code, result.output
    return result


def report(*arguments: object, jobs: int = 1) -> Any:
    return json.loads(imported(*arguments, "--json", jobs=jobs).stdout)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_becomes_a_file_a_day(folder: Path, tmp_path: Path, jobs: int) -> None:
    said = report(folder, "--into", tmp_path / "out", "--name", "test", jobs=jobs)

    assert [Path(one["file"]).name for one in said["written"]] == ["2023-11-14_test.parquet", "2023-11-15_test.parquet"]
    assert (said["files"], said["read"], said["rows"]) == (5, 50, 49)
    assert said["left_out"] == {"again": 1}
    assert {Path(file).name for file in said["skipped"]} == {"notes.txt", "cut.json"}
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [Path(o["file"]).name for o in said["written"]]


def test_what_was_written_is_read_again_as_it_was(folder: Path, tmp_path: Path) -> None:
    imported(folder / "a.csv", "--into", tmp_path / "out")
    _, before = read_path(folder / "a.csv")
    source, after = read_path(tmp_path / "out")

    assert source.format == "observations"
    for name in before.columns:
        np.testing.assert_array_equal(before[name], after[name], err_msg=name)
    table = pq.read_table(tmp_path / "out" / "2023-11-14_skysift.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["columns"]["geometry"]["geometry_types"]) == ("1.1.0", ["Point"])
    assert table["icao24"][0].as_py() == "4b0001"
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"


def test_an_area_keeps_whole_flights_on_both_sides_of_midnight(folder: Path, tmp_path: Path) -> None:
    """The first flight is in the area only after midnight; its rows of the day before are kept too."""
    said = report(folder, "--into", tmp_path / "out", "--area=8.30,46.9,8.33,47.1")

    assert [one["rows"] for one in said["written"]] == [10, 19]
    assert said["left_out"]["of flights outside the area"] == 20
    assert set(read_path(tmp_path / "out")[1]["icao24"].tolist()) == {0x4B0001}


@pytest.mark.parametrize(
    "area", ["8,47,9,46", "POLYGON((0 0, 1", "LINESTRING(0 0, 1 1)", "1,2,3", "here", "200,0,201,1"]
)
def test_an_area_that_is_none(area: str, folder: Path, tmp_path: Path) -> None:
    assert "--area" in imported(folder, "--into", tmp_path / "out", f"--area={area}", code=3).output


def test_broken_off_it_goes_on_where_it_was(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write, broken = import_.write_day, iter([True])

    def breaks(path: Path, rows: Any) -> None:
        write(path, rows)
        if next(broken, False):
            raise KeyboardInterrupt

    monkeypatch.setattr(import_, "write_day", breaks)
    CliRunner().invoke(main, ["import", str(folder), "--into", str(out), "--jobs", "1"])
    assert [p.name for p in sorted(out.glob("*.parquet"))] == ["2023-11-14_skysift.parquet"]
    (stage,) = out.glob(".import-*")
    staged = {p: p.stat().st_mtime_ns for p in stage.glob("*/report.json")}

    monkeypatch.undo()
    monkeypatch.setattr(archive_files, "stage_unit", lambda *_: pytest.fail("it was read before"))
    said = report(folder, "--into", out)

    assert staged and said["rows"] == 49
    assert len(list(out.glob("*.parquet"))) == 2
    assert not list(out.glob(".import-*"))


def test_files_of_another_import_are_not_written_over(folder: Path, tmp_path: Path) -> None:
    imported(folder / "a.csv", "--into", tmp_path / "out")

    assert "is there already" in imported(folder / "c.csv", "--into", tmp_path / "out", code=3).output


@pytest.mark.parametrize(("names", "said"), [(["cut.json"], "nothing could"), (["a.csv", "cut.json"], "cut.json")])
def test_a_named_file_that_cannot_be_read_is_a_failure_after_the_others(
    names: list[str], said: str, folder: Path, tmp_path: Path
) -> None:
    result = imported(*(folder / one for one in names), "--into", tmp_path / "out", code=3)

    assert said in result.output.split("error:")[1]
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 2 * (len(names) - 1)


def test_what_is_no_file_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text("{}")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "again").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    said: list[object] = []

    assert archive_files.listed([str(tmp_path)], said.append) == [tmp_path / "one.json"]
    assert len(said) == 1 and "2 that are no files" in str(said[0]) and "gone.json" in str(said[0])


def test_of_a_notebooks_runs_the_newest_is_taken_and_named(tmp_path: Path) -> None:
    for name in ("run_2", "run_10"):
        flight(
            tmp_path / "set" / "data" / "processed" / name / "a.csv",
            "4b0001",
            MIDNIGHT,
            8.0,
            rows=2 + (name == "run_10"),
        )
        os.utime(tmp_path / "set" / "data" / "processed" / name)

    said = " ".join(imported(tmp_path / "set", "--into", tmp_path / "out").output.split())

    assert "the newest run is run_10" in said
    assert len(read_path(tmp_path / "out")[1]) == 3


def test_into_the_database_a_row_is_stored_once_though_it_was_broken_off(
    folder: Path,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from store.writer import Writer

    whole, broken = Writer.segments, iter([True])

    async def breaks(self: Writer, rows: Any) -> int:
        if next(broken, False):
            raise KeyboardInterrupt
        return await whole(self, rows)

    monkeypatch.setattr(Writer, "segments", breaks)
    CliRunner().invoke(main, ["import", str(folder), "--jobs", "1"])
    said = report(folder)
    result = CliRunner().invoke(main, ["export", "positions", "-o", str(here / "all.csv")])

    assert said["rows"] == 49
    assert result.exit_code == 0, result.output
    lines = (here / "all.csv").read_text().splitlines()[1:]
    assert len(lines) == len(set(lines)) == 49


def test_what_was_imported_before_is_not_stored_again(folder: Path, here: Path) -> None:
    report(folder / "a.csv")
    report(folder)
    result = CliRunner().invoke(main, ["export", "positions", "-o", str(here / "all.csv")])

    assert result.exit_code == 0, result.output
    lines = (here / "all.csv").read_text().splitlines()[1:]
    assert len(lines) == len(set(lines)) == 49


@pytest.fixture
def apron(tmp_path: Path) -> Path:
    """A recording of frames of an aircraft that rolls at Amsterdam, and was never heard in the air."""
    path = tmp_path / "in" / "dump.bin"
    path.parent.mkdir()
    path.write_bytes(b"".join(beast(surface(52.32, 4.73, odd), float(odd)) for odd in (False, True)))
    return path


CONFIGURED = '[[feeds]]\naddress = "beast://192.0.2.1:30005"\nreceiver = "52.0,4.4"\n'


@pytest.mark.parametrize(("options", "config"), [(["--receiver", "52.0,4.4"], ""), ([], CONFIGURED)])
def test_frames_from_the_ground_have_places_where_the_receivers_is_known(
    options: list[str], config: str, apron: Path, tmp_path: Path
) -> None:
    file = tmp_path / "skysift.toml"
    file.write_text(config)

    imported(apron, "--into", tmp_path / "out", "--config", file, *options)

    _, rows = read_path(tmp_path / "out")
    assert (rows["lat"].round(2).tolist(), rows["lon"].round(2).tolist()) == ([52.32] * 2, [4.73] * 2)


@pytest.mark.parametrize("config", ["", CONFIGURED + '[judging]\nreceivers = ["10,20"]\n'])
def test_where_nobody_knows_which_receiver_it_was_no_place_is_made_up(config: str, apron: Path, tmp_path: Path) -> None:
    file = tmp_path / "skysift.toml"
    file.write_text(config)

    said = report(apron, "--into", tmp_path / "out", "--config", file)

    assert said["rejected"] == {UNPLACED: 2} and "--receiver" in UNPLACED
    assert np.isnan(read_path(tmp_path / "out")[1]["lat"]).all()


@pytest.mark.parametrize("text", ["52", "here", "91,0", "52,4,1"])
def test_a_receiver_that_is_nowhere_is_refused(text: str, apron: Path, tmp_path: Path) -> None:
    assert "--receiver" in imported(apron, "--into", tmp_path / "out", "--receiver", text, code=2).output


@pytest.mark.parametrize("into", [True, False])
def test_who_has_opted_out_is_not_imported(into: bool, here: Path) -> None:
    (config := here / "skysift.toml").write_text('[privacy]\nopt_out = ["4b0003"]\n')
    for own in ("4b0003", "4b0004"):
        flight(here / "in" / f"{own}.csv", own, MIDNIGHT, 8.0)

    said = report(here / "in", "--config", config, *(["--into", here / "out"] if into else []))
    if not into:
        assert CliRunner().invoke(main, ["export", "positions", "-o", str(here / "all.csv")]).exit_code == 0

    assert (said["rows"], said["left_out"]) == (20, {"of aircraft that have opted out": 20})
    text = str(read_path(here / "out")[1]["icao24"].tolist()) if into else (here / "all.csv").read_text()
    seen = {own: (str(int(own, 16)) if into else own) in text for own in ("4b0003", "4b0004")}
    assert seen == {"4b0003": False, "4b0004": True}

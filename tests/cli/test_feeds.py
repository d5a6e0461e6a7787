"""`skysift feeds`: what is in a source, in words and in JSON; what cannot be read says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.feeds import command
from cli.ui import INPUT
from feeds import formats
from feeds._page import page
from tests.feeds.receiver import NOW, Answer, receiver, sky
from tests.feeds.transponder import beast, surface


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_every_format_is_listed() -> None:
    shown = run("--formats")

    assert shown.exit_code == 0
    assert all(name in shown.output for name in formats())
    assert [one["id"] for one in json.loads(run("--json").output)] == list(formats())


def test_the_page_is_written_by_the_command() -> None:
    assert run("--markdown").output == page()


def test_a_recording_in_numbers(shared: Path) -> None:
    shown = run(shared / "data/egll-20170802/egll-positions-rt.csv", "--json")

    report = json.loads(shown.output)[0]
    assert (report["format"], report["rows"], report["aircraft"]) == ("euctrl", 18_574, 45)
    assert report["start"].startswith("2017-08-02T11:44")
    assert report["columns"]["lat"] == 1
    assert report["rejected"]["baro_altitude out of range"] == 1
    assert len(report["without_address"]) == 20


def test_a_recording_in_words(tmp_path: Path) -> None:
    path = tmp_path / "flight_1.json"
    path.write_text('[{"timestamp": 1700000000, "lat": 1, "lon": 2, "alt": 1000, "vspeed": "fast"}]')

    shown = run(path)

    assert shown.exit_code == 0
    for said in ("fr24-track", "1 rows of 1 aircraft", "refused: vertical_rate not a number: 1", "known by: flight_1"):
        assert said in shown.output


@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_what_cannot_be_read_says_why(tmp_path: Path, flag: list[str]) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"now": 1700000000, "aircraft": [{"hex": "4baad9"')

    shown = run(path, *flag)

    assert shown.exit_code == INPUT
    assert "bad.json, byte" in shown.output


def test_an_address_is_asked_once() -> None:
    with receiver([Answer(sky(NOW, 3))]) as url:
        shown = run(url, "--json")

    report = json.loads(shown.output)[0]
    assert (report["format"], report["rows"]) == ("readsb", 3)


@pytest.mark.parametrize(("options", "share"), [(["--receiver", "52,4.4"], 1.0), ([], None)])
def test_frames_from_the_ground_need_the_receivers_place(
    options: list[str], share: float | None, tmp_path: Path
) -> None:
    path = tmp_path / "dump.bin"
    path.write_bytes(b"".join(beast(surface(52.32, 4.73, odd), float(odd)) for odd in (False, True)))

    (report,) = json.loads(run(path, "--json", *options).output)

    assert (report["format"], report["columns"].get("lat")) == ("beast", share)

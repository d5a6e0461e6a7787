"""`skysift raw`: what was kept of feeds, listed, and as files again that every command reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.configuration import load
from cli.raw import command, keeping
from cli.ui import INPUT
from feeds import open_source
from feeds._keeping import Keeping
from geo.batch import Batch
from tests.feeds.receiver import NOW, sky
from tests.feeds.transponder import beast, flown

HERE = (52.25, 3.92)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def two_feeds(state: Path) -> None:
    times = iter(NOW + n for n in range(100))
    kept = Keeping(state / "raw", clock=lambda: next(times))
    polled, stream = kept.recorder("hill", "documents"), kept.recorder("roof", "stream")
    for n in range(2):
        polled.add(sky(NOW + n))
    for at, frame in flown(*HERE, (0.0, 1.0, 2.0)):
        stream.add(beast(frame, at))
    kept.close()


def test_what_is_kept_is_listed(state: Path) -> None:
    two_feeds(state)

    listed = json.loads(run("list", "--json").output)

    assert [(one["day"], one["feed"], one["kind"]) for one in listed] == [
        ("2023-11-14", "hill", "documents"), ("2023-11-14", "roof", "stream")
    ]  # fmt: skip
    assert "nothing is kept" not in run("list").output


def test_without_anything_it_says_how_to_begin() -> None:
    assert "serve --keep-raw" in run("list").output


def test_documents_come_out_as_a_folder_that_is_read(state: Path, tmp_path: Path) -> None:
    two_feeds(state)

    done = run("extract", "hill", "-o", tmp_path / "out")

    assert done.exit_code == 0
    batch = Batch.concat(open_source(str(tmp_path / "out")).batches())
    assert len(batch) == 2


def test_a_stream_comes_out_as_a_recording_with_its_times(state: Path, tmp_path: Path) -> None:
    two_feeds(state)

    run("extract", "roof", "--day", "2023-11-14", "-o", tmp_path / "out")

    source = open_source(str(tmp_path / "out" / "2023-11-14.stream"))
    times = Batch.concat(source.batches())["time"]
    assert source.format == "beast"
    assert (times - round(NOW * 1000)).tolist()[-1] in range(0, 100_000)


def test_a_feed_of_which_nothing_is_kept_names_the_others(state: Path, tmp_path: Path) -> None:
    two_feeds(state)

    done = run("extract", "cellar", "-o", tmp_path / "out")

    assert done.exit_code == INPUT
    assert "feeds: hill, roof" in str(done.exception) + done.output


def test_all_of_it_goes(state: Path) -> None:
    two_feeds(state)

    assert run("remove").exit_code != 0
    assert run("remove", "--yes").exit_code == 0
    assert not (state / "raw").exists()


def test_live_feeds_alone_are_kept_and_only_when_wanted(state: Path) -> None:
    config = load(None, ["storage.keep_raw_mb=5", "storage.keep_raw_days=2"], {})
    sources = [open_source("roof=sbs://127.0.0.1:1"), open_source("hill=http://127.0.0.1:1/x"), open_source("demo")]

    kept = keeping(config, True, sources)

    assert keeping(config, False, sources) is None
    assert (kept.most_bytes, kept.most_days) == (5_000_000, 2)
    assert [(one.feed, one.kind) for one in kept.recorders] == [("roof", "stream"), ("hill", "documents")]


def test_privacy_is_spoken_of(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keeping(load(None, ["privacy.honour_pia=true"], {}), True, [])

    assert "opted out" in capsys.readouterr().err

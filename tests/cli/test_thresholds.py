"""Thresholds of the file take effect while the service runs; a bad file changes nothing and is told of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.configuration import load
from cli.thresholds import Watched
from detectors._registry import registry


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "skysift.toml"
    save(found, "[detectors.loiter]\ndwell = 601")
    return found


def save(file: Path, text: str) -> None:
    """As an editor does: beside it, then over it."""
    part = file.with_suffix(".part")
    part.write_text(text)
    part.replace(file)


def test_a_change_is_given_once(file: Path) -> None:
    watched = Watched(load(file, environ={}), registry())
    assert watched.changed() is None
    save(file, "[detectors.loiter]\ndwell = 500")
    assert watched.changed() == {"loiter": {"dwell": 500}}
    assert watched.changed() is None and watched.told()["state"] == "ok"


def test_an_engine_that_begins_again_takes_what_was_changed_since_the_start(file: Path) -> None:
    start = load(file, environ={})
    save(file, "[detectors.loiter]\ndwell = 500")

    assert Watched(start, registry()).changed() == {"loiter": {"dwell": 500}}


def test_a_bad_file_is_refused_and_the_old_one_holds(file: Path) -> None:
    watched = Watched(load(file, environ={}), registry())
    save(file, "[detectors.loiter]\ndwell = -3")
    assert watched.changed() is None
    assert watched.told()["state"] == "refused" and "dwell = -3" in watched.told()["fault"]
    assert watched.held.overrides == {"loiter": {"dwell": 601}}
    save(file, "[detectors.loiter]\ndwell = 602")
    assert watched.changed() == {"loiter": {"dwell": 602}} and watched.told()["fault"] is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[judging]\nclasses = ['squak']", "no anomaly class 'squak'; did you mean 'squawk'?"),
        ("[judging]\nzones = ['nowhere.geojson']", "there is no file or folder 'nowhere.geojson'"),
        ("[[feeds]]\naddress = 'sbs://roof'", "names no host and port"),
    ],
)
def test_what_the_next_start_would_refuse_is_refused_at_once(file: Path, text: str, fault: str) -> None:
    watched = Watched(load(file, environ={}), registry())
    save(file, f"[detectors.loiter]\ndwell = 500\n{text}")

    assert watched.changed() is None
    assert fault in watched.told()["fault"]


def test_a_file_that_goes_away_changes_nothing(file: Path) -> None:
    watched = Watched(load(file, environ={}), registry())
    file.unlink()
    assert watched.changed() is None
    assert watched.told()["state"] == "refused"


def test_what_needs_a_restart_is_named(file: Path) -> None:
    watched = Watched(load(file, environ={}), registry())
    save(file, "[detectors.loiter]\ndwell = 601\n[service]\nport = 9\n[[feeds]]\naddress = 'demo'")
    assert watched.changed() is None
    assert watched.told()["waits_for_restart"] == ["service.port", "feeds"]


def test_only_classes_that_run_and_a_look_when_asked(file: Path) -> None:
    watched = Watched(load(file, environ={}), ["squawk"])
    save(file, "[detectors.loiter]\ndwell = 377\n[detectors.squawk]\nhold = 20")
    assert watched.changed() == {"squawk": {"hold": 20}}
    os.utime(file, ns=(1, 1))
    watched.again()
    assert watched.changed() is None and watched.told()["state"] == "ok"

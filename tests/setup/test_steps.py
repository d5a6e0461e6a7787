"""Set-up steps: skipped while their inputs stay the same, run again when one changes, never stamped when they fail."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

STEPS = Path(__file__).resolve().parents[2] / "setup" / "steps.sh"


def bash(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    text = f"set -euo pipefail; . '{STEPS}'; LOG={folder}/log; {script}"
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.11\n")
    (tmp_path / "input").write_text("one")
    return tmp_path


COPY = 'step copy "a copy" output input bash -c "cat input >> output"'


def test_a_step_runs_once(checkout: Path) -> None:
    assert bash(f"{COPY}; {COPY}", checkout).returncode == 0
    assert (checkout / "output").read_text() == "one"


def test_a_changed_input_runs_it_again(checkout: Path) -> None:
    bash(COPY, checkout)
    (checkout / "input").write_text("two")
    bash(COPY, checkout)
    assert (checkout / "output").read_text() == "onetwo"


def test_a_missing_output_runs_it_again(checkout: Path) -> None:
    bash(COPY, checkout)
    (checkout / "output").unlink()
    bash(COPY, checkout)
    assert (checkout / "output").read_text() == "one"


def test_a_failing_step_shows_why_and_is_not_stamped(checkout: Path) -> None:
    done = bash('step bad "a bad step" input input bash -c "echo the reason; false"', checkout)
    assert done.returncode == 1
    assert "the reason" in done.stderr
    assert '"a bad step" failed' in done.stderr
    assert not (checkout / ".venv" / "stamps" / "bad").exists()


def test_an_interrupted_step_is_not_stamped(checkout: Path) -> None:
    script = f"trap stop_child INT TERM; (sleep 0.5; kill -TERM $$) & {COPY.replace('cat', 'exec sleep 60; cat')}"
    done = bash(script, checkout)
    assert done.returncode == 130
    assert not (checkout / ".venv" / "stamps" / "copy").exists()


@pytest.fixture
def apt(checkout: Path) -> str:
    """Script lines: a machine without PostGIS and GDAL, whose apt notes down what it is asked for."""
    programs = checkout / "bin"
    programs.mkdir()
    for name, body in {
        "apt-get": f'echo "$@" >> {checkout}/asked',
        "apt-cache": "for v in 13 17 9; do echo postgresql-$v-postgis-3 - geographic objects; done",
        "sudo": 'shift; exec "$@"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    return f"PATH={programs}:/usr/bin:/bin; has_postgis() {{ return 1; }}; ogr2ogr() {{ :; }}; "


def test_the_newest_postgresql_with_postgis_is_installed(checkout: Path, apt: str) -> None:
    assert bash(f"{apt} system_packages postgis", checkout).returncode == 0
    update, install = (checkout / "asked").read_text().splitlines()
    assert update.endswith("update -q")
    assert install.endswith("--no-install-recommends postgresql-17 postgresql-17-postgis-3")


def test_nothing_missing_asks_apt_for_nothing(checkout: Path, apt: str) -> None:
    assert bash(f"{apt} has_postgis() {{ :; }}; system_packages postgis gdal", checkout).returncode == 0
    assert not (checkout / "asked").exists()


def test_without_apt_it_says_what_to_install(checkout: Path) -> None:
    script = "command() { [ $2 != apt-get ]; }; has_postgis() { return 1; }; system_packages postgis"
    done = bash(script, checkout)
    assert done.returncode == 1
    assert "PostgreSQL with PostGIS" in done.stderr


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize(("script", "words"), [("run", "--setup-only"), ("test", "--nightly")])
def test_help_sets_nothing_up(script: str, words: str, option: str, tmp_path: Path) -> None:
    (tmp_path / "setup").mkdir()
    for name in (script, "setup/steps.sh"):
        shutil.copy(STEPS.parents[1] / name, tmp_path / name)

    done = subprocess.run([f"./{script}", option], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert words in done.stdout
    assert not (tmp_path / ".venv").exists()

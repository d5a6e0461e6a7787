"""`skysift db` from start to reset, on a cluster in a folder of its own."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.database import url_of
from cli.main import main
from cli.ui import DATABASE, USAGE
from store.cluster import Cluster


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="skysift-test-"))
    folder.chmod(0o755)
    monkeypatch.setenv("SKYSIFT_STATE", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    run("db", "reset", "--yes")
    shutil.rmtree(folder)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_start_status_stop_reset(state: Path) -> None:
    started = json.loads(run("db", "start", "--json").stdout)
    assert started["url"].startswith("postgresql://")
    running = run("db", "status", "--json")
    assert running.exit_code == 0
    assert json.loads(running.stdout)["running"]
    assert run("db", "stop").stdout == "stopped\n"
    assert run("db", "status").exit_code == DATABASE
    assert run("db", "reset").exit_code == USAGE  # it asks, and here is nobody to ask
    assert (state / "postgres").exists()
    assert run("db", "reset", "--yes").exit_code == 0
    assert not (state / "postgres").exists()


def test_who_ends_stops_no_server_that_somebody_has_begun_to_use(state: Path) -> None:
    """Between being told that it runs and being connected, somebody who starts was left without a database."""
    cluster = Cluster(state)
    with url_of():
        ending = url_of()
        with ending:
            pass
        assert cluster.pid()
    assert cluster.pid() is None


def test_another_database_in_use_is_said(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/x")
    assert "DATABASE_URL is set" in run("db", "stop").stderr

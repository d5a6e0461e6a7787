"""What the doctor says of the service: each fault is found, and what to do about it is said."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from cli import checks
from cli.main import main
from store.migrate import downgrade, upgrade
from store.revision import head

NOW = 1_700_000_000.0


def watching(age: float = 1.0, **more: Any) -> dict[str, str]:
    return {"engine": orjson.dumps({"state": "watching", "at": NOW - age, "rows": 10_000, **more}).decode()}


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        ({}, "ok", "none is expected"),
        ({"engine": '{"state": "none"}'}, "ok", "none is expected"),
        (watching(), "ok", "watching, 10,000"),
        (watching(600), "warn", "10 min ago"),
        (watching(dropped=500), "warn", "500 rows dropped"),
    ],
)
def test_the_engine(told: dict[str, str], state: str, words: str) -> None:
    found = checks.engine(told, NOW)
    assert (found.state, words in found.found, bool(found.remedy)) == (state, True, state != "ok")


@pytest.mark.parametrize(("data_s", "state"), [(NOW - 3, "ok"), (NOW - 4_000, "warn"), (NOW + 3_600, "warn")])
def test_the_clock(data_s: float, state: str) -> None:
    found = checks.clock({**watching(), "data_time": str(int(data_s * 1000))}, NOW)
    assert found.state == state and ("timedatectl" in found.remedy) == (state == "warn")


def test_little_memory(tmp_path: Path) -> None:
    info = tmp_path / "meminfo"
    info.write_text("MemTotal: 1000000 kB\nMemAvailable: 100000 kB\n")
    assert (checks.memory(info).state, checks.memory(info).found) == ("warn", "102 MB available")


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    key = tmp_path / "destinations.key"
    assert checks.key_file(tmp_path).state == "ok"
    key.touch(0o600)
    assert checks.key_file(tmp_path).state == "ok"
    key.chmod(0o644)
    assert checks.key_file(tmp_path).state == "warn" and "chmod 600" in checks.key_file(tmp_path).remedy


def test_a_bad_configuration_fails_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "skysift.toml"
    file.write_text("[service]\nprot = 1\nhots = 2\n")
    done = CliRunner().invoke(main, ["doctor", "--config", str(file)])
    assert done.exit_code == 1 and "line 2" in done.stdout and "and 1 more" in done.stdout
    assert checks.configuration(tmp_path / "none.toml").state == "fail"


def test_what_the_database_tells(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    from cli.doctor import _ask

    def found() -> dict[str, tuple[str, str]]:
        return {one.name: (one.state, one.remedy) for one in checks.stored(_ask, tmp_path)}

    def run(sql: str) -> Sequence[Any]:
        return _ask(sql)

    assert found()["tables"][0] == "warn"
    upgrade(database_url, "0011a")
    older = found()
    upgrade(database_url)
    run(f'INSERT INTO meta VALUES (\'engine\', \'{{"state": "watching", "at": {time.time()}}}\')')
    fresh = found()
    run("INSERT INTO accounts (id, name, role) VALUES (1, 'ann', 'admin')")
    columns = "id, owner, name, kind, shown, secret, paused"
    run(f"INSERT INTO destinations ({columns}) VALUES (1, 1, 'x', 'webhook', '', '', true)")
    ill = found()
    run("UPDATE alembic_version SET version_num = 'from-the-future'")
    future = found()
    run(f"UPDATE alembic_version SET version_num = '{head()}'")
    downgrade(database_url)

    assert older == {"tables": ("warn", "skysift serve brings them up to date")}
    assert {name: state for name, (state, _) in fresh.items()} == dict.fromkeys(
        ("tables", "engine", "clock", "keys", "deliveries"), "ok"
    )
    assert ill["keys"][0] == "fail" and "restore" in ill["keys"][1] and ill["deliveries"][0] == "warn"
    assert future == {"tables": ("fail", "install the newer Skysift again")}

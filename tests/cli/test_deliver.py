"""`skysift deliver`: a new key for all secrets, and a dispatcher that comes back when it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner

from cli import deliver, keeping
from cli.main import main
from delivery.vault import Vault, VaultError


async def _with_destination(url: str, secret: bytes) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("INSERT INTO accounts (name, role) VALUES ('me', 'admin')")
    await connection.execute(
        "INSERT INTO destinations (owner, name, kind, shown, secret) SELECT id, 'd', 'webhook', '', $1 FROM accounts",
        secret,
    )
    await connection.close()


async def _secret(url: str) -> bytes:
    connection = await asyncpg.connect(url)
    found: bytes = await connection.fetchval("SELECT secret FROM destinations")
    await connection.close()
    return found


def test_a_new_key_for_all_secrets(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", migrated_url)
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path))
    vault = Vault(tmp_path)
    old = vault.seal({"url": "https://a.example"})
    asyncio.run(_with_destination(migrated_url, old))

    done = CliRunner().invoke(main, ["deliver", "--rotate-key"])

    assert (done.exit_code, "1 destinations" in done.output) == (0, True)
    assert vault.open(asyncio.run(_secret(migrated_url))) == {"url": "https://a.example"}
    with pytest.raises(VaultError):
        vault.open(old)


def test_a_network_that_is_none_is_refused() -> None:
    done = CliRunner().invoke(main, ["deliver", "--allow-network", "10.0.0.0/99"])
    assert (done.exit_code, "10.0.0.0/99" in done.output) == (2, True)


def test_a_killed_dispatcher_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FIRST_WAIT_S", 0.05)
    told = deliver.Delivering(tmp_path, 0, False, (), "postgresql://nobody@/none?host=/nowhere")
    keeper = deliver.keeper(told)

    def other_than(pid: int | None) -> int:
        until = time.monotonic() + 30
        while keeper.process is None or keeper.process.pid in (None, pid):
            assert time.monotonic() < until
            time.sleep(0.02)
        assert keeper.process.pid
        return keeper.process.pid

    keeper.start()
    try:
        first = other_than(None)
        os.kill(first, signal.SIGKILL)
        second = other_than(first)
    finally:
        keeper.end()
        keeper.wait()
    assert not keeper.is_alive()
    assert not Path(f"/proc/{second}").exists()

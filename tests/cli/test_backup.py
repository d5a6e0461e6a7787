"""A backup is made while it runs, the database is lost, and everything comes back; what is damaged is refused first."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.resume import checkpoint_path
from delivery.vault import Vault
from store.cluster import Cluster
from store.migrate import upgrade
from store.writer import Writer
from tests.api.conftest import ONE, rows

WORLD = """
INSERT INTO accounts (id, name, role) VALUES (71, 'ann', 'analyst');
INSERT INTO areas (id, owner, name, geom) VALUES (71, 71, 'Box', ST_Multi(ST_MakeEnvelope(8, 46, 9, 48, 4326)));
"""
HOOK = "INSERT INTO destinations (id, owner, name, kind, shown, secret) VALUES (71, 71, 'hook', 'webhook', '', $1)"


@contextmanager
def state_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="skysift-own-backup-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    """The state of a private server that has stopped, with what there is to keep."""
    with state_folder() as folder:
        cluster = Cluster(folder, fast=True)
        url = cluster.start()
        upgrade(url)
        asyncio.run(seeded(url, Vault(folder).seal({"url": "https://a.example"})))
        cluster.stop()
        yield folder


@pytest.fixture
def own(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A private server of the test's own, as the commands find it."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with state_folder() as folder:
        subprocess.run(["cp", "-a", f"{filled}/.", folder], check=True)  # with the owners
        monkeypatch.setenv("SKYSIFT_STATE", str(folder))
        cluster = Cluster(folder, fast=True)
        url = cluster.start()
        cluster.keep(True)
        checkpoint_path(url).write_bytes(b"what was learned")
        yield cluster
        cluster.stop()


async def seeded(url: str, secret: bytes) -> None:
    writer = await Writer.open(url, 0)
    await writer.write(rows())
    await writer.save([replace(ONE, id=f"k{k}") for k in range(5)])
    async with writer.pool.acquire() as connection:
        await connection.execute(WORLD)
        sql = (
            "INSERT INTO destinations (id, owner, name, kind, shown, secret) VALUES (71, 71, 'hook', 'webhook', '', $1)"
        )
        await connection.execute(sql, secret)
    await writer.close()


async def asked(url: str, *questions: str) -> list[object]:
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetchval(one) for one in questions]
    finally:
        await connection.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


ALL = ("SELECT count(*) FROM positions", "SELECT count(*) FROM anomalies", "SELECT name FROM areas WHERE id = 71",
       "SELECT secret FROM destinations WHERE id = 71")  # fmt: skip


def test_a_lost_database_comes_back(own: Cluster, tmp_path: Path) -> None:
    before = asyncio.run(asked(own.url, *ALL))
    file = tmp_path / "b.skysift"
    model, key = own.state_dir / "models" / "point" / "model.json", own.state_dir / "privacy.key"
    model.parent.mkdir(parents=True)
    model.write_text("mine")
    key.write_text("ab" * 32)
    made = run("backup", file)
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o077 == 0

    own.reset()
    (own.state_dir / "destinations.key").unlink()
    checkpoint_path(own.url).unlink()
    key.unlink()
    shutil.rmtree(model.parent.parent)
    own.start()
    own.keep(True)
    done = run("restore", file, "--yes")

    assert done.exit_code == 0, done.output
    after = asyncio.run(asked(own.url, *ALL))
    assert after == before and before[0] == 60
    assert Vault(own.state_dir).open(after[3]) == {"url": "https://a.example"}  # type: ignore[arg-type]
    assert checkpoint_path(own.url).read_bytes() == b"what was learned"
    assert model.read_text() == "mine" and key.read_text() == "ab" * 32
    assert [one.stat().st_mode & 0o077 for one in (model, key, own.state_dir / "destinations.key")] == [0, 0, 0]


def test_a_backup_goes_into_a_database_that_is_named(
    own: Cluster, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DATABASE_URL: no server of ours. Skysift's tables there are replaced, whatever else lies beside them stays."""
    before = asyncio.run(asked(own.url, *ALL))
    file = tmp_path / "b.skysift"
    assert run("backup", file).exit_code == 0
    asyncio.run(asked(migrated_url, "CREATE TABLE theirs AS SELECT 7 AS n", "DELETE FROM accounts"))
    asyncio.run(asked(migrated_url, "INSERT INTO accounts (id, name, role) VALUES (1, 'old', 'viewer')"))
    monkeypatch.setenv("DATABASE_URL", migrated_url)

    unsaid, done = run("restore", file), run("restore", file, "--yes")

    assert (unsaid.exit_code, "--yes" in unsaid.output) == (2, True)
    assert done.exit_code == 0, done.output
    assert asyncio.run(asked(migrated_url, *ALL)) == before
    names = "SELECT string_agg(name, ',') FROM accounts"
    assert asyncio.run(asked(migrated_url, names, "SELECT n FROM theirs")) == ["ann", 7]
    assert asyncio.run(asked(own.url, *ALL)) == before, "the private server was not touched"
    assert checkpoint_path(migrated_url).read_bytes() == b"what was learned"


def test_what_is_there_is_replaced_only_when_said_and_never_under_a_running_service(
    own: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "b.skysift"
    run("backup", file, "--without-positions")
    asyncio.run(asked(own.url, "DELETE FROM anomalies"))

    unsaid = run("restore", file)
    running = asyncio.run(while_open(own.url, file))
    kept = asyncio.run(asked(own.url, *ALL[:2]))
    said = run("restore", file, "--yes")

    assert unsaid.exit_code == 2 and "--yes" in unsaid.output
    assert running.exit_code == 2 and "stop skysift serve" in running.output
    assert kept == [60, 0] and said.exit_code == 0
    assert asyncio.run(asked(own.url, *ALL[:2])) == [0, 5]


async def while_open(url: str, file: Path) -> Result:
    writer = await Writer.open(url)
    try:
        return await asyncio.to_thread(run, "restore", file, "--yes")
    finally:
        await writer.close()


def test_a_folder_keeps_the_newest(own: Cluster, tmp_path: Path) -> None:
    for k in range(3):
        (tmp_path / f"skysift-2020010{k}T000000Z.skysift").touch()
    found = json.loads(run("backup", tmp_path, "--keep", 2, "--json").stdout)
    assert found["removed"] == ["skysift-20200100T000000Z.skysift", "skysift-20200101T000000Z.skysift"]
    assert len(list(tmp_path.glob("*.skysift"))) == 2 and found["counts"]["anomalies"] == 5


def test_a_damaged_or_foreign_backup_is_refused_before_anything_goes(own: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "b.skysift"
    made = run("backup", file)
    assert made.exit_code == 0, made.output
    good = file.read_bytes()
    place = good.index(b"PGDMP") + 200
    bad = {
        "flipped": good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :],
        "cut": good[: len(good) // 2],
        "text": b"hello",
        "newer": changed(tmp_path, good, b'"revision": "', b'"revision": "9'),
    }
    for name, data in bad.items():
        file.write_bytes(data)
        done = run("restore", file, "--yes")
        assert done.exit_code == 3, (name, done.output)
    for escape in ("state/../../x", "/", ""):
        part = tmp_path / "part"
        part.write_text(json.dumps({"layout": 1, "sha256": {escape: ""}, "revision": "0001", "skysift": "0"}))
        with tarfile.open(file, "w") as tar:
            tar.add(part, "manifest.json")
            tar.addfile(tarfile.TarInfo(escape))
        done = run("restore", file, "--yes")
        assert done.exit_code == 3 and not (tmp_path.parent / "x").exists(), (escape, done.output)
    assert asyncio.run(asked(own.url, *ALL[:2])) == [60, 5]


def changed(folder: Path, data: bytes, before: bytes, after: bytes) -> bytes:
    """The tar with its manifest changed."""
    source, target = folder / "source.tar", folder / "target.tar"
    source.write_bytes(data)
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            part = folder / "part"
            part.write_bytes(file.read().replace(before, after) if member.name == "manifest.json" else file.read())
            new.add(part, member.name)
    return target.read_bytes()

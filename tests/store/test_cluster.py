"""The private PostGIS for real: made, killed with -9, started twice at once, refused where it cannot be, deleted."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from store.cluster import LONGEST_SOCKET, SOCKET_NAME, Cluster, ClusterError, default_state_dir
from store.programs import Programs
from store.tuning import allocation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter: pytest's own are closed to the server's user."""
    made = Path(tempfile.mkdtemp(prefix="skysift-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def made(folder: Path) -> Iterator[Callable[[Path], Cluster]]:
    """Clusters that are stopped and deleted afterwards, whatever happened."""
    clusters: list[Cluster] = []

    def make(under: Path) -> Cluster:
        clusters.append(Cluster(under, fast=True))
        return clusters[-1]

    yield make
    for cluster in clusters:
        cluster.reset()
        if cluster.socket_folder.parent != cluster.base:
            shutil.rmtree(cluster.socket_folder, ignore_errors=True)


@pytest.fixture
def fresh(folder: Path, made: Callable[[Path], Cluster]) -> Cluster:
    return made(folder)


@pytest.fixture(scope="module")
def lasting() -> Iterator[Cluster]:
    """One cluster for the tests that leave it whole: making one takes a second."""
    made = Path(tempfile.mkdtemp(prefix="skysift-test-"))
    made.chmod(0o755)
    cluster = Cluster(made, fast=True)
    yield cluster
    cluster.reset()
    shutil.rmtree(made)


async def asked(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.mark.anyio
async def test_start_gives_a_postgis_to_asyncpg_and_sqlalchemy(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")  # settings meant for another server must not lead there
    monkeypatch.setenv("PGHOST", "192.0.2.1")
    point = "SELECT ST_AsText(ST_Transform('SRID=4326;POINT(0 0)'::geometry, 3857))"
    assert await asked(cluster.url, point) == "POINT(0 0)"
    engine = create_async_engine(cluster.url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SHOW timezone")).scalar() == "UTC"
    await engine.dispose()


def test_it_listens_on_no_network(cluster: Cluster) -> None:
    assert cluster.psql("SHOW listen_addresses") == ""
    assert cluster.socket_folder.stat().st_mode & 0o077 == 0
    assert cluster.base.stat().st_mode & 0o077 == 0


def test_its_processes_keep_what_they_free(cluster: Cluster) -> None:
    cluster.start()
    told = Path(f"/proc/{cluster.pid()}/environ").read_bytes().split(b"\0")

    assert {f"{name}={value}".encode() for name, value in allocation().items()} <= {*told}


@pytest.mark.parametrize(("memory_mb", "kept_mb"), [(256, 1), (2_048, 4), (65_536, 64)])
def test_small_machines_keep_little(memory_mb: int, kept_mb: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.tuning.memory_bytes", lambda: memory_mb << 20)

    assert allocation()["MALLOC_TRIM_THRESHOLD_"] == str(kept_mb << 20)


def test_no_block_is_larger_than_the_library_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.tuning.memory_bytes", lambda: 1 << 40)

    assert allocation()["MALLOC_MMAP_THRESHOLD_"] == str(32 << 20)


def test_start_again_keeps_the_server(lasting: Cluster) -> None:
    lasting.start()
    pid = lasting.pid()
    lasting.start()
    assert lasting.pid() == pid


def test_it_recovers_after_kill_9(lasting: Cluster) -> None:
    lasting.start()
    lasting.psql("CREATE TABLE kept AS SELECT 7 AS n", "skysift")
    pid = lasting.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    Cluster(lasting.state_dir, fast=True).start()
    assert lasting.pid() not in (None, pid)
    assert lasting.psql("SELECT n FROM kept", "skysift") == "7"


def test_a_busy_child_of_a_killed_server_is_ended(lasting: Cluster) -> None:
    """A backend in a long computation does not notice that its postmaster died."""
    lasting.start()
    pid = lasting.pid()
    assert pid is not None
    with ThreadPoolExecutor() as pool:
        busy = pool.submit(lasting.psql, "DO $$ BEGIN LOOP END LOOP; END $$", "skysift")
        while "BEGIN LOOP" not in lasting.psql(
            "SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        ):
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        lasting.start()
        with pytest.raises(ClusterError, match="refused"):
            busy.result()
    assert lasting.psql("SELECT 1") == "1"


def test_a_pid_file_that_names_another_process_is_no_server(lasting: Cluster) -> None:
    """After a reboot the number in it may be anyone's; PostgreSQL by itself would refuse to start."""
    lasting.start()
    old = (lasting.data / "postmaster.pid").read_text()
    lasting.stop()
    (lasting.data / "postmaster.pid").write_text(old.replace(old.split("\n")[0], str(os.getpid()), 1))
    assert lasting.pid() is None
    lasting.start()
    assert lasting.psql("SELECT 1") == "1"


def test_root_without_ptrace_still_sees_the_server(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container root may not read /proc/PID/cwd of others; taking the server for dead would start a second one."""
    expected = cluster.pid()

    def refused(*_: object) -> bool:
        raise PermissionError

    monkeypatch.setattr(os.path, "samefile", refused)
    assert expected is not None
    assert cluster.pid() == expected


def test_root_runs_it_as_the_user_who_made_it(fresh: Cluster) -> None:
    """`sudo ./run` after `./run`: the files stay the user's."""
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    fresh.base.mkdir(mode=0o700)
    os.chown(fresh.base, owner.pw_uid, owner.pw_gid)
    fresh.start()
    assert fresh.status().user == owner.pw_name
    assert fresh.data.stat().st_uid == owner.pw_uid


def test_an_interrupted_initdb_is_made_anew(fresh: Cluster) -> None:
    fresh.start()
    fresh.stop()
    fresh.data.rename(fresh.base / "data.new")
    (fresh.base / "data.new" / "global").rename(fresh.base / "lost")
    fresh.start()
    assert fresh.psql("SELECT 1") == "1"


def test_two_processes_may_start_it_at_once(fresh: Cluster) -> None:
    code = (
        "import sys; from pathlib import Path; from store.cluster import *; print(Cluster(Path(sys.argv[1])).start())"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(fresh.state_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [p.communicate(timeout=60)[0].strip() for p in both] == [fresh.url] * 2
    assert fresh.psql("SELECT 1", "skysift") == "1"


@pytest.mark.anyio
async def test_stop_does_not_wait_for_open_connections(lasting: Cluster) -> None:
    connection = await asyncpg.connect(lasting.start())
    began = time.monotonic()
    assert lasting.stop()
    assert time.monotonic() - began < 5
    assert lasting.pid() is None
    assert not lasting.stop()
    connection.terminate()


def test_a_deep_folder_gets_a_short_socket_folder(folder: Path, made: Callable[[Path], Cluster]) -> None:
    deep = made(folder / ("d" * 60) / ("e'f g" * 10))
    assert len(str(deep.socket_folder) + SOCKET_NAME) <= LONGEST_SOCKET
    deep.start()
    assert deep.psql("SELECT 1", "skysift") == "1"


def test_a_stranger_s_socket_folder_is_refused(folder: Path, made: Callable[[Path], Cluster]) -> None:
    deep = made(folder / ("d" * 100))
    deep.socket_folder.symlink_to(folder)
    with pytest.raises(ClusterError, match="no folder of"):
        deep.start()
    deep.socket_folder.unlink()


def test_who_breaks_off_while_it_starts_leaves_no_server(fresh: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(self: Cluster, name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Cluster, "_make_database", broken_off)
    with pytest.raises(KeyboardInterrupt), fresh.used("skysift"):
        pass

    assert fresh.pid() is None


def test_reset_leaves_nothing(fresh: Cluster) -> None:
    fresh.start()
    assert fresh.status().exists
    fresh.reset()
    assert not fresh.base.exists()
    assert fresh.status().pid is None


def test_data_of_a_missing_version_say_what_to_install(fresh: Cluster) -> None:
    fresh.data.mkdir(parents=True)
    (fresh.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="apt-get install postgresql-9"):
        fresh.start()


def test_no_postgis_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="apt-get install"):
        Programs.find(roots=[tmp_path])


def test_the_state_folder_is_named_or_beside_the_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKYSIFT_STATE", raising=False)
    assert default_state_dir(folder) == folder / ".skysift"
    monkeypatch.setenv("SKYSIFT_STATE", str(folder / "here"))
    assert default_state_dir(folder) == folder / "here"

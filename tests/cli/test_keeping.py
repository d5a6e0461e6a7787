"""A spare process stands by, loaded, and takes over when the one that works is killed; it dies with its keeper too."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from cli import keeping
from cli.keeping import Keeper

WITHIN_S = 60.0


def warm(folder: Path) -> None:
    (folder / f"warm-{os.getpid()}").touch()


def work(folder: Path, round_: str) -> None:
    (folder / f"{round_}-{os.getpid()}").touch()
    while True:
        signal.pause()


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    monkeypatch.setattr(keeping, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(keeping, "WELL_S", 0.2)
    monkeypatch.setattr(keeping, "SPARE_BYTES", 0)
    own = Keeper("the worker", work, (tmp_path, "first"), (tmp_path, "again"), warm=partial(warm, tmp_path))
    own.start()
    yield own
    own.end()
    own.wait()


def found(folder: Path, pattern: str, but: int = 0) -> int:
    """The process that left such a file, once there is one."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        for one in folder.glob(pattern):
            if (pid := int(one.name.rpartition("-")[2])) != but:
                return pid
        time.sleep(0.02)
    raise AssertionError(f"nothing like {pattern}")


def comm(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_the_spare_takes_over_and_another_one_stands_by(keeper: Keeper, tmp_path: Path) -> None:
    first, spare = found(tmp_path, "first-*"), found(tmp_path, "warm-*")
    names = comm(first), comm(spare)

    os.kill(first, signal.SIGKILL)

    assert found(tmp_path, "again-*") == spare
    assert (names, comm(spare)) == (("sky-worker", "sky-spare"), "sky-worker")
    assert found(tmp_path, "warm-*", but=spare) != spare


def test_a_killed_spare_is_done_without(keeper: Keeper, tmp_path: Path) -> None:
    first, spare = found(tmp_path, "first-*"), found(tmp_path, "warm-*")
    os.kill(spare, signal.SIGKILL)
    psutil.Process(spare).wait(WITHIN_S)

    os.kill(first, signal.SIGKILL)

    assert found(tmp_path, "again-*") not in (first, spare)


def test_both_end_with_the_keeping(keeper: Keeper, tmp_path: Path) -> None:
    first, spare = found(tmp_path, "first-*"), found(tmp_path, "warm-*")

    keeper.end()
    keeper.wait()

    until = time.monotonic() + WITHIN_S
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in (first, spare)):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_small_machine_keeps_no_spare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "memory_bytes", lambda: keeping.SPARE_BYTES - 1)

    assert Keeper("the worker", work, warm=partial(warm, tmp_path)).warm is None

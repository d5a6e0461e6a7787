"""kill -9 of every process of the service, the private database's included: it comes back by itself, and is ready."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import pytest

from store.cluster import Cluster
from tests.cli.test_serve import address

WITHIN_S = 300.0
"""How soon is measured elsewhere; here only that it does, on a machine however busy."""


SAID: deque[str] = deque(maxlen=300)
"""The last lines that the service wrote."""


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[psutil.Process, str, Cluster]]:
    """`skysift serve` with a private database of its own."""
    state = Path(tempfile.mkdtemp(prefix="skysift-own-service-"))
    state.chmod(0o755)
    process = started(state, "0")
    said = cast("IO[str]", process.stderr)
    # Whoever reads no more of a pipe than its first 64 kB holds up all who write into it.
    reader = threading.Thread(target=SAID.extend, args=(said,))
    try:
        base = address(process)
        reader.start()
        ready(base)
        yield psutil.Process(process.pid), base, Cluster(state)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        if reader.ident is not None:
            reader.join()
        said.close()
        Cluster(state).stop()
        shutil.rmtree(state, ignore_errors=True)


def started(state: Path, port: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"SKYSIFT_STATE": str(state), "COLUMNS": "200"}
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve", "--port", port, "--demo-hours", "0"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)


def ready(base: str, after: float = 0.0) -> None:
    """Wait until it says so, and data newer than `after` (epoch seconds) has been judged."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        try:
            with urlopen(f"{base}ready", timeout=5) as answer:
                good = json.load(answer)["ready"]
            with urlopen(f"{base}metrics", timeout=5) as answer:
                newest = [line for line in answer.read().decode().splitlines() if line.startswith("skysift_data_time")]
            if good and newest and float(newest[0].split()[1]) > after:
                return
        except (HTTPError, URLError, OSError):
            pass
        time.sleep(0.2)
    raise AssertionError("it did not come back; it said:\n" + "".join(SAID))


def named(process: psutil.Process, name: str) -> psutil.Process:
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        for child in process.children():
            if command(child) == name:
                return child
        time.sleep(0.1)
    raise AssertionError(f"no process is called {name}")


def command(child: psutil.Process) -> str:
    """What the kernel calls it; '' where it has ended meanwhile."""
    try:
        return Path(f"/proc/{child.pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.mark.parametrize("name", ["sky-engine", "sky-API", "sky-dispatcher", "postgres"])
def test_it_comes_back(service: tuple[psutil.Process, str, Cluster], name: str) -> None:
    process, base, cluster = service
    if name == "postgres":
        pid = cluster.pid()
        assert pid
    else:
        pid = named(process, name).pid
    victim = psutil.Process(pid)
    victim.kill()
    killed = time.time()
    psutil.wait_procs([victim], timeout=WITHIN_S)

    ready(base, after=killed)

    assert (cluster.pid() if name == "postgres" else named(process, name).pid) != pid
    assert process.is_running()


def test_one_that_is_started_while_another_stops_takes_over(service: tuple[psutil.Process, str, Cluster]) -> None:
    """On the same port and in the same folder. It must stand last: the other one has ended then."""
    process, base, cluster = service
    second = started(cluster.state_dir, base.rsplit(":", 1)[1].strip("/"))
    try:
        said = cast("IO[str]", second.stderr)
        assert f"another skysift serve (process {process.pid})" in said.readline()
        process.terminate()
        assert address(second) == base
    finally:
        second.terminate()
        second.communicate(timeout=60)

"""`skysift serve` as its user starts it: a process, its address, its children by name, and what it says of itself."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from store.cluster import Cluster

START_S = 600.0
"""Longest wait for the address; tables are made before it on a first start."""

PARTS = ("sky-engine", "sky-API", "sky-dispatcher")
KEEPER = "keeper"
_SAID = re.compile(r"Skysift: (http://\S+)")


class NotStarted(RuntimeError):
    """The service ended, or gave no address; the message holds what it said."""


@dataclass
class Running:
    """A service under way; `state` is its state folder."""

    process: psutil.Process
    base: str
    state: Path

    def ready(self) -> bool:
        """Whether /ready says so now."""
        try:
            return httpx.get(f"{self.base}ready", timeout=5.0).status_code == 200
        except httpx.HTTPError:
            return False

    def metrics(self) -> Mapping[str, float]:
        """/metrics by name and labels as they stand; nothing while it does not answer."""
        try:
            lines = httpx.get(f"{self.base}metrics", timeout=5.0).text.splitlines()
        except httpx.HTTPError:
            return {}
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs if name}

    def parts(self) -> dict[str, psutil.Process]:
        """The supervised processes that live, and the one that keeps them, by name."""
        found, children = {KEEPER: self.process}, []
        with suppress(psutil.Error):
            children = self.process.children()
        for child in children:
            with suppress(OSError, psutil.Error):
                found[Path(f"/proc/{child.pid}/comm").read_text().strip()] = child
        return {name: one for name, one in found.items() if name in (*PARTS, KEEPER)}


@contextmanager
def served(state: Path, url: str | None, *arguments: str, port: int = 0) -> Iterator[Running]:
    """`skysift serve ARGUMENTS` over the database (None: a private one in `state`), until the block ends.

    Raises NotStarted.
    """
    process = begun(state, url, *arguments, port=port)
    try:
        yield Running(psutil.Process(process.pid), _address(process, log_of(state)), state)
    finally:
        ended(process)


def begun(state: Path, url: str | None, *arguments: str, port: int = 0) -> subprocess.Popen[bytes]:
    """The process alone; what it says goes into a file of its state folder."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SKYSIFT_CONFIG")}
    # Compiled once, as in any installation, whatever the environment of the benchmark says.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {"SKYSIFT_STATE": str(state), "COLUMNS": "200", "PYTHONPYCACHEPREFIX": str(state / "compiled")}
    environment |= {"DATABASE_URL": url} if url else {}
    code = "from cli.main import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), *arguments]
    with log_of(state).open("ab") as log:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=environment)


def ended(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would end it; what does not end is killed, its children with it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def log_of(state: Path) -> Path:
    return state / "serve.log"


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        said = log.read_text(errors="replace")
        if found := _SAID.search(said):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    ended(process)
    raise NotStarted(f"the service gave no address; it said:\n{log.read_text(errors='replace')[-2_000:]}")


def cpu_s(process: psutil.Process) -> float:
    """Processor time of a process so far, seconds; 0 where it has gone."""
    with suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def pss_mib(process: psutil.Process) -> float:
    """What a process holds in memory, shared pages by their share; 0 where it has gone or may not be asked."""
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss) / 2**20
    return 0.0


def database(state: Path) -> list[psutil.Process]:
    """All processes of the private server in that state folder."""
    pid = Cluster(state).pid()
    with suppress(psutil.Error):
        return [psutil.Process(pid), *psutil.Process(pid).children()] if pid else []
    return []


@contextmanager
def state_folder(name: str) -> Iterator[Path]:
    """An empty one, in which a private server may be started; gone afterwards, with the server."""
    folder = Path(tempfile.mkdtemp(prefix=f"skysift-{name}-"))
    folder.chmod(0o755)  # as root, the server is another user and must get in
    try:
        yield folder
    finally:
        Cluster(folder).reset()
        shutil.rmtree(folder, ignore_errors=True)

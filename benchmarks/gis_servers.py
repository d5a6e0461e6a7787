"""Skysift, tipg and pygeoapi as servers over one database, on loopback; the peers in an environment of their own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import psutil

PEERS = (
    "tipg==1.6.1", "uvicorn[standard]==0.54.0", "pygeoapi==0.21.0", "gunicorn==27.0.1", "psycopg2-binary==2.9.13",
    "geoalchemy2==0.20.0", "sqlalchemy==2.1.9",
)  # fmt: skip
"""What is measured beside Skysift, and what serves it as its own documentation says."""

POSITION = [
    "icao24", "callsign", "squawk", "baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate",
    "on_ground", "type_code", "registration", "category", "source", "time", "position_time",
    "nic", "nac_p", "emergency", "flight",
]  # fmt: skip
ANOMALY = [
    "class", "icao24", "callsign", "start_time", "end_time", "state", "priority", "confidence", "cleared", "h3"
]  # fmt: skip
TABLES: Mapping[str, tuple[str, list[str]]] = {"positions": ("time", POSITION), "anomalies": ("start_time", ANOMALY)}
"""Table: its time, and the columns that the peers show. Skysift shows the same and more: members, evidence, text."""

START_S = 120


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    name: str
    url: str
    process: psutil.Process

    def peak_mb(self) -> float:
        """The most memory that its largest process ever held."""
        return max(_peak_mb(one.pid) for one in (self.process, *self.process.children(recursive=True)))


def _peak_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0.0


def environment(folder: Path, say: Callable[[str], None]) -> Path:
    """The Python of the peers' own environment, made where it is not there yet or holds something else."""
    home, wanted = folder / "peers", "\n".join(PEERS)
    done, python = home / "installed.txt", home / "bin" / "python"
    if not (done.exists() and done.read_text() == wanted):
        say(f"installing {', '.join(one.split('[')[0].split('==')[0] for one in PEERS)} into {home}")
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS], check=True)
        done.write_text(wanted)
    return python


@contextmanager
def skysift(url: str) -> Iterator[Running]:
    """The API as `skysift serve` runs it: a process of its own."""
    port = _free_port()
    code = f"from api.server import serve; from api.settings import Settings; serve(Settings({url!r}, port={port}))"
    with _process("skysift", [sys.executable, "-c", code], port, "/conformance", {}) as running:
        yield running


@contextmanager
def tipg(url: str, python: Path) -> Iterator[Running]:
    """uvicorn with one worker."""
    port = _free_port()
    shown = {f"public.{name}": _tipg_table(when, columns) for name, (when, columns) in TABLES.items()}
    own = {
        "DATABASE_URL": _socket_url(url), "TIPG_DB_TABLES": json.dumps(list(shown)), "TIPG_DB_FUNCTIONS": "[]",
        "TIPG_TABLE_CONFIG": json.dumps({name.replace(".", "_"): table for name, table in shown.items()}),
    }  # fmt: skip
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port)]
    with _process("tipg", [*command, "--log-level", "error"], port, "/conformance", own) as running:
        yield running


def _tipg_table(when: str, columns: Sequence[str]) -> dict[str, Any]:
    return {"pk": "id", "geomcol": "geom", "datetimecol": when, "properties": ["id", *columns]}


@contextmanager
def pygeoapi(url: str, python: Path, folder: Path) -> Iterator[Running]:
    """gunicorn with one worker of eight threads."""
    port = _free_port()
    config, openapi = folder / "pygeoapi.yml", folder / "pygeoapi-openapi.yml"
    config.write_text(json.dumps(_pygeoapi_config(url, port)))  # JSON is YAML
    own = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    program = str(python.with_name("pygeoapi"))
    made = [program, "openapi", "generate", str(config), "--output-file", str(openapi)]
    subprocess.run(made, check=True, env={**os.environ, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    command = [str(python), "-m", "gunicorn", "-w", "1", "-k", "gthread", "--threads", "8", "-b", f"127.0.0.1:{port}"]
    command += ["--log-level", "error", "--timeout", "120", "pygeoapi.flask_app:APP"]
    with _process("pygeoapi", command, port, "/conformance", own) as running:
        yield running


def _pygeoapi_config(url: str, port: int) -> dict[str, Any]:
    address = f"http://127.0.0.1:{port}"
    about = {
        "identification": {
            "title": "pygeoapi", "description": "a peer", "keywords": ["a"], "keywords_type": "theme",
            "terms_of_service": address, "url": address,
        },
        "license": {"name": "none", "url": address}, "provider": {"name": "none", "url": address},
        "contact": {"name": "none", "email": "none@localhost"},
    }  # fmt: skip
    server = {
        "bind": {"host": "127.0.0.1", "port": port}, "url": address, "mimetype": "application/json; charset=UTF-8",
        "encoding": "utf-8", "language": "en-US", "limits": {"default_items": 10, "max_items": 10_000},
        "map": {"url": address, "attribution": "none"},
    }  # fmt: skip
    resources = {name: _pygeoapi_table(url, name, *about) for name, about in TABLES.items()}
    return {"server": server, "logging": {"level": "ERROR"}, "metadata": about, "resources": resources}


def _pygeoapi_table(url: str, name: str, when: str, columns: Sequence[str]) -> dict[str, Any]:
    parts = urlsplit(url)
    where = {
        "host": parse_qs(parts.query)["host"][0], "port": 5432, "dbname": parts.path[1:], "user": "postgres",
        "password": "none", "search_path": ["public"],
    }  # fmt: skip
    provider = {
        "type": "feature", "name": "PostgreSQL", "data": where, "id_field": "id", "table": name, "geom_field": "geom",
        "time_field": when, "properties": list(columns),
    }  # fmt: skip
    world = {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    return {
        "type": "collection", "title": name, "description": name, "keywords": ["a"], "links": [], "extents": world,
        "providers": [provider],
    }  # fmt: skip


def _socket_url(url: str) -> str:
    """The socket as the host: tipg's settings refuse a URL without one."""
    parts = urlsplit(url)
    return f"postgresql://postgres@{quote(parse_qs(parts.query)['host'][0], safe='')}:5432{parts.path}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(name: str, command: Sequence[str], port: int, path: str, environ: Mapping[str, str]) -> Iterator[Running]:
    """The server once it answers; ended afterwards with all that it started."""
    process = subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    running = Running(name, f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    try:
        _wait(running, path, process)
        yield running
    finally:
        _end(process)


def _wait(running: Running, path: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{running.url}{path}", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{running.name} did not start")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for one in family:
        if one.is_running():
            one.kill()

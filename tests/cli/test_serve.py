"""The service as its user starts it: a process, an address, a stream; stopped by a signal, or killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

START_S = 90.0


@contextmanager
def served(url: str, state: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`skysift serve` over the database, and its address once it is printed."""
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve", "--port", "0", *arguments]
    environment = os.environ | {"DATABASE_URL": url, "SKYSIFT_STATE": str(state), "COLUMNS": "200"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    try:
        yield process, address(process)
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def address(process: subprocess.Popen[str]) -> str:
    said, until = "", time.monotonic() + START_S
    assert process.stderr
    while time.monotonic() < until:
        line = process.stderr.readline()
        said += line
        found = re.search(r"Skysift: (http://\S+)", line)
        if found:
            return found[1]
        if not line and process.poll() is not None:
            break
    raise AssertionError(f"no address was printed:\n{said}")


def events(base: str, wanted: set[str]) -> dict[str, object]:
    """The first event of each kind that the stream sends."""
    seen: dict[str, object] = {}
    with urlopen(f"{base}stream", timeout=30) as stream:
        kind = ""
        for raw in stream:
            line = raw.decode().rstrip("\n")
            kind = line.removeprefix("event: ") if line.startswith("event: ") else kind
            if line.startswith("data: "):
                seen.setdefault(kind, json.loads(line.removeprefix("data: ")))
            if wanted <= seen.keys():
                return seen
    return seen


def feeds(health: Any) -> set[str]:
    return {feed["name"] for feed in health["feeds"]}


def healthy(base: str) -> Any:
    """What the service says of itself once it is whole: the demo has spoken and the engine says that it watches."""
    until = time.monotonic() + START_S
    while True:
        with urlopen(f"{base}health") as answer:
            health = json.load(answer)
        if (health["status"] == "ok" and "demo" in feeds(health)) or time.monotonic() > until:
            return health
        time.sleep(0.2)


def test_the_demo_from_start_to_stop(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path, "--demo-hours", "0.3") as (process, base):
        seen = events(base, {"hello", "aircraft", "clock"})
        health = healthy(base)
        with urlopen(f"{base}collections/anomalies/items?limit=10") as answer:
            anomalies = json.load(answer)["features"]
        with urlopen(f"{base}stream", timeout=30) as stream:
            stream.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0

    assert len(seen["aircraft"]["rows"]) > 50  # type: ignore[index]
    assert health["status"] == "ok", json.dumps(health)
    assert "demo" in feeds(health)
    assert anomalies and all(f["properties"]["explanation"] for f in anomalies)


def test_killed_it_leaves_no_api_behind_and_starts_again(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path, "--demo-hours", "0") as (process, _):
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()

        gone, alive = psutil.wait_procs(children, timeout=60)
        assert gone and not alive

    with served(database_url, tmp_path, "--demo-hours", "0") as (_, base), urlopen(f"{base}health") as answer:
        assert json.load(answer)["database"]["ok"]


def test_a_recording_is_judged_and_shown(database_url: str, tmp_path: Path) -> None:
    rows = [
        {
            "hex": "abc777",
            "lat": 50.0,
            "lon": 10 + k * 0.003,
            "alt_baro": 35_000,
            "gs": 420,
            "squawk": "7700",
            "seen": 0,
        }
        for k in range(60)
    ]
    folder = tmp_path / "snapshots"
    folder.mkdir()
    for k, row in enumerate(rows):
        document = {"now": 1_700_000_000 + k, "messages": k, "aircraft": [row]}
        (folder / f"{k:03d}.json").write_text(json.dumps(document))

    asked = "collections/squawk/items?icao24=abc777"
    with served(database_url, tmp_path, "--feed", str(folder)) as (_, base), urlopen(base + asked) as answer:
        found = json.load(answer)["features"]

    assert [f["properties"]["priority"] for f in found] == ["high"]


def test_a_taken_port_is_said_before_anything_starts(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path, "--demo-hours", "0") as (_, base):
        port = base.rstrip("/").rpartition(":")[2]
        with (
            pytest.raises(AssertionError, match="choose another --port"),
            served(database_url, tmp_path, "--demo-hours", "0", "--port", port),
        ):
            pass

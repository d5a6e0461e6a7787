"""The machine that a figure was measured on: without it a figure means nothing."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from cli.version import __version__


def machine() -> dict[str, Any]:
    """CPU, cores, memory, versions."""
    cpu = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "cpu": cpu[0] if cpu else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory[0] / 2**20, 1) if memory else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "skysift": __version__,
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def timed(act: Callable[[], int], runs: int) -> dict[str, float]:
    """Rows a second by the clock and by this process's CPU time, medians over `runs`. `act` says how many rows."""
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = perf_counter(), process_time()
        rows = act()
        walls.append(rows / (perf_counter() - wall))
        cpus.append(rows / (process_time() - cpu))
    return {"wall": round(median(walls)), "cpu": round(median(cpus)), "lowest": round(min(walls))}


def peak_rss_mib() -> float:
    """The most memory this process has ever held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)

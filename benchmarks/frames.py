"""Mode S frames of a recording into rows, beside the bare call of rs1090 for the same frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import rs1090

from benchmarks.machine import machine
from feeds._beast import Beast
from feeds._errors import FeedError
from feeds._frame_files import pieces
from feeds._frames import Frames
from feeds._given import Given
from feeds._mode_s import ModeS

AT_ONCE = 2_000
"""Frames of one second at a busy receiver."""

START_MS = 1_700_000_000_000


def run(path: Path, runs: int) -> dict[str, Any]:
    """Frames a second by the clock and by processor time, and how much of the latter is not rs1090's."""
    data = Given(str(path), path).read()
    frames = list(pieces(Given("recording", data=data), Beast()))
    count = sum(map(len, frames))
    if not count:
        raise FeedError("no Beast frames", source=str(path), hint="record some: nc HOST 30005 > FILE")
    parts = [one.take(rows) for one in frames for rows in np.array_split(np.arange(len(one)), len(one) // AT_ONCE + 1)]
    texts = [[bytes(row[:size]).hex() for row, size in zip(one.data, one.size, strict=True)] for one in parts]
    framed = _timed(lambda: Beast().take(data), runs)
    whole = _timed(lambda: _read(parts), runs)
    bare = _timed(lambda: [rs1090.decode(one) for one in texts], runs)
    return {
        "frames": count, "runs": runs, "framing_frames_per_cpu_s": round(count / framed[1]),
        "frames_per_s": round(count / whole[0]), "frames_per_cpu_s": round(count / whole[1]),
        "rs1090_frames_per_s": round(count / bare[0]), "rs1090_frames_per_cpu_s": round(count / bare[1]),
        "cpu_to_bare_rs1090": round(whole[1] / bare[1], 2), "machine": machine(),
    }  # fmt: skip


def _read(parts: list[Frames]) -> None:
    """As a live feed does, a second after the other."""
    stream = ModeS()
    for number, one in enumerate(parts):
        stream.add(one, START_MS + number * 1000 + np.arange(len(one)) * 1000 // AT_ONCE)


def _timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Seconds by the clock and of processor time, the median of the runs."""
    clocks, processors = [], []
    for _ in range(runs):
        began, used = perf_counter(), process_time()
        work()
        clocks.append(perf_counter() - began)
        processors.append(process_time() - used)
    return median(clocks), median(processors)

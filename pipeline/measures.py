"""What the engine says of itself every few seconds: that it lives, what it has counted, and where its time goes."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.engine import Engine
from pipeline.inbox import Inbox
from pipeline.journal import Journal

_PAGE = resource.getpagesize()


@dataclass
class Measures:
    """`ticks` and `tick_s` grow; `longest_s` is of the time since it was last told."""

    started: float = field(default_factory=time.time)
    ticks: int = 0
    tick_s: float = 0.0
    longest_s: float = 0.0

    def ticked(self, seconds: float) -> None:
        self.ticks += 1
        self.tick_s += seconds
        self.longest_s = max(self.longest_s, seconds)

    def told(self, engine: Engine, inbox: Inbox, journal: Journal | None, unwritten: int) -> dict[str, Any]:
        """Everything as one value; times are of the clock on the wall, epoch seconds."""
        longest, self.longest_s = self.longest_s, 0.0
        counts = {name: engine.counts[name] for name in ("rows", "late", "duplicate", "fused")}
        return {
            "state": "watching", "at": time.time(), "started": self.started, **counts, "dropped": inbox.dropped.total(),
            "opted_out": inbox.privacy.counts.total() if inbox.privacy else 0,
            "unwritten": unwritten, "inbox_rows": inbox.rows, "inbox_most": inbox.most,
            "journal_bytes": journal.size if journal else 0, "ticks": self.ticks, "tick_s": self.tick_s,
            "tick_longest_s": longest, "class_s": {name: run.seconds for name, run in engine.runs.items()},
            "open": {name: sum(map(len, run.merger.open.values())) for name, run in engine.runs.items()},
            "memory_bytes": memory_bytes(), "cpu_s": cpu_s(),
        }  # fmt: skip


def memory_bytes() -> int:
    """What this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def cpu_s() -> float:
    """Processor time of this process so far, seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

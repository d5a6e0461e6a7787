"""Duties that come round: each after its own while, by running time and never by data's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Due:
    """`last` is when each duty came round (seconds of the running clock)."""

    last: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def comes(self, duty: str, every_s: float, at_once: bool = False, wait_s: float = 0.0) -> bool:
        """Whether it has not come round for this long, and then it does; the first time after one interval, or at once.
        It may wait for `wait_s` more."""
        now = self.clock()
        if now - self.last.setdefault(duty, now - every_s * at_once) < every_s + wait_s:
            return False
        self.last[duty] = now
        return True

    def hurry(self, duty: str) -> None:
        """The next time it is asked for, it comes."""
        self.last[duty] = -float("inf")

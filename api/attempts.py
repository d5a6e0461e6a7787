"""Failed logins: so many per name and per address, then it is not even looked; memory is bounded."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Sequence

WINDOW_S = 900.0
MOST_KEYS = 10_000


class Attempts:
    """Counts failures of a quarter of an hour under any keys."""

    def __init__(self, most_keys: int = MOST_KEYS) -> None:
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._most_keys = most_keys

    def wait_s(self, limits: Sequence[tuple[str, int]], now: float | None = None) -> float:
        """Seconds until all keys are below their limits again; 0 when they are."""
        now = time.monotonic() if now is None else now
        waits = [0.0]
        for key, most in limits:
            failed = self._failed.get(key, deque[float]())
            while failed and failed[0] <= now - WINDOW_S:
                failed.popleft()
            if len(failed) >= most:
                waits.append(failed[-most] + WINDOW_S - now)
        return max(waits)

    def failed(self, limits: Sequence[tuple[str, int]], now: float | None = None) -> None:
        """Note a failure under all keys; the ones that were quiet for longest are forgotten beyond MOST_KEYS."""
        for key, most in limits:
            kept = self._failed.setdefault(key, deque(maxlen=most))
            kept.append(time.monotonic() if now is None else now)
            self._failed.move_to_end(key)
        while len(self._failed) > self._most_keys:
            self._failed.popitem(last=False)

    def forget(self, key: str) -> None:
        """After a success."""
        self._failed.pop(key, None)

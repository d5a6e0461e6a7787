"""Python's search for garbage: what a process has loaded stays for good, and is looked at no more."""

from __future__ import annotations

import gc


def settle() -> None:
    """Look at it a last time. Going through all of it again and again held up open streams for a quarter of a second,
    once a minute, and of the engine's ticks with 10,000 aircraft one in twenty seconds for 0.15 s, now for 0.07."""
    gc.collect()
    gc.freeze()

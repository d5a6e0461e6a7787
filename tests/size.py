"""How much of what is large is run: a telling part each time, all of it under `./test --nightly`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

NIGHTLY = bool(os.environ.get("SKYSIFT_NIGHTLY"))


def daily(part: T, whole: T) -> T:
    """The part each time, the whole at night. `pytest` says in its first lines which of the two it runs."""
    return whole if NIGHTLY else part

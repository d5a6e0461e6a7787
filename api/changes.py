"""When answers last changed, as this process has seen it: what Last-Modified says and If-Modified-Since is compared to.

The database keeps no such time for a query's answer, and data time will not do: history is filled in behind it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

MOST = 10_000
"""Addresses that are remembered; of others the last change is when they are asked for again."""


@dataclass(frozen=True)
class Version:
    """A content by its entity tag, and seconds since 1970: since when it has been there, when it was last sent."""

    tag: str
    since: int
    sent: int


class Changes:
    """The versions that were sent last, by address."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now, self._kept = now, OrderedDict[str, Version]()

    def since(self, address: str, tag: str) -> int | None:
        """The second since which the address has held this content; None where that is not over yet.

        Dates are in whole seconds: what follows another content within one is dated to the next, so that no two
        contents of one address share a date, and none is taken for the other.
        """
        now, kept = int(self._now()), self._kept.pop(address, None)
        since = now if kept is None else kept.since if kept.tag == tag else max(now, kept.sent + 1)
        self._kept[address] = Version(tag, since, max(now, since))
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return since if since <= now else None


@lru_cache(1_000)
def http_date(seconds: int) -> str:
    """As HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def seconds(text: str) -> float | None:
    """The time of an HTTP date; None for what is none."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None

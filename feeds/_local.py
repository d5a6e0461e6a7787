"""Times of day that name no zone: made UTC by the zone of whoever wrote them."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from feeds._errors import FeedError
from geo.schema import NO_TIME, Array

UTC = "UTC"


def zone_name(text: str) -> str:
    """The zone's name if there is such a zone. Raises FeedError."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FeedError(f"there is no time zone {text[:60]!r}", hint="write UTC, or one as Europe/Berlin") from error
    return text


def utc(local: Array, zone: str, bad: Counter[str]) -> Array:
    """Ms UTC from ms of local time. The hour that comes twice in autumn is told apart by order where possible.

    What falls into the hour that is left out in spring is no time, and counted.
    """
    if zone == UTC or not len(local):
        return local
    # Here, because most feeds say UTC: importing it takes as long as all else of a feed.
    import pandas as pd

    known = (local != NO_TIME) & (np.abs(local) < 2**43 * 1000)
    stamps = pd.DatetimeIndex(np.where(known, local, 0).astype("datetime64[ms]"))
    for ambiguous in ("infer", np.zeros(len(local), dtype=bool)):
        try:
            made = stamps.tz_localize(zone, ambiguous=ambiguous, nonexistent="NaT")
        except ValueError:  # the order tells nothing: winter time then
            continue
        lost = known & np.asarray(made.isna())
        bad["time of day that the zone leaves out"] += int(lost.sum())
        ms = np.asarray(made.tz_convert(UTC).tz_localize(None).as_unit("ms").astype("int64"))
        return np.where(known & ~lost, ms, NO_TIME)
    return local

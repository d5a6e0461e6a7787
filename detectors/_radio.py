"""What radio says against a claimed place: the horizon of the receivers, and how loud things are at a distance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from geo.memory import Memory
from geo.receivers import Receivers
from geo.schema import Array
from geo.tracks import Mask, Tracks

HEARD, LOUDNESS, SPREAD = range(3)
"""Columns of a distance band's tally: rows, sum of their RSSI in 0.1 dB, sum of its square in dB."""

ENOUGH = 200
"""Rows in a band of distance before anything is said against it."""

BANDS = -1_000
"""Keys of bands in memory count down from here."""

_HORIZON = 1.23
"""nmi per square root of ft: 4/3 of the earth's radius (definitions 5.3)."""


def distance_nmi(tracks: Tracks, rows: Array, receivers: Receivers | None) -> Array:
    """Distance (n,) of the nearest receiver to each row, as the feed gives it or from the receivers' places."""
    told = tracks.receiver_distance[rows].astype(np.float64)
    if receivers is None or not len(receivers):
        return told
    return np.where(np.isnan(told), receivers.nearest_nmi(tracks.lat[rows], tracks.lon[rows]), told)


def beyond(altitude_ft: Array, nmi: Array, p: SimpleNamespace) -> Mask:
    """Rows further away than anything at that height can be heard, by a margin."""
    horizon = _HORIZON * (np.sqrt(np.maximum(altitude_ft, 0.0)) + np.sqrt(p.antenna))
    out: Mask = nmi > horizon * 1.1 + 10.0
    return out


def ducted(flight: Array, far: Mask) -> bool:
    """Whether several are heard from beyond the horizon: the weather carries, or the receiver is elsewhere."""
    return len(np.unique(flight[far])) > 2


def loud(tracks: Tracks, rows: Array, nmi: Array, memory: Memory) -> tuple[Mask, Mask]:
    """Rows whose strength can be judged, and those far stronger than others at that distance were before."""
    known = ~np.isnan(tracks.rssi[rows]) & ~np.isnan(nmi)
    tally = memory.get(BANDS - _band(nmi))["tally"].astype(np.float64)
    count = np.maximum(tally[:, HEARD], 1)
    mean = tally[:, LOUDNESS] / 10.0 / count
    spread = np.sqrt(np.maximum(tally[:, SPREAD] / count - mean * mean, 1.0))
    known &= tally[:, HEARD] >= ENOUGH
    return known, known & (tracks.rssi[rows] - mean > np.maximum(10.0, 3.0 * spread))


def learn_loudness(tracks: Tracks, rows: Array, nmi: Array, memory: Memory, now: int) -> None:
    """Take the strengths of these rows in."""
    known = ~np.isnan(tracks.rssi[rows]) & ~np.isnan(nmi)
    if not known.any():
        return
    keys, at = np.unique(BANDS - _band(nmi[known]), return_inverse=True)
    tally = memory.get(keys)["tally"]
    power = tracks.rssi[rows][known].astype(np.float64)
    for column, values in ((HEARD, np.ones(len(power))), (LOUDNESS, power * 10), (SPREAD, power * power)):
        np.add.at(tally[:, column], at, np.round(values).astype(np.int32))
    # Halved long before 32 bits are full: the recent past counts more.
    tally = np.where(tally[:, [HEARD]] > 100_000, tally // 2, tally)
    memory.put(keys, now, tally=tally)


def _band(nmi: Array) -> Array:
    """Bands of distance, each a third further than the one before."""
    band: Array = np.floor(np.log(np.maximum(np.nan_to_num(nmi, nan=1.0), 1.0)) / np.log(4 / 3)).astype(np.int64)
    return band

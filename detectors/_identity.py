"""The fresh rows by flight, and each flight's callsigns and counts as they go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo.schema import Array, of_sources
from geo.tracks import Index, Mask, Tracks

OWN = of_sources("unknown", "adsb_icao")
"""Sources that say what the aircraft's own ADS-B says."""

CONFIRM_MS = 20_000
"""A callsign that stands so long is no bit error (dump1090 251: one message, four times an hour)."""

CALLS = {"call": "i8", "pending": "i8", "begun": "i8", "changes": "i4", "from_call": "i8"}


@dataclass(frozen=True)
class Slice:
    """The fresh rows by flight: arrays (n,) of the flight's key, first and last row, and number of rows."""

    flight: Array
    first: Index
    last: Index
    count: Array

    @staticmethod
    def of(tracks: Tracks) -> Slice:
        rows = np.flatnonzero(tracks.fresh)
        flight = tracks.flight[rows]
        starts = np.flatnonzero(np.append(True, flight[1:] != flight[:-1])[: len(flight)])
        ends = np.append(starts[1:], len(rows))
        return Slice(flight[starts], rows[starts], rows[ends - 1], ends - starts)


def number_of(callsign: Array) -> Array:
    """Eight bytes as one number; 0 is blank."""
    return np.ascontiguousarray(callsign).view(np.int64)


def text_of(number: int) -> str:
    return int(number).to_bytes(8, "little").rstrip(b"\0").decode("ascii", "replace")


def unsure(tracks: Tracks) -> Mask:
    """Rows of ADS-B version 2 whose own position is declared to have no integrity level at all."""
    out: Mask = (tracks.sil == 0) & (tracks.version == 2) & OWN[tracks.source]
    return out


def heard_calls(tracks: Tracks, one: Slice) -> tuple[Array, Mask]:
    """The last callsign that each flight sent in the slice (0: none), and whether it was the only one.

    The view holds the rows of the slice and no others.
    """
    call, rows = number_of(tracks.callsign), np.arange(len(tracks))
    at = np.maximum.reduceat(np.where(call != 0, rows, -1), one.first)
    last = np.where(at >= 0, call[at], 0)
    alone: Mask = np.logical_and.reduceat((call == 0) | (call == np.repeat(last, one.count)), one.first)
    return last, alone


def follow(tracks: Tracks, one: Slice, old: Mapping[str, Array]) -> dict[str, Array]:
    """The callsign state after the slice: a new one is taken once it has stood for CONFIRM_MS."""
    heard, alone = heard_calls(tracks, one)
    time = tracks.time[one.last]
    fresh = (heard != 0) & (heard != old["call"])
    same = fresh & alone & (heard == old["pending"])
    begun = np.where(same, old["begun"], tracks.time[one.first])
    taken = same & (time - begun >= CONFIRM_MS)
    pending = np.where(fresh & ~taken, heard, np.where(heard == 0, old["pending"], 0))
    changed = taken & (old["call"] != 0)
    return {
        "call": np.where(taken, heard, old["call"]), "pending": pending,
        "begun": np.where(heard == 0, old["begun"], begun),
        "changes": (old["changes"] + changed).astype(np.int32), "from_call": np.where(changed, old["call"], old["from_call"]),
    }  # fmt: skip


def counts(tracks: Tracks, one: Slice, old: Mapping[str, Array]) -> dict[str, Array]:
    """Since when the flight is known, whether its registration was seen, and SIL counts from the first 0 on."""
    starts = np.concatenate([[0], np.cumsum(one.count)[:-1]])
    zero = np.add.reduceat(unsure(tracks), starts, dtype=np.int64)
    mine = np.add.reduceat((tracks.version == 2) & OWN[tracks.source], starts, dtype=np.int64)
    counting = (zero > 0) | (old["rows"] > 0)
    named = np.add.reduceat(tracks.registration != b"", starts, dtype=np.int64) > 0
    return {
        "since": np.where(old["since"] == 0, tracks.time[one.first], old["since"]),
        "seen": np.where(named | (old["seen"] > 0), 1, 0),
        "rows": (old["rows"] + np.where(counting, mine, 0)).astype(np.int32),
        "unsure": (old["unsure"] + zero).astype(np.int32),
    }

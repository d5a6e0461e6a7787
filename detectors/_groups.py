"""Groups of aircraft as Stretches: entries made one by one in, columns out; and how members are named and sampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geo.schema import Array, icao24_text, of_sources
from geo.stretches import Stretches, none, sample
from geo.tracks import Tracks

MOST = 6
"""Members that an explanation names and the evidence samples; the rest are counted."""

SHADOWS = of_sources("tisb_trackfile", "tisb_other", "adsb_other", "adsr_other", "flarm")
"""Sources whose address is not the airframe's: radar tracks rebroadcast beside the aircraft itself, gliders' units."""

_ARRAYS = ("subject", "start", "end", "peak", "score", "confidence", "priority", "icao24")
_LISTS = ("members", "callsign", "cleared", "paths", "samples")


def stretches_of(found: Sequence[Mapping[str, Any]]) -> Stretches:
    """Entries that each have every field of Stretches; whatever else they have are the values."""
    if not found:
        return none()
    found = sorted(found, key=lambda f: (f["start"], f["end"], f["subject"]))
    column: dict[str, Any] = {name: [f[name] for f in found] for name in found[0]}
    fields: dict[str, Any] = {name: np.array(column.pop(name)) for name in _ARRAYS}
    fields |= {name: column.pop(name) for name in _LISTS}
    return Stretches(**fields, values=column)


def names(tracks: Tracks, rows: Array) -> Sequence[str]:
    """Callsigns, else addresses, of the first members."""
    return [tracks.callsign[r].decode("ascii", "replace") or address(tracks, r) for r in rows[:MOST]]


def listed(texts: Sequence[str], count: int) -> str:
    """`A, B and 3 more`."""
    return ", ".join(texts) + (f" and {count - len(texts)} more" if count > len(texts) else "")


def samples(tracks: Tracks, rows: Array) -> Sequence[Mapping[str, Any]]:
    """One observation of each of the first members."""
    return [
        sample(tracks, int(r), f"aircraft {k + 1}") | {"icao24": address(tracks, r)} for k, r in enumerate(rows[:MOST])
    ]


def address(tracks: Tracks, row: int) -> str:
    """Hex digits, or a question mark for an identity that is no address."""
    return icao24_text(int(tracks.icao24[row])) or "?"

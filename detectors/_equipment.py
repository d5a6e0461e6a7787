"""What each address declares of its transponder, remembered; and what most aircraft of a type declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from geo.memory import Memory
from geo.schema import SOURCES, Array
from geo.tracks import Index, Mask, Tracks

FIELDS = {"version": "ADS-B version", "sil": "SIL", "sda": "SDA"}
"""What a transponder declares of itself and keeps for years: the standard it follows, integrity, design assurance. NACv is
not among them: it follows the quality of the moment."""

UNKNOWN = 9
"""Above every declared value: not declared."""

CONFIRM_MS, SILENT_MS = 20_000, 600_000
"""Another declaration is believed after so long; that there is none, after ten minutes. Over Monterey aircraft of version
2 were without one for up to four rows, and at the edge of reception one is heard now and then."""

UNHEARD_MS = 120_000
"""Longer between two rows, and nobody knows what was declared meanwhile: that there is no declaration is then counted
anew. Over Monterey two rows four hours apart, before and after flights of version 2, would else be so long a silence."""

TYPE = 1 << 60
"""Above every identity: what is known of a type."""

OWN = SOURCES.index("adsb_icao")


@dataclass(frozen=True)
class Declared:
    """One entry per address of the slice, arrays (n,): `icao24`, its first and last row, what it declared last as one
    number (digits in the order of FIELDS), the type's key (0: not known), and whether it declared one thing only."""

    icao24: Array
    first: Index
    last: Index
    code: Array
    type_key: Array
    steady: Mask


def code_of(tracks: Tracks) -> Array:
    """Version, SIL and SDA of each row as digits of one number."""
    out = np.zeros(len(tracks), dtype=np.int64)
    for name in FIELDS:
        values = getattr(tracks, name)
        out = out * 10 + np.where(np.isnan(values), UNKNOWN, np.nan_to_num(values)).astype(np.int64)
    return out


def telling(tracks: Tracks, code: Array) -> Mask:
    """Rows that the aircraft's own ADS-B filled, version and all."""
    out: Mask = (tracks.source == OWN) & (code < UNKNOWN * 100)
    return out


def silent(code: Array) -> Mask:
    """Version 0 without SDA: no operational status was heard. Decoders then take the oldest standard for granted, and
    make up a SIL from the position's quality."""
    out: Mask = (code // 100 == 0) & (code % 10 == UNKNOWN)
    return out


def confirm_ms(code: Array) -> Array:
    """For how long each code (n,) must hold until it is believed."""
    out: Array = np.where(silent(code), SILENT_MS, CONFIRM_MS)
    return out


def goes_on(tracks: Tracks, one: Declared, memory: Memory) -> Mask:
    """Where what is declared was heard all the while. A declaration stands by itself; that there is none, rows bear
    out, one soon after the other."""
    before: Array = memory.last_put(one.icao24)
    out: Mask = ~silent(one.code) | (before >= tracks.time[one.first] - UNHEARD_MS)
    return out


def runs_of(values: Array) -> Index:
    """Where each run of equal values begins."""
    out: Index = np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])
    return out


def declared(tracks: Tracks) -> Declared:
    """What each address of the fresh rows declares; the rows of one address may come in several streams."""
    code = code_of(tracks)
    rows = np.flatnonzero(tracks.fresh & telling(tracks, code))
    rows = rows[np.lexsort((tracks.time[rows], tracks.icao24[rows]))]
    icao24 = tracks.icao24[rows]
    starts = runs_of(icao24)
    ends = np.append(starts[1:], len(rows))[: len(starts)]
    same = np.ones(len(rows), dtype=bool)
    same[1:] = (code[rows][1:] == code[rows][:-1]) | (icao24[1:] != icao24[:-1])
    steady = np.logical_and.reduceat(same, starts) if len(starts) else same
    last = rows[ends - 1] if len(starts) else rows
    kind = np.ascontiguousarray(tracks.type_code[last]).view(np.int32).astype(np.int64)
    return Declared(icao24[starts], rows[starts], last, code[last], np.where(kind != 0, TYPE | kind, 0), steady)


def differences(before: int, now: int) -> Mapping[str, tuple[int, int]]:
    """Fields that were declared both times, and differently: old and new value. Who declared nothing before changes
    nothing; of who declares nothing now only the version is missed."""
    quiet = silent(np.array([before, now]))
    if quiet[0]:
        return {}
    out = {}
    for place, name in enumerate(reversed(FIELDS)):
        a, b = before // 10**place % 10, now // 10**place % 10
        if a != b and UNKNOWN not in (a, b) and not (quiet[1] and name != "version"):
            out[name] = (a, b)
    return {name: out[name] for name in FIELDS if name in out}


def count_types(memory: Memory, one: Declared, new: Mask, now: int) -> None:
    """One more airframe for each type that has a new one, by whether its version is 2."""
    kinds, each = np.unique(one.type_key[new], return_inverse=True)
    modern = one.code[new] // 100 >= 2
    kinds_known = kinds != 0
    if not kinds_known.any():
        return
    old = memory.get(kinds)
    more, all_of = np.bincount(each, modern, len(kinds)), np.bincount(each, minlength=len(kinds))
    memory.put(
        kinds[kinds_known], now, modern=(old["modern"] + more.astype(np.int64))[kinds_known],
        airframes=(old["airframes"] + all_of)[kinds_known],
    )  # fmt: skip


def differ(before: Array, now: Array) -> Mask:
    """Where a field that was declared both times differs."""
    return np.array(
        [bool(differences(a, b)) if a >= 0 else False for a, b in zip(before.tolist(), now.tolist(), strict=True)]
    )


def rare(memory: Memory, one: Declared, p: SimpleNamespace) -> Mask:
    """Types of which enough airframes are known and nearly all have version 2."""
    kind = memory.get(one.type_key)
    out: Mask = (one.type_key != 0) & (kind["airframes"] >= p.airframes)
    out &= 100 * kind["modern"] >= p.modern * (kind["airframes"] - 1)
    return out

"""How good a position is, by the type of its report, the version of ADS-B and the supplements of the last status."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from feeds._carried import Carried
from feeds._frames import SHORT, Frames
from geo.schema import Array

_UNKNOWN = (0.0, math.nan)
_NIC: Mapping[int, tuple[tuple[float, float], ...]] = {
    0: (_UNKNOWN,) * 4,
    5: ((11, 7.5),) * 4, 6: ((10, 25),) * 4, 7: ((8, 185.2), (8, 185.2), (9, 75), (8, 185.2)),
    8: (_UNKNOWN, (6, 926), (6, 555.6), (7, 370.4)),
    9: ((11, 7.5),) * 4, 10: ((10, 25),) * 4, 11: ((8, 185.2), (8, 185.2), (8, 185.2), (9, 75)), 12: ((7, 370.4),) * 4,
    13: ((6, 926), (6, 555.6), (6, math.nan), (6, 1111.2)), 14: ((5, 1852),) * 4, 15: ((4, 3704),) * 4,
    16: ((2, 14_816), (2, 14_816), (2, 14_816), (3, 7408)), 17: ((1, 37_040),) * 4, 18: (_UNKNOWN,) * 4,
    20: ((11, 7.5),) * 4, 21: ((10, 25),) * 4, 22: (_UNKNOWN,) * 4,
}  # fmt: skip
"""Navigation integrity category and radius of containment (m) by type of position report, for supplements A and, in the
air, B, on the ground C: neither, the second, the first, both (DO-260B, as readsb reads it)."""

_TABLE = np.full((32, 4, 2), np.nan)
for _code, _four in _NIC.items():
    _TABLE[_code] = _four


def integrity(frames: Frames, version: Array, icao24: Array, time: Array, before: Carried) -> dict[str, Array]:
    """NIC, radius of containment (m) and system design assurance of rows sorted by aircraft and time. `version` is NaN
    in rows that are no status; `before` keeps (time, version, supplement A, supplement C).
    """
    me = frames.data[:, 4:11]
    code, clear = me[:, 0] >> 3, np.isin(frames.data[:, 0] >> 3, (17, 18)) & (frames.size > SHORT)
    status = clear & (code == 31) & ~np.isnan(version)
    ours = np.column_stack([time.astype(np.float64), version, (me[:, 5] >> 4) & 1, (me[:, 2] >> 4) & 1])
    known, first, third = np.nan_to_num(before.last(icao24, status, ours)[:, 1:]).astype(np.int64).T
    found = _TABLE[code, _supplements(code, known, first, np.where(code <= 8, third, me[:, 0] & 1))]
    position = clear & ((code == 0) | ((code >= 5) & (code <= 18)) | ((code >= 20) & (code <= 22)))
    found = np.where(position[:, None], found, np.nan)
    assurance = np.where(status & (version >= 2), me[:, 3] & 3, np.nan)
    return {"nic": found[:, 0], "rc": found[:, 1], "sda": assurance}


def _supplements(code: Array, version: Array, first: Array, second: Array) -> Array:
    """Which of the four. Version 1 has one supplement, which stands for both in the air; version 0 has none."""
    one = np.where(code == 7, 2, np.where(code == 8, 0, 3))
    return np.where(version == 0, 0, np.where(version == 1, first * one, 2 * first + second))

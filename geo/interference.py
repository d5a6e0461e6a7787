"""Satellite navigation interference: what a row says of its position's quality, and GPSJam's arithmetic over cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from geo.cells import cells_of
from geo.schema import NO_TIME, Array, missing, of_sources

Mask = npt.NDArray[np.bool_]
Column = Callable[[str], Array]

UNKNOWN, GOOD, WEAK, BAD = -1, 0, 1, 2
"""Grades of a row: says nothing; good; one sign that may be a glitch; degraded beyond doubt."""

BANDS = ("low", "medium", "high")
"""GPSJam's green, yellow and red."""

AIRBORNE_FT = 984.0
"""300 m (seed 003)."""

OLD_S, STALE_S, LOST_S = 15.0, 60.0, 300.0
"""A position is current up to OLD_S; from STALE_S on it is stale (definitions 5.2: 60 s), from LOST_S on it is lost."""

NIC_GOOD, NAC_P_GOOD = 7, 8
"""Definitions 5.2 (a JavaScript layer, JRC 2024): NIC below 7 or NACp below 8 is degraded."""

DAY_MS = 86_400_000

_SELF_REPORTED = of_sources("unknown", "adsb_icao")


def grade(columns: Mapping[str, Array], askew: Mask | None = None) -> Array:
    """UNKNOWN, GOOD, WEAK or BAD for each row (n,) of observations, whose columns may be absent.

    NIC and NACp must agree, because a receiver that has just met an aircraft shows one without the other. Version 0
    says nothing. Where a row has neither, the age of its position serves, and `askew`: rows whose geometric height
    does not fit their pressure altitude.
    """
    col = _getter(columns)
    age = _age_s(col)
    declared = ~(np.isnan(col("nic")) & np.isnan(col("nac_p")))
    out = np.where(declared, _declared(col("nic"), col("nac_p"), col("version"), age), _inferred(age, askew))
    lost = col("gps_ok_before") != NO_TIME
    out[~_SELF_REPORTED[col("source")]] = UNKNOWN
    out[lost] = BAD
    out[(col("on_ground") == 1) | ~(col("baro_altitude") >= AIRBORNE_FT)] = UNKNOWN
    return out


def judged(columns: Mapping[str, Array]) -> tuple[Mask, Mask]:
    """Which rows (n,) say something of their position's quality, and which of them are bad; for counting by cell."""
    grades = grade(columns)
    return (grades == GOOD) | (grades == BAD), grades == BAD


def gpsjam_band(good: npt.ArrayLike, bad: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """Index into BANDS for counts of aircraft: GPSJam's (bad - 1) / (good + bad) below 2 %, below 10 %, and above.

    In whole numbers, so that 10 % exactly is red and 2 % exactly yellow.
    """
    good, bad = np.asarray(good, dtype=np.int64), np.asarray(bad, dtype=np.int64)
    excess, total = bad - 1, good + bad
    band = (excess > 0) * ((50 * excess >= total).astype(np.int8) + (10 * excess >= total))
    return np.asarray(band, dtype=np.int8)


def gpsjam_ratio(good: npt.ArrayLike, bad: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(bad - 1) / (good + bad), not below 0; one bad aircraft alone may be its own transponder's fault."""
    good, bad = np.asarray(good, dtype=np.float64), np.asarray(bad, dtype=np.float64)
    return np.asarray(np.maximum(bad - 1, 0) / np.maximum(good + bad, 1))


def wilson(bad: npt.ArrayLike, total: npt.ArrayLike, z: float = 1.96) -> tuple[Array, Array]:
    """Wilson's score interval of the share bad / total, 95 % by default; 0 to 1 where there is nothing."""
    k, n = np.asarray(bad, dtype=np.float64), np.asarray(total, dtype=np.float64)
    some = np.maximum(n, 1)
    share = k / some
    middle = (share + z * z / (2 * some)) / (1 + z * z / some)
    half = z / (1 + z * z / some) * np.sqrt(share * (1 - share) / some + z * z / (4 * some * some))
    return np.where(n > 0, np.maximum(middle - half, 0), 0.0), np.where(n > 0, np.minimum(middle + half, 1), 1.0)


def counts(cell: Array, icao24: Array, bad: Mask) -> tuple[Array, Array, Array]:
    """Cells in order, with how many aircraft were good and bad in each; an aircraft counts once, bad once is bad.

    Over the judged rows of a window this is GPSJam's count.
    """
    if not len(cell):
        return np.asarray(cell), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.lexsort((icao24, cell))
    cell, icao24, bad = cell[order], icao24[order], bad[order]
    new = np.append(True, (cell[1:] != cell[:-1]) | (icao24[1:] != icao24[:-1]))
    once = np.flatnonzero(new)
    ever = np.logical_or.reduceat(bad, once)
    cells, first = np.unique(cell[once], return_index=True)
    spoilt = np.add.reduceat(ever.astype(np.int64), first)
    return cells, np.diff(np.append(first, len(once))) - spoilt, spoilt


def daily(columns: Mapping[str, Array], resolution: int = 4) -> Mapping[str, Array]:
    """GPSJam's map from rows (n,) of observations: `day` (epoch ms of its start, UTC), `h3`, `good` and `bad`, each an
    array with an entry per day and cell; an aircraft counts once per cell and day."""
    known, bad = judged(columns)
    lat, lon = places(columns)
    rows = np.flatnonzero(known & ~np.isnan(lat))
    cell = cells_of(lat[rows], lon[rows], resolution)
    day = columns["time"][rows] // DAY_MS * DAY_MS
    found = [(one, *_of(day == one, cell, columns["icao24"][rows], bad[rows])) for one in np.unique(day).tolist()]
    empty = np.zeros(0, dtype=np.int64)
    return {
        "day": np.concatenate([empty, *(np.full(len(part[1]), part[0]) for part in found)]),
        "h3": np.concatenate([empty.astype(np.uint64), *(part[1] for part in found)]),
        "good": np.concatenate([empty, *(part[2] for part in found)]),
        "bad": np.concatenate([empty, *(part[3] for part in found)]),
    }


def _of(chosen: Mask, *columns: Array) -> tuple[Array, Array, Array]:
    cell, icao24, bad = (values[chosen] for values in columns)
    return counts(cell, icao24, bad)


def places(columns: Mapping[str, Array]) -> tuple[Array, Array]:
    """Where each row is: latitude and longitude, else those of the last reliable position, else NaN."""
    col = _getter(columns)
    lost = np.isnan(col("lat"))
    return np.where(lost, col("last_lat"), col("lat")), np.where(lost, col("last_lon"), col("lon"))


def _getter(columns: Mapping[str, Array]) -> Column:
    """Columns by name, all missing where absent."""
    n = len(columns["time"])
    return lambda name: columns[name] if name in columns else missing(name, n)


def _age_s(col: Column) -> Array:
    """Seconds from the position to the last message; NaN where there is no position or its time is not told."""
    told = (col("position_time") != NO_TIME) & ~np.isnan(col("lat"))
    return np.where(told, (col("time") - np.where(told, col("position_time"), 0)) / 1000.0, np.nan)


def _declared(nic: Array, nac_p: Array, version: Array, age: Array) -> Array:
    """By the categories that the aircraft sends. NIC 0 beside a good NACp is a message that carries no NIC."""
    low_nic, low_acc = nic < NIC_GOOD, nac_p < NAC_P_GOOD
    both = np.isnan(nic) | np.isnan(nac_p)
    out = np.where(low_nic & low_acc, BAD, np.where(low_nic | low_acc, WEAK, GOOD))
    out[(nic == 0) & ~low_acc] = UNKNOWN
    out[both & low_acc & (nac_p <= 2)] = BAD
    out[(version < 1) | (age > STALE_S)] = UNKNOWN
    return out


def _inferred(age: Array, askew: Mask | None) -> Array:
    """By the age of the position and the two heights."""
    out = np.where(age > LOST_S, BAD, np.where(age > STALE_S, WEAK, np.where(age <= OLD_S, GOOD, UNKNOWN)))
    if askew is not None:
        out[askew] = BAD
    return out

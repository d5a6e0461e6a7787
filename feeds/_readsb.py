"""readsb's words for one aircraft, shared by aircraft.json, trace_full and JSON lines: details to schema columns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from feeds._convert import column, epoch_ms, numbers
from feeds._text import EMERGENCY_CODE, SOURCE_CODE, codes, printable, squawks
from geo.schema import COLUMNS, NO_TIME, Array, missing

SAME = {
    "lat": "lat", "lon": "lon", "alt_geom": "geo_altitude", "track": "track", "ias": "indicated_airspeed",
    "tas": "true_airspeed", "mach": "mach", "roll": "roll", "version": "version", "nic": "nic", "rc": "rc",
    "nac_p": "nac_p", "nac_v": "nac_v", "sil": "sil", "gva": "gva", "sda": "sda", "rssi": "rssi",
    "messages": "messages", "r_dst": "receiver_distance", "last_lat": "last_lat", "last_lon": "last_lon",
}  # fmt: skip
"""Numbers that are a schema column as they stand: ft, kt, deg, m, dBFS, nautical miles."""

FIRST_OF = {
    "ground_speed": ("gs", "speed"), "vertical_rate": ("baro_rate", "geom_rate", "vert_rate"),
    "heading": ("true_heading", "mag_heading"), "selected_altitude": ("nav_altitude_mcp", "nav_altitude_fms"),
}  # fmt: skip
"""Columns filled by the first of several fields that was sent; `speed`, `vert_rate`: dump1090 before 2017."""

_OTHER = ("seen", "seen_pos", "gpsOkBefore", "dbFlags", "alert", "spi", "uat_version")
_PLAIN = tuple(
    n for n in (*SAME, *(n for names in FIRST_OF.values() for n in names), *_OTHER) if not n.startswith("last_")
)
WORDS = ("hex", "type", "flight", "squawk", "emergency", "category", "r", "t")
NUMBERS = (*_PLAIN, "last_lat", "last_lon")


class Last(msgspec.Struct, gc=False):
    """The last place known, where the aircraft has none now."""

    lat: float | None = math.nan
    lon: float | None = math.nan


_NOWHERE = Last()
_ALTITUDES = [("alt_baro", float | str | None, None), ("altitude", float | str | None, None)]

Details: Any = msgspec.defstruct(
    "Details",
    [
        *[(name, float | None, math.nan) for name in _PLAIN],
        *[(name, str | None, "") for name in WORDS],
        *_ALTITUDES,
        ("lastPosition", Last | None, None),
    ],
    gc=False,
)  # fmt: skip
"""One aircraft as readsb writes it, each field of its right type or the whole document goes the patient way.

`strict` unpacks the fields in this order.
"""

_SCALARS = (*_PLAIN, *WORDS, "alt_baro", "altitude")


def strict(rows: Sequence[Any]) -> tuple[dict[str, Array], dict[str, list[str]], list[Any]]:
    """Numbers, words and altitudes ("ground", a number or None) of well-formed details, as columns."""
    columns: Iterator[tuple[Any, ...]] = iter(
        zip(*map(msgspec.structs.astuple, rows), strict=True) if rows else [()] * (len(_SCALARS) + 1)
    )
    found = {name: np.array(next(columns), dtype=np.float64) for name in _PLAIN}
    said = {name: [value or "" for value in next(columns)] for name in WORDS}
    height = [older if value is None else value for value, older in zip(next(columns), next(columns), strict=True)]
    last = [place or _NOWHERE for place in next(columns)]
    found["last_lat"] = np.array([place.lat for place in last], dtype=np.float64)
    found["last_lon"] = np.array([place.lon for place in last], dtype=np.float64)
    return found, said, height


def patient(
    rows: Sequence[dict[str, Any]], bad: Counter[str]
) -> tuple[dict[str, Array], dict[str, list[str]], list[Any]]:
    """Numbers, words and altitudes of details of which some field has a wrong type: only that field is lost."""
    flat = [{name: row.get(name) for name in _SCALARS} | _last_of(row) for row in rows]
    found = {name: numbers(column([r.get(name) for r in flat]), name, bad) for name in NUMBERS}
    said = {name: [_word(r.get(name), name, bad) for r in flat] for name in WORDS}
    return found, said, [r["altitude"] if r["alt_baro"] is None else r["alt_baro"] for r in flat]


def _last_of(row: dict[str, Any]) -> dict[str, Any]:
    last = row.get("lastPosition")
    return {"last_lat": last.get("lat"), "last_lon": last.get("lon")} if isinstance(last, dict) else {}


def _word(value: Any, name: str, bad: Counter[str]) -> str:
    """Text; a number only where digits are text (squawk, hex)."""
    if value is None or isinstance(value, str):
        return value or ""
    if name in ("squawk", "hex") and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:16]
    bad[f"{name} not text"] += 1
    return ""


def observed(
    found: dict[str, Array], said: dict[str, list[str]], altitude: Sequence[Any], bad: Counter[str]
) -> dict[str, Array]:
    """The schema columns that do not depend on the clock, from numbers, words and altitudes of the same rows."""
    out = {name: found[field] for field, name in SAME.items()}
    for name, fields in FIRST_OF.items():
        out[name] = first_of([found[field] for field in fields])
    out["baro_altitude"], out["on_ground"] = ground_and_altitude(altitude, bad)
    out["squawk"], refused = squawks(said["squawk"])
    bad["squawk not four octal digits"] += refused
    out["callsign"] = printable(said["flight"], 8)
    out["registration"], out["type_code"] = printable(said["r"], 10), printable(said["t"], 4)
    out["category"] = printable(said["category"], 2)
    out["source"], out["emergency"] = codes(said["type"], SOURCE_CODE), codes(said["emergency"], EMERGENCY_CODE)
    _corrected(out, ~np.isnan(found["uat_version"]))
    out["alert"], out["spi"] = bits(found["alert"], -1, "i1"), bits(found["spi"], -1, "i1")
    out["db_flags"] = bits(found["dbFlags"], 0, "u1")
    out["gps_ok_before"] = epoch_ms(found["gpsOkBefore"])
    return out


def _corrected(out: dict[str, Array], uat: Array) -> None:
    """What was heard at 978 MHz, as skyaware978 writes it: it puts the pressure altitude where the other belongs."""
    same = uat & (out["geo_altitude"] == out["baro_altitude"])
    out["geo_altitude"] = np.where(same, np.nan, out["geo_altitude"])
    out["source"] = np.where(uat & (out["source"] == SOURCE_CODE["adsb_icao"]), SOURCE_CODE["uat"], out["source"])


def of_details(details: Sequence[Any], bad: Counter[str]) -> dict[str, Array]:
    """The schema columns of detail objects of which some are None: those rows are missing throughout."""
    at = [i for i, one in enumerate(details) if one is not None]
    given = [details[i] for i in at]
    some = strict(given) if not given or not isinstance(given[0], dict) else patient(given, bad)
    return {name: _spread(values, at, len(details), name) for name, values in observed(*some, bad).items()}


def _spread(values: Array, at: list[int], rows: int, name: str) -> Array:
    out = missing(name, rows) if COLUMNS[name].kind != "f" else np.full(rows, np.nan)
    out[at] = values
    return out


def first_of(columns: Sequence[Array]) -> Array:
    """Row by row the first that is not missing."""
    out = columns[0]
    for other in columns[1:]:
        out = np.where(np.isnan(out), other, out)
    return out


def bits(values: Array, missing: int, dtype: str) -> Array:
    """Small whole numbers; `missing` where NaN or not one."""
    with np.errstate(invalid="ignore"):
        small = (values >= 0) & (values <= (1 if dtype == "i1" else 255))
    return np.where(small, np.where(small, values, 0), missing).astype(dtype)


def ground_and_altitude(values: Sequence[Any], bad: Counter[str]) -> tuple[Array, Array]:
    """Barometric altitude (NaN on the ground) and the ground flag, from numbers, "ground" and None."""
    ground = np.array([value == "ground" for value in values], dtype=bool)
    try:
        altitude = np.array([math.nan if g else v for g, v in zip(ground, values, strict=True)], dtype=np.float64)
        if any(isinstance(v, str | bool) and v != "ground" for v in values):
            raise ValueError("text among the altitudes")
    except (ValueError, TypeError, OverflowError):
        plain = [None if g else v for g, v in zip(ground, values, strict=True)]
        altitude = numbers(column(plain), "alt_baro", bad)
    return altitude, np.where(ground, 1, np.where(np.isnan(altitude), -1, 0)).astype(np.int8)


def ago(now_ms: int, seconds: Array) -> Array:
    """The time that lies so many seconds back; NO_TIME where that is not known or absurd."""
    with np.errstate(invalid="ignore"):
        sane = (seconds > -1e6) & (seconds < 1e9)
    return np.where(sane, now_ms - np.rint(np.where(sane, seconds, 0) * 1000).astype(np.int64), NO_TIME)

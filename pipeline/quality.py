"""The quality of data: rows and what is known of the aircraft in, plain numbers for a report out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geo.aircraft import AircraftTable
from geo.anomaly import utc_text
from geo.batch import Batch, of_value
from geo.performance import profiles
from geo.schema import COLUMNS, NO_TIME, NON_ICAO, SOURCES, Array, icao24_text, present
from geo.sphere import FOOT_M
from geo.tracks import Mask
from pipeline.coverage import coverage

MOST_POINTS, NORMAL_SHARE, TOP, SEED = 50_000, 0.01, 10, 42
KMH = 1.852

GREEN, YELLOW = 0.9, 0.7
"""Above these a share is good, or fair; else it is poor (seed 001)."""

ATTRIBUTES = {
    "manufacturer": "manufacturer", "model": "model", "type_code": "type code", "description": "ICAO class",
    "operator": "operator", "registration": "registration",
}  # fmt: skip
"""What a database says of an aircraft, and how the report calls it."""

SCENARIOS = {
    "high and slow": "above 15,000 m and slower than 150 km/h",
    "low and fast": "below 2,000 m and faster than 600 km/h",
    "extreme altitude": "above 25,000 m",
}
"""The scenarios of seed 001."""

OLD_POSITION_MS = 60_000


def quality(rows: Batch, rejected: Mapping[str, int], aircraft: AircraftTable | None) -> dict[str, Any]:
    """Everything that the report shows, ready for JSON."""
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    flying = airborne(rows)
    metres, kmh = rows["baro_altitude"] * FOOT_M, rows["ground_speed"] * KMH
    some = scenarios(metres, kmh, flying)
    odd = np.logical_or.reduce(list(some.values()))
    return {
        "recording": recording(rows),
        "match": match(rows, aircraft),
        "attributes": attributes(rows, aircraft),
        "columns": columns(rows),
        "coverage": coverage(rows),
        "bad": bad(rows, rejected),
        "scatter": scatter(metres, kmh, flying),
        "scenarios": [
            {"name": name, "rule": SCENARIOS[name], "rows": int(mask.sum()), "aircraft": _count(rows, mask),
             "top": top(rows, mask, metres, kmh, aircraft)}
            for name, mask in some.items()
        ],
        "normal": normal(rows, ~odd),
    }  # fmt: skip


def airborne(rows: Batch) -> Mask:
    """Rows in the air that say how high and how fast."""
    out: Mask = (rows["on_ground"] != 1) & ~np.isnan(rows["baro_altitude"]) & ~np.isnan(rows["ground_speed"])
    return out


def band(share: float) -> str:
    """Good, fair or poor."""
    return "good" if share > GREEN else "fair" if share > YELLOW else "poor"


def recording(rows: Batch) -> dict[str, Any]:
    """How much there is, and of when."""
    if not len(rows):
        return {"rows": 0, "aircraft": 0, "start": None, "end": None, "hours": 0.0}
    first, last = int(rows["time"][0]), int(rows["time"][-1])
    aircraft = len(np.unique(rows["icao24"]))
    span = {"start": utc_text(first), "end": utc_text(last), "hours": round((last - first) / 3.6e6, 2)}
    return {"rows": len(rows), "aircraft": aircraft, **span}


def match(rows: Batch, aircraft: AircraftTable | None) -> dict[str, Any]:
    """How many aircraft the database knows, of those whose address can be in one."""
    address = np.unique(rows["icao24"])
    real = address[address < NON_ICAO]
    nameless = len(address) - len(real)
    if aircraft is None:
        return {"database": None, "aircraft": len(real), "without_address": nameless, "known": None, "share": None}
    known = int(np.isin(real, aircraft.icao24).sum())
    share = known / len(real) if len(real) else None
    out = {"database": len(aircraft), "aircraft": len(real), "without_address": nameless, "known": known}
    return out | {"share": share, "band": band(share or 0)}


def attributes(rows: Batch, aircraft: AircraftTable | None) -> Sequence[dict[str, Any]]:
    """For how many aircraft the database says what, the best known first."""
    address = np.unique(rows["icao24"])
    address = address[address < NON_ICAO]
    if aircraft is None or not len(address):
        return []
    found = aircraft.lookup(address, full=True)
    counts = {label: int((getattr(found, name) != b"").sum()) for name, label in ATTRIBUTES.items()}
    return _shares(counts, len(address))


def columns(rows: Batch) -> Sequence[dict[str, Any]]:
    """How many rows fill each column of an observation; those that none fills are left out."""
    counts = {name: int(present(name, rows[name]).sum()) for name in COLUMNS if name in rows.columns}
    return _shares({name: count for name, count in counts.items() if count}, len(rows))


def _shares(counts: Mapping[str, int], of: int) -> Sequence[dict[str, Any]]:
    shares = [
        {"name": name, "count": count, "share": count / of, "band": band(count / of)} for name, count in counts.items()
    ]
    return sorted(shares, key=lambda one: -one["share"])


def bad(rows: Batch, rejected: Mapping[str, int]) -> Sequence[dict[str, Any]]:
    """Records that are of less use than they could be, by reason: those that the reader refused, then those kept."""
    words = {reason: "left out" if of_value(reason) else "refused" for reason in rejected}
    counts = {**{f"{words[reason]}: {reason}": count for reason, count in rejected.items()}, **_kept(rows)}
    # A row that lacks a value is there all the same.
    total = len(rows) + sum(count for reason, count in rejected.items() if not of_value(reason))
    found = [{"reason": reason, "count": n, "share": n / total} for reason, n in counts.items() if n]
    return sorted(found, key=lambda one: -one["count"])


def _kept(rows: Batch) -> Mapping[str, int]:
    """Rows that were read but lack something, or repeat something."""
    placed = ~np.isnan(rows["lat"])
    aged = placed & (rows["position_time"] != NO_TIME) & (rows["time"] - rows["position_time"] > OLD_POSITION_MS)
    zero = placed & (rows["lat"] == 0) & (rows["lon"] == 0)
    air = rows["on_ground"] != 1
    counts = {
        "no position": ~placed,
        "a position older than a minute": aged,
        "a position of 0, 0": zero,
        "airborne without an altitude": air & np.isnan(rows["baro_altitude"]),
        "airborne without a speed": air & np.isnan(rows["ground_speed"]),
        "no callsign": rows["callsign"] == b"",
        "an identity that is no 24-bit address": rows["icao24"] >= NON_ICAO,
        "the same aircraft and time again": _repeated(rows),
        "of an unknown source": rows["source"] == SOURCES.index("unknown"),
    }
    return {reason: int(mask.sum()) for reason, mask in counts.items()}


def _repeated(rows: Batch) -> Mask:
    order = np.lexsort((rows["time"], rows["icao24"]))
    same = (np.diff(rows["time"][order]) == 0) & (np.diff(rows["icao24"][order]) == 0)
    out = np.zeros(len(rows), dtype=bool)
    out[order[1:]] = same
    return out


def scatter(metres: Array, kmh: Array, flying: Mask) -> dict[str, Any]:
    """Altitude against speed of at most MOST_POINTS rows, drawn at random but always the same."""
    rows = np.flatnonzero(flying)
    if len(rows) > MOST_POINTS:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, MOST_POINTS, replace=False))
    points = {"kmh": np.round(kmh[rows]).astype(int).tolist(), "metres": np.round(metres[rows]).astype(int).tolist()}
    return {"rows": int(flying.sum()), "drawn": len(rows), **points}


def scenarios(metres: Array, kmh: Array, flying: Mask) -> dict[str, Mask]:
    """Rows of each scenario of SCENARIOS."""
    with np.errstate(invalid="ignore"):
        rules = ((metres > 15_000) & (kmh < 150), (metres < 2_000) & (kmh > 600), metres > 25_000)
    return {name: flying & rule for name, rule in zip(SCENARIOS, rules, strict=True)}


def top(rows: Batch, mask: Mask, metres: Array, kmh: Array, aircraft: AircraftTable | None) -> Sequence[dict[str, Any]]:
    """Ten aircraft: those of which manufacturer and model are known first, the fastest first, each once."""
    at = np.flatnonzero(mask)
    known = (aircraft or AircraftTable.empty()).lookup(rows["icao24"][at], full=True)
    named = (known.manufacturer != b"") & (known.model != b"")
    order = np.lexsort((at, -kmh[at], ~named))
    _, first = np.unique(rows["icao24"][at[order]], return_index=True)
    chosen = order[np.sort(first)][:TOP]
    able = profiles(rows.take(at[chosen]).columns, aircraft)
    return [
        {
            "icao24": icao24_text(int(rows["icao24"][at[k]])) or "", "callsign": _text(rows["callsign"][at[k]]),
            "type_code": _text(known.type_code[k]) or _text(rows["type_code"][at[k]]), "type": able.name(n),
            **{name: _text(getattr(known, name)[k]) for name in ("manufacturer", "model", "operator", "description")},
            "kmh": round(float(kmh[at[k]]), 1), "metres": round(float(metres[at[k]])),
            "reading": _reading(able, n, metres[at[k]] / FOOT_M, kmh[at[k]] / KMH),
            "time": utc_text(int(rows["time"][at[k]])),
            "lat": _number(rows["lat"][at[k]]), "lon": _number(rows["lon"][at[k]]),
        }
        for n, k in enumerate(chosen.tolist())
    ]  # fmt: skip


def _reading(able: Any, n: int, feet: float, knots: float) -> str:
    """What the numbers say of an aircraft of this type: a fault of the data, or how it flies."""
    if not able.known[n]:
        return "type unknown: cannot be told"
    name = str(able.kind_name[n])
    if feet > able.ceiling_ft[n]:
        return f"technical: above the ceiling of a {name} ({able.ceiling_ft[n]:,.0f} ft); altimeter or encoding"
    if knots < able.slowest_kt[n]:
        return f"technical: slower than a {name} can fly at that height"
    if knots > able.fastest_kt[n]:
        return f"technical: faster than a {name} can fly"
    return f"operational: within what a {name} can do"


def normal(rows: Batch, mask: Mask) -> Sequence[Sequence[float]]:
    """One in a hundred of the positions of ordinary traffic, as longitude and latitude."""
    at = np.flatnonzero(mask & ~np.isnan(rows["lat"]))
    count = int(np.ceil(NORMAL_SHARE * len(at)))
    chosen = np.sort(np.random.default_rng(SEED).choice(at, min(count, MOST_POINTS), replace=False)) if count else at
    points: Sequence[Sequence[float]] = np.round(np.column_stack([rows["lon"], rows["lat"]])[chosen], 3).tolist()
    return points


def _count(rows: Batch, mask: Mask) -> int:
    return len(np.unique(rows["icao24"][mask]))


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace")


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)

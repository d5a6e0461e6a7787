"""Laps: how far each flight has turned and flown, remembered for an hour and a half, and the laps that this makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array
from geo.sphere import bearing_deg, distance_m, wrap_lon
from geo.tracks import Tracks

MARK_MS, MARKS = 120_000, 48
"""A mark every two minutes for 96 minutes: two laps of three quarters of an hour."""

GAP_MS = 300_000
"""Over a longer gap the way is not known, and counting begins anew."""

STEP_M, UNSURE_DEG = 150.0, 150.0
"""As for circling (detectors/_orbits.py): shorter steps carry no course, sharper turns could be either way round."""

LAPS = Keep(
    {
        "t": Slot("i8", NO_TIME), "lat": Slot("f8", np.nan), "lon": Slot("f8", np.nan), "course": Slot("f4", np.nan),
        "net": Slot("f8"), "turned": Slot("f8"), "path": Slot("f8"), "told": Slot("i8", NO_TIME),
        "at": Slot("i8", NO_TIME, MARKS), "at_lat": Slot("f4", np.nan, MARKS), "at_lon": Slot("f4", np.nan, MARKS),
        "at_net": Slot("f8", 0.0, MARKS), "at_turned": Slot("f8", 0.0, MARKS), "at_path": Slot("f8", 0.0, MARKS),
    },
    ttl_s=3_600, most=50_000,
)  # fmt: skip
"""Per flight: its newest fix, degrees turned (right is positive) and km flown since it was first seen, and marks."""

_SUMS = ("net", "turned", "path")


@dataclass(frozen=True)
class Laps:
    """The two newest laps of some flights, (n,): km and s of each, km between the same place of one and the next.

    `wide` is the side of the box round both, in km; `steady` the share of all turning that was one way; `since` when
    the first began. NaN, and NO_TIME, where there are not two.
    """

    long: Array
    other: Array
    seconds: Array
    apart: Array
    wide: Array
    steady: Array
    since: Array


def follow(tracks: Tracks, rows: Array, memory: Memory) -> Array:
    """Take the given rows, by flight and time, into the memory; returns the flights, each once."""
    flight = tracks.flight[rows]
    first = np.flatnonzero(np.append(True, flight[1:] != flight[:-1])[: len(flight)])
    rank = np.arange(len(rows)) - np.repeat(first, np.diff(np.append(first, len(rows))))
    for k in range(int(rank.max(initial=-1)) + 1):
        _step(tracks, rows[rank == k], memory)
    return flight[first]


def _step(tracks: Tracks, rows: Array, memory: Memory) -> None:
    """One row of each flight."""
    flight, t = tracks.flight[rows], tracks.time[rows]
    lat, lon = tracks.lat[rows], tracks.lon[rows]
    old = memory.get(flight)
    metres = distance_m(old["lat"], old["lon"], lat, lon)
    going_on = (t - old["t"] <= GAP_MS) & (old["t"] != NO_TIME)
    course = np.where(metres >= STEP_M, bearing_deg(old["lat"], old["lon"], lat, lon), old["course"])
    turn = wrap_lon(course - old["course"])
    turn = np.where(np.isfinite(turn) & (np.abs(turn) <= UNSURE_DEG), turn, 0.0)
    new = {
        "net": old["net"] + turn, "turned": old["turned"] + np.abs(turn), "path": old["path"] + np.nan_to_num(metres) / 1000,
    }  # fmt: skip
    new = {name: np.where(going_on, values, 0.0) for name, values in new.items()}
    marks = _marked(old, going_on, t, lat, lon, new)
    memory.put(flight, t, t=t, lat=lat, lon=lon, course=np.where(going_on, course, np.nan), **new, **marks)


def _marked(old: Mapping[str, Array], going_on: Array, t: Array, lat: Array, lon: Array, new: Mapping[str, Array]) -> dict[str, Array]:  # fmt: skip
    """The marks with this one, the first of its two minutes, in the oldest one's place."""
    marks = {name: old[name].copy() for name in old if name.startswith("at")}
    marks["at"][~going_on] = NO_TIME
    place = t // MARK_MS % MARKS
    due = np.flatnonzero(marks["at"][np.arange(len(t)), place] // MARK_MS != t // MARK_MS)
    for name, values in {"at": t, "at_lat": lat, "at_lon": lon, **{f"at_{n}": new[n] for n in _SUMS}}.items():
        marks[name][due, place[due]] = values[due]
    return marks


def laps(memory: Memory, flights: Array) -> Laps:
    """The two newest laps of each of some flights: turn back 360 degrees, and 360 more."""
    one = memory.get(flights)
    known = (one["at"] != NO_TIME) & (one["t"][:, None] - one["at"] <= MARK_MS * MARKS)
    back = np.abs(one["net"][:, None] - one["at_net"])
    first, second = _mark_of(one, known & (back >= 360)), _mark_of(one, known & (back >= 720))
    begun = second["at"] != NO_TIME
    inside = known & (one["at"] >= np.where(begun, second["at"], one["t"])[:, None])
    turned = one["turned"] - second["turned"]
    out = {
        "long": one["path"] - first["path"], "other": first["path"] - second["path"],
        "seconds": (one["t"] - first["at"]) / 1000.0, "apart": _apart(one, first, second), "wide": _width(one, inside),
        "steady": np.abs(one["net"] - second["net"]) / np.maximum(turned, 1.0),
    }  # fmt: skip
    return Laps(**{n: np.where(begun, v, np.nan) for n, v in out.items()}, since=second["at"])


def _mark_of(one: Mapping[str, Array], wanted: Array) -> dict[str, Array]:
    """The newest of the wanted marks of each flight."""
    at = np.where(wanted, one["at"], NO_TIME).argmax(axis=1)
    rows, some = np.arange(len(at)), wanted.any(axis=1)
    out = {name: one[f"at_{name}"][rows, at] for name in ("lat", "lon", *_SUMS)}
    return out | {"at": np.where(some, one["at"][rows, at], NO_TIME)}


def _apart(one: Mapping[str, Array], first: Mapping[str, Array], second: Mapping[str, Array]) -> Array:
    """The larger of the distances from here to where it was a lap ago, and from there to a lap before, in km."""
    here = distance_m(one["lat"], one["lon"], first["lat"], first["lon"])
    there = distance_m(first["lat"], first["lon"], second["lat"], second["lon"])
    return np.maximum(here, there) / 1000.0


def _width(one: Mapping[str, Array], inside: Array) -> Array:
    """The longer side of the box round the marks inside, in km."""
    north = np.where(inside, one["at_lat"] - one["lat"][:, None], 0.0)
    east = (
        np.where(inside, wrap_lon(one["at_lon"] - one["lon"][:, None]), 0.0) * np.cos(np.radians(one["lat"]))[:, None]
    )
    sides = [values.max(axis=1) - values.min(axis=1) for values in (north, east)]
    out: Array = np.maximum(*sides) * 111.195
    return out


def trail(memory: Memory, flight: int, since: int) -> Array:
    """Where a flight was at its marks from `since` on: (k, 3) of lon, lat, ms."""
    one = {name: values[0] for name, values in memory.get(np.array([flight])).items()}
    mine = np.flatnonzero((one["at"] >= since) & (one["at"] != NO_TIME))
    mine = mine[np.argsort(one["at"][mine])]
    return np.column_stack([one["at_lon"][mine], one["at_lat"][mine], one["at"][mine]]).astype(np.float64)

"""Invented watch list, regions, routes, airframes and receivers, so that no class idles while speed is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from detectors._registry import Detector
from geo.aircraft import TEXTS, AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.firs import Firs
from geo.receivers import Receivers
from geo.registers import Registers
from geo.routes import Routes
from geo.schema import Array
from geo.watch import WatchList

AIRFRAMES, WATCHED, FIR_DEG = 500_000, 17_000, 10
"""About as many as the usual files hold: 1.5 million airframes at most, 17,198 watched aircraft, 1,102 regions."""


def invented(rows: Batch) -> dict[str, Any]:
    """Every resource that the user may load and airports do not come with, fitted to the aircraft of the rows."""
    rng = np.random.default_rng(1)
    address = np.unique(rows["icao24"])
    return {
        "watch_list": _watch_list(address, rng), "firs": _firs(), "routes": _routes(rows, rng),
        "aircraft": _airframes(rows, rng), "receivers": Receivers.of([(50.0, 10.0), (40.0, -100.0)]),
    }  # fmt: skip


def speaking(classes: Mapping[str, Detector]) -> dict[str, dict[str, float]]:
    """Parameters with which classes that learn speak at once, as far as their bounds allow."""
    learn = {name: spec.memory.learn for name, spec in classes.items() if spec.memory and spec.memory.learn}
    return {name: {param: classes[name].params[param].lo} for name, param in learn.items()}


def _watch_list(address: Any, rng: np.random.Generator) -> WatchList:
    """Strangers, and one in a hundred of the aircraft."""
    strangers = rng.integers(1, 0xFFFFFF, WATCHED).tolist()
    return WatchList.of([(int(a), {"registration": "N0"}) for a in (*strangers, *address[::100].tolist())])


def _firs() -> Firs:
    """The world in squares."""
    corners = [(x, y) for x in range(-180, 180, FIR_DEG) for y in range(-90, 90, FIR_DEG)]
    boxes = [shapely.box(x, y, x + FIR_DEG, y + FIR_DEG) for x, y in corners]
    firs = Firs.of([f"F{k:03d}" for k in range(len(boxes))], boxes)
    # The grid is made when it is first asked: not while a class is being timed.
    firs.at(np.zeros(1), np.zeros(1))
    return firs


def _routes(rows: Batch, rng: np.random.Generator) -> Routes:
    """A route between two airports for every callsign."""
    callsign = np.unique(rows["callsign"])
    callsign = callsign[callsign != b""].astype("S8")
    stops = rng.integers(0, len(Airports.builtin().code), 2 * len(callsign)).astype(np.int32)
    return Routes(callsign, np.arange(len(callsign) + 1) * 2, stops)


def _airframes(rows: Batch, rng: np.random.Generator) -> AircraftTable:
    """A large table with all the aircraft in it."""
    icao24 = np.unique(np.append(rows["icao24"], rng.integers(1, 0xFFFFFF, AIRFRAMES)))
    n = len(icao24)
    texts: dict[str, Any] = {name: np.zeros(n, dtype=dtype) for name, dtype in TEXTS.items()}
    texts["type_code"] = rng.choice(np.array([b"A320", b"B738", b"C172", b"EC35", b"DH8D"]), n)
    texts["description"] = rng.choice(np.array([b"L2J", b"L1P", b"H2T", b"L2T"]), n)
    texts["registration"] = _marks(rows, icao24)
    return AircraftTable(icao24, **texts, flags=np.zeros(n, dtype=np.uint8))


def _marks(rows: Batch, icao24: Array) -> Array:
    """Registrations that fit: what the rows say, else an American mark on American addresses. One that does not fit
    makes an anomaly of its aircraft, once a minute."""
    registers = Registers.builtin()
    block = registers.find(icao24)
    marks = np.where((block >= 0) & (registers.country[block] == "US"), b"N123AB", b"").astype(TEXTS["registration"])
    said = rows["registration"] != b""
    marks[np.searchsorted(icao24, rows["icao24"][said])] = rows["registration"][said]
    return marks

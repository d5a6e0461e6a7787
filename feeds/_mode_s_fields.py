"""What Mode S messages say, as schema columns: rs1090 reads them, what it leaves out is read from the bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from feeds._carried import Carried
from feeds._frames import Frames
from feeds._integrity import integrity
from feeds._text import EMERGENCY_CODE, printable, squawks
from geo.schema import Array

Told = Sequence[Mapping[str, Any]]

NUMBERS: Mapping[str, Mapping[str, str]] = {
    "05": {}, "06": {"groundspeed": "ground_speed", "track": "track"},
    "09": {"groundspeed": "ground_speed", "track": "track", "heading": "heading", "IAS": "indicated_airspeed",
           "TAS": "true_airspeed", "vertical_rate": "vertical_rate", "NACv": "nac_v"},
    "62": {"selected_altitude": "selected_altitude", "NACp": "nac_p"},
    "65": {"version": "version", "NACp": "nac_p", "SIL": "sil", "GVA": "gva"},
}  # fmt: skip
"""rs1090's numbers by register, and the columns that they are; ft, kt, degrees, ft/min."""

EMERGENCY = {
    "none": "none", "general": "general", "medical": "lifeguard", "minimum_fuel": "minfuel", "reserved": "reserved",
    "no_communication": "nordo", "unlawful_interference": "unlawful", "downed_aircraft": "downed",
}  # fmt: skip
"""rs1090's words in readsb's."""

_SINGLE = {
    "bds40": {"selected_mcp": "selected_altitude"},
    "bds50": {"roll": "roll", "TAS": "true_airspeed"},
    "bds60": {"heading": "heading", "IAS": "indicated_airspeed", "Mach": "mach"},
}
"""Registers that an aircraft was asked for. A reply does not say which it is: it is told only where no other fits."""


@dataclass
class Said:
    """What later messages need of earlier ones: version and supplements of integrity, and height."""

    status: Carried = field(default_factory=lambda: Carried(4))
    height: Carried = field(default_factory=lambda: Carried(2))


@dataclass(frozen=True)
class Found:
    """`columns` by name; `report` (n, 2) position reports as they were sent, `odd` and `ground` (n,) their form."""

    columns: dict[str, Array]
    report: Array
    odd: Array
    ground: Array


def said(frames: Frames, icao24: Array, time: Array, before: Said, bad: Counter[str]) -> Found:
    """What the frames say, sorted by aircraft and time."""
    told = _told(frames, bad)
    registers = np.array([one.get("bds", "") for one in told], dtype="U8")
    columns = _numbers(told, registers) | _words(told, registers) | _bits(frames)
    position = np.isin(registers, ("05", "06"))
    report = np.column_stack([_numbered(told, name, position) for name in ("lat_cpr", "lon_cpr")])
    odd = np.array([one.get("parity") == "odd" for one in told], dtype=bool)
    columns |= _heights(told, registers, frames, columns, icao24, time, before.height)
    columns |= integrity(frames, columns["version"], icao24, time, before.status)
    return Found(columns, report, odd, registers == "06")


def _told(frames: Frames, bad: Counter[str]) -> Told:
    """rs1090's words for each frame; none for what it does not understand, and for all-calls, which hold an address and
    no more.
    """
    asked = np.flatnonzero((frames.data[:, 0] >> 3) != 11)
    text = frames.data.tobytes().hex()
    ends = 2 * frames.size
    found = _decoded([text[28 * i : 28 * i + ends[i]] for i in asked.tolist()])
    bad["message that cannot be read"] += sum(one is None for one in found)
    out: list[Mapping[str, Any]] = [{}] * len(frames)
    for i, one in zip(asked.tolist(), found, strict=True):
        out[i] = one or {}
    return out


def _decoded(texts: list[str]) -> list[Mapping[str, Any] | None]:
    """One answer for each; None where it is no message. Imported here: who has other feeds waits for no decoder."""
    import rs1090

    if not texts:
        return []
    try:
        return list(rs1090.decode(texts))
    except BaseException as error:
        # A panic of Rust's is no Exception. One message does not cost the others: halves, down to the one that did it.
        if type(error).__name__ != "PanicException":
            raise
        middle = len(texts) // 2
        return _decoded(texts[:middle]) + _decoded(texts[middle:]) if middle else [None]


def _numbered(told: Told, name: str, rows: Array) -> Array:
    """A number by row, NaN where the row is none of these or says nothing."""
    out = np.full(len(told), np.nan)
    at = np.flatnonzero(rows)
    out[at] = np.array([told[i].get(name) for i in at.tolist()], dtype=np.float64)
    return out


def _numbers(told: Told, registers: Array) -> dict[str, Array]:
    """Numbers that stand as they are."""
    out: dict[str, Array] = {}
    for register, names in NUMBERS.items():
        rows = registers == register
        for theirs, ours in names.items():
            found = _numbered(told, theirs, rows)
            out[ours] = np.where(rows, found, out[ours]) if ours in out else found
    single = [_register(one) for one in told]
    kinds = np.array([name for name, _ in single], dtype="U8")
    values = [inner for _, inner in single]
    for register, names in _SINGLE.items():
        rows = kinds == register
        for theirs, ours in names.items():
            out[ours] = np.where(rows, _numbered(values, theirs, rows), out.get(ours, np.nan))
    return out


def _register(one: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The one register that a reply can be; nothing where it can be several."""
    names = [name for name in one if name.startswith("bds") and name != "bds"]
    return (names[0], one[names[0]] or {}) if len(names) == 1 else ("", {})


def _words(told: Told, registers: Array) -> dict[str, Array]:
    """Callsigns, squawks and emergencies."""
    flights = [one.get("callsign") or _register(one)[1].get("callsign") or "" for one in told]
    # Without a subtype of emergencies the other fields are no squawk.
    urgent = [one.get("subtype") == "emergency_priority" for one in told]
    codes = [
        one.get("squawk") or "" if ok or register != "61" else ""
        for one, register, ok in zip(told, registers.tolist(), urgent, strict=True)
    ]
    states = [
        EMERGENCY.get(one.get("emergency_state", ""), "") if ok else "" for one, ok in zip(told, urgent, strict=True)
    ]
    return {
        "callsign": printable([text.replace("#", "") for text in flights], 8), "squawk": squawks(codes)[0],
        "emergency": np.array([EMERGENCY_CODE.get(word, 0) for word in states], dtype=np.uint8),
    }  # fmt: skip


def _bits(frames: Frames) -> dict[str, Array]:
    """On ground, alert, ident and category, from the bits that hold them."""
    kind, first, me = frames.data[:, 0] >> 3, frames.data[:, 0], frames.data[:, 4:11]
    code, sub = me[:, 0] >> 3, me[:, 0] & 7
    clear, answer = np.isin(kind, (17, 18)), np.isin(kind, (4, 5, 20, 21))
    capable = np.isin(kind, (11, 17))
    ground = np.full(len(kind), -1, dtype=np.int8)
    ground[capable & (first & 7 == 4)], ground[capable & (first & 7 == 5)] = 1, 0
    ground[answer & np.isin(first & 7, (1, 3))], ground[answer & np.isin(first & 7, (0, 2))] = 1, 0
    air = clear & (((code >= 9) & (code <= 18)) | ((code >= 20) & (code <= 22)))
    ground[air], ground[clear & (code >= 5) & (code <= 8)] = 0, 1
    state = (me[:, 0] >> 1) & 3
    alert = np.where(air, np.isin(state, (1, 2)), np.where(answer, np.isin(first & 7, (2, 3, 4)), -1))
    ident = np.where(air, state == 3, np.where(answer, np.isin(first & 7, (4, 5)), -1))
    named = clear & (code >= 1) & (code <= 4)
    letters = np.array([b"", b"D", b"C", b"B", b"A"])[np.where(named, code, 0)]
    digits = np.where(named, np.array([str(n).encode() for n in range(8)])[sub], b"")
    return {
        "on_ground": ground, "alert": alert.astype(np.int8), "spi": ident.astype(np.int8),
        "category": np.strings.add(letters, digits).astype("S2"),
    }  # fmt: skip


def _heights(
    told: Told, registers: Array, frames: Frames, columns: Mapping[str, Array], icao24: Array, time: Array,
    before: Carried,
) -> dict[str, Array]:  # fmt: skip
    """Barometric heights; those above the ellipsoid as sent, or by their difference from the last barometric one."""
    geometric = (registers == "05") & np.array([one.get("source") == "GNSS" for one in told], dtype=bool)
    height = _numbered(told, "altitude", np.array(["altitude" in one for one in told], dtype=bool))
    baro = np.where(geometric, np.nan, height)
    last = before.last(icao24, ~np.isnan(baro), np.column_stack([time.astype(np.float64), baro]))
    recent = np.where(np.abs(time - last[:, 0]) <= 15_000, last[:, 1], np.nan)
    above = _numbered(told, "geo_minus_baro", registers == "09")
    return {"baro_altitude": baro, "geo_altitude": np.where(geometric, height, recent + above)}

"""Messages of dump978-fa as JSON lines (978 MHz, port 30979): one row per message. Feet, knots, feet a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from feeds._columns import Col, Layout, batch_of
from feeds._given import Given
from feeds._table import record_columns
from feeds._text import EMERGENCY_CODE, SOURCE_CODE
from geo.batch import Batch

SOURCES = {
    "adsb_icao": "uat", "adsb_other": "adsb_other", "tisb_icao": "tisb_icao", "tisb_trackfile": "tisb_trackfile",
    "vehicle": "uat", "fixed_beacon": "uat", "adsr_other": "adsr_other",
}  # fmt: skip
"""dump978's address qualifiers, and what they are among geo/schema.py's sources."""

ICAO = ("adsb_icao", "tisb_icao")
"""The qualifiers whose addresses are of ICAO."""

SAME = {
    "pressure_altitude": "baro_altitude", "geometric_altitude": "geo_altitude", "ground_speed": "ground_speed",
    "true_track": "track", "nic": "nic", "nac_p": "nac_p", "nac_v": "nac_v", "sil": "sil", "gva": "gva", "sda": "sda",
    "mops_version": "version", "callsign": "callsign", "flightplan_id": "squawk", "emitter_category": "category",
    "emergency": "emergency", "address_qualifier": "source",
}  # fmt: skip
"""Fields that are a column as they stand."""

FIRST_OF = {
    "vertical_rate": ("vertical_velocity_barometric", "vertical_velocity_geometric"),
    "heading": ("true_heading", "magnetic_heading"),
    "selected_altitude": ("selected_altitude_mcp", "selected_altitude_fms"),
}  # fmt: skip
INSIDE = {
    "lat": ("position", "lat"), "lon": ("position", "lon"), "rssi": ("metadata", "rssi"),
    "time": ("metadata", "received_at"), "spi": ("operational_modes", "ident_active"),
}  # fmt: skip
GROUND = {"ground": True, "airborne": False, "supersonic": False}

_CODES: Mapping[str, Mapping[str, int]] = {
    "source": {theirs.upper(): SOURCE_CODE[ours] for theirs, ours in SOURCES.items()},
    "emergency": {word.upper(): code for word, code in EMERGENCY_CODE.items()},
}
_NAMES = ("icao24", "on_ground", *SAME.values(), *FIRST_OF, *INSIDE)
TABLE = Layout({name: Col((name,), codes=_CODES.get(name)) for name in _NAMES}, flight=())


def messages(lines: bytes, given: Given, now_ms: int | None = None) -> Batch:
    """Whole lines to messages. One without the time at which it was received is of now; without a now it is refused."""
    bad = Counter[str]()
    rows = [row for line in lines.splitlines() if line.strip() and (row := _row(line, now_ms, bad)) is not None]
    if not rows:
        return Batch(Batch.empty().columns, {}, +bad)
    return batch_of(given, record_columns(rows, _NAMES), TABLE, bad)


def _row(line: bytes, now_ms: int | None, bad: Counter[str]) -> dict[str, Any] | None:
    """One message by our names; None for a line that is none."""
    try:
        said = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("address"), str):
        bad["line that is no UAT message"] += 1
        return None
    own = said["address"].strip()
    row = {ours: said.get(theirs) for theirs, ours in SAME.items()}
    row |= {ours: next((said[n] for n in names if said.get(n) is not None), None) for ours, names in FIRST_OF.items()}
    row |= {ours: _inside(said.get(outer), inner) for ours, (outer, inner) in INSIDE.items()}
    row["icao24"] = own if said.get("address_qualifier") in ICAO else f"~{own}"
    row["on_ground"] = GROUND.get(str(said.get("airground_state")))
    if row["time"] is None and now_ms is not None:
        row["time"] = now_ms / 1000
    return row


def _inside(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None

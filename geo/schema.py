"""The vocabulary: every column of an observation, declared once with its unit, meaning and valid range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NO_TIME = np.int64(np.iinfo(np.int64).min)
"""A missing int64 time; no real observation can carry it."""

SOURCES = (
    "unknown", "adsb_icao", "adsb_icao_nt", "adsr_icao", "tisb_icao", "adsc", "mlat", "other",
    "mode_s", "adsb_other", "adsr_other", "tisb_trackfile", "tisb_other", "flarm", "uat", "asterix",
)  # fmt: skip
"""What heard or computed the position: readsb's `type` names, plus the position sources of OpenSky and FR24."""

EMERGENCIES = ("unknown", "none", "general", "lifeguard", "minfuel", "nordo", "unlawful", "downed", "reserved")
"""The ADS-B emergency/priority status (DO-260B 2.2.3.2.7.8.1.1), in readsb's spelling."""


@dataclass(frozen=True)
class Column:
    """One column of a Batch. `lo` and `hi` bound what is believed; anything outside becomes missing."""

    name: str
    dtype: str
    unit: str
    meaning: str
    lo: float = -np.inf
    hi: float = np.inf

    @property
    def missing(self) -> Any:
        """The value that stands for 'not sent': NaN, NO_TIME, 0 for codes, -1 for flags, empty text."""
        return {"f": np.nan, "i": NO_TIME, "u": 0, "b": -1, "S": b""}[self.kind]

    @property
    def kind(self) -> str:
        """One of f (number), i (time), u (code), b (flag: -1 unknown, 0 no, 1 yes), S (text)."""
        return "b" if self.dtype == "i1" else np.dtype(self.dtype).kind


_COLUMNS = (
    Column("icao24", "i8", "", "24-bit address; bit 24 marks a non-ICAO one, bit 48 an identity that is no address"),
    Column("time", "i8", "ms", "time of the last message, epoch UTC"),
    Column("position_time", "i8", "ms", "time of the position itself, epoch UTC"),
    Column("source", "u1", "", "what heard or computed the position: index into SOURCES"),
    Column("feed", "u1", "", "which configured feed delivered the row, from 0"),
    Column("heard", "u4", "", "which feeds heard it, where several did: bit n is the feed of number n"),
    Column("lat", "f8", "deg", "latitude, WGS84", -90, 90),
    Column("lon", "f8", "deg", "longitude, WGS84", -180, 180),
    Column("baro_altitude", "f4", "ft", "pressure altitude, standard setting", -2_000, 130_000),
    Column("geo_altitude", "f4", "ft", "height above the WGS84 ellipsoid", -3_000, 150_000),
    Column("ground_speed", "f4", "kt", "speed over ground", 0, 4_000),
    Column("track", "f4", "deg", "true track over ground, 0 to 360", 0, 360),
    Column("vertical_rate", "f4", "ft/min", "climb rate; barometric where sent, else geometric", -60_000, 60_000),
    Column("indicated_airspeed", "f4", "kt", "indicated airspeed", 0, 1_500),
    Column("true_airspeed", "f4", "kt", "true airspeed", 0, 4_000),
    Column("mach", "f4", "", "Mach number", 0, 6),
    Column("heading", "f4", "deg", "true heading of the nose where sent, else magnetic", 0, 360),
    Column("roll", "f4", "deg", "roll, negative left", -180, 180),
    Column("selected_altitude", "f4", "ft", "altitude selected on the autopilot or by the FMS", -2_000, 130_000),
    Column("on_ground", "i1", "", "1 on ground, 0 airborne, -1 unknown"),
    Column("callsign", "S8", "", "flight identification as sent, trimmed, upper case; empty when blank"),
    Column("squawk", "S4", "", "Mode A code, four octal digits as text"),
    Column("emergency", "u1", "", "ADS-B emergency status: index into EMERGENCIES"),
    Column("spi", "i1", "", "special position identification pulse"),
    Column("alert", "i1", "", "squawk changed a moment ago"),
    Column("category", "S2", "", "ADS-B emitter category, A0 to D7"),
    Column("version", "f4", "", "ADS-B version (DO-260, A, B)", 0, 7),
    Column("nic", "f4", "", "navigation integrity category", 0, 11),
    Column("rc", "f4", "m", "radius of containment", 0, 1e6),
    Column("nac_p", "f4", "", "navigation accuracy category, position", 0, 11),
    Column("nac_v", "f4", "", "navigation accuracy category, velocity", 0, 4),
    Column("sil", "f4", "", "source integrity level", 0, 3),
    Column("gva", "f4", "", "geometric vertical accuracy", 0, 3),
    Column("sda", "f4", "", "system design assurance", 0, 3),
    Column("gps_ok_before", "i8", "ms", "readsb: GPS quality was good until this time, then lost; epoch UTC"),
    Column("last_lat", "f8", "deg", "latitude of the last reliable position, where the row has none", -90, 90),
    Column("last_lon", "f8", "deg", "longitude of the last reliable position, where the row has none", -180, 180),
    Column("rssi", "f4", "dBFS", "signal strength relative to full scale, never positive", -150, 0),
    Column("messages", "f8", "", "messages heard of the aircraft so far, a counter", 0, 1e15),
    Column("receiver_distance", "f4", "nmi", "distance from the receiver", 0, 1_000),
    Column("registration", "S10", "", "tail number as the feed's database gives it"),
    Column("type_code", "S4", "", "ICAO type designator, such as A320"),
    Column("db_flags", "u1", "", "readsb database bits: 1 military, 2 interesting, 4 PIA, 8 LADD"),
)

COLUMNS: dict[str, Column] = {c.name: c for c in _COLUMNS}
REQUIRED = ("icao24", "time")

NON_ICAO = 1 << 24
SYNTHETIC = 1 << 48


def of_sources(*names: str) -> npt.NDArray[np.bool_]:
    """Table (256,) that says of each number of a source whether it is one of those named: indexed by a column it is far
    faster than a search."""
    return np.isin(np.arange(256), [SOURCES.index(name) for name in names])


def missing(name: str, n: int) -> Array:
    """`n` missing values of a column."""
    column = COLUMNS[name]
    return np.full(n, column.missing, dtype=column.dtype)


def present(name: str, values: Array) -> npt.NDArray[np.bool_]:
    """Where a column holds a value."""
    kind = COLUMNS[name].kind
    return ~np.isnan(values) if kind == "f" else values != COLUMNS[name].missing


def icao24_text(address: int) -> str | None:
    """`a1b2c3`, `~2b0d0d` for a non-ICAO address, None for an identity that is no address at all."""
    if address >= SYNTHETIC:
        return None
    return f"{'~' if address & NON_ICAO else ''}{address & 0xFFFFFF:06x}"


def icao24_number(text: str) -> int:
    """The address of such a text. Raises ValueError for what is none."""
    return int(text.removeprefix("~"), 16) | (NON_ICAO if text.startswith("~") else 0)

"""Tables of the Python library `traffic` (json.gz, Parquet, CSV) and decoded jet1090 lines: feet and knots."""

from __future__ import annotations

from collections.abc import Iterator

from feeds._columns import Col, Layout, read_table
from feeds._eight_bits import restored
from feeds._given import Given
from feeds._registry import format_
from geo.batch import Batch

TABLE = Layout(
    {
        "time": Col(("timestamp",)),
        "icao24": Col(("icao24",)),
        "position_time": Col(("last_position",)),
        "lat": Col(("latitude",)),
        "lon": Col(("longitude",)),
        "baro_altitude": Col(("altitude",)),
        "geo_altitude": Col(("geoaltitude",)),
        "ground_speed": Col(("groundspeed",)),
        "track": Col(("track",)),
        "vertical_rate": Col(("vertical_rate",)),
        "indicated_airspeed": Col(("ias",)),
        "true_airspeed": Col(("tas",)),
        "mach": Col(("mach",)),
        "heading": Col(("heading",)),
        "roll": Col(("roll",)),
        "selected_altitude": Col(("selected_mcp", "selected_altitude")),
        "callsign": Col(("callsign",)),
        "squawk": Col(("squawk",)),
        "on_ground": Col(("onground",)),
        "alert": Col(("alert",)),
        "spi": Col(("spi",)),
        "registration": Col(("registration",)),
        "type_code": Col(("typecode",)),
    },
    finish=restored,
)


def _sniff(given: Given) -> bool:
    if given.shape.top == "{" and given.shape.documents <= 1:
        # pandas' default JSON: the first column alone can be longer than the head.
        rows = set().union(*(given.shape.at(name) for name in given.names & TABLE.wanted), set())
        return bool(rows) and all(key.isdigit() for key in rows)
    return {"timestamp", "groundspeed"} <= given.names


@format_(
    id="traffic-table", title="tables of `traffic` (JSON, Parquet, CSV), decoded jet1090 lines", units="ft, kt, ft/min",
    identity="icao24, else flight id or file name",
    example='[{"timestamp": 1633608773000, "icao24": "0101de", "latitude": 48.48, "groundspeed": 325.0}]',
    sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Rows in file order. `last_position`, where there, is the position's time."""
    return read_table(given, TABLE)

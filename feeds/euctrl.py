"""Flight tables of EUROCONTROL's trrrj data: positions by flight id, ft and kt."""

from __future__ import annotations

from collections.abc import Iterator

from feeds._columns import Col, Layout, read_table
from feeds._given import Given
from feeds._registry import format_
from geo.batch import Batch

TABLE = Layout(
    {
        "time": Col(("timestamp", "event_time")),
        "lat": Col(("latitude",)),
        "lon": Col(("longitude",)),
        "baro_altitude": Col(("altitude",)),
        "ground_speed": Col(("speed_gnd", "speed")),
        "track": Col(("track_gnd",)),
        "vertical_rate": Col(("vert_speed",)),
        "on_ground": Col(("on_ground",)),
    }
)


def _sniff(given: Given) -> bool:
    return {"flight_id", "latitude", "longitude", "vert_speed"} <= given.names


@format_(
    id="euctrl", title="EUROCONTROL trrrj position tables", units="ft, kt, ft/min", identity="flight id", sniff=_sniff,
    example="flight_id,timestamp,latitude,longitude,altitude,speed_gnd,track_gnd,vert_speed",
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Rows in file order, one identity per flight id."""
    return read_table(given, TABLE)

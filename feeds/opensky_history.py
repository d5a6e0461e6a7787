"""OpenSky's historical state vectors, CSV or Parquet: metres and metres per second become feet and knots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from feeds._columns import FPM_PER_MS, FT_PER_M, KT_PER_MS, Col, Layout, read_table
from feeds._convert import times
from feeds._given import Given
from feeds._registry import format_
from feeds._table import Chunk
from geo.batch import Batch
from geo.schema import NO_TIME, Array

CONTACT_MS = 600_000
"""A last contact further from the row's second than this is a broken clock, not an old contact."""


def _last_contact(columns: dict[str, Array], chunk: Chunk, bad: Counter[str]) -> None:
    """State vectors repeat every second what was heard before: the row's time is the last contact, where there."""
    if "lastcontact" not in chunk:
        return
    contact = times(chunk["lastcontact"], "lastcontact", bad)
    second = columns["time"]
    known = contact != NO_TIME
    near = known & (np.abs(np.where(known, contact, 0) - second) <= CONTACT_MS)
    columns["time"] = np.where(near, contact, second)


TABLE = Layout(
    {
        "time": Col(("time",)),
        "icao24": Col(("icao24",)),
        "position_time": Col(("lastposupdate",)),
        "lat": Col(("lat",)),
        "lon": Col(("lon",)),
        "baro_altitude": Col(("baroaltitude",), FT_PER_M),
        "geo_altitude": Col(("geoaltitude",), FT_PER_M),
        "ground_speed": Col(("velocity",), KT_PER_MS),
        "track": Col(("heading",)),
        "vertical_rate": Col(("vertrate",), FPM_PER_MS),
        "callsign": Col(("callsign",)),
        "squawk": Col(("squawk",)),
        "on_ground": Col(("onground",)),
        "alert": Col(("alert",)),
        "spi": Col(("spi",)),
    },
    extra=("lastcontact",),
    finish=_last_contact,
)


def _sniff(given: Given) -> bool:
    return {"icao24", "lat", "lon", "velocity", "vertrate"} <= given.names


@format_(
    id="opensky-history", title="OpenSky history, CSV or Parquet", units="m, m/s", identity="icao24",
    example="time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,...,lastposupdate,lastcontact,hour",
    sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Rows in file order; `lastposupdate` is the position's time."""
    return read_table(given, TABLE)

"""Which columns of geo/schema.py the tables hold; not in store/schema.py, because SQLAlchemy imports slowly."""

from __future__ import annotations

from geo.schema import COLUMNS

_LEADING = ("time", "position_time", "icao24", "feed", "source")
OTHER = tuple(name for name in COLUMNS if name not in (*_LEADING, "lat", "lon"))
"""Schema columns of `positions` that are nullable and stored under their own name."""

NOW_COLUMNS = (
    "callsign", "squawk", "baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate", "on_ground",
    "emergency", "nic", "nac_p", "registration", "type_code", "category", "db_flags", "rssi",
)  # fmt: skip
"""What `aircraft_now` keeps of the newest row that says it."""

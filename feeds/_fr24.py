"""Flightradar24's column names, shared by the readers of its exports: ft, kt, ft/min."""

from __future__ import annotations

from feeds._columns import Col, Layout
from geo.schema import SOURCES

FR24_SOURCES = {
    "ADSB": SOURCES.index("adsb_icao"), "ADS-B": SOURCES.index("adsb_icao"), "MLAT": SOURCES.index("mlat"),
    "SATELLITE": SOURCES.index("adsb_icao"), "FLARM": SOURCES.index("flarm"), "UAT": SOURCES.index("uat"),
    "ESTIMATED": SOURCES.index("other"), "OTHER": SOURCES.index("other"),
}  # fmt: skip

TRACK = Layout(
    {
        "time": Col(("timestamp",)),
        "icao24": Col(("hex", "icao24")),
        "lat": Col(("lat", "latitude")),
        "lon": Col(("lon", "longitude")),
        "baro_altitude": Col(("alt", "altitude")),
        "ground_speed": Col(("gspeed", "speed")),
        "vertical_rate": Col(("vspeed",)),
        "track": Col(("track", "heading", "direction")),
        "squawk": Col(("squawk",)),
        "callsign": Col(("callsign",)),
        "source": Col(("source",), codes=FR24_SOURCES),
        "registration": Col(("reg", "registration")),
        "type_code": Col(("type",)),
    },
    flight=("flight_id", "fr24_id", "fid"),
)
"""A track as the API and the user's documents (seed 000) write it."""

"""Observations by the names of docs/columns.md: what `skysift import --into` writes and `POST /ingest` takes."""

from __future__ import annotations

from collections.abc import Iterator

from feeds._columns import Col, Layout, read_table
from feeds._given import Given
from feeds._registry import format_
from geo.batch import Batch
from geo.schema import COLUMNS, EMERGENCIES, SOURCES

_CODES = {"source": SOURCES, "emergency": EMERGENCIES}
_LEFT_OUT = ("feed", "heard", "db_flags", "gps_ok_before")
"""Who heard it is said anew where it is read; the others have no place in a table of plain values."""

BESIDE = ("geometry", "flight", "sub", "identity")
"""Columns of the files that are written here, beside those of the schema."""


def _column(name: str) -> Col:
    words = _CODES.get(name)
    return Col((name,), codes={word.upper(): code for code, word in enumerate(words)} if words else None)


NAMES = tuple(name for name in COLUMNS if name not in _LEFT_OUT)
TABLE = Layout({name: _column(name) for name in NAMES}, flight=("identity",), mixed=True)


def _sniff(given: Given) -> bool:
    names = given.names
    own = bool(names & {"baro_altitude", "ground_speed", "position_time", "identity"}) or names == {"icao24", "time"}
    return {"icao24", "time"} <= names and own and names <= {*COLUMNS, *BESIDE}


@format_(
    id="observations", title="observations by Skysift's own names: Parquet, JSON lines, CSV", units="ft, kt, ft/min",
    identity="icao24, else identity", sniff=_sniff,
    example='{"icao24": "4ca7b5", "time": "2026-11-29T10:00:00Z", "lat": 47.1, "lon": 8.5, "baro_altitude": 35000}',
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Rows in file order."""
    return read_table(given, TABLE)

"""The database as GeoAlchemy2 tables; the columns of `positions` follow geo/schema.py, so they are declared once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL

from geo.schema import COLUMNS
from store.columns import NOW_COLUMNS, OTHER
from store.schema_inputs import INPUTS
from store.schema_parts import TIME, geom, metadata
from store.schema_watching import TABLES as WATCHING

_TYPES: dict[str, Any] = {
    "f4": REAL(),
    "f8": Double(),
    "i8": TIME,
    "u1": SmallInteger(),
    "u4": Integer(),
    "i1": Boolean(),
}

anomaly_seq = Sequence("anomaly_seq", metadata=metadata)
aircraft_seq = Sequence("aircraft_seq", metadata=metadata)


def schema_column(name: str) -> Column[Any]:
    """The database column of an observation's column: NULL is what the schema calls missing."""
    return Column(name, _TYPES.get(COLUMNS[name].dtype, Text()), nullable=True)


positions = Table(
    "positions",
    metadata,
    Column("time", TIME, nullable=False),
    Column("position_time", TIME),
    Column("icao24", BigInteger, nullable=False),
    Column("flight", BigInteger),
    Column("sub", SmallInteger, nullable=False, server_default="0"),
    Column("feed", SmallInteger, nullable=False, server_default="0"),
    Column("source", SmallInteger, nullable=False, server_default="0"),
    Column("h3", BigInteger),
    geom(),
    *(schema_column(name) for name in OTHER),
    Index("positions_time", "time"),
    Index("positions_icao24_time", "icao24", "time"),
    postgresql_partition_by="RANGE (time)",
)
"""Every stored observation, in 6-hour partitions (store/partitions.py); rows without a position have no `geom`.

These two indexes are what storing pays for; those of places come when a partition closes."""

aircraft_now = Table(
    "aircraft_now",
    metadata,
    Column("icao24", BigInteger, primary_key=True, autoincrement=False),
    Column("sub", SmallInteger, primary_key=True, autoincrement=False),
    Column("flight", BigInteger),
    Column("time", TIME, nullable=False),
    Column("position_time", TIME),
    Column("feed", SmallInteger, nullable=False),
    Column("source", SmallInteger, nullable=False),
    geom(),
    *(schema_column(name) for name in NOW_COLUMNS),
    Column("seq", BigInteger, nullable=False),
    prefixes=["UNLOGGED"],
    postgresql_with={"fillfactor": 50},
)
"""Latest state per airframe and sub-track. Half-filled pages and no index on what moves: updates stay in their page."""

track_segments = Table(
    "track_segments",
    metadata,
    Column("id", BigInteger, nullable=False, server_default=text("nextval('track_segment_seq')")),
    Column("flight", BigInteger, primary_key=True, autoincrement=False),
    Column("sub", SmallInteger, primary_key=True, autoincrement=False),
    Column("slot", TIME, primary_key=True),
    Column("part", SmallInteger, primary_key=True, autoincrement=False),
    Column("icao24", BigInteger, nullable=False),
    Column("callsign", Text),
    Column("start_time", TIME, nullable=False),
    Column("end_time", TIME, nullable=False),
    geom("LINESTRINGZM", 4, nullable=False),
    Index("track_segments_id", "id", unique=True),
    Index("track_segments_geom", "geom", postgresql_using="gist"),
    Index("track_segments_icao24", "icao24", "start_time"),
    Index("track_segments_time", "start_time", "end_time"),
)
"""The way flown in one 10-minute slot: Z metres (0 where unknown), M epoch seconds. `part` 1 lies west of 30 W."""

track_segment_seq = Sequence("track_segment_seq", metadata=metadata)

TILED = ["priority", "confidence", "state", "class", "start_time", "end_time"]
"""What is kept beside an anomaly's tile code: counts and their usual filters need no more than the index."""

anomalies = Table(
    "anomalies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("class", Text, nullable=False),
    Column("icao24", BigInteger),
    Column("callsign", Text),
    Column("start_time", TIME, nullable=False),
    Column("end_time", TIME, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("h3", BigInteger),
    geom("GEOMETRY"),
    Column("feature", Text, nullable=False),
    Column("seq", BigInteger, nullable=False, server_default=text("nextval('anomaly_seq')")),
    Column("cleared", Text),
    Column("params_hash", Text),
    Column("tile", BigInteger, Computed("tile_code(geom)", persisted=True)),
    CheckConstraint("state IN ('open', 'closed', 'cleared')", name="anomalies_state"),
    CheckConstraint("priority BETWEEN 1 AND 4", name="anomalies_priority"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="anomalies_confidence"),
    Index("anomalies_geom", "geom", postgresql_using="gist"),
    Index("anomalies_seq", "seq", unique=True),
    Index("anomalies_class_start", "class", "start_time"),
    Index("anomalies_icao24", "icao24", "start_time"),
    Index("anomalies_end", "end_time"),
    Index("anomalies_start", "start_time", "id"),
    Index("anomalies_tile", "tile", postgresql_include=TILED),
)
"""One row per episode of any class: the class is a value. `seq` grows at every change and is the readers' cursor.
`tile` is where it lies: the Morton code of its place in web Mercator at zoom 21."""

zones = Table(
    "zones",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("floor_ft", REAL),
    Column("ceiling_ft", REAL),
    Column("floor_ref", Text),
    Column("ceiling_ref", Text),
    Column("active", JSONB),
    geom("GEOMETRY", nullable=False),
    Column("title", Text),
    Index("zones_geom", "geom", postgresql_using="gist"),
)


def size() -> Column[Any]:
    """An H3 index says of which resolution it is."""
    return Column("resolution", SmallInteger, Computed("(h3 >> 52 & 15)::smallint", persisted=True), nullable=False)


def count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False, server_default="0")


HOUR = "date_bin('01:00:00'::interval, bucket_start, '1970-01-01 00:00:00+00'::timestamp with time zone)"
"""The hour of a bucket, in PostgreSQL's own words: so the declared index is the one that is there."""

cells = Table(
    "cells",
    metadata,
    Column("h3", BigInteger, primary_key=True, autoincrement=False),
    Column("bucket_start", TIME, primary_key=True),
    Column("good", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("aircraft", Integer, nullable=False),
    size(),
    count("seconds"),
    Index("cells_bucket", "bucket_start", "resolution"),
    Index("cells_hour", text(HOUR), "resolution"),
    postgresql_with={"fillfactor": 70},
)
"""Counts per H3 cell of every resolution and half hour; `seconds` were flown in it."""

cell_days = Table(
    "cell_days",
    metadata,
    Column("h3", BigInteger, primary_key=True, autoincrement=False),
    Column("day", TIME, primary_key=True),
    size(),
    *map(count, ("good", "bad", "seconds", "most", "half_hours")),
    Index("cell_days_day", "day", "resolution"),
    postgresql_with={"fillfactor": 70},
)
"""Days (UTC) of cells: GPSJam's count of good and bad aircraft, and what the half hours of `cells` add up to."""

cell_aircraft = Table(
    "cell_aircraft",
    metadata,
    Column("day", Date, primary_key=True),
    Column("h3", BigInteger, primary_key=True, autoincrement=False),
    Column("icao24", BigInteger, primary_key=True, autoincrement=False),
    Column("bad", Boolean, nullable=False),
)
"""Whom `cell_days` has counted, so that whoever is counted again, in whatever batches, counts once."""

tile_hours = Table(
    "tile_hours",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("hours", SmallInteger, primary_key=True, autoincrement=False),
    Column("resolution", SmallInteger, primary_key=True, autoincrement=False),
    Column("start", TIME, primary_key=True),
    Column("h3", BigInteger, primary_key=True, autoincrement=False),
    Column("lon", REAL, nullable=False),
    Column("lat", REAL, nullable=False),
    Column("n", BigInteger, nullable=False),
    Index("tile_hours_place", "layer", "hours", "resolution", "lon", "lat", "start"),
    postgresql_with={"fillfactor": 70},
)
"""How many rows of a table (`layer`) lie in each cell and hour (1) or day (24), for tiles that show the world."""

hourly = Table(
    "hourly",
    metadata,
    Column("hour", TIME, primary_key=True),
    Column("h3", BigInteger, primary_key=True, autoincrement=False),
    Column("class", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("aircraft", Integer, nullable=False),
    postgresql_partition_by="RANGE (hour)",
)
"""What is kept for a year (store/hourly.py), in partitions of a month. Class '' is all that flew, `n` its seconds."""

cell_outlines = Table(
    "cell_outlines",
    metadata,
    Column("h3", BigInteger, primary_key=True, autoincrement=False),
    Column("resolution", SmallInteger, nullable=False),
    geom("GEOMETRY", nullable=False),
    Index("cell_outlines_geom", "geom", postgresql_using="gist"),
)
"""The cells that were counted and the larger ones around them: where they are."""

firs = Table(
    "firs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("oceanic", Boolean, primary_key=True),
    geom("GEOMETRY", nullable=False),
    Index("firs_geom", "geom", postgresql_using="gist"),
)
"""Flight information regions that were loaded at the last start."""

airports = Table(
    "airports",
    metadata,
    Column("code", Text, primary_key=True),
    Column("iata", Text),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("elevation_ft", REAL),
    Column("time_zone", Text),
    geom("POINT", nullable=False),
    Index("airports_geom", "geom", postgresql_using="gist"),
)
"""The aerodromes that are built in (geo/airports.py)."""

feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("health", JSONB, nullable=False),
    Column("updated", TIME, nullable=False),
)

classes_status = Table(
    "classes_status",
    metadata,
    Column("class", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("why", Text),
    Column("updated", TIME, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    Column("icao24", BigInteger, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
)
"""What an identity that is no address stands for: the source's flight id or the file's name."""

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", JSONB, nullable=False))

__all__ = ["INPUTS", "WATCHING", "metadata"]

"""Observations in time partitions, current state, track segments, anomalies of any class, zones, cells and status."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB, REAL, TIMESTAMP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Frozen here on purpose: a step keeps doing what it did, whatever geo/schema.py becomes.
TIMES = "gps_ok_before"
REALS = (
    "baro_altitude geo_altitude ground_speed track vertical_rate indicated_airspeed true_airspeed mach heading roll "
    "selected_altitude version nic rc nac_p nac_v sil gva sda rssi receiver_distance"
)
DOUBLES = "last_lat last_lon messages"
FLAGS = "on_ground spi alert"
CODES = "emergency db_flags"
TEXTS = "callsign squawk category registration type_code"
NOW = (
    "callsign squawk baro_altitude geo_altitude ground_speed track vertical_rate on_ground emergency nic nac_p "
    "registration type_code category db_flags"
)
SEQUENCES = ("anomaly_seq", "aircraft_seq", "track_segment_seq")
TABLES = "positions aircraft_now track_segments anomalies zones cells feeds classes_status labels meta"


def column(name: str) -> sa.Column[Any]:
    groups = (
        (TIMES, time()),
        (REALS, REAL()),
        (DOUBLES, sa.Double()),
        (FLAGS, sa.Boolean()),
        (CODES, sa.SmallInteger()),
    )
    return sa.Column(name, next((kind for names, kind in groups if name in names.split()), sa.Text()))


def time() -> Any:
    return TIMESTAMP(timezone=True)


def geom(kind: str, dimension: int = 2, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column("geom", Geometry(kind, srid=4326, dimension=dimension, spatial_index=False), nullable=nullable)


def required(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    for name in SEQUENCES:
        op.execute(f"CREATE SEQUENCE {name}")
    create_positions()
    create_aircraft_now()
    create_track_segments()
    create_anomalies()
    create_zones_and_cells()
    create_status()


def downgrade() -> None:
    for table in TABLES.split():
        op.drop_table(table)
    for name in SEQUENCES:
        op.execute(f"DROP SEQUENCE {name}")


def create_positions() -> None:
    small = sa.SmallInteger()
    op.create_table(
        "positions",
        required("time", time()),
        sa.Column("position_time", time()),
        required("icao24", sa.BigInteger()),
        sa.Column("flight", sa.BigInteger()),
        *(required(name, small, server_default="0") for name in ("sub", "feed", "source")),
        sa.Column("h3", sa.BigInteger()),
        geom("POINT", nullable=True),
        *(column(name) for names in (REALS, DOUBLES, FLAGS, CODES, TEXTS, TIMES) for name in names.split()),
        postgresql_partition_by="RANGE (time)",
    )
    brin = {"pages_per_range": 32}
    op.create_index("positions_time", "positions", ["time"], postgresql_using="brin", postgresql_with=brin)
    op.create_index("positions_icao24_time", "positions", ["icao24", "time"])


def create_aircraft_now() -> None:
    op.create_table(
        "aircraft_now",
        required("icao24", sa.BigInteger(), primary_key=True, autoincrement=False),
        required("sub", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("flight", sa.BigInteger()),
        required("time", time()),
        sa.Column("position_time", time()),
        required("feed", sa.SmallInteger()),
        required("source", sa.SmallInteger()),
        geom("POINT", nullable=True),
        *(column(name) for name in NOW.split()),
        required("seq", sa.BigInteger()),
        prefixes=["UNLOGGED"],
        postgresql_with={"fillfactor": 50},
    )


def create_track_segments() -> None:
    op.create_table(
        "track_segments",
        required("id", sa.BigInteger(), server_default=sa.text("nextval('track_segment_seq')")),
        required("flight", sa.BigInteger(), primary_key=True, autoincrement=False),
        required("sub", sa.SmallInteger(), primary_key=True, autoincrement=False),
        required("slot", time(), primary_key=True),
        required("part", sa.SmallInteger(), primary_key=True, autoincrement=False),
        required("icao24", sa.BigInteger()),
        sa.Column("callsign", sa.Text()),
        required("start_time", time()),
        required("end_time", time()),
        geom("LINESTRINGZM", 4),
    )
    op.create_index("track_segments_id", "track_segments", ["id"], unique=True)
    op.create_index("track_segments_geom", "track_segments", ["geom"], postgresql_using="gist")
    op.create_index("track_segments_icao24", "track_segments", ["icao24", "start_time"])
    op.create_index("track_segments_time", "track_segments", ["start_time", "end_time"])


def create_anomalies() -> None:
    op.create_table(
        "anomalies",
        required("id", sa.Text(), primary_key=True),
        required("class", sa.Text()),
        sa.Column("icao24", sa.BigInteger()),
        sa.Column("callsign", sa.Text()),
        required("start_time", time()),
        required("end_time", time()),
        required("state", sa.Text()),
        required("priority", sa.SmallInteger()),
        required("confidence", REAL()),
        sa.Column("h3", sa.BigInteger()),
        geom("GEOMETRY", nullable=True),
        required("feature", sa.Text()),
        required("seq", sa.BigInteger(), server_default=sa.text("nextval('anomaly_seq')")),
        sa.Column("cleared", sa.Text()),
        sa.Column("params_hash", sa.Text()),
        sa.CheckConstraint("state IN ('open', 'closed', 'cleared')", name="anomalies_state"),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name="anomalies_priority"),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="anomalies_confidence"),
    )
    op.create_index("anomalies_geom", "anomalies", ["geom"], postgresql_using="gist")
    op.create_index("anomalies_seq", "anomalies", ["seq"], unique=True)
    op.create_index("anomalies_class_start", "anomalies", ["class", "start_time"])
    op.create_index("anomalies_icao24", "anomalies", ["icao24", "start_time"])
    op.create_index("anomalies_end", "anomalies", ["end_time"])


def create_zones_and_cells() -> None:
    op.create_table(
        "zones",
        required("id", sa.Text(), primary_key=True),
        *(required(name, sa.Text()) for name in ("name", "kind")),
        *(sa.Column(name, REAL()) for name in ("floor_ft", "ceiling_ft")),
        *(sa.Column(name, sa.Text()) for name in ("floor_ref", "ceiling_ref")),
        sa.Column("active", JSONB()),
        geom("GEOMETRY"),
    )
    op.create_index("zones_geom", "zones", ["geom"], postgresql_using="gist")
    op.create_table(
        "cells",
        required("h3", sa.BigInteger(), primary_key=True, autoincrement=False),
        required("bucket_start", time(), primary_key=True),
        required("resolution", sa.SmallInteger()),
        *(required(name, sa.Integer()) for name in ("good", "bad", "aircraft")),
        required("anomalies", sa.Integer(), server_default="0"),
        geom("GEOMETRY"),
    )
    op.create_index("cells_bucket", "cells", ["bucket_start", "resolution"])
    op.create_index("cells_geom", "cells", ["geom"], postgresql_using="gist")


def create_status() -> None:
    op.create_table(
        "feeds",
        required("name", sa.Text(), primary_key=True),
        required("health", JSONB()),
        required("updated", time()),
    )
    op.create_table(
        "classes_status",
        required("class", sa.Text(), primary_key=True),
        required("active", sa.Boolean()),
        sa.Column("why", sa.Text()),
        required("updated", time()),
    )
    op.create_table(
        "labels",
        required("icao24", sa.BigInteger(), primary_key=True, autoincrement=False),
        required("label", sa.Text()),
    )
    op.create_table("meta", required("key", sa.Text(), primary_key=True), required("value", JSONB()))

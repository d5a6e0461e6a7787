"""Tables of what programs posted and were told, and of how long each aircraft was heard."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, REAL

from store.schema_parts import TIME, geom, metadata
from store.schema_watching import number, of, stamp

posted = Table(
    "posted",
    metadata,
    number(),
    of("accounts", "account"),
    stamp("at"),
    Column("rows", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Rows that were acknowledged and that the engine has not written into its journal yet, a piece each."""

posted_keys = Table(
    "posted_keys",
    metadata,
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    stamp("at"),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", JSONB, nullable=False),
)
"""Idempotency keys of two days: what was asked under each, and what was answered."""

sessions = Table(
    "sessions",
    metadata,
    Column("icao24", BigInteger, primary_key=True, autoincrement=False),
    Column("first_seen", TIME, primary_key=True),
    Column("last_seen", TIME, nullable=False),
    Column("message_count", BigInteger, nullable=False),
    *(Column(name, Boolean, nullable=False) for name in ("has_position", "has_altitude", "has_callsign", "has_signal")),
    Column("callsign", Text),
    Column("altitude", REAL),
    Column("speed", REAL),
    Column("rssi", REAL),
    geom(),
    Index("sessions_last_seen", "last_seen"),
    Index("sessions_geom", "geom", postgresql_using="gist"),
)
"""From an aircraft's first message until it has been silent for ten minutes, with its last known values."""

INPUTS = (posted, posted_keys, sessions)

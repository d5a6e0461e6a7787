"""Tables of what comes in beside the feeds: what programs posted, and what they were told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from store.schema_parts import metadata
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

INPUTS = (posted, posted_keys)

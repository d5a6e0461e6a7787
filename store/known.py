"""Which rows are in the database already, so that what is read again is not stored again."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
import numpy as np

from geo.batch import Batch

_LOCK = 0x736B7932
"""Advisory lock: of two who read the same again, the second one finds what the first one stored."""

_KEYS = """
SELECT icao24, (extract(epoch FROM time) * 1000)::bigint AS ms FROM positions WHERE time BETWEEN $1 AND $2
"""


async def unknown(connection: asyncpg.Connection, batch: Batch) -> Batch:
    """The rows of whose address and time none is stored; inside a transaction that then stores them."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    times = batch["time"]
    first, last = int(times.min()), int(times.max())
    ends = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (first, last))
    stored = await connection.fetch(_KEYS, *ends)
    if not stored:
        return batch
    theirs = np.array(stored, dtype=np.int64)
    # Addresses as whole numbers from 0, so that one with its time fits into 64 bits.
    _, code = np.unique(np.concatenate([batch["icao24"], theirs[:, 0]]), return_inverse=True)
    keys = code * (last - first + 1) + np.concatenate([times, theirs[:, 1]]) - first
    return batch.take(~np.isin(keys[: len(batch)], keys[len(batch) :]))

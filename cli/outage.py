"""The database that has gone: what says so, and how to find out that it is back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import asyncpg
import structlog

from store.connect import UNREACHABLE

LOOK_S = 1.0
ERRORS = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError,
          asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError, asyncpg.PostgresIOError)  # fmt: skip
"""Of a statement: the server does not answer, is being stopped, or has no room left."""

_PROBE = """
INSERT INTO meta (key, value) VALUES ('outage', 'null') ON CONFLICT (key) DO UPDATE SET value = 'null';
BEGIN;
CREATE UNLOGGED TABLE outage AS SELECT repeat('x', 1900) FROM generate_series(1, 4000);
ROLLBACK
"""
"""A row, and 8 MB of new room: on a full disk a single row still finds its place, and all else would fail again."""

log = structlog.get_logger("skysift.database")


@dataclass
class Outage:
    """How to tell that the database takes what it is given again."""

    url: str
    errors: tuple[type[Exception], ...] = ERRORS

    async def over(self) -> bool:
        """Whether it takes what it is given now; waits a moment where it does not."""
        try:
            connection = await asyncpg.connect(self.url, timeout=3)
            try:
                await connection.execute(_PROBE, timeout=3)
            finally:
                connection.terminate()
        except UNREACHABLE as error:
            log.debug("the database is still away", error=repr(error))
            await asyncio.sleep(LOOK_S)
            return False
        return True

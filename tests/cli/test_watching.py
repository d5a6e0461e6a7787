"""What the database holds of those who watch, as the live loop takes it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import asyncpg

from cli.watching import plan, watched
from pipeline.service import Trouble
from store.watching import fingerprint, load

WORLD = """
INSERT INTO accounts (id, name, role) VALUES (3, 'ann', 'analyst');
INSERT INTO destinations (id, owner, name, kind, shown, secret, paused, failures) VALUES
  (1, 3, 'well', 'webhook', '', '', false, 2), (2, 3, 'mute', 'webhook', '', '', false, 3),
  (4, 3, 'gone', 'webhook', '', '', true, 1), (5, 3, 'resting', 'webhook', '', '', true, 0);
"""

_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_destinations_that_do_not_answer_are_troubles_of_their_owner(migrated_url: str) -> None:
    async def go() -> tuple[str, str, object]:
        connection = await asyncpg.connect(migrated_url)
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
        before = await fingerprint(connection)
        await connection.execute(WORLD)
        found = before, await fingerprint(connection), plan(await load(connection)).failing
        await connection.close()
        return found

    before, after, failing = asyncio.run(go())

    assert before != after
    assert failing == {
        "destination-2": Trouble("The destination mute does not answer", 3),
        "destination-4": Trouble("The destination gone wants no more alerts, and is paused", 3),
    }


def test_it_ends_where_its_connection_was_lost_just_before(migrated_url: str) -> None:
    """As when the database comes back at once: the engine ends to go on anew, and whoever follows must not hold it."""

    async def go() -> bool:
        connection = await asyncpg.connect(migrated_url)
        async with watched(migrated_url, SimpleNamespace(resources={})):  # type: ignore[arg-type]
            await asyncio.sleep(0.5)
            ended = await connection.fetch(_OTHERS)
            await asyncio.sleep(0.2)
        await connection.close()
        return bool(ended)

    async def within(seconds: float) -> bool:
        # Not wait_for: its cancellation would be the second one, with which anybody ends.
        task = asyncio.create_task(go())
        done, _ = await asyncio.wait([task], timeout=seconds)
        return bool(done) and task.result()

    assert asyncio.run(within(20))

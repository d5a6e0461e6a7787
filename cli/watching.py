"""What is watched, followed in the database: loaded at the start, and again whenever somebody changes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from cli.inputs import Judging
from cli.judging_options import LOADERS
from cli.kept import Kept
from pipeline.airframes import Airframes
from pipeline.ending import ended
from pipeline.ignores import Ignore
from pipeline.service import Trouble
from pipeline.subscriptions import Subscription
from pipeline.watching import NOTHING, Plan, Watching
from store.connect import CHANNEL, UNREACHABLE, close_pool, open_pool
from store.watching import Watched, fingerprint, load

LOOK_S = 5.0
"""Without any wake-up the database is asked this often whether something has changed."""

Seen = tuple[str, Plan]
"""The fingerprint that was seen last, and the plan that was made of it."""

log = structlog.get_logger("skysift.watching")
_ABOUT = {"known": "aircraft", "listed": "watch_list"}


def airframes(setup: Judging) -> Airframes:
    """What the reference data say of aircraft, where there are any."""
    return Airframes(**{name: setup.resources[key] for name, key in _ABOUT.items() if key in setup.resources})


def reference(aircraft: Sequence[Path] = (), watch_list: Sequence[Path] = (), no_reference: bool = False) -> Airframes:
    """The same for who has no classes to run: from these files, else from what was imported."""
    kept = None if no_reference else Kept.default()
    given: dict[str, Any] = {}
    for name, key in _ABOUT.items():
        paths = {"aircraft": aircraft, "watch_list": watch_list}[key]
        found = LOADERS[key](paths) if paths else kept.load(key.replace("_", "-")) if kept else None
        given |= {} if found is None else {name: found}
    return Airframes(**given)


@asynccontextmanager
async def watched(url: str, setup: Judging) -> AsyncIterator[Watching]:
    """The watching of what the database asks for, kept up to date until the end."""
    pool = await open_pool(url, size=1)
    try:
        watching = Watching(airframes=airframes(setup))
        async with pool.acquire() as connection:
            seen = await fingerprint(connection), await _loaded(connection, watching, NOTHING)
        following = asyncio.create_task(_follow(pool, watching, seen))
        try:
            yield watching
        finally:
            await ended(following)
    finally:
        await close_pool(pool)


async def _follow(pool: asyncpg.Pool, watching: Watching, seen: Seen) -> None:
    """Load again what has changed. A database that cannot be reached is tried again; until then the old plan holds."""
    while True:
        try:
            async with pool.acquire() as connection:
                seen = await _renewed(connection, watching, seen)
        except UNREACHABLE as error:
            log.warning("what is watched cannot be read", error=repr(error), again_in_s=LOOK_S)
            await asyncio.sleep(LOOK_S)


async def _renewed(connection: asyncpg.Connection, watching: Watching, seen: Seen) -> Seen:
    """Wait for a wake-up or LOOK_S, then renew if the fingerprint is another."""
    woken = asyncio.Event()

    def listener(*told: Any) -> None:
        if told[-1] == "watching":
            woken.set()

    await connection.add_listener(CHANNEL, listener)
    try:
        if (now := await fingerprint(connection)) == seen[0]:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await woken.wait()
            now = await fingerprint(connection)
        return seen if now == seen[0] else (now, await _loaded(connection, watching, seen[1]))
    finally:
        # A connection that is lost listens no more; that it is, the cancellation on its way out must not turn into.
        with suppress(*UNREACHABLE):
            await connection.remove_listener(CHANNEL, listener)


async def _loaded(connection: asyncpg.Connection, watching: Watching, before: Plan) -> Plan:
    """The plan that is watched from now on. What takes long of it is made in a thread, not in the loop's tick."""
    found = await asyncio.to_thread(plan(await load(connection)).ready, before)
    watching.renew(found)
    return found


def plan(found: Watched) -> Plan:
    """What the database holds, as it is watched. A row that cannot be understood is left out, and said."""
    subscriptions = [one for row in found.subscriptions if (one := _understood(row))]
    ignores = [Ignore.of(row) for row in found.ignores]
    failing = dict(map(_failing, found.failing))
    return Plan(found.areas, found.numbers, subscriptions, ignores, found.rules, failing, began=found.began)


def _failing(row: Mapping[str, Any]) -> tuple[str, Trouble]:
    what = "wants no more alerts, and is paused" if row["paused"] else "does not answer"
    return f"destination-{row['id']}", Trouble(f"The destination {row['name']} {what}", row["owner"])


def _understood(row: Mapping[str, Any]) -> Subscription | None:
    try:
        return Subscription.of(row)
    except ValueError as error:
        log.warning("a subscription that cannot be watched", id=row["id"], error=str(error))
        return None

"""Numbers of feeds by name, kept for good: `feed` and the bits of `heard` mean the same after every start."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

NUMBERS = 31
"""`heard` is a signed integer of four bytes."""

_KEY = "feed_numbers"
_READ = "SELECT value FROM meta WHERE key = $1 FOR UPDATE"
_WRITE = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


async def assigned(connection: asyncpg.Connection, names: Sequence[str]) -> list[int]:
    """The number of each name, given to new ones: first those that nobody ever had, then those of feeds that are gone.

    Raises ValueError for more than NUMBERS names, or one that comes twice.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two feeds are called {twice!r}: give each a name of its own, as NAME=ADDRESS")
    if len(names) > NUMBERS:
        raise ValueError(f"{len(names)} feeds: at most {NUMBERS} can be told apart")
    known: dict[str, int] = dict(await connection.fetchval(_READ, _KEY) or {})
    for name in names:
        if name not in known:
            _give(known, name, set(names))
    await connection.execute(_WRITE, _KEY, known)
    return [known[name] for name in names]


def _give(known: dict[str, int], name: str, wanted: set[str]) -> None:
    """A number for the name; where none is left, that of a feed that is gone."""
    free = sorted(set(range(NUMBERS)) - set(known.values()))
    if free:
        known[name] = free[0]
        return
    gone = next(old for old in known if old not in wanted)
    known[name] = known.pop(gone)

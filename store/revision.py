"""Which revision of the schema a database is at, and which is the newest; Alembic takes seconds to import."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import asyncpg

import migrations

_OWN = re.compile(r'^revision\b[^=]*= *"([^"]+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision\b[^=]*= *"([^"]+)"', re.MULTILINE)


@cache
def known() -> frozenset[str]:
    """All revisions that this version can bring to the newest."""
    return frozenset(own for text in _texts() for own in _OWN.findall(text))


def _texts() -> list[str]:
    return [path.read_text() for path in (Path(migrations.__file__).parent / "versions").glob("[0-9]*.py")]


@cache
def head() -> str:
    """The newest revision. Raises ValueError where there are several: two changes were made side by side."""
    texts = _texts()
    left: set[str] = {own for text in texts for own in _OWN.findall(text)} - {
        was for text in texts for was in _BEFORE.findall(text)
    }
    if len(left) != 1:
        raise ValueError(f"the migrations end in {', '.join(sorted(left)) or 'nothing'}; there must be one newest")
    return left.pop()


async def current(connection: asyncpg.Connection) -> str | None:
    """What the database is at; None for one that Skysift has made nothing in yet."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return found


async def is_newest(url: str) -> bool:
    """Whether the database needs no migration. Raises OSError or asyncpg.PostgresError where it cannot be reached."""
    connection = await asyncpg.connect(url)
    try:
        return await current(connection) == head()
    finally:
        await connection.close()

"""The migrations make exactly what store/schema.py declares, and take all of it away again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from store.columns import OTHER
from store.migrate import downgrade, is_current, upgrade
from store.programs import ClusterError
from store.revision import head
from store.schema import metadata, positions

EXTENSION = {"spatial_ref_sys", "alembic_version"}


def ask(url: str, question: Callable[[Connection], Any]) -> Any:
    async def go() -> Any:
        engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
        async with engine.connect() as connection:
            answer = await connection.run_sync(question)
        await engine.dispose()
        return answer

    return asyncio.run(go())


def differences(connection: Connection) -> list[Any]:
    options = {"include_object": lambda thing, name, kind, *_: not (kind == "table" and name in EXTENSION)}
    context = MigrationContext.configure(connection, opts={"compare_type": True, **options})
    return list(compare_metadata(context, metadata))


def test_the_migrated_database_is_the_declared_one(database_url: str) -> None:
    upgrade(database_url)
    assert ask(database_url, differences) == []
    assert ask(database_url, is_current)


def test_up_again_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)
    assert ask(database_url, is_current)


def test_down_leaves_only_the_extension_and_up_works_again(database_url: str) -> None:
    upgrade(database_url)
    downgrade(database_url)
    assert set(ask(database_url, lambda c: inspect(c).get_table_names())) <= EXTENSION
    assert ask(database_url, lambda c: inspect(c).get_sequence_names()) == []
    upgrade(database_url)
    assert ask(database_url, is_current)


def test_positions_have_every_schema_column() -> None:
    assert set(OTHER) < set(positions.c.keys())


def test_a_database_of_another_encoding_is_refused_with_what_to_do(database_url: str) -> None:
    async def made() -> str:
        connection = await asyncpg.connect(database_url)
        await connection.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
        await connection.close()
        return urlsplit(database_url)._replace(path="/latin").geturl()

    with pytest.raises(ClusterError, match="LATIN1, and Skysift needs UTF8: make one by CREATE DATABASE"):
        upgrade(asyncio.run(made()))


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(database_url: str) -> None:
    def become(revision: str) -> None:
        async def go() -> None:
            connection = await asyncpg.connect(database_url)
            await connection.execute(f"UPDATE alembic_version SET version_num = '{revision}'")
            await connection.close()

        asyncio.run(go())

    upgrade(database_url)
    become("9999")
    try:
        with pytest.raises(ClusterError, match="at 9999, which this version does not know: a newer Skysift"):
            upgrade(database_url)
    finally:
        become(head())

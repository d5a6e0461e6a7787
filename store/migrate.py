"""A database URL in, its schema at the wanted revision out (Alembic over asyncpg, scripts in migrations/)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from store.programs import ClusterError
from store.revision import known


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Blocks; not for use inside a running event loop. Raises ClusterError where its
    encoding is another one than UTF8 (names of the whole world would not fit, and lengths of texts be wrong), or a
    newer version has changed it."""
    asyncio.run(_with_connection(url, lambda config: command.upgrade(config, revision)))


def downgrade(url: str, revision: str = "base") -> None:
    """Take the database back to `revision`; `base` drops everything that Skysift made."""
    asyncio.run(_with_connection(url, lambda config: command.downgrade(config, revision)))


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest revision."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _with_connection(url: str, act: Callable[[Config], None]) -> None:
    def go(connection: Connection) -> None:
        _check_encoding(connection)
        _check_revision(connection)
        config = _config()
        config.attributes["connection"] = connection
        act(config)

    # The URL goes to asyncpg as it is: SQLAlchemy reads socket paths in it differently.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(go)
            await connection.commit()
    finally:
        await engine.dispose()


def _check_encoding(connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise ClusterError(
            f"the database keeps texts as {encoding}, and Skysift needs UTF8: make one by "
            "CREATE DATABASE skysift ENCODING 'UTF8' TEMPLATE template0"
        )


def _check_revision(connection: Connection) -> None:
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known()
    if unknown:
        raise ClusterError(
            f"the database is at {', '.join(sorted(unknown))}, which this version does not know: a newer Skysift has "
            "worked on it; install that again, or restore a backup that was made before"
        )

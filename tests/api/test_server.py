"""The server says what keeps it from starting: a taken port, no database, a database without tables."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys

import asyncpg
import pytest

from api.server import _check_database
from api.settings import Settings, SettingsError, with_port


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="--port"):
            with_port(Settings("postgresql://nowhere", port=taken.getsockname()[1]))


def test_port_zero_becomes_a_free_one() -> None:
    assert with_port(Settings("postgresql://nowhere", port=0)).port > 1023


def test_no_database_is_said() -> None:
    with pytest.raises(SettingsError, match="cannot be reached"):
        asyncio.run(_check_database("postgresql://postgres@/none?host=/nonexistent"))


def test_a_database_without_tables_is_said(database_url: str) -> None:
    async def emptied() -> None:
        connection = await asyncpg.connect(database_url)
        assert await connection.fetchval("SELECT to_regclass('anomalies')") is None
        await connection.close()
        await _check_database(database_url)

    with pytest.raises(SettingsError, match="no Skysift tables"):
        asyncio.run(emptied())


def test_what_only_the_engine_and_exports_need_is_not_loaded() -> None:
    """Each of them is memory that every worker would hold."""
    code = "import sys, api.server; from detectors._registry import registry; registry(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"scipy", "pyarrow", "h3ronpy", "pandas", "geopandas", "sqlalchemy", "cql2", "cryptography"}
    assert heavy & set(loaded) == set()

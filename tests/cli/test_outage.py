"""What says that the database has gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from cli.outage import ERRORS, Outage
from store.migrate import upgrade


def test_a_connection_told_of_its_end_and_not_closed_yet_counts_as_gone(database_url: str) -> None:
    assert isinstance(asyncio.run(told_and_used(database_url)), ERRORS)


async def told_and_used(url: str) -> BaseException:
    """What a statement raises on a connection whose server has said that it ends, while the socket is still open."""
    ends: list[asyncio.StreamWriter] = []
    told = asyncio.Event()

    async def relayed(own: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Bytes both ways; the server's end is not passed on."""
        theirs, forth = await asyncio.open_unix_connection(_socket(url))
        ends.extend((back, forth))
        asks = asyncio.create_task(_passed(own, forth))
        await _passed(theirs, back)
        told.set()
        await asks

    relay = await asyncio.start_server(relayed, "127.0.0.1", 0)
    where = {"host": "127.0.0.1", "port": relay.sockets[0].getsockname()[1], "ssl": False}
    through = await asyncpg.connect(url, **where)
    other = await asyncpg.connect(url)
    try:
        await other.execute("SELECT pg_terminate_backend($1)", through.get_server_pid())
        await told.wait()
        await asyncio.sleep(0.05)
        await through.executemany("SELECT $1::int", [(1,), (2,)])
    except Exception as error:  # whatever it is, the caller looks
        return error
    finally:
        through.terminate()
        await other.close()
        for end in ends:
            end.close()
        relay.close()
    raise AssertionError("it was taken")


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()


def _socket(url: str) -> str:
    parts = parse_qs(urlsplit(url).query)
    return f"{parts['host'][0]}/.s.PGSQL.{parts.get('port', ['5432'])[0]}"


FULL = """
CREATE FUNCTION no_room() RETURNS event_trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE EVENT TRIGGER no_room ON ddl_command_start EXECUTE FUNCTION no_room();
"""


def test_a_disk_on_which_a_single_row_finds_its_place_is_still_full(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looked() -> list[bool]:
        connection = await asyncpg.connect(database_url)
        await connection.execute(FULL)
        try:
            full = await Outage(database_url).over()
        finally:
            await connection.execute("DROP EVENT TRIGGER no_room; DROP FUNCTION no_room")
            await connection.close()
        return [full, await Outage(database_url).over()]

    upgrade(database_url)
    monkeypatch.setattr("cli.outage.LOOK_S", 0.0)

    assert asyncio.run(looked()) == [False, True]

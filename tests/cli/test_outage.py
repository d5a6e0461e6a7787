"""What says that the database has gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import asyncpg

from cli.outage import ERRORS


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

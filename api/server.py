"""Settings in, a web server until SIGTERM or SIGINT: open streams end at once, answers under way finish."""

from __future__ import annotations

import asyncio
import signal

import asyncpg
import structlog
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from api.app import create_app
from api.logs import configure
from api.settings import Settings, SettingsError, with_port
from pipeline.garbage import settle

DRAIN_S = 3.0
"""How long answers under way may take after the signal."""

log = structlog.get_logger("skysift.server")


def serve(settings: Settings) -> None:
    """Serve and block. Raises SettingsError for a port that is taken and a database that cannot be used."""
    configure(*settings.log)
    uvloop.run(_serve(with_port(settings)))


async def _serve(settings: Settings) -> None:
    await _check_database(settings.database_url)
    app, stop = create_app(settings), asyncio.Event()
    settle()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = _server(app, settings)
    running = asyncio.ensure_future(server.serve())
    stopping = asyncio.ensure_future(stop.wait())
    answering = asyncio.ensure_future(_say_when_ready(settings))
    await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
    app.state.hub.close()
    server.stop()  # type: ignore[no-untyped-call]
    try:
        async with asyncio.timeout(DRAIN_S):
            await running
    except TimeoutError:
        log.warning("answers under way were cut off", after_s=DRAIN_S)
    stopping.cancel()
    answering.cancel()
    log.info("stopped")


def _server(app: Litestar, settings: Settings) -> Server:
    # Backpressure counts open streams: it must lie far above them, or plain requests wait for ever.
    return Server(
        app,
        address=settings.host.strip("[]"),
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=True,
        log_enabled=False,
        backpressure=4 * settings.max_streams + 1_000,
    )


async def _check_database(url: str) -> None:
    """Raises SettingsError where the database cannot be reached or has not been migrated."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise SettingsError(f"the database cannot be reached ({error}); is it started? skysift db status") from None
    try:
        if await connection.fetchval("SELECT to_regclass('anomalies')") is None:
            raise SettingsError("the database has no Skysift tables yet: start with skysift serve, which makes them")
    finally:
        await connection.close()


async def _say_when_ready(settings: Settings) -> None:
    """Log the address once it answers."""
    while True:
        try:
            _, writer = await asyncio.open_connection(settings.host.strip("[]"), settings.port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        log.info("listening", url=f"http://{settings.host}:{settings.port}/")
        return

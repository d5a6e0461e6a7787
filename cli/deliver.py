"""`skysift deliver`: alerts from the outbox to their destinations; `serve` runs the same in a process of its own."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.database import database
from cli.keeping import Keeper
from cli.option_keys import option
from cli.ui import out
from store.cluster import default_state_dir

if TYPE_CHECKING:
    from delivery.reach import Reach

THREADS = 64
"""Names are resolved and libraries that wait for their service are called in threads."""


@dataclass(frozen=True)
class Delivering:
    """What a dispatcher is told. `networks`: private ones that may be reached; `private`: all of them."""

    state: Path
    per_hour: int
    private: bool
    networks: Sequence[str]
    url: str = ""

    @property
    def reach(self) -> Reach:
        from delivery.reach import Reach, networks

        return Reach(networks(self.networks), self.private)


def _networks(context: click.Context, option: click.Parameter, given: Sequence[str]) -> Sequence[str]:
    from delivery.reach import networks

    try:
        networks(given)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write it as 10.0.0.0/8", context, option) from None
    return given


def delivery_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--alerts-per-hour, --allow-private-destinations and --allow-network, as one `delivering`."""
    hour = option("alerts.per_hour", "--alerts-per-hour")
    private = click.option(
        "--allow-private-destinations", is_flag=True, help="Send alerts into private networks and to this machine too."
    )
    network = click.option(
        "--allow-network", multiple=True, callback=_networks, help="A private network to send to, such as 10.0.0.0/8."
    )

    def gathered(
        alerts_per_hour: int, allow_private_destinations: bool, allow_network: Sequence[str], **more: Any
    ) -> Any:
        own = Delivering(default_state_dir(), alerts_per_hour, allow_private_destinations, allow_network)
        return function(delivering=own, **more)

    gathered.__doc__ = function.__doc__
    gathered.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    out: Callable[..., Any] = hour(private(network(gathered)))
    return out


@click.command(name="deliver")
@click.option("--rotate-key", is_flag=True, help="Make a new key, encrypt all secrets with it, forget the old one.")
@click.option("--demo", is_flag=True, help="Work on the demo's database.")
@delivery_options
def command(delivering: Delivering, rotate_key: bool, demo: bool) -> None:
    """Send alerts that are due, until Ctrl-C. Several may run at once; each alert is sent by one of them."""
    with database(demo) as url:
        if rotate_key:
            count = asyncio.run(_rotated(url, delivering))
            out.print(f"{count} destinations are encrypted with a new key")
            return
        with suppress(KeyboardInterrupt):
            run(replace(delivering, url=url))


def run(told: Delivering) -> None:
    """Dispatch until SIGTERM or SIGINT."""
    from api.logs import configure

    configure()
    asyncio.run(_dispatch(told))


async def _dispatch(told: Delivering) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from delivery.dispatcher import Dispatcher, Limits
    from delivery.vault import Vault

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    own = Dispatcher(told.url, Vault.of(told.state), told.reach, Limits(per_hour=told.per_hour))
    running = asyncio.ensure_future(own.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


async def _rotated(url: str, told: Delivering) -> int:
    """Every secret with a new key, in one transaction; the old key goes after it."""
    import asyncpg

    from delivery.vault import Vault

    vault = Vault.of(told.state)
    connection = await asyncpg.connect(url)
    try:
        vault.add_key()
        async with connection.transaction():
            rows = await connection.fetch("SELECT id, secret FROM destinations FOR UPDATE")
            renewed = [(row["id"], vault.renewed(row["secret"])) for row in rows]
            await connection.executemany("UPDATE destinations SET secret = $2 WHERE id = $1", renewed)
    finally:
        await connection.close()
    vault.drop_old()
    return len(renewed)


def keeper(told: Delivering) -> Keeper:
    """Keeps a dispatcher running in a process of its own; not started yet."""
    return Keeper("the dispatcher of alerts", run, (told,))


@contextmanager
def dispatching(told: Delivering) -> Iterator[None]:
    """A dispatcher in a process of its own, started again whenever it ends."""
    own = keeper(told)
    own.start()
    try:
        yield
    finally:
        own.end()
        own.wait()

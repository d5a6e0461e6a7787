"""`skysift accounts`: who may log in, with which role; links that let somebody in once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import click

from cli.answering import kept_address
from cli.configured import database_option
from cli.database import database, location
from cli.ui import FAILED, USAGE, Failure, json_option, out, print_json, table
from store import accounts, audit, credentials
from store.connect import open_pool
from store.words import ROLES

T = TypeVar("T")
url_option = click.option(
    "--url", help="Where the service is reached, for the link. Default: as --config says, else where it last answered."
)


def demo_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which database: --demo, or what the file of --config names."""
    return database_option(click.option("--demo", is_flag=True, help="In the database of the demo.")(function))


@dataclass(frozen=True)
class Owner:
    """Whoever may use the command line of this machine, in the audit trail."""

    account: int | None = None
    name: str = "command line"


OWNER = Owner()


def run(demo: bool, act: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """One transaction on the database of this machine. Raises Failure for what cannot be done."""

    async def acted(url: str) -> T:
        async with _connected(url) as connection, connection.transaction():
            return await act(connection)

    with database(demo) as url:
        try:
            return asyncio.run(acted(url))
        except accounts.AccountError as error:
            raise Failure(str(error), FAILED) from None


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    pool = await open_pool(url, 1)
    try:
        async with pool.acquire() as connection:
            yield connection
    finally:
        await pool.close()


async def the(connection: asyncpg.Connection, name: str) -> asyncpg.Record:
    """The account of this name. Raises Failure."""
    found = await accounts.named(connection, name)
    if found is None:
        names = ", ".join(row["name"] for row in await accounts.listed(connection))
        raise Failure(f"there is no account {name}; there is: {names or 'none yet'}", USAGE)
    return found


def reached(url: str | None, demo: bool) -> str:
    """Where the service is: as was said, else where it last answered, else where it does unless told otherwise."""
    return url or kept_address(location(demo))


def link_text(url: str, secret: str) -> str:
    """The address that logs in once."""
    from api.people import login_link

    return login_link(url.rstrip("/"), secret)


@click.group(name="accounts")
def command() -> None:
    """People and programs that may log in, and what they may do: viewer, analyst, ingest or admin (docs/access.md)."""


@command.command(name="list")
@demo_option
@json_option
def list_(demo: bool, as_json: bool) -> None:
    """All accounts, with role and last use."""
    rows = [dict(row) for row in run(demo, accounts.listed)]
    if as_json:
        print_json(rows)
        return
    shown = table("name", "role", "password", "keys", "last used", "")
    for row in rows:
        used = row["used"].strftime("%Y-%m-%d %H:%M") if row["used"] else "never"
        state = "disabled" if row["disabled"] else ""
        shown.add_row(row["name"], row["role"], "yes" if row["has_password"] else "no", str(row["keys"]), used, state)
    out.print(shown)


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@url_option
@demo_option
@json_option
def add(name: str, role: str, url: str | None, demo: bool, as_json: bool) -> None:
    """Make the account NAME, and a link by which its owner logs in and sets a password."""

    async def act(connection: asyncpg.Connection) -> str:
        own = await accounts.add(connection, name, role)
        await audit.note(connection, OWNER, "account.create", f"account {own}", {"name": name, "role": role})
        return await credentials.new_link(connection, own, role)

    _say_link(link_text(reached(url, demo), run(demo, act)), name, as_json)


@command.command()
@click.argument("name")
@url_option
@demo_option
@json_option
def link(name: str, url: str | None, demo: bool, as_json: bool) -> None:
    """A link that logs NAME in once, within a day: for a forgotten password."""

    async def act(connection: asyncpg.Connection) -> str:
        found = await the(connection, name)
        await audit.note(connection, OWNER, "account.link", f"account {found['id']}")
        return await credentials.new_link(connection, found["id"], found["role"])

    _say_link(link_text(reached(url, demo), run(demo, act)), name, as_json)


def _say_link(address: str, name: str, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "link": address})
    else:
        out.print(f"{name} logs in once, within a day, at", markup=False)
        click.echo(address)


@command.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@demo_option
def role(name: str, role: str, demo: bool) -> None:
    """Give NAME another ROLE."""
    _change(demo, name, {"role": role})


@command.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let it in again.")
@demo_option
def disable(name: str, undo: bool, demo: bool) -> None:
    """Let NAME in no more: its logins end, its keys rest."""
    _change(demo, name, {"disabled": not undo})


def _change(demo: bool, name: str, changed: dict[str, Any]) -> None:
    async def act(connection: asyncpg.Connection) -> None:
        found = await the(connection, name)
        await accounts.change(connection, found["id"], changed.get("role"), changed.get("disabled"))
        await audit.note(connection, OWNER, "account.change", f"account {found['id']}", changed)

    run(demo, act)
    out.print(f"{name}: {', '.join(f'{key} {value}' for key, value in changed.items())}".lower(), markup=False)

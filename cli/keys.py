"""`skysift keys`: API keys, for programs that ask the service."""

from __future__ import annotations

import asyncpg
import click

from cli.accounts import OWNER, demo_option, run, the
from cli.ui import USAGE, Failure, err, json_option, out, print_json, table
from store import audit, credentials
from store.credentials import KEY
from store.words import ROLES

DAY_S = 86_400


@click.group(name="keys")
def command() -> None:
    """API keys: sent as `Authorization: Bearer KEY`, or as the password of Basic (docs/access.md)."""


@command.command()
@click.argument("account")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--role", type=click.Choice(ROLES), help="Default: the account's; never more than that.")
@click.option("--days", type=click.FloatRange(0, 3_660, min_open=True), help="Days until it ends; never without.")
@demo_option
@json_option
def add(account: str, name: str, role: str | None, days: float | None, demo: bool, as_json: bool) -> None:
    """A key of ACCOUNT. It is shown this once."""

    async def act(connection: asyncpg.Connection) -> tuple[int, str]:
        found = await the(connection, account)
        given, life_s = role or found["role"], None if days is None else days * DAY_S
        own, secret = await credentials.give(connection, found["id"], KEY, name, given, life_s)
        await audit.note(connection, OWNER, "key.create", f"key {own}", {"name": name, "role": given})
        return own, secret

    own, secret = run(demo, act)
    if as_json:
        print_json({"id": own, "key": secret})
    else:
        err.print("This key is not shown again:")
        click.echo(secret)


@command.command(name="list")
@demo_option
@json_option
def list_(demo: bool, as_json: bool) -> None:
    """All keys, without their secrets."""
    rows = [dict(row) for row in run(demo, credentials.keys)]
    if as_json:
        print_json(rows)
        return
    shown = table("id", "account", "name", "role", "made", "ends", "last used")
    for row in rows:
        times = [row[one].strftime("%Y-%m-%d") if row[one] else "never" for one in ("created", "expires", "used")]
        shown.add_row(str(row["id"]), row["account"], row["name"], row["role"], *times)
    out.print(shown)


@command.command()
@click.argument("number", type=int)
@demo_option
def revoke(number: int, demo: bool) -> None:
    """The key with this NUMBER works no more, within seconds."""

    async def act(connection: asyncpg.Connection) -> None:
        if not await credentials.revoke(connection, number, KEY):
            raise Failure(f"there is no key {number}; `skysift keys list` shows all", USAGE)
        await audit.note(connection, OWNER, "key.revoke", f"key {number}")

    run(demo, act)
    out.print("revoked")

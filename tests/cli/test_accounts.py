"""Accounts and keys from the command line, on a database as the service has it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from cli.answering import keep_address
from cli.main import main
from cli.serve import _first_link
from store import accounts, passwords
from store.credentials import proof


@pytest.fixture(scope="module")
def url(migrated_url: str) -> str:
    return migrated_url


def asked(url: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    async def act() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    return asyncio.run(act())


def skysift(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"DATABASE_URL": url, "COLUMNS": "200"})


def test_an_account_from_its_link_to_its_end(url: str) -> None:
    link = json.loads(skysift(url, "accounts", "add", "ann", "--role", "admin", "--json").stdout)["link"]
    again = skysift(url, "accounts", "add", "ann")
    last = skysift(url, "accounts", "disable", "ann")
    skysift(url, "accounts", "add", "bob", "--role", "admin")
    ended = skysift(url, "accounts", "disable", "ann")
    listed = json.loads(skysift(url, "accounts", "list", "--json").stdout)

    assert link.startswith("http://127.0.0.1:8080/login#link=")
    assert again.exit_code == 1 and "already" in again.output
    assert last.exit_code == 1 and "last admin" in last.output
    assert ended.exit_code == 0
    assert {row["name"]: row["disabled"] for row in listed} == {"ann": True, "bob": False}


def test_where_there_is_no_admin_others_can_be_disabled(url: str) -> None:
    skysift(url, "accounts", "add", "guest")
    hidden = "UPDATE accounts SET disabled = true WHERE role = 'admin' AND NOT disabled RETURNING id"
    admins = [row["id"] for row in asked(url, hidden)]
    result = skysift(url, "accounts", "disable", "guest")
    asked(url, "UPDATE accounts SET disabled = false WHERE id = ANY($1)", admins)

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("10.0.0.7", "10.0.0.7")])
def test_a_link_names_the_port_of_the_configuration(url: str, tmp_path: Path, host: str, reached: str) -> None:
    file = tmp_path / "skysift.toml"
    file.write_text(f'[service]\nhost = "{host}"\nport = 9123\n')
    name = "of-" + reached.strip("[]:").replace(".", "-")

    made = skysift(url, "accounts", "add", name, "--config", str(file), "--json")

    assert json.loads(made.stdout)["link"].startswith(f"http://{reached}:9123/login#link=")


@pytest.mark.parametrize(
    ("said", "reached"),
    [
        ("http://127.0.0.1:9124/", "http://127.0.0.1:9124"),
        ("http://[::1]:9124/", "http://[::1]:9124"),
        ("http://127.0.0.1:9124/ here", "http://127.0.0.1:8080"),
        ("x" * 1_000, "http://127.0.0.1:8080"),
        (None, "http://127.0.0.1:8080"),
    ],
)
def test_a_link_names_where_the_service_last_answered(
    said: str | None, reached: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path))
    if said:
        keep_address(url, said)

    skysift(url, "accounts", "add", "ann-" + tmp_path.name)
    made = skysift(url, "accounts", "link", "ann-" + tmp_path.name, "--json")

    assert json.loads(made.stdout)["link"].startswith(f"{reached}/login#link=")


def test_a_configuration_that_takes_a_free_port_names_none(url: str, tmp_path: Path) -> None:
    file = tmp_path / "skysift.toml"
    file.write_text("[service]\nport = 0\n")

    made = skysift(url, "accounts", "add", "of-any-port", "--config", str(file), "--json")

    assert json.loads(made.stdout)["link"].startswith("http://127.0.0.1:8080/login#link=")


def test_a_key_is_shown_once_and_can_be_revoked(url: str) -> None:
    skysift(url, "accounts", "add", "carl", "--role", "ingest")
    made = json.loads(skysift(url, "keys", "add", "carl", "--json").stdout)
    shown = skysift(url, "keys", "list", "--json").stdout
    wrong = skysift(url, "keys", "add", "nobody-of-this-name")

    async def known() -> bool:
        connection = await asyncpg.connect(url)
        found = await proof(connection, "key", passwords.digest(made["key"]))
        await connection.close()
        return found is not None

    assert made["key"].startswith("sky_") and made["key"] not in shown
    assert asyncio.run(known())
    assert skysift(url, "keys", "revoke", str(made["id"])).exit_code == 0
    assert not asyncio.run(known())
    assert wrong.exit_code == 2 and "carl" in wrong.output


def test_a_link_is_offered_until_an_admin_has_a_password(url: str) -> None:
    skysift(url, "accounts", "add", "dora", "--role", "admin")

    async def with_password() -> str | None:
        connection = await asyncpg.connect(url)
        found = await accounts.named(connection, "dora")
        assert found
        await accounts.set_password(connection, found["id"], passwords.hashed("long enough 1"))
        await connection.close()
        return await _first_link(url)

    assert asyncio.run(_first_link(url))
    assert asyncio.run(with_password()) is None

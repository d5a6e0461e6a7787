"""`skysift restore`: a backup back, on this machine or a new one; checked before anything that is there goes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import click

from cli import archive
from cli.backup import COUNTED
from cli.configured import database_option
from cli.database import DEMO, url_of
from cli.resume import checkpoint_path
from cli.ui import DATABASE as DATABASE_EXIT
from cli.ui import INPUT, USAGE, Failure, confirmed, json_option, out, print_json
from delivery.vault import FILE as KEY_FILE
from store.cluster import DATABASE, Cluster, default_state_dir
from store.dump import restore
from store.migrate import downgrade, upgrade
from store.revision import current, known

_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'skysift' AND pid <> pg_backend_pid()
"""


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="Only say what is in it, and whether it is whole.")
@click.option("--yes", is_flag=True, help="Do not ask before what is there is replaced.")
@click.option("--demo", is_flag=True, help="Into the demo's database.")
@database_option
@json_option
def command(file: Path, check: bool, yes: bool, demo: bool, as_json: bool) -> None:
    """Put back the backup FILE: database, keys, reference data, what was learned. The service must not run."""
    about = archive.manifest_of(file)
    if about["revision"] not in known():
        raise Failure(f"{file} was written by a newer Skysift ({about['skysift']}): install that one first", INPUT)
    with TemporaryDirectory(prefix=".skysift-restore-", dir=file.absolute().parent) as folder:
        parts = archive.unpack(file, Path(folder))
        if not check:
            with url_of(DEMO if demo else DATABASE) as url:
                asyncio.run(_ready(url, yes))
                _replaced(url, DEMO if demo else DATABASE, parts[archive.DATABASE], about)
                _state_back(url, parts)
    if as_json:
        print_json({"file": str(file), "restored": not check, **about})
    else:
        done = "is whole" if check else "is back"
        counts = ", ".join(f"{n:,} {name}" for name, n in about["counts"].items())
        out.print(f"{file} of {about['created'][:19]} {done}: {counts}", markup=False, soft_wrap=True)


async def _ready(url: str, yes: bool) -> None:
    """Nobody else may work on it, and whoever runs this must know what goes."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval(_OTHERS):
            raise Failure("the service is running on this database: stop skysift serve first", USAGE)
        at = await current(connection)
        there = await connection.fetchval("SELECT count(*) FROM anomalies") if at else 0
    finally:
        await connection.close()
    if at:
        confirmed(f"Replace the database that is there, with its {there:,} anomalies?", yes)


def _replaced(url: str, name: str, dumped: Path, about: Mapping[str, Any]) -> None:
    """The dump in place of what is there. The private server's old database goes when the new one is complete."""
    if os.environ.get("DATABASE_URL"):
        if asyncio.run(_revision(url)):
            downgrade(url)
        asyncio.run(_without_revision(url))
        _filled(url, dumped, about)
        return
    cluster, fresh = Cluster(default_state_dir()), f"{name}_restored"
    cluster.psql(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
    _filled(cluster.start(fresh), dumped, about)
    cluster.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    cluster.psql(f'ALTER DATABASE "{fresh}" RENAME TO "{name}"')


def _filled(url: str, dumped: Path, about: Mapping[str, Any]) -> None:
    """The dump in an empty database, brought to this version's tables, and counted."""
    restore(url, dumped, dumped.with_suffix(".list"))
    upgrade(url)
    found = asyncio.run(_counts(url))
    wrong = [f"{name} {found[name]:,} of {n:,}" for name, n in about["counts"].items() if found.get(name, 0) < n]
    if wrong:
        raise Failure(f"not everything came back: {', '.join(wrong)}", DATABASE_EXIT)


async def _revision(url: str) -> str | None:
    connection = await asyncpg.connect(url)
    try:
        return await current(connection)
    finally:
        await connection.close()


async def _without_revision(url: str) -> None:
    """The dump brings this table, which no migration drops."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP TABLE IF EXISTS alembic_version")
    finally:
        await connection.close()


async def _counts(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    try:
        return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in COUNTED}
    finally:
        await connection.close()


def _state_back(url: str, parts: Mapping[str, Path]) -> None:
    """Files of the state folder, readable by its owner alone. Keys that are there already stay behind those that come
    back."""
    folder = default_state_dir()
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in parts.items():
        if name == archive.CHECKPOINT:
            _put(file.read_bytes(), checkpoint_path(url))
        elif name.startswith(f"{archive.STATE}/"):
            target = folder / name.removeprefix(f"{archive.STATE}/")
            _put(_keys(file, target) if target.name == KEY_FILE else file.read_bytes(), target)
    checkpoint_path(url).with_suffix(".journal").unlink(missing_ok=True)


def _keys(file: Path, target: Path) -> bytes:
    """The keys that come back, then those that were there."""
    before = target.read_text().split() if target.exists() else []
    lines = file.read_text().split()
    return "\n".join([*lines, *(one for one in before if one not in lines), ""]).encode()


def _put(content: bytes, target: Path) -> None:
    """Whole or not at all, and the state folder's owner's: root may restore what a service of another user reads."""
    for folder in [one for one in reversed(target.parents) if not one.exists()]:
        folder.mkdir(mode=0o700)
        _handed_over(folder)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out_:
        out_.write(content)
    _handed_over(part)
    part.replace(target)


def _handed_over(path: Path) -> None:
    if os.geteuid() == 0:
        owner = default_state_dir().stat()
        os.chown(path, owner.st_uid, owner.st_gid)

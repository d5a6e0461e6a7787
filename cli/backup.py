"""`skysift backup`: database, keys, reference data, models and what was learned, as one file; while it all runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import click

from cli import archive
from cli.configured import database_option
from cli.database import DEMO, url_of
from cli.private import KEY_FILE as PRIVACY_KEY
from cli.resume import checkpoint_path
from cli.ui import USAGE, Failure, json_option, out, print_json
from cli.version import __version__
from delivery.vault import FILE as KEY_FILE
from store.cluster import DATABASE, default_state_dir
from store.dump import dump
from store.revision import current

SUFFIX = ".skysift"
MODELS = "models"
"""The user's own models, in the state folder (models/active.py)."""
COUNTED = ("anomalies", "incidents", "accounts", "areas", "subscriptions", "destinations", "alerts")


@click.command(name="backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--without-positions", is_flag=True, help="Only what was found and what people made: much smaller.")
@click.option("--keep", type=click.IntRange(1), help="In a folder, keep this many and remove older ones.")
@click.option("--demo", is_flag=True, help="Of the demo's database.")
@database_option
@json_option
def command(target: Path, without_positions: bool, keep: int | None, demo: bool, as_json: bool) -> None:
    """Write a backup to TARGET: a file, or a folder, in which it is named by the time. It holds keys: keep it safe."""
    if keep and not target.is_dir():
        raise Failure("--keep needs a folder to keep them in", USAGE)
    path = target / f"skysift-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}" if target.is_dir() else target
    with url_of(DEMO if demo else DATABASE) as url:
        about = asyncio.run(_about(url)) | {"rows": not without_positions}
        with TemporaryDirectory(prefix=".skysift-backup-", dir=path.parent) as folder:
            dumped = Path(folder) / archive.DATABASE
            dump(url, dumped, rows=not without_positions)
            archive.write(path, {archive.DATABASE: dumped, **_state(url)}, about)
    gone = _older(target, keep) if keep else []
    if as_json:
        print_json({"file": str(path), "bytes": path.stat().st_size, "removed": gone, **about})
    else:
        more = f"; removed {len(gone)} older" if gone else ""
        out.print(f"{path}: {path.stat().st_size / 1e6:,.1f} MB{more}", markup=False, soft_wrap=True)


async def _about(url: str) -> dict[str, Any]:
    """What the manifest says; the counts are checked after a restore."""
    connection = await asyncpg.connect(url)
    try:
        revision = await current(connection)
        if revision is None:
            raise Failure("there is nothing of Skysift in this database", USAGE)
        counts = {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in COUNTED}
    finally:
        await connection.close()
    return {"skysift": __version__, "revision": revision, "created": datetime.now(UTC).isoformat(), "counts": counts}


def _state(url: str) -> dict[str, Path]:
    """The files of the state folder that a new machine needs, by their names in the backup."""
    folder = default_state_dir()
    files = [key for key in (folder / KEY_FILE, folder / PRIVACY_KEY) if key.exists()]
    files += [p for p in (folder / "reference").rglob("*.npz") if p.is_file()]
    files += [p for p in (folder / MODELS).rglob("*") if p.is_file()]
    found = {f"{archive.STATE}/{p.relative_to(folder).as_posix()}": p for p in files}
    learned = checkpoint_path(url)
    return found | ({archive.CHECKPOINT: learned} if learned.exists() else {})


def _older(folder: Path, keep: int) -> list[str]:
    """Remove all but the newest; the names of what went."""
    gone = sorted(folder.glob(f"skysift-*{SUFFIX}"))[:-keep]
    for path in gone:
        path.unlink()
    return [path.name for path in gone]

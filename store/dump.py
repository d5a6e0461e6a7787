"""A database into one file and back, with PostgreSQL's own programs: a snapshot while the service runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import URL, make_url

from store.programs import ClusterError, Programs

NO_ROWS = ("positions_*", "track_segments", "tile_hours", "cell_aircraft")
"""What is left out where only what people made and what was found is wanted."""

_NOT_OURS = ("EXTENSION", "SCHEMA - public", "spatial_ref_sys")
"""Entries of a dump that a database with PostGIS has already."""

TIMEOUT_S = 6 * 3_600


def dump(url: str, into: Path, rows: bool = True) -> None:
    """Everything into a file of pg_dump's custom format; `rows` False: without positions and what follows from them.

    Raises ClusterError with the program's words.
    """
    left_out = [] if rows else [f"--exclude-table-data={name}" for name in NO_ROWS]
    address, secret = _told_apart(url)
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", *left_out, f"--file={into}", address], secret)


def restore(url: str, dumped: Path, listing: Path) -> None:
    """A dump into an empty database with PostGIS, all of it or nothing. `listing` is a path for a file of its entries.

    Raises ClusterError with the program's words.
    """
    entries = _run(["pg_restore", "--list", str(dumped)]).splitlines()
    listing.write_text("\n".join(line for line in entries if not any(word in line for word in _NOT_OURS)))
    address, secret = _told_apart(url)
    _run([
        "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
        f"--use-list={listing}", f"--dbname={address}", str(dumped),
    ], secret)  # fmt: skip


def _told_apart(url: str) -> tuple[str, Mapping[str, str]]:
    """The address without its password, which anybody on the machine could read among the processes; and that."""
    whole = make_url(url)
    secret = {"PGPASSWORD": str(whole.password)} if whole.password else {}
    bare = URL.create(whole.drivername, whole.username, None, whole.host, whole.port, whole.database, whole.query)
    return bare.render_as_string(), secret


def _run(command: Sequence[str], secret: Mapping[str, str] = MappingProxyType({})) -> str:
    program, *rest = command
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | dict(secret)
    done = subprocess.run(
        [Programs.find().path(program), *rest], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, errors="replace", timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ClusterError(f"{program} failed: {done.stderr.strip()[-2_000:]}")
    return done.stdout

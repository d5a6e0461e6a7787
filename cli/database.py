"""The database that a command works on: DATABASE_URL, or the private PostGIS, started and migrated."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.ui import DATABASE as FAULT
from cli.ui import Failure, err
from store.cluster import DATABASE, SOCKET_NAME, Cluster, default_state_dir
from store.holding import alone
from store.revision import is_newest

DEMO = "skysift_demo"
"""Demo traffic has a database of its own, so that it never mixes with real traffic."""

STOPPING_S = 45.0
"""A service needs 20 s at most for its engine's end, and 5 s for the database's; on a busy machine more."""


def revived(name: str) -> bool:
    """Whether the private server had gone and was started again. A database that was named is not ours to start."""
    if os.environ.get("DATABASE_URL"):
        return False
    cluster = Cluster(default_state_dir())
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(f"{cluster.socket_folder}{SOCKET_NAME}") == 0:
            return False
    cluster.start(name)
    return True


def migrated(url: str) -> None:
    """Bring a database to the newest revision; all that is in it stays."""
    if not asyncio.run(is_newest(url)):
        from store.migrate import upgrade

        upgrade(url)


def location(demo: bool = False) -> str:
    """The URL of a database, whether or not it runs."""
    return os.environ.get("DATABASE_URL") or Cluster(default_state_dir()).url_of(DEMO if demo else DATABASE)


def state_file(url: str, suffix: str) -> Path:
    """A file of the engine that works on a database, in the state folder: one per database."""
    folder = default_state_dir()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"engine-{hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}.{suffix}"


@contextmanager
def database(demo: bool = False) -> Iterator[str]:
    """The URL of a database at the newest revision."""
    with url_of(DEMO if demo else DATABASE) as url:
        migrated(url)
        yield url


@contextmanager
def url_of(name: str = DATABASE) -> Iterator[str]:
    """DATABASE_URL, else the database of that name on the private server, at whatever revision it is.

    The private server is stopped afterwards, unless `skysift db start` keeps it or another command uses it.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        with _reaching():
            yield given
        return
    cluster = Cluster(default_state_dir())
    if cluster.pid() is None:
        err.print(f"starting the private PostGIS in {cluster.base}", markup=False)
    with cluster.used(name) as url:
        yield url


@contextmanager
def _reaching() -> Iterator[None]:
    """Raises Failure where the network keeps the database that was named from answering. The URL may hold a password,
    so it is not repeated."""
    try:
        yield
    except BrokenPipeError:  # of who reads what is printed
        raise
    except (ConnectionError, TimeoutError, socket.gaierror) as error:
        why = error.strerror or str(error) or type(error).__name__
        raise Failure(f"the database of DATABASE_URL cannot be reached: {why}. Does it run there?", FAULT) from error


@contextmanager
def serving(name: str) -> Iterator[None]:
    """One `serve` at a time on a database of the private server: who comes while another one stops waits for that."""
    if os.environ.get("DATABASE_URL"):
        yield
        return

    def say(holder: str) -> None:
        err.print(f"another skysift serve ({holder}) works in {default_state_dir()}: waiting for its end", markup=False)

    with alone(default_state_dir() / f"serve-{name}.lock", STOPPING_S, say):
        yield

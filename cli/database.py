"""The database that a command works on: DATABASE_URL, or the private PostGIS, started and migrated."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from cli.ui import err
from store.cluster import DATABASE, Cluster, default_state_dir
from store.migrate import upgrade

DEMO = "skysift_demo"
"""Demo traffic has a database of its own, so that it never mixes with real traffic."""


@contextmanager
def database(demo: bool = False) -> Iterator[str]:
    """The URL of a database at the newest revision.

    The private server is stopped afterwards, unless `skysift db start` keeps it or another command uses it.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        upgrade(given)
        yield given
        return
    cluster = Cluster(default_state_dir())
    if cluster.pid() is None:
        err.print(f"starting the private PostGIS in {cluster.base}", markup=False)
    url = cluster.start(DEMO if demo else DATABASE)
    try:
        upgrade(url)
        yield url
    finally:
        if not cluster.kept and not cluster.others():
            cluster.stop()

"""The database goes under a running engine and comes back: what came in meanwhile is judged and stored, gaps or not."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import pytest

from cli.outage import Outage
from cli.resume import Others, resumed
from detectors._examples import during, fly
from detectors._registry import registry
from geo.batch import Batch
from pipeline.cells import CellCounts
from pipeline.engine import Engine
from pipeline.journal import Journal
from pipeline.live import Live
from store.cluster import DATABASE, Cluster
from store.connect import UNREACHABLE
from store.migrate import upgrade
from store.writer import Writer

SECONDS = 240


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A server of the test's own, to be stopped under the engine."""
    with tempfile.TemporaryDirectory(prefix="skysift-own-outage-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder), fast=True)
        upgrade(cluster.start())
        yield cluster
        cluster.stop()


class Told:
    """A feed that delivers what the test tells it to."""

    name = "told"

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Batch | None] = asyncio.Queue()

    async def poll(self) -> AsyncIterator[Batch]:
        while (batch := await self.queue.get()) is not None:
            yield batch

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "state": "ok"}


def engine() -> Engine:
    return Engine({"squawk": registry()["squawk"]})


def traffic() -> Batch:
    return fly(1, SECONDS, squawk=during(b"7700", b"1000", 100, 180, SECONDS, "S4"))


async def started(url: str, folder: Path, feed: Told) -> tuple[Live, Writer]:
    writer, journal = await Writer.open(url, 0), Journal(folder / "engine.journal")
    went_on = await resumed(engine, folder / "engine.npz", url, Others(CellCounts(), None, None, journal))
    await went_on.save(writer)
    live = Live(went_on.engine, [feed], writer, folder / "engine.npz", tick_s=0.02, journal=journal)
    live.outage = Outage(url)
    return live, writer


async def until(condition: Any) -> None:
    for _ in range(3_000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON positions FOR EACH STATEMENT EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE INSERT ON meta FOR EACH STATEMENT EXECUTE FUNCTION no_room();
"""


def goes(own: Cluster, how: str) -> None:
    """The server is stopped, or answers as one whose disk is full."""
    if how == "stopped":
        own.stop()
    else:
        own.psql(FULL, DATABASE)


def comes(own: Cluster, how: str) -> None:
    if how == "stopped":
        own.start()
    else:
        own.psql("DROP FUNCTION no_room CASCADE", DATABASE)


@pytest.mark.parametrize("how", ["stopped", "full"])
def test_an_outage_loses_nothing(own: Cluster, tmp_path: Path, how: str) -> None:
    asyncio.run(outage(own, tmp_path, how))


async def outage(own: Cluster, folder: Path, how: str) -> None:
    rows, feed = traffic(), Told()
    parts = [rows.take(np.arange(k, k + 40)) for k in range(0, SECONDS, 40)]
    live, writer = await started(own.url, folder, feed)
    running = asyncio.create_task(live.run())
    feed.queue.put_nowait(parts[0])
    await until(lambda: live.engine.counts["rows"] > 30)

    await asyncio.to_thread(goes, own, how)
    written = Journal(folder / "engine.journal")
    for part in parts[1:4]:
        feed.queue.put_nowait(part)
    await until(lambda: sum(len(b) for b in written_rows(written)) >= 160)
    assert not running.done()
    await asyncio.to_thread(comes, own, how)
    with pytest.raises(UNREACHABLE):
        await asyncio.wait_for(running, 60)
    writer.pool.terminate()

    last = Told()
    live, writer = await started(own.url, folder, last)
    for part in (*parts[4:], None):
        last.queue.put_nowait(part)
    await live.run()
    await writer.close()

    connection = await asyncpg.connect(own.url)
    stored = await connection.fetchval("SELECT count(*) FROM positions")
    anomalies = await connection.fetch("SELECT class, extract(epoch FROM end_time - start_time) AS s FROM anomalies")
    await connection.close()
    assert stored == SECONDS
    assert [(row["class"], float(row["s"])) for row in anomalies] == [("squawk", 79.0)]


def written_rows(journal: Journal) -> list[Batch]:
    journal.number = 0
    return list(journal.rest())


def test_a_full_disk_leaves_a_journal_that_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write that fails in its middle is taken back, so that what comes after it is found."""
    journal, rows = Journal(tmp_path / "j"), fly(1, 30)
    journal.add(rows.take(np.arange(0, 10)))
    whole = Path.open

    def torn(path: Path, mode: str = "r", *more: Any) -> Any:
        file = whole(path, mode, *more)
        if mode == "ab":
            write = file.write
            file = Torn(file, write)
        return file

    monkeypatch.setattr(Path, "open", torn)
    with pytest.raises(OSError, match="No space"):
        journal.add(rows.take(np.arange(10, 20)))
    monkeypatch.undo()
    journal.add(rows.take(np.arange(20, 30)))

    again = Journal(tmp_path / "j")
    assert [int(b["time"][0] - rows["time"][0]) for b in again.rest()] == [0, 20_000]


class Torn:
    """A file on a disk that is full after 100 bytes more."""

    def __init__(self, file: Any, write: Any) -> None:
        self.file, self.really = file, write

    def __enter__(self) -> Torn:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: bytes) -> int:
        self.really(data[:100])
        self.file.flush()
        raise OSError(28, "No space left on device")


def test_a_full_disk_does_not_stop_judging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(engine(), [], None, tmp_path / "engine.npz", journal=Journal(tmp_path / "j"))  # type: ignore[arg-type]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "add", full)
    monkeypatch.setattr(Path, "write_bytes", full)
    step = live._judged(fly(1, 30), ())
    live.safe.again()

    assert len(step.rows) > 20 and live.safe.unwritten.total() == 30 and not (tmp_path / "engine.npz").exists()

"""`skysift serve`: database, engine and API together, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from cli.database import database
from cli.deliver import Delivering, delivery_options, dispatching
from cli.history import note_sources, store_and_judge
from cli.inputs import Judging, judging, judging_options
from cli.joining import joined
from cli.outside import outside
from cli.reading import opened, read
from cli.resume import Others, checkpoint_path, resumed, stored_span
from cli.ui import err
from cli.watching import watched
from cli.web import api_process
from pipeline.cells import CellCounts
from pipeline.journal import Journal
from pipeline.live import Live, Polled
from pipeline.outside import Outside
from store import accounts
from store.connect import open_pool
from store.writer import Writer

HOUR_MS = 3_600_000
DEMO_STEP_S = 10.0
"""History of the demo is made at this interval: 24 h of 350 aircraft are three million rows."""


@dataclass(frozen=True)
class Service:
    """What `serve` was asked for."""

    feeds: Sequence[str]
    format_: str | None
    host: str
    port: int
    open_reading: bool | None
    title: str
    store_every_s: float
    lateness_s: float
    keep_days: float
    demo_hours: float

    @property
    def demo(self) -> bool:
        return not self.feeds


@click.command(name="serve")
@click.option("--feed", "feeds", multiple=True, help="Address, file or folder; repeat for several. Default: the demo.")
@click.option("--format", "format_", help="Format of the feeds, where the content leaves it open.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Beyond loopback everything asks for a login.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65_535), help="0 takes a free one.")
@click.option("--public/--private", "open_reading", default=None, help="Whether nobody may read without a login; "
              "default: only at this machine itself.")  # fmt: skip
@click.option("--title", default="Skysift", show_default=True, help="What the page calls itself.")
@click.option("--store-every", "store_every_s", default=5.0, show_default=True, help="Seconds between stored rows.")
@click.option("--lateness", "lateness_s", default=2.0, show_default=True, help="Seconds to wait for late rows.")
@click.option("--keep-days", default=30.0, show_default=True, help="Days of detailed history to keep.")
@click.option("--demo-hours", default=24.0, show_default=True, help="Hours of demo history made at the first start.")
@judging_options
@delivery_options
def command(zones: Sequence[Path], delivering: Delivering, **options: Any) -> None:
    """Watch the feeds and serve the map. Recorded files are judged and stored first, live ones are polled."""
    from api.settings import Settings

    service = Service(**{name: options.pop(name) for name in Service.__dataclass_fields__})
    setup = judging(zones=zones or (demo_zones() if service.demo else ()), **options)
    services = outside(options["config"], setup.context) if setup.context else None
    signal.signal(signal.SIGTERM, _as_interrupt)
    with database(service.demo) as url:
        settings = Settings(
            url, service.title, service.host, service.port, dict(setup.overrides), reach=delivering.reach,
            open_reading=service.open_reading, demo=service.demo,
        )  # fmt: skip
        try:
            _prepare(url, setup, service)
            with api_process(settings) as address, dispatching(replace(delivering, url=url)):
                err.print(f"Skysift: [bold]{address}[/bold]  (Ctrl-C stops it)")
                _say_first_link(url, address)
                asyncio.run(_watch(url, setup, service, services))
        except KeyboardInterrupt:
            err.print("stopping")


def _say_first_link(url: str, address: str) -> None:
    """Where no admin has a password yet, a link by which one logs in. It is part of no log: it goes to the terminal."""
    from cli.accounts import link_text

    secret = asyncio.run(_first_link(url))
    if secret:
        err.print("First login, once, within a day:", link_text(address, secret), soft_wrap=True)


async def _first_link(url: str) -> str | None:
    pool = await open_pool(url, 1)
    try:
        async with pool.acquire() as connection, connection.transaction():
            return await accounts.first_link(connection)
    finally:
        await pool.close()


def _as_interrupt(number: int, frame: object) -> None:
    """SIGTERM ends things the way Ctrl-C does: every `finally` runs."""
    raise KeyboardInterrupt


def demo_zones() -> Sequence[Path]:
    """The made-up zones that belong to the demo."""
    import geo

    return [Path(geo.__file__).parent / "data" / "demo_zones.geojson"]


def _prepare(url: str, setup: Judging, service: Service) -> None:
    """Zones and regions into the database; recorded files, and the demo's past, into history."""
    asyncio.run(_show_zones(url, setup))
    if service.demo:
        _demo_past(url, setup, service)
        return
    recorded = [s for s in opened(service.feeds, service.format_) if not s.live]
    batches = read(recorded)
    if batches:
        found = asyncio.run(store_and_judge(url, setup, batches, service.store_every_s, "judging and storing"))
        err.print(f"{sum(map(len, batches)):,} recorded rows: {found:,} anomalies")
        asyncio.run(note_sources(url, recorded))


async def _show_zones(url: str, setup: Judging) -> None:
    from store.zones import zone_rows

    writer = await Writer.open(url)
    try:
        await writer.zones(zone_rows(setup.resources["zones"]) if "zones" in setup.resources else [])
        await writer.firs(setup.resources.get("firs"))
    finally:
        await writer.close()


def _demo_past(url: str, setup: Judging, service: Service) -> None:
    """What the demo has not lived through yet, at most `demo_hours`, up to now."""
    from feeds.synthetic import Synthetic

    now = int(time.time() * 1000)
    stored = asyncio.run(stored_span(url))
    start = max(now - int(service.demo_hours * HOUR_MS), stored[1] + 1 if stored else 0)
    if now - start < 60_000:
        return
    batches = Synthetic(seed=1).batches(start, now, step_s=DEMO_STEP_S)
    asyncio.run(store_and_judge(url, setup, batches, 0.0, f"making {(now - start) / HOUR_MS:.1f} h of demo traffic"))


async def _watch(url: str, setup: Judging, service: Service, services: Outside | None = None) -> None:
    """Poll the live feeds until interrupted; with recordings alone there is only the map to serve."""
    sources: list[Polled] = [s for s in opened(service.feeds or ("demo",), service.format_) if s.live]
    if not sources:
        await asyncio.Event().wait()
    writer = await Writer.open(url, service.store_every_s)
    try:
        kept = checkpoint_path(url)
        cells = CellCounts()
        async with watched(url, setup) as watch, joined(writer, int(time.time() * 1000)) as joiner:
            make = partial(setup.engine, service.lateness_s, tolerant=True)
            journal = Journal(kept.with_suffix(".journal"))
            went_on = await resumed(make, kept, url, Others(cells, joiner, watch, journal))
            engine = went_on.engine
            await went_on.save(writer)
            await writer.close_others(engine.open_ids())
            followers: dict[str, Any] = {"outside": services, "joiner": joiner, "watch": watch, "journal": journal}
            await Live(engine, sources, writer, kept, service.keep_days, cells=cells, **followers).run()
    finally:
        await writer.close()

"""`skysift serve`: database, engine, API and dispatcher together, each kept running, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cli.answering import keep_address
from cli.config_values import strange
from cli.database import DEMO, database, revived, serving
from cli.deliver import Delivering, delivery_options
from cli.deliver import keeper as dispatcher
from cli.heard import degrees
from cli.judging_options import judging_options
from cli.keeping import Keeper, flag
from cli.option_keys import option
from cli.private import private
from cli.served import Service, demo_zones, is_demo, run, warm
from cli.ui import USAGE, Failure, err
from cli.web import await_api
from cli.web import keeper as api_keeper
from store import accounts
from store.cluster import DATABASE, ClusterError
from store.connect import open_pool

if TYPE_CHECKING:
    from api.settings import Settings
    from pipeline.airframes import Airframes

LOOK_S = 1.0
"""How often it is looked whether the private database still runs."""

ENGINE_STOP_S = 20.0
"""The engine finishes its tick and writes its state down."""


_OWN = ("store_every_s", "lateness_s", "patience_s", "keep_days", "demo_hours", "keep_raw")


@click.command(name="serve")
@click.option("--feed", "feeds", multiple=True, help="NAME=ADDRESS#at=LAT,LON or a file or folder; repeat for several. "
              "Default: the demo.")  # fmt: skip
@click.option("--format", "format_", help="Format of the feeds, where the content leaves it open.")
@option("service.host", "--host")
@option("service.port", "--port")
@click.option("--public/--private", "open_reading", default=None, help="Whether nobody may read without a login; "
              "default: only at this machine itself.")  # fmt: skip
@option("service.title", "--title")
@option("judging.poll_interval_s", "--poll-interval")
@option("storage.store_every_s", "--store-every")
@option("judging.lateness_s", "--lateness")
@option("judging.patience_s", "--patience")
@option("storage.retention_days", "--keep-days")
@option("storage.keep_raw", "--keep-raw/--no-keep-raw")
@click.option("--demo-hours", default=6.0, show_default=True, help="Hours of demo history made at the first start.")
@judging_options
@delivery_options
def command(delivering: Delivering, feeds: Sequence[str], format_: str | None, **options: Any) -> None:
    """Watch the feeds and serve the map. Recorded files are judged and stored first, live ones are polled."""
    service = _service(feeds, format_, options)
    config = service.config
    from api.settings import Settings

    signal.signal(signal.SIGTERM, _as_interrupt)
    name = DEMO if service.demo else DATABASE
    with serving(name), database(service.demo) as url:
        settings = Settings(
            url, options["title"], options["host"], options["port"], config.overrides, reach=delivering.reach,
            open_reading=options["open_reading"], demo=service.demo, log=(config["log.level"], config["log.json"]),
            airframes=_airframes(service), reference=partial(_reference, service), privacy=partial(private, config),
            receivers=tuple(degrees(text) for text in service.judging["receivers"]),
        )  # fmt: skip
        try:
            with _kept(service, settings, replace(delivering, url=url)) as address:
                err.print(f"Skysift: [bold]{address}[/bold]  (Ctrl-C stops it)")
                keep_address(url, address)
                _say_first_link(url, address)
                _look_after(name)
        except KeyboardInterrupt:
            err.print("stopping")


def _service(feeds: Sequence[str], format_: str | None, options: dict[str, Any]) -> Service:
    """What was asked for; feeds of the command line replace those of the configuration."""
    config, every_s = options.pop("config"), options.pop("poll_interval_s")
    given: list[dict[str, Any]] = [{"spec": one, "format": format_} for one in feeds]
    given = [{"usual_interval_s": every_s, **one} for one in given or config.feeds]
    if faults := strange(replace(config, feeds=given, feeds_origin="--feed" if feeds else config.feeds_origin)):
        raise Failure("\n".join(faults), USAGE)
    own = {name: options.pop(name) for name in _OWN}
    judging = {name: value for name, value in options.items() if name not in ("host", "port", "title", "open_reading")}
    if is_demo(given) and not judging["zones"]:
        judging["zones"] = demo_zones()
    return Service(given, config=config, judging=judging, **own)


def _airframes(service: Service) -> partial[Airframes]:
    """What the engine knows of aircraft, for who looks back; loaded when it is first asked for."""
    from cli.watching import reference

    names = ("aircraft", "watch_list", "no_reference")
    return partial(reference, **{name: service.judging[name] for name in names if name in service.judging})


def _reference(service: Service) -> Mapping[str, Any]:
    """What the engine judges by: files that were named, else what was imported; the models are loaded apart."""
    from cli.inputs import judging
    from models.active import RESOURCES

    given = judging(config=service.config, **service.judging).resources
    return {name: one for name, one in given.items() if name not in RESOURCES.values()}


@contextmanager
def _kept(service: Service, settings: Settings, delivering: Delivering) -> Iterator[str]:
    """All processes, each started again when it ends; the address once it answers. Raises click's Exit where the
    engine cannot begin."""
    from api.settings import with_port

    settings, ready = with_port(settings), flag()
    url = settings.database_url
    engine = Keeper(
        "the engine", run, (url, service, False, ready), (url, service, True, ready), ready, ENGINE_STOP_S, warm
    )
    keepers = [engine, api_keeper(settings), dispatcher(delivering)]
    signal.signal(signal.SIGHUP, lambda *_: engine.tell(signal.SIGHUP))
    try:
        for one in keepers[:2]:
            one.start()
        _await_engine(engine, ready)
        keepers[2].start()
        yield await_api(keepers[1], settings)
    finally:
        for one in keepers:
            one.end()
        for one in keepers:
            if one.ident is not None:
                one.wait()


def _await_engine(engine: Keeper, ready: Any) -> None:
    """Until it has stored what was recorded. What keeps it from that it has said itself."""
    while not ready.wait(0.1):
        if engine.failed is not None:
            raise click.exceptions.Exit(engine.failed or 1)


def _look_after(name: str) -> None:
    """The private database is started again when it has gone; until a signal ends it all. What keeps it from starting,
    as a full disk, may pass: it is said once, and tried again."""
    wake, said = threading.Event(), ""
    while not wake.wait(LOOK_S):
        try:
            if revived(name):
                err.print("the private database had ended; it was started again")
            said = ""
        except (ClusterError, OSError, subprocess.SubprocessError) as error:
            if said != str(error):
                err.print(f"the private database has ended and is tried again: {error}", markup=False, soft_wrap=True)
            said = str(error)


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

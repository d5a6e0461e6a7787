"""`skysift bench`: the figures in the docs, measured; those of the whole service are in cli/bench_service.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path
from typing import Any

import click

from cli.bench_service import COMMANDS
from cli.bench_show import show as _show
from cli.inputs import Judging, judging
from cli.ui import SETUP, Failure, json_option, out, print_json, table
from store.cluster import Cluster, default_state_dir
from store.migrate import upgrade

BENCH = "skysift_bench"


@click.group(name="bench")
def command() -> None:
    """Measure. Figures depend on the machine, which every result describes."""


def _size(aircraft: int, seconds: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """--aircraft, --seconds, --classes and --snapshot with these defaults."""
    path = click.Path(path_type=Path, exists=True)
    options = (
        click.option("--aircraft", default=aircraft, show_default=True, type=click.IntRange(1)),
        click.option("--seconds", default=seconds, show_default=True, type=click.IntRange(1)),
        click.option("--classes", default="nine", show_default=True, help="Classes to run, or 'all'."),
        click.option("--snapshot", type=path, help="Move the aircraft of this file instead of synthetic ones."),
        json_option,
    )
    return lambda function: reduce(lambda f, option: option(f), reversed(options), function)


_runs = click.option("--runs", default=3, show_default=True, type=click.IntRange(1), help="The median is shown.")


@command.command()
@_size(2_000, 600)
@_runs
@click.option("--per-class", is_flag=True, help="CPU microseconds a state that each class takes, one run.")
def engine(
    aircraft: int, seconds: int, classes: str, snapshot: Path | None, as_json: bool, runs: int, per_class: bool
) -> None:
    """The detection engine alone, on one core, without a database."""
    from benchmarks import engine as bench

    if per_class:
        _show_classes(bench.per_class(_setup(classes), aircraft, seconds, snapshot), as_json)
    else:
        _show(bench.run(_setup(classes), aircraft, seconds, runs, snapshot), as_json)


@command.command()
@_size(10_000, 60)
@_runs
@click.option("--areas", "number", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--subscriptions", default=1_000, show_default=True, type=click.IntRange(1))
def areas(
    aircraft: int, seconds: int, classes: str, snapshot: Path | None, as_json: bool, runs: int, number: int,
    subscriptions: int,
) -> None:  # fmt: skip
    """What watching areas adds to judging: the engine with them beside the engine without."""
    from benchmarks import areas as bench

    _show(bench.run(_setup(classes), number, subscriptions, aircraft, seconds, runs, snapshot), as_json)


@command.command()
@click.option("--aircraft", default=10_000, show_default=True, type=click.IntRange(10, 50_000))
@click.option("--ticks", default=10, show_default=True, type=click.IntRange(2, 600), help="Of ten seconds each.")
@_runs
@json_option
def models(aircraft: int, ticks: int, runs: int, as_json: bool) -> None:
    """Learned models: rows and windows a second, and a live tick of all aircraft scored by both."""
    from benchmarks import models as bench

    _show(bench.run(aircraft, ticks, runs, partial(click.echo, err=True)), as_json)


@command.command()
@_size(2_000, 300)
@_runs
def ingest(aircraft: int, seconds: int, classes: str, snapshot: Path | None, as_json: bool, runs: int) -> None:
    """Storing beside a bare COPY, and backfill from reading to storing."""
    from benchmarks import ingest as bench

    with _database() as url:
        _show(bench.run(url, _setup(classes), aircraft, seconds, runs, snapshot), as_json)


@command.command()
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_runs
@json_option
def frames(recording: Path, runs: int, as_json: bool) -> None:
    """Mode S frames of a Beast RECORDING into rows, beside the bare call of rs1090."""
    from benchmarks import frames as bench

    _show(bench.run(recording, runs), as_json)


@command.command()
@_size(8_423, 120)
def live(aircraft: int, seconds: int, classes: str, snapshot: Path | None, as_json: bool) -> None:
    """The whole world at 1 Hz, in real time, into PostGIS."""
    from benchmarks import live as bench

    with _database() as url:
        _show(bench.run(url, _setup(classes), seconds, aircraft, snapshot), as_json)


@command.command()
@_size(350, 60)
def latency(aircraft: int, seconds: int, classes: str, snapshot: Path | None, as_json: bool) -> None:
    """From an observation received to its feature in a subscriber's stream."""
    from benchmarks import latency as bench

    with _database() as url:
        _show(bench.run(url, _setup(classes), seconds, aircraft, snapshot), as_json)


@command.command()
@click.option("--aircraft", default=350, show_default=True, type=click.IntRange(10, 10_000), help="At 1 Hz each.")
@click.option("--minutes", default=60, show_default=True, type=click.IntRange(1, 360))
@click.option("--metropolitan", default=350, show_default=True, type=click.IntRange(1), help="At once, for 30 days.")
@click.option("--classes", default="all", show_default=True, help="Classes to run, or 'nine'.")
@json_option
def storage(aircraft: int, minutes: int, metropolitan: int, classes: str, as_json: bool) -> None:
    """What a million observations take on the disk, and 30 days of a metropolitan area."""
    from benchmarks import storage as bench

    with _database() as url:
        _show(bench.run(url, _setup(classes), aircraft, minutes, metropolitan), as_json)


@command.command()
@click.option("--aircraft", default=10_000, show_default=True, type=click.IntRange(10, 50_000), help="At 1 Hz each.")
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(10, 600))
@click.option("--subscriptions", default=1_000, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--lateness", default=2.0, show_default=True, type=click.FloatRange(0, 10), help="Part of the delay.")
@click.option("--streams", default=500, show_default=True, type=click.IntRange(1, 1_500), help="Open at once.")
@json_option
def alerts(aircraft: int, seconds: int, subscriptions: int, lateness: float, streams: int, as_json: bool) -> None:
    """From an observation received to a webhook, and from an alert stored to many open streams; on loopback."""
    from tempfile import TemporaryDirectory

    from benchmarks import alerts as bench
    from benchmarks import streams as pushed

    with _database() as url, TemporaryDirectory() as folder:
        plan = bench.Plan(url, Path(folder), aircraft, seconds, subscriptions, lateness)
        webhooks, pages = bench.run(plan, _setup("nine")), pushed.run(url, streams, min(seconds, 60))
    both = {name: value for name, value in webhooks.items() if name != "machine"}
    _show(
        both
        | {f"streams: {name}": value for name, value in pages.items() if name != "machine"}
        | {"machine": pages["machine"]},
        as_json,
    )


@command.command()
@click.option(
    "--scale", default=1.0, show_default=True, type=click.FloatRange(0.005, 1.0), help="1: 5 million positions."
)
@click.option("--seconds", default=6, show_default=True, type=click.IntRange(1, 60), help="Of load, for each figure.")
@click.option("--rounds", default=1, show_default=True, type=click.IntRange(1, 9), help="The median is shown.")
@json_option
def gis(scale: float, seconds: int, rounds: int, as_json: bool) -> None:
    """OGC API - Features and tiles beside tipg and pygeoapi, over the same database.

    The peers are installed with pip into an environment of their own in the state folder. Needs wrk (apt-get install
    wrk).
    """
    from benchmarks import gis as bench
    from benchmarks.gis_load import NoWrk
    from cli.bench_gis import show

    say = partial(click.echo, err=True)
    with _database() as url:
        try:
            result = bench.run(bench.Plan(url, default_state_dir(), scale, seconds, rounds, say))
        except NoWrk as error:
            raise Failure(str(error), SETUP) from None
    print_json(result) if as_json else show(result)


@command.command()
@click.option("--kills", default=100, show_default=True, type=click.IntRange(1, 1_000), help="About 6 s each.")
@click.option("--seed", default=1, show_default=True, type=int, help="Of the moments.")
@json_option
def kills(kills: int, seed: int, as_json: bool) -> None:
    """kill -9 of the engine at random moments under load: what is lost, and what comes twice. Both should be 0."""
    from tempfile import TemporaryDirectory

    from benchmarks import kills as bench

    with _database() as url, TemporaryDirectory() as folder:
        _show(bench.run(bench.Plan(url, Path(folder), kills, seed)), as_json)


@command.command()
@click.option("--aircraft", default=10_000, show_default=True, type=click.IntRange(10, 50_000))
@click.option("--anomalies", default=5_000, show_default=True, type=click.IntRange(10, 10_000))
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 48), help="Of history to scrub through.")
@click.option("--step", default=5.0, show_default=True, type=click.FloatRange(1, 300), help="Seconds between its rows.")
@click.option("--life", default=3_600, show_default=True, type=click.IntRange(120), help="Seconds of it for memory.")
@json_option
def web(aircraft: int, anomalies: int, hours: int, step: float, life: int, as_json: bool) -> None:
    """The page in Chromium, software rendering: first view, bytes, a tick, a toggle, scrubbing, memory, axe.

    Needs Chromium and Playwright. Takes some ten minutes.
    """
    from benchmarks.web import bench
    from benchmarks.web.browser import NoBrowser
    from cli.bench_web import show

    say = partial(click.echo, err=True)
    with _database() as url:
        try:
            result = bench.run(bench.Plan(url, aircraft, anomalies, hours, step, life_s=life, say=say))
        except NoBrowser as error:
            raise Failure(str(error), SETUP) from None
    print_json(result) if as_json else show(result)


for _own in COMMANDS:
    command.add_command(_own)


def _setup(classes: str) -> Judging:
    """The classes with the demo's zones and invented resources, so that none is idle; those that learn speak at once.

    The nine get what they always got, so that their figures can be compared.
    """
    from benchmarks.resources import invented, speaking
    from benchmarks.world import snapshot
    from cli.served import demo_zones

    setup = judging(zones=demo_zones(), classes=None if classes == "all" else classes)
    if classes == "nine":
        return setup
    more = {name: one for name, one in invented(snapshot()).items() if name not in setup.resources}
    return replace(setup, overrides=speaking(setup.classes), resources={**setup.resources, **more})


@contextmanager
def _database() -> Iterator[str]:
    """A database of its own on the private server, dropped afterwards."""
    cluster = Cluster(default_state_dir())
    with cluster.used(BENCH) as url:
        try:
            upgrade(url)
            yield url
        finally:
            cluster.psql(f'DROP DATABASE "{BENCH}" WITH (FORCE)')


def _show_classes(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    shown = table("class", "backfill us/state", "live 10 s us/state", "")
    for name, cost in result["backfill"].items():
        shown.add_row(name, f"{cost:.3f}", f"{result['live_10s'][name]:.3f}", result["silent"].get(name, ""))
    totals = (sum(result[way].values()) for way in ("backfill", "live_10s"))
    shown.add_row("all together", *(f"{t:.3f} = {1e6 / t:,.0f} states/s" for t in totals))
    out.print(shown)

"""`skysift bench feeds|recovery|soak`: figures of the whole service, as its user starts it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from cli.bench_show import show
from cli.ui import FAILED, Failure, json_option

_say = partial(click.echo, err=True)


@click.command()
@click.option("--rate", default=10_000, show_default=True, type=click.IntRange(40, 40_000), help="Of all feeds.")
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(5, 3_600))
@click.option("--store-every", default=0.0, show_default=True, type=click.FloatRange(0, 60), help="0: every row, so "
              "that what is lost can be counted.")  # fmt: skip
@json_option
def feeds(rate: int, seconds: int, store_every: float, as_json: bool) -> None:
    """Observations a second from four feeds at once, two of http, one of BaseStation lines, one posted: what is
    dropped, and how late it is stored."""
    from benchmarks import feeds as bench

    show(_run(lambda: bench.run(bench.Plan(rate, seconds, store_every, _say))), as_json)


@click.command()
@click.option("--aircraft", default=350, show_default=True, type=click.IntRange(1, 10_000), help="At 1 Hz each.")
@click.option("--warm", default=90.0, show_default=True, type=click.FloatRange(5, 3_600), help="Seconds before the "
              "first kill: a checkpoint is written every minute.")  # fmt: skip
@click.option("--calm", default=45.0, show_default=True, type=click.FloatRange(1, 600), help="Seconds between two.")
@click.option("--rounds", default=1, show_default=True, type=click.IntRange(1, 100))
@json_option
def recovery(aircraft: int, warm: float, calm: float, rounds: int, as_json: bool) -> None:
    """kill -9 of each process in turn: seconds until the service is ready and stores rows again."""
    from benchmarks import recovery as bench

    show(_run(lambda: bench.run(bench.Plan(aircraft, warm, calm, rounds, _say))), as_json)


@click.command()
@click.option("--hours", default=24.0, show_default=True, type=click.FloatRange(0.1, 720), help="Of data time.")
@click.option(
    "--speed", default=60.0, show_default=True, type=click.FloatRange(1, 600), help="Seconds of data a second."
)
@click.option("--aircraft", default=120, show_default=True, type=click.IntRange(10, 2_000), help="At 1 Hz each.")
@json_option
def soak(hours: float, speed: float, aircraft: int, as_json: bool) -> None:
    """Hours of live traffic in minutes: the memory of every process over time, and its slope."""
    from benchmarks import soak as bench

    show(_run(lambda: bench.run(bench.Plan(hours, speed, aircraft, _say))), as_json)


COMMANDS = (feeds, recovery, soak)


def _run(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was found. Raises Failure where the service does not start. SIGTERM ends all that was begun, as Ctrl-C."""
    from benchmarks.service import NotStarted

    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        return act()
    except NotStarted as error:
        raise Failure(str(error), FAILED) from None


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt

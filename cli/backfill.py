"""`skysift backfill`: detect over what is stored, or over recordings that are stored on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from cli.database import database
from cli.history import judge_stored, note_sources, store_and_judge
from cli.inputs import judging, judging_options
from cli.reading import opened, read, zone_option
from cli.ui import USAGE, Failure, err, json_option, print_json
from geo.anomaly import utc_text


class Moment(click.ParamType[int]):
    """An RFC 3339 time; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time; write it as 2026-11-20T13:00:00Z", param, ctx)
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


@click.command(name="backfill")
@click.argument("files", nargs=-1)
@click.option("--from", "start", type=Moment(), help="First time; default: everything stored.")
@click.option("--to", "end", type=Moment(), help="Time after the last.")
@click.option("--demo", is_flag=True, help="Work on the demo's database.")
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@zone_option
@click.option("--store-every", default=5.0, show_default=True, type=click.FloatRange(0, 86400),
              help="Seconds between stored rows of a flight; 0: all.")  # fmt: skip
@judging_options
@json_option
def command(
    files: Sequence[str],
    start: int | None,
    end: int | None,
    demo: bool,
    format_: str | None,
    zone: str | None,
    store_every: float,
    as_json: bool,
    **options: Any,
) -> None:
    """Judge stored history anew: its episodes are replaced. With FILES: read, judge and store them."""
    if start is not None and end is not None and end <= start:
        raise Failure(f"--to {utc_text(end)} is not after --from {utc_text(start)}", USAGE)
    setup = judging(**options)
    began = time.perf_counter()
    with database(demo) as url:
        if files:
            sources = opened(files, format_, zone, setup.heard)
            batches = read(sources)
            rows = sum(map(len, batches))
            asyncio.run(note_sources(url, sources))
            found = asyncio.run(store_and_judge(url, setup, batches, store_every, "judging and storing"))
            summary = {"rows": rows, "anomalies": found}
        else:
            summary = asyncio.run(judge_stored(url, setup, start, end))
    seconds = time.perf_counter() - began
    if as_json:
        print_json(summary | {"seconds": round(seconds, 3)})
    else:
        err.print(f"{summary['rows']:,} rows judged in {seconds:.1f} s: {summary['anomalies']:,} anomalies")

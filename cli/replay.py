"""`skysift replay FILE...`: play recordings through the live door, into the database and onto the map."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import click

from cli.database import database
from cli.inputs import Judging, judging, judging_options
from cli.joining import floors, joiner
from cli.reading import opened, read, zone_option
from cli.ui import err, progress
from pipeline.live import Live
from pipeline.replay import Replay
from store.writer import Writer


@click.command(name="replay")
@click.argument("files", nargs=-1, required=True)
@click.option("--speed", default=60.0, show_default=True, type=click.FloatRange(0),
              help="Seconds of data per second; 0: as fast as it goes.")  # fmt: skip
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@zone_option
@click.option("--store-every", default=5.0, show_default=True, type=click.FloatRange(0, 86400),
              help="Seconds between stored rows of a flight; 0: all.")  # fmt: skip
@judging_options
def command(
    files: Sequence[str], speed: float, format_: str | None, zone: str | None, store_every: float, **options: Any
) -> None:
    """Play FILES as if they were live. Times stay the recording's; a running `serve` shows it."""
    setup = judging(**options)
    source = Replay(", ".join(files), list(setup.private(read(opened(files, format_, zone, setup.heard)))), speed)
    with database() as url, progress("playing", len(source.rows)) as advance:
        source.advance = advance
        asyncio.run(_play(url, setup, source, store_every))
    err.print(f"played {source.played:,} rows")


async def _play(url: str, setup: Judging, source: Replay, store_every: float) -> None:
    writer = await Writer.open(url, store_every)
    try:
        await Live(setup.engine(), [source], writer, joiner=joiner(await floors(writer))).run()
    finally:
        await writer.close()

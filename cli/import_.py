"""`skysift import FILE...`: store recordings without judging them; `skysift backfill` judges what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from cli.database import database
from cli.history import note_sources, store_and_judge
from cli.inputs import Judging
from cli.reading import opened, read, zone_option
from cli.ui import err, json_option, print_json


@click.command(name="import")
@click.argument("files", nargs=-1, required=True)
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@zone_option
@click.option("--store-every", default=0.0, show_default=True, help="Seconds between stored rows of a flight; 0: all.")
@json_option
def command(files: Sequence[str], format_: str | None, zone: str | None, store_every: float, as_json: bool) -> None:
    """Store FILES. Flights are told apart; nothing is judged."""
    sources = opened(files, format_, zone)
    with database() as url:
        batches = read(sources)
        asyncio.run(store_and_judge(url, Judging({}), batches, store_every, "storing"))
        asyncio.run(note_sources(url, sources))
    rejected = {s.name: dict(s.rejected) for s in sources if s.rejected}
    if as_json:
        print_json({"rows": sum(map(len, batches)), "rejected": rejected})
        return
    err.print(f"{sum(map(len, batches)):,} rows from {len(sources)} files")
    for name, reasons in rejected.items():
        err.print(f"  {name}: refused {', '.join(f'{n:,} {why}' for why, n in reasons.items())}", markup=False)

"""`skysift export`: stored anomalies into a file, for a GIS or a notebook."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import click
import orjson

from cli.anomaly_files import check_suffix, write_features
from cli.backfill import Moment
from cli.database import database
from cli.inputs import choose
from cli.ui import err, json_option, print_json

_SELECT = """
SELECT feature FROM anomalies
WHERE start_time <= coalesce(to_timestamp($2::float8), 'infinity')
  AND end_time >= coalesce(to_timestamp($1::float8), '-infinity')
  AND class = ANY($3) AND (state <> 'cleared' OR $4)
ORDER BY start_time, id
"""


@click.command(name="export")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help=".geojson, .parquet, .fgb or .csv")
@click.option("--from", "start", type=Moment(), help="Anomalies that last until this time or longer.")
@click.option("--to", "end", type=Moment(), help="Anomalies that begin by this time.")
@click.option("--classes", help="Anomaly classes, separated by commas. Default: all.")
@click.option("--cleared", is_flag=True, help="Also what was seen and explained (state: cleared).")
@click.option("--demo", is_flag=True, help="From the demo's database.")
@json_option
def command(
    output: Path, start: int | None, end: int | None, classes: str | None, cleared: bool, demo: bool, as_json: bool
) -> None:
    """Write stored anomalies to a file; its ending says the format."""
    check_suffix(output)
    with database(demo) as url:
        features = asyncio.run(_stored(url, start, end, list(choose(classes)), cleared))
    write_features(output, features)
    if as_json:
        print_json({"anomalies": len(features), "output": str(output)})
    else:
        err.print(f"{len(features):,} anomalies written to {output}", markup=False)


async def _stored(url: str, start: int | None, end: int | None, classes: list[str], cleared: bool) -> list[Any]:
    seconds = [None if t is None else t / 1000 for t in (start, end)]
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_SELECT, *seconds, classes, cleared)
    finally:
        await connection.close()
    return [orjson.loads(row["feature"]) for row in rows]

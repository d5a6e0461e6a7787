"""`skysift export`: any collection, or what a filter leaves of it, into a file for a GIS or a notebook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from cli.anomaly_files import check_suffix, format_of, whole
from cli.backfill import Moment
from cli.configured import database_option
from cli.database import database
from cli.inputs import choose
from cli.ui import USAGE, Advance, Failure, err, json_option, print_json, progress
from geo.anomaly import utc_text


@dataclass(frozen=True)
class Wanted:
    """What to export, in the words of the API's query parameters; `most` None: all."""

    collection: str
    given: Mapping[str, str]
    most: int | None


@click.command(name="export")
@click.argument("collection", default="anomalies")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True,
    help=".geojson, .geojsonl, .geojsons, .parquet, .fgb, .gpkg, .csv, .kml or .kmz",
)  # fmt: skip
@click.option("--from", "start", type=Moment(), help="What lasts until this time or longer.")
@click.option("--to", "end", type=Moment(), help="What begins by this time.")
@click.option("--bbox", help="west,south,east,north in degrees; west > east goes across the antimeridian.")
@click.option("--filter", "filter_", help="A condition in CQL2, text or JSON.")
@click.option("--classes", help="Anomaly classes, separated by commas. Default: all.")
@click.option("--cleared", is_flag=True, help="Also what was seen and explained (state: cleared).")
@click.option("--properties", help="Only these, separated by commas.")
@click.option("--sortby", help="Properties to order by, separated by commas; a minus turns the order round.")
@click.option("--crs", help="Reference system of the file: EPSG:4326, EPSG:3857 or its URI.")
@click.option("--limit", "most", type=click.IntRange(1, 2**31 - 2), help="So many features at most.")
@click.option("--demo", is_flag=True, help="From the demo's database.")
@database_option
@json_option
def command(collection: str, output: Path, most: int | None, demo: bool, as_json: bool, **asked: Any) -> None:
    """Write a COLLECTION (anomalies, one class, aircraft, tracks, positions, zones, cells) to a file."""
    check_suffix(output)
    wanted = Wanted(collection, _given(**asked), most)
    with database(demo) as url, whole(output) as part:
        count = asyncio.run(_export(url, wanted, output, part))
    if as_json:
        print_json({"collection": collection, "features": count, "output": str(output)})
    else:
        err.print(f"{count:,} features written to {output}", markup=False)


def _given(
    start: int | None, end: int | None, classes: str | None, cleared: bool, filter_: str | None, **same: str | None
) -> Mapping[str, str]:
    """The options as query parameters."""
    found = {name: text for name, text in same.items() if text is not None}
    if start is not None or end is not None:
        found["datetime"] = "/".join(".." if at is None else utc_text(at) for at in (start, end))
    if classes:
        found["class"] = ",".join(choose(classes))
    if cleared:
        found["state"] = "open,closed,cleared"
    if filter_:
        found |= {"filter": filter_, "filter-lang": "cql2-json" if filter_.lstrip().startswith("{") else "cql2-text"}
    return found


async def _export(url: str, wanted: Wanted, output: Path, part: Path) -> int:
    from api import query, reading
    from api.problems import Problem
    from store.connect import close_pool, open_pool

    try:
        collection, asked, layer = _asked(wanted, format_of(output))
    except Problem as problem:
        raise Failure(problem.detail, USAGE) from None
    pool = await open_pool(url, 1)
    try:
        matched = await query.matched(pool, collection, replace(asked, hits=True), 0, False) or 0
        total = min(matched, wanted.most or matched)
        with progress(f"exporting {collection.id}", total) as advance:
            # Closed before the pool, which waits for the connection that it reads from: also at Ctrl-C and a full disk.
            async with aclosing(reading.features(pool, collection, asked, wanted.most)) as features:
                counted = Counted(features, advance)
                await reading.save(format_of(output), part, layer, aiter(counted))
    except Problem as problem:
        # A filter's names and types are looked at where it becomes SQL.
        raise Failure(problem.detail, USAGE) from None
    finally:
        await close_pool(pool)
    return counted.count


def _asked(wanted: Wanted, name: str) -> tuple[Any, Any, Any]:
    """Collection, checked query and layer, as the API has them. Raises Problem."""
    from api import reading, standard
    from api.asked import Asked
    from api.catalogue import collections
    from api.formats import EXPORTS, SEQUENCE
    from api.problems import bad
    from detectors._registry import registry

    known = collections(registry())
    if wanted.collection not in known:
        raise bad("collection", f"there is no collection {wanted.collection!r}; there are {', '.join(known)}")
    collection = known[wanted.collection]
    for one in wanted.given:
        if one not in standard.names(collection):
            raise bad(one, f"{collection.id} cannot be asked by {one}")
    form = next((one for one in EXPORTS if one.name == name), SEQUENCE)
    asked, layer = reading.fitting(form, collection, Asked.of(collection, wanted.given))
    return collection, asked, layer


class Counted:
    """Batches that go by, counted and shown."""

    def __init__(self, batches: AsyncIterator[list[str]], advance: Advance) -> None:
        self._batches, self._advance, self.count = batches, advance, 0

    async def __aiter__(self) -> AsyncIterator[list[str]]:
        async for texts in self._batches:
            self.count += len(texts)
            self._advance(len(texts))
            yield texts

"""`skysift report FILE...`: how good the data is, as one HTML file or as JSON; no database, no server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.anomaly_files import check_folder, whole
from cli.heard import Place, receiver_option
from cli.reading import opened, read, zone_option
from cli.ui import INPUT, USAGE, Failure, err, json_option, print_json


@click.command(name="report")
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the page here. Default: report.html.")
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@zone_option
@receiver_option
@click.option("--aircraft", multiple=True, type=click.Path(path_type=Path), help="Aircraft database: CSV and others.")
@json_option
def command(
    files: Sequence[str],
    output: Path | None,
    format_: str | None,
    zone: str | None,
    heard: Place,
    aircraft: Sequence[Path],
    as_json: bool,
) -> None:
    """Show how good the data of FILES is: what is known of the aircraft, where one can see, and what is bad."""
    if output and output.suffix.lower() not in (".html", ".htm"):
        raise Failure(f"{output}: the report is a page, so name it .html; or ask for --json", USAGE)
    if output:
        check_folder(output)
    found = report(files, format_, aircraft, zone, heard)
    if output or not as_json:
        _save(found, output or Path("report.html"))
    if as_json:
        print_json(found)
        return
    _say(found, output or Path("report.html"))


def report(
    files: Sequence[str], format_: str | None, aircraft: Sequence[Path], zone: str | None = None, heard: Place = None
) -> dict[str, Any]:
    """The numbers. Raises Failure for live feeds and recordings without rows."""
    from feeds.aircraft_files import load_aircraft
    from geo.batch import Batch
    from pipeline.quality import quality

    sources = opened(files, format_, zone, heard)
    live = [s.name for s in sources if s.live]
    if live:
        raise Failure(f"{live[0]} is a live feed and has no end: record it first", INPUT)
    table = load_aircraft(aircraft) if aircraft else None
    rows = Batch.concat(read(sources))
    if not len(rows):
        raise Failure(f"{', '.join(files)}: no rows to report on", INPUT)
    rejected: Counter[str] = sum((s.rejected for s in sources), Counter())
    return {"files": [s.name for s in sources], **quality(rows, rejected, table)}


def _save(found: dict[str, Any], path: Path) -> None:
    from cli.report_page import page

    with whole(path) as part:
        part.write_text(page(found), encoding="utf-8")


def _say(found: dict[str, Any], path: Path) -> None:
    """The main numbers, and where the page is."""
    data, match, seen = found["recording"], found["match"], found["coverage"]
    err.print(f"{data['rows']:,} rows of {data['aircraft']:,} aircraft, {data['start']} to {data['end']}")
    if match["share"] is not None:
        err.print(f"{match['known']:,} of {match['aircraft']:,} in the aircraft database ({match['share']:.1%})")
    err.print(f"{seen['watched']:,} cells watched, {seen['now_and_then']:,} heard now and then")
    err.print(f"written to {path}", markup=False)

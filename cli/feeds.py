"""`skysift feeds`: the formats that are read, and what is in given sources: rows, span, columns, refusals."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from cli.heard import Place, receiver_option
from cli.reading import opened, zone_option
from cli.ui import INPUT, Failure, err, json_option, out, print_json, progress, table
from feeds import FeedError, Source, formats
from geo.anomaly import utc_text
from geo.batch import Batch
from geo.schema import COLUMNS, present

LIVE_WAIT_S = 15.0
"""How long a live address may take to give its first rows."""


@click.command("feeds")
@click.argument("specs", metavar="[SPEC]...", nargs=-1)
@click.option("--formats", "list_formats", is_flag=True, help="List the formats that are read.")
@click.option("--markdown", is_flag=True, help="Write docs/formats.md to standard output.")
@click.option("--format", "format_", metavar="ID", help="Read as this format, whatever the content looks like.")
@zone_option
@receiver_option
@json_option
def command(
    specs: Sequence[str], list_formats: bool, markdown: bool, format_: str | None, zone: str | None, heard: Place,
    as_json: bool,
) -> None:  # fmt: skip
    """Look into sources: files, folders, http addresses. Without any, list the formats."""
    if markdown:
        from feeds._page import page

        click.echo(page(), nl=False)
        return
    if list_formats or not specs:
        _show_formats(as_json)
        return
    reports = [_probed(spec, format_, zone, heard, show=not as_json) for spec in specs]
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            _show(report)
    if all("error" in report for report in reports):
        raise Failure("; ".join(report["error"] for report in reports) if as_json else "nothing could be read", INPUT)


def _show_formats(as_json: bool) -> None:
    known = formats().values()
    if as_json:
        shown = ("id", "title", "units", "identity", "live", "example")
        print_json([{name: getattr(one, name) for name in shown} for one in known])
        return
    listed = table("id", "format", "units", "live")
    for one in known:
        listed.add_row(one.id, one.title, one.units, "polled" if one.live else "")
    out.print(listed)


def _probed(spec: str, format_: str | None, zone: str | None, heard: Place, show: bool) -> dict[str, Any]:
    """What a source holds, or why it cannot be read."""
    tally = Tally()
    try:
        (source,) = opened([spec], format_, zone, heard)
        with progress(spec, show=show) as advance:
            if source.live:
                asyncio.run(_first(source, tally))
            else:
                for batch in source.batches():
                    tally.add(batch)
                    advance(len(batch))
    except FeedError as error:
        return {"source": spec, "error": str(error)}
    return {"source": spec, "format": source.format, **tally.report(source)}


async def _first(source: Source, tally: Tally) -> None:
    """The first rows of a live source. Raises FeedError, with its last error, when none come."""
    try:
        async with asyncio.timeout(LIVE_WAIT_S):
            async for batch in source.poll():
                tally.add(batch)
                return
    except TimeoutError as error:
        why = source.last_error or "it answers, but without rows"
        raise FeedError(f"no rows within {LIVE_WAIT_S:.0f} s: {why}", source=source.name) from error


class Tally:
    """Counts over batches, in memory that does not grow with them."""

    def __init__(self) -> None:
        self.rows = 0
        self.start: int | None = None
        self.end: int | None = None
        self.filled: Counter[str] = Counter()
        self.aircraft: set[int] = set()

    def add(self, batch: Batch) -> None:
        """Take a batch into account."""
        if not len(batch):
            return
        time = batch.columns["time"]
        self.rows += len(batch)
        self.start = min(int(time.min()), self.start or int(time.min()))
        self.end = max(int(time.max()), self.end or 0)
        self.aircraft.update(batch.columns["icao24"].tolist())
        self.filled.update({name: int(present(name, values).sum()) for name, values in batch.columns.items()})

    def report(self, source: Source) -> dict[str, Any]:
        """The counts, columns in the order of the schema with their share of rows."""
        share = {name: round(self.filled[name] / self.rows, 4) for name in COLUMNS if self.filled[name]}
        return {
            "rows": self.rows, "aircraft": len(self.aircraft),
            "start": utc_text(self.start) if self.start else None, "end": utc_text(self.end) if self.end else None,
            "columns": share, "rejected": dict(source.rejected), "without_address": sorted(source.labels.values())[:20],
            "last_error": source.last_error or None,
        }  # fmt: skip


def _show(report: dict[str, Any]) -> None:
    if "error" in report:
        err.print("[red]error:[/red]", end=" ")
        err.print(report["error"], markup=False, emoji=False, soft_wrap=True)
        return
    out.print(f"[bold]{report['format']}[/bold]", end="  ")
    out.print(report["source"], markup=False, emoji=False, soft_wrap=True)
    span = f", {report['start']} to {report['end']}" if report["start"] else ""
    out.print(f"  {report['rows']:,} rows of {report['aircraft']:,} aircraft{span}", soft_wrap=True)
    columns = ", ".join(f"{name} {share:.0%}" for name, share in report["columns"].items())
    out.print(f"  columns: {columns or 'none'}", soft_wrap=True)
    for reason, count in report["rejected"].items():
        out.print(f"  refused: {reason}: {count:,}", markup=False, emoji=False)
    if report["without_address"]:
        out.print(f"  no address, so known by: {', '.join(report['without_address'])}", markup=False, emoji=False)
    if report["last_error"]:
        out.print(f"  last error: {report['last_error']}", markup=False, emoji=False, soft_wrap=True)

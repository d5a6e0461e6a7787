"""`skysift detect FILE...`: recordings in, anomalies out; no database, no server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.anomaly_files import check_suffix, collection, write_features
from cli.heard import Place
from cli.inputs import Judging, judging, judging_options
from cli.joining import joining
from cli.reading import opened, read, zone_option
from cli.ui import INPUT, Failure, err, json_option, print_json, progress, table
from geo.anomaly import Anomaly, utc_text
from geo.batch import Batch
from pipeline.engine import Engine
from pipeline.recording import run_recording

if TYPE_CHECKING:
    from feeds import Source


@click.command(name="detect")
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to .geojson, .parquet, .fgb or .csv.")
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@zone_option
@click.option("--incidents", type=click.Path(path_type=Path), help="Also write the incidents that they make, likewise.")
@click.option("--cleared", is_flag=True, help="Also write what was seen and explained (state: cleared).")
@judging_options
@json_option
def command(
    files: Sequence[str],
    output: Path | None,
    incidents: Path | None,
    format_: str | None,
    zone: str | None,
    cleared: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Find anomalies in FILES: recordings, snapshots, or folders of them.

    Without -o the GeoJSON goes to standard output; the summary by class always goes to standard error.
    """
    for path in (output, incidents):
        if path:
            check_suffix(path)
    setup = judging(**options)
    sources = recorded(files, format_, zone, setup.heard)
    engine = setup.engine(lateness_s=0.0)
    rows = list(setup.private(read(sources)))
    with progress("judging", sum(map(len, rows))) as advance:
        anomalies = run_recording(engine, rows, advance)
    written = [a.feature() for a in anomalies if cleared or a.state != "cleared"]
    if output:
        write_features(output, written)
    elif not as_json:
        click.echo(collection(written), nl=False)
    together = [one for one in joining()(anomalies) if cleared or one.state != "cleared"]
    if incidents:
        write_features(incidents, [one.feature() for one in together], "incidents")
    summary = summarise(setup, engine, anomalies, rows, sources)
    summary["incidents"] = len(together)
    print_json(summary) if as_json else _show(summary, output)


def recorded(files: Sequence[str], format_: str | None, zone: str | None = None, heard: Place = None) -> list[Source]:
    """The sources of the files. Raises Failure for one that is live, and so without an end."""
    sources = opened(files, format_, zone, heard)
    live = [s.name for s in sources if s.live]
    if live:
        raise Failure(f"{live[0]} is a live feed and has no end: give it to `skysift serve --feed`", INPUT)
    return sources


def summarise(
    setup: Judging, engine: Engine, anomalies: Sequence[Anomaly], rows: Sequence[Batch], sources: Sequence[Source]
) -> dict[str, Any]:
    """Counts by class, what was read, and what was refused."""
    standing = Counter(a.class_id for a in anomalies if a.state != "cleared")
    innocent = Counter(a.class_id for a in anomalies if a.state == "cleared")
    times = [t for b in rows if len(b) for t in (int(b["time"].min()), int(b["time"].max()))]
    rejected: Counter[str] = sum((s.rejected for s in sources), Counter())
    why = engine.status()
    return {
        "rows": engine.counts["rows"], "duplicates": engine.counts["duplicate"],
        "start": utc_text(min(times)) if times else None, "end": utc_text(max(times)) if times else None,
        "rejected": dict(rejected), "left_out": [said for one in sources for said in one.left_out],
        "classes": {
            name: {"anomalies": standing[name], "cleared": innocent[name], "inactive": why[name] or None}
            for name in setup.classes
        },
    }  # fmt: skip


def _show(summary: dict[str, Any], output: Path | None) -> None:
    shown = table("class", "anomalies", "cleared", "")
    for name, counts in summary["classes"].items():
        why = counts["inactive"] or ""
        found = "-" if why else str(counts["anomalies"])
        idle = "inactive: " if why and not why.startswith("learning") else ""
        shown.add_row(name, found, str(counts["cleared"] or ""), idle + why)
    err.print(shown)
    span = f", {summary['start']} to {summary['end']}" if summary["start"] else ""
    err.print(f"{summary['rows']:,} rows{span}; {summary['duplicates']:,} duplicates", soft_wrap=True)
    err.print(f"{summary['incidents']:,} incidents, of anomalies that belong together")
    for reason, count in summary["rejected"].items():
        err.print(f"  refused: {reason}: {count:,}", markup=False)
    for said in summary["left_out"]:
        err.print(f"    {said}", markup=False, soft_wrap=True)
    if output:
        err.print(f"written to {output}", markup=False)

"""`skysift import FILE...`: archives into the database, or into Parquet by day; `backfill` judges what is stored."""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from cli.archive_days import area_of, by_day
from cli.archive_files import Archive, Tally, days, listed, staged
from cli.archive_store import store
from cli.configuration import Configuration
from cli.configured import config_options
from cli.database import database
from cli.day_files import path_of, write_day
from cli.heard import Place, configured, receiver_option
from cli.private import private
from cli.reading import zone_option
from cli.ui import INPUT, USAGE, Failure, err, json_option, print_json, progress
from geo.batch import Batch
from store.holding import alone

SHOWN = 20
"""Files that were left out are named up to here; all of them with --json."""


@click.command(name="import")
@click.argument("files", nargs=-1, required=True)
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@zone_option
@receiver_option
@click.option("--area", help="Only flights through it, whole: a file of areas, WKT, or west,south,east,north.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write YYYY-MM-DD_NAME.parquet into "
              "this folder, instead of into the database.")  # fmt: skip
@click.option("--name", default="skysift", show_default=True, help="NAME of those files.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default="processors", type=click.IntRange(1, 256),
              help="Files that are read at once.")  # fmt: skip
@click.option("--restart", is_flag=True, help="Begin anew where an import of the same was broken off.")
@click.option("--store-every", default=0.0, show_default=True, type=click.FloatRange(0, 86400),
              help="Seconds between stored rows of a flight; 0: all.")  # fmt: skip
@config_options
@json_option
def command(
    files: Sequence[str], into: Path | None, store_every: float, heard: Place, config: Configuration, as_json: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Store FILES, or what lies in folders. Flights are told apart; nothing is judged.

    A folder with run_* inside is a data set of a notebook: its newest run is taken. Broken off, the same command goes
    on where it was.
    """
    if into and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}", options["name"]):
        raise Failure(f"--name {options['name'][:40]!r}: letters, digits, dots, dashes and underscores", USAGE)
    area = area_of(options["area"]) if options["area"] else None
    found, heard = listed(files, err.print), heard or configured(config)
    stage = _stage(files, into, {**options, "heard": heard})
    stage.mkdir(parents=True, exist_ok=True)
    with alone(stage / "lock", math.inf, _say_waiting):
        archive = Archive(found, options["format_"], options["zone"] or "UTC", heard, stage)
        if options["restart"]:
            shutil.rmtree(stage, ignore_errors=True)
        with progress("reading", len(found)) as advance:
            tally = staged(archive, options["jobs"], advance)
        counts: Counter[str] = Counter()
        parts = by_day(stage, area, counts, private(config))
        if into:
            into.mkdir(parents=True, exist_ok=True)
            written = _write(stage, parts, tally, into, options["name"])
        else:
            written = []
            with database() as url:
                asyncio.run(store(url, stage, parts, tally, store_every, _title(files)))
        shutil.rmtree(stage)
        _report(tally, counts, len(found), written, as_json)
        _check(tally, files)


def _say_waiting(holder: str) -> None:
    err.print(f"another import of the same ({holder}) is at work: waiting for its end", markup=False)


def _check(tally: Tally, files: Sequence[str]) -> None:
    """Raises Failure where nothing of it was good, or a file that was named could not be read: folders hold much."""
    if not tally.rows and (tally.rejected or tally.skipped):
        raise Failure("nothing could be imported", INPUT)
    if named := [file for file in tally.skipped if file in {str(Path(one)) for one in files}]:
        raise Failure(f"not all could be read: {', '.join(named)}", INPUT)


def _title(files: Sequence[str]) -> str:
    text = ", ".join(files)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _stage(files: Sequence[str], into: Path | None, options: dict[str, Any]) -> Path:
    """Where an import of just this lies until it is done: a break costs nothing that is there."""
    from store.cluster import default_state_dir

    own = ("format_", "zone", "area", "name", "heard")
    wanted = [str(Path(one).absolute()) for one in files], *(options[name] for name in own)
    digest = hashlib.blake2b(repr((wanted, into and str(into.absolute()))).encode(), digest_size=8).hexdigest()
    return (into / f".import-{digest}") if into else default_state_dir() / "imports" / digest


def _write(
    stage: Path, parts: Iterable[tuple[str, Batch]], tally: Tally, into: Path, name: str
) -> list[dict[str, Any]]:
    """A file per day. Files of another import are not written over."""
    done = stage / "written"
    ours = set(done.read_text().split()) if done.exists() else set()
    strange = [p for day in days(stage) if day not in ours and (p := path_of(into, day, name)).exists()]
    if strange:
        raise Failure(f"{strange[0]} is there already: remove it, or give this import another --name", INPUT)
    out = []
    with progress("writing", len(days(stage))) as advance:
        for day, rows in parts:
            path = path_of(into, day, name)
            # Said before it is done: a day that was begun is ours, and written again.
            with done.open("a") as file:
                file.write(f"{day}\n")
            write_day(path, tally.labelled(rows))
            out.append({"file": str(path), "rows": len(rows)})
            advance(1, day)
    return out


def _report(tally: Tally, counts: Counter[str], files: int, written: list[dict[str, Any]], as_json: bool) -> None:
    """What went in, what came out, and what was left out and why."""
    rows = tally.rows - counts.total()
    if as_json:
        print_json({"files": files, "read": tally.rows, "rows": rows, "left_out": +counts, "rejected": tally.rejected,
                    "skipped": tally.skipped, "written": written})  # fmt: skip
        return
    err.print(f"{rows:,} rows of {files:,} files" + (f", in {len(written)} files by day" if written else ""))
    for reason, count in (+counts).items():
        err.print(f"  left out: {count:,} {reason}")
    for reason, count in tally.rejected.items():
        err.print(f"  refused: {count:,} {reason}", markup=False)
    for file, why in list(tally.skipped.items())[:SHOWN]:
        err.print(f"  skipped: {file}: {why}", markup=False, soft_wrap=True)
    if len(tally.skipped) > SHOWN:
        err.print(f"  and {len(tally.skipped) - SHOWN:,} more files; --json names them all")

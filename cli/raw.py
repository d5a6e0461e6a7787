"""`skysift raw`: what `serve --keep-raw` has kept of the feeds, and how it comes out again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from cli.configuration import Configuration
from cli.ui import INPUT, Failure, confirmed, err, json_option, out, print_json, table
from store.cluster import default_state_dir

FOLDER = "raw"


def keeping(config: Configuration, wanted: bool, sources: Iterable[Any]) -> Any:
    """What these sources keep their records in from now on; None where nothing is to be kept."""
    if not wanted:
        return None
    from feeds._keeping import Keeping
    from feeds._living import Living

    if any(
        config[f"privacy.{name}"] for name in ("pseudonyms", "opt_out", "opt_out_files", "honour_pia", "honour_ladd")
    ):
        err.print("note: --keep-raw keeps records as they came in, of aircraft that have opted out too")
    most = int(config["storage.keep_raw_mb"] * 1_000_000)
    kept = Keeping(default_state_dir() / FOLDER, most, config["storage.keep_raw_days"])
    for source in sources:
        if isinstance(source, Living):
            source.recorder = kept.recorder(source.name, source.records)
    return kept


@click.group(name="raw")
def command() -> None:
    """Records that `serve --keep-raw` has kept, as they came in, for debugging."""


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """What there is: by day and feed."""
    rows: dict[tuple[str, str, str], int] = {}
    for part in _parts():
        key = (part.day, part.feed, part.kind)
        rows[key] = rows.get(key, 0) + part.path.stat().st_size
    if as_json:
        print_json([{"day": d, "feed": f, "kind": k, "bytes": size} for (d, f, k), size in rows.items()])
        return
    shown = table("day", "feed", "kind", "kB")
    for (day, feed, kind), size in rows.items():
        shown.add_row(day, feed, kind, f"{size / 1000:,.0f}")
    out.print(shown) if rows else out.print("nothing is kept; serve --keep-raw does")


@command.command()
@click.argument("feed")
@click.option("--day", help="Only this day, as YYYY-MM-DD (UTC).")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write "
              "into.")  # fmt: skip
@json_option
def extract(feed: str, day: str | None, output: Path, as_json: bool) -> None:
    """Write the records of FEED as files that Skysift reads: a document each, or a stream as one file a day.

    A stream's file is as old as its last record, which is how recordings of Beast know their time.
    """
    chosen = [part for part in _parts() if part.feed == feed and day in (None, part.day)]
    if not chosen:
        known = ", ".join(sorted({part.feed for part in _parts()})) or "none"
        raise Failure(f"nothing is kept of {feed!r}{f' on {day}' if day else ''}; feeds: {known}", INPUT)
    output.mkdir(parents=True, exist_ok=True)
    written = [path for day in sorted({one.day for one in chosen}) for path in _written(output, day, chosen)]
    if as_json:
        print_json({"written": [str(path) for path in written]})
    else:
        err.print(f"{len(written):,} files in {output}", markup=False, soft_wrap=True)


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(yes: bool) -> None:
    """Remove all that is kept."""
    confirmed("Remove all records that were kept?", yes)
    shutil.rmtree(default_state_dir() / FOLDER, ignore_errors=True)


def _parts() -> list[Any]:
    from feeds._errors import FeedError
    from feeds._keeping import Part, parts

    found = []
    for path in parts(default_state_dir() / FOLDER):
        try:
            found.append(Part.of(path))
        except FeedError as error:
            err.print(f"note: {error}", markup=False, soft_wrap=True)
    return found


def _written(folder: Path, day: str, chosen: Sequence[Any]) -> list[Path]:
    """The files of one day."""
    parts = [one for one in chosen if one.day == day]
    records = (record for part in parts for record in part.records())
    if parts[0].kind == "documents":
        return [_write(folder / f"{at}.json", [body], at) for at, body in records]
    path, ended = folder / f"{day}.stream", 0
    with path.open("wb") as file:
        for at, body in records:
            file.write(body)
            ended = at
    os.utime(path, ns=(ended * 1_000_000,) * 2)
    return [path]


def _write(path: Path, bodies: Sequence[bytes], at_ms: int) -> Path:
    path.write_bytes(b"".join(bodies))
    os.utime(path, ns=(at_ms * 1_000_000,) * 2)
    return path

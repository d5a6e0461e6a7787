"""`skysift reference add|list|remove`: reference data imported once, and used by every command that judges."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cli.kept import KINDS, Kept, kind_named
from cli.ui import INPUT, USAGE, Failure, confirmed, err, json_option, out, print_json, progress

SHOWN = 5


@click.group(name="reference")
def command() -> None:
    """Aircraft databases, airspace, watch lists, airports: imported once, used by all commands from then on."""


@command.command(epilog="Kinds: " + "; ".join(f"{name}: {kind.help}" for name, kind in KINDS.items()))
@click.argument("kind")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@json_option
def add(kind: str, files: Sequence[Path], as_json: bool) -> None:
    """Import FILES of a KIND; an import of files of the same names is replaced."""
    name = kind_named(kind)
    notams = _notam_files(files) if name == "zones" else []
    stamps = [_imported("notams", notams, show=not as_json)] if notams else []
    try:
        stamps.insert(0, _imported(name, files, show=not as_json))
    except Failure:
        # Notices about runways and lights alone make no zone, and are worth having all the same.
        if len(notams) < len(files):
            raise
    if as_json:
        print_json(stamps)
        return
    for stamp in stamps:
        out.print(
            f"{stamp['kind']}: {stamp['rows']:,} rows from {_names(stamp)}, version {stamp['version']}", markup=False
        )
        say_problems(stamp["kind"], stamp["problems"], stamp["problem_count"])


def _imported(kind: str, files: Sequence[Path], show: bool) -> dict[str, Any]:
    """Import with a progress bar over the bytes of the files."""
    total = sum(p.stat().st_size for f in files for p in (f.rglob("*") if f.is_dir() else [f]) if p.is_file())
    with progress(f"importing {kind}", total, show) as advance:
        try:
            return Kept.default().add(kind, files, int(time.time() * 1000), advance)
        except ValueError as error:
            raise Failure(str(error), INPUT) from error


def _notam_files(files: Sequence[Path]) -> list[Path]:
    """Those of the files that hold NOTAMs: what they say is shown beside anomalies, zone or not."""
    from feeds._given import Given
    from feeds.notams import is_notams

    return [f for f in files if f.is_file() and is_notams(Given(str(f), f).head)]


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """What has been imported: from which files, when, and what was refused."""
    stamps = Kept.default().stamps()
    if as_json:
        print_json(stamps)
        return
    if not stamps:
        out.print("Nothing imported. `skysift reference add --help` lists the kinds.")
        return
    width = max(len(one["name"]) for one in stamps)
    for one in stamps:
        refused = f", {one['problem_count']:,} refused" if one["problem_count"] else ""
        click.echo(
            f"{one['kind']:<11}{one['name']:<{width}}  {one['imported'][:10]}  version {one['version']}"
            f"  {one['rows']:>9,} rows{refused}"
        )


@command.command()
@click.argument("kind")
@click.argument("name", required=False)
@click.option("--yes", is_flag=True, help="Do not ask before all of a kind is removed.")
def remove(kind: str, name: str | None, yes: bool) -> None:
    """Forget one import (its NAME as `list` shows it), or all of a KIND."""
    kept, known = Kept.default(), kind_named(kind)
    there = [path.stem for path in sorted((kept.folder / known).glob("*.npz"))]
    if not there or (name and name not in there):
        wanted = f"{known} {name}" if name else known
        raise Failure(f"nothing imported as {wanted}; there is: {', '.join(there) or 'nothing of that kind'}", USAGE)
    if name is None and len(there) > 1:
        confirmed(f"Remove all {len(there)} imports of {known}?", yes)
    gone = kept.remove(known, name)
    if known == "zones":
        gone += [f"{one} (its NOTAMs)" for stem in list(gone) for one in kept.remove("notams", stem)]
    err.print(f"removed: {', '.join(gone)}", markup=False)


def _names(stamp: Mapping[str, Any]) -> str:
    names = [f["name"] for f in stamp["files"]]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def say_problems(what: str, problems: Sequence[str], count: int | None = None) -> None:
    """What was refused while loading, on standard error: the first few in words, the others counted."""
    count = len(problems) if count is None else count
    for problem in problems[:SHOWN]:
        err.print(f"  refused in {what}: {problem}", markup=False, soft_wrap=True)
    if count > SHOWN:
        err.print(f"  refused in {what}: {count - min(SHOWN, len(problems)):,} more", markup=False)

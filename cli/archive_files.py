"""An archive on its way in: its files, read in parallel into a stage on disk that a break does not cost."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from cli.day_files import day_of
from cli.heard import Place
from cli.ui import INPUT, Failure
from geo.batch import Batch
from geo.batch_bytes import packed, unpacked

UNIT_BYTES, UNIT_FILES = 32 << 20, 200
"""Small files are read together: a process costs more than a snapshot."""

HELD_ROWS = 2_000_000
DAY_MS = 86_400_000
_REPORT = "report.json"


@dataclass(frozen=True)
class Archive:
    """What is to be read, and how; `heard` is where frames were, (lat, lon) in degrees."""

    files: Sequence[Path]
    format: str | None
    zone: str
    heard: Place
    stage: Path

    def units(self) -> Iterator[tuple[str, list[str]]]:
        """Files in groups, each with a name that says which files in which state they are."""
        held: list[Path] = []
        for file in self.files:
            held.append(file)
            if len(held) >= UNIT_FILES or sum(one.stat().st_size for one in held) >= UNIT_BYTES:
                yield _named(held), [str(one) for one in held]
                held = []
        if held:
            yield _named(held), [str(one) for one in held]


@dataclass
class Tally:
    """What came of the reading: rows, what was refused of them, and files that were left out, with the reason."""

    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)

    def add(self, report: dict[str, Any]) -> None:
        self.rows += report["rows"]
        self.rejected.update(report["rejected"])
        self.skipped |= report["skipped"]
        self.labels |= {int(key): text for key, text in report["labels"].items()}

    def labelled(self, rows: Batch) -> Batch:
        """The rows with what their own identities stand for, where those are no addresses; of no others."""
        own = set(np.unique(rows["icao24"]).tolist())
        known = {**self.labels, **rows.labels}
        return Batch(rows.columns, {key: text for key, text in known.items() if key in own})


def listed(paths: Iterable[str], say: Callable[[str], object]) -> list[Path]:
    """The files of files and folders, in depth; of folders with `run_*` inside only the newest such, which is said.

    Raises Failure for a path that is not there, or where nothing is.
    """
    out: list[Path] = []
    for text in paths:
        path = Path(text)
        if not path.exists():
            raise Failure(f"{text}: there is no such file or folder", INPUT)
        if path.is_dir():
            run = newest_run(path)
            if run:
                say(f"{path}: the newest run is {run.name}")
            found = [p for p in sorted((run or path).rglob("*")) if not _hidden(p, run or path)]
            out += [p for p in found if p.is_file()]
            if strange := [str(p) for p in found if not p.is_file() and not p.is_dir()]:
                say(f"{len(strange)} that are no files (broken links, pipes) are left out: {', '.join(strange[:3])}")
        elif path.is_file():
            out.append(path)
        else:
            raise Failure(
                f"{text} is no file: write it into one first, so that an import can go on after a break", INPUT
            )
    if not out:
        raise Failure(f"{', '.join(paths)}: there are no files", INPUT)
    return out


def newest_run(folder: Path) -> Path | None:
    """The newest of the folders called run_*, there or in data/processed below it, as notebooks leave them: by when it
    was created (seed 001), by the numbers in its name among those of one moment, as a copy makes them."""
    for place in (folder, folder / "processed", folder / "data" / "processed"):
        runs = [one for one in place.glob("run_*") if one.is_dir()]
        if runs:
            return max(
                runs, key=lambda one: (round(os.path.getctime(one)), [int(n) for n in re.findall(r"\d+", one.name)])
            )
    return None


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _named(files: Sequence[Path]) -> str:
    stats = [(str(file.absolute()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.blake2b(repr(stats).encode(), digest_size=10).hexdigest()


def staged(archive: Archive, jobs: int, advance: Callable[[float, str], object]) -> Tally:
    """Read what is not staged yet, `jobs` files at a time. What other files left in the stage is removed."""
    archive.stage.mkdir(parents=True, exist_ok=True)
    units = dict(archive.units())
    for old in archive.stage.iterdir():
        if old.is_dir() and old.name not in units:
            shutil.rmtree(old)
    todo = {name: files for name, files in units.items() if not (archive.stage / name / _REPORT).exists()}
    advance(sum(map(len, units.values())) - sum(map(len, todo.values())), "found from before")
    for files in _done(archive, todo, min(jobs, len(todo))):
        advance(len(files), Path(files[-1]).name)
    tally = Tally()
    for name in units:
        tally.add(orjson.loads((archive.stage / name / _REPORT).read_bytes()))
    return tally


def _done(archive: Archive, todo: Mapping[str, Sequence[str]], jobs: int) -> Iterator[Sequence[str]]:
    """The files of each unit, once it is staged. One after the other needs no other process, which takes a second."""
    given = {
        name: (archive.stage / name, files, archive.format, archive.zone, archive.heard) for name, files in todo.items()
    }
    if jobs <= 1:
        for name, own in given.items():
            stage_unit(*own)
            yield todo[name]
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        running = {pool.submit(stage_unit, *own): todo[name] for name, own in given.items()}
        try:
            for done in as_completed(running):
                done.result()
                yield running[done]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def stage_unit(place: Path, files: Sequence[str], format_: str | None, zone: str, heard: Place) -> None:
    """Some files: their rows by day, and what was refused. Whole or not at all."""
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    report: dict[str, Any] = {"rows": 0, "rejected": Counter(), "skipped": {}, "labels": {}}
    held: list[Batch] = []
    for batch in _read(files, format_, zone, heard, report):
        held.append(batch)
        report["rows"] += len(batch)
        if sum(map(len, held)) > HELD_ROWS:
            _write_days(part, held)
            held = []
    _write_days(part, held)
    report["labels"] = {str(key): text for key, text in report["labels"].items()}
    (part / _REPORT).write_bytes(orjson.dumps(report))
    shutil.rmtree(place, ignore_errors=True)
    part.replace(place)


def _read(
    files: Sequence[str], format_: str | None, zone: str, heard: Place, report: dict[str, Any]
) -> Iterator[Batch]:
    """The rows of the files. One that cannot be read is noted, and the others are."""
    from feeds import FeedError
    from feeds.files import FileSource

    for file in files:
        try:
            source = FileSource(Path(file), format_, zone, heard)
        except FeedError as error:
            report["skipped"][file] = error.reason
            continue
        try:
            yield from source.batches()
        except FeedError as error:
            report["skipped"][file] = f"only in part ({source.rows:,} rows): {error.reason}"
        report["rejected"].update(source.rejected)
        report["labels"].update(source.labels)


def _write_days(place: Path, held: Sequence[Batch]) -> None:
    rows = Batch.concat(held)
    if not len(rows):
        return
    number = len(list(place.iterdir()))
    days = rows["time"] // DAY_MS
    for day in sorted(set(days.tolist())):
        (place / f"{day_of(day * DAY_MS)}-{number}.npz").write_bytes(packed(rows.take(days == day)))


def days(stage: Path) -> list[str]:
    """The days (YYYY-MM-DD) of which there are rows, in order."""
    found = (re.fullmatch(r"(\d{4}-\d\d-\d\d)-\d+\.npz", file.name) for file in stage.glob("*/*.npz"))
    return sorted({match[1] for match in found if match})


def rows_of(stage: Path, day: str) -> Batch:
    """All rows of a day."""
    return Batch.concat(unpacked(file.read_bytes()) for file in sorted(stage.glob(f"*/{day}-*.npz")))

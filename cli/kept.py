"""Reference data that was imported: one compact file each in the state folder, with a stamp of where it is from."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np

from cli import packing
from cli.ui import INPUT, USAGE, Advance, Failure
from cli.version import __version__
from geo.anomaly import utc_text
from store.cluster import default_state_dir

LAYOUT = 2
"""Of the compact files: another number, and they must be imported again."""
MOST_PROBLEMS = 200
_BLOCK = 1 << 20

DAMAGED = (ValueError, KeyError, TypeError, OSError, EOFError, BadZipFile, ZlibError)
"""What reading a damaged file raises."""


@dataclass(frozen=True)
class Kind:
    """A sort of reference data: its loader and its class (module:name), and how several become one, in their order.

    Without `merge` the newest import replaces those before it.
    """

    help: str
    loader: str
    table: str
    merge: Callable[[Sequence[Any]], Any] | None

    def load(self, paths: Sequence[Path]) -> Any:
        return _named(self.loader)(paths)

    @property
    def type(self) -> type[Any]:
        found: type[Any] = _named(self.table)
        return found


def _named(text: str) -> Any:
    """Imported when it is needed: not every command waits for GDAL."""
    module, _, name = text.partition(":")
    out: Any = importlib.import_module(module)
    for part in name.split("."):
        out = getattr(out, part)
    return out


def joined(key: str) -> Callable[[Sequence[Any]], Any]:
    """Arrays one after the other, sorted by `key`, of which the last of each value stays."""

    def merge(parts: Sequence[Any]) -> Any:
        arrays: dict[str, Any] = {
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            for f in fields(parts[0])
            if isinstance(getattr(parts[0], f.name), np.ndarray)
        }
        backwards = len(arrays[key]) - 1 - np.unique(arrays[key][::-1], return_index=True)[1]
        return type(parts[0])(**{name: values[backwards] for name, values in arrays.items()})

    return merge


KINDS: Mapping[str, Kind] = {
    "aircraft": Kind(
        "Aircraft databases: OpenSky, FlightAware, tar1090-db (its folder), plane-alert-db.",
        "feeds.aircraft_files:load_aircraft", "geo.aircraft:AircraftTable", lambda p: type(p[0]).merged(p),
    ),
    "watch-list": Kind(
        "Aircraft to look out for: plane-alert-db's columns, or addresses with a note.",
        "feeds.watch_files:load_watch", "geo.watch:WatchList", joined("icao24"),
    ),
    "airports": Kind(
        "Airports: OurAirports' airports.csv.",
        "feeds.airport_files:load_airports", "geo.airports:Airports", lambda p: reduce(lambda a, b: a.with_more(b), p),
    ),
    "runways": Kind(
        "Runways: OurAirports' runways.csv.",
        "feeds.runway_files:load_all", "geo.approaches:Ends", lambda p: reduce(lambda a, b: a + b, p),
    ),
    "firs": Kind(
        "Flight information regions: GeoJSON, with VATSpy.dat for the names.",
        "feeds.fir_files:load_firs", "geo.firs:Firs", joined("ids"),
    ),
    "zones": Kind(
        "Airspace: GeoJSON, OpenAir, KML, NOTAMs, or what GDAL reads.",
        "feeds.zones_files:load_zones", "geo.zones:Zones", lambda p: type(p[0]).concat(p),
    ),
    "routes": Kind(
        "Airports by callsign: CSV, or a folder of them.",
        "feeds.route_files:load_routes", "geo.routes:Routes", None,
    ),
    "notams": Kind(
        "NOTAMs in force, for the context of anomalies; `zones` imports them too.",
        "feeds.notams:load_notams", "geo.notams:NotamTable", lambda p: type(p[0]).merged(p),
    ),
    "weather": Kind(
        "METARs: aviationweather.gov's JSON, or lines with dates.",
        "feeds.weather:load_table", "geo.weather:ReportTable", joined("key"),
    ),
}  # fmt: skip
"""By the name that `skysift reference add` takes."""


@dataclass(frozen=True)
class Kept:
    """The folder of imported reference data."""

    folder: Path

    @staticmethod
    def default() -> Kept:
        return Kept(default_state_dir() / "reference")

    def add(self, kind: str, paths: Sequence[Path], at_ms: int, advance: Advance) -> dict[str, Any]:
        """Read, check, and keep; what was imported before from files of the same names is replaced. Its stamp."""
        files = [_fingerprint(path, advance) for path in paths]
        advance(0, "reading and checking")
        table = KINDS[kind].load(list(paths))
        problems = list(getattr(table, "problems", ()))
        name = _slug([path.name for path in paths])
        stamp = {
            "layout": LAYOUT, "kind": kind, "name": name, "files": files, "imported": utc_text(at_ms),
            "version": hashlib.sha256("".join(f["sha256"] for f in files).encode()).hexdigest()[:12],
            "rows": len(table), "problems": problems[:MOST_PROBLEMS], "problem_count": len(problems),
            "skysift": __version__, "base": _base(),
        }  # fmt: skip
        advance(0, "writing")
        if KINDS[kind].merge is None:
            self.remove(kind)
        packing.write(self.folder / kind / f"{name}.npz", table, stamp)
        return stamp

    def stamps(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The stamps, by kind and time of import."""
        kinds = [kind] if kind else list(KINDS)
        return [stamp for one in kinds for _, stamp in self._files(one)]

    def remove(self, kind: str, name: str | None = None) -> list[str]:
        """Forget one import, or all of a kind; the names of those that went."""
        gone = []
        (self.folder / kind / "merged.cache").unlink(missing_ok=True)
        for path in sorted((self.folder / kind).glob("*.npz")):
            if name in (None, path.stem):
                path.unlink()
                gone.append(path.stem)
        return gone

    def load(self, kind: str) -> Any:
        """All that was imported of a kind as one; None where there is nothing."""
        files = list(self._files(kind))
        merge = KINDS[kind].merge
        if merge is None or len(files) < 2:
            return self._read(kind, files[-1][0]) if files else None
        return self._merged(kind, files, merge)

    def _merged(self, kind: str, files: Sequence[tuple[Path, dict[str, Any]]], merge: Callable[[Any], Any]) -> Any:
        """Several imports as one, which is kept too: putting together two million aircraft takes seconds."""
        path = self.folder / kind / "merged.cache"
        stamp = {"layout": LAYOUT, "of": [[s["name"], s["version"], s["imported"]] for _, s in files], "base": _base()}
        try:
            if packing.stamp_of(path) == stamp:
                return packing.read(path, KINDS[kind].type)
        except (*DAMAGED, FileNotFoundError):
            path.unlink(missing_ok=True)
        table = merge([self._read(kind, one) for one, _ in files])
        packing.write(path, table, stamp)
        return table

    def _files(self, kind: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        found = []
        for path in sorted((self.folder / kind).glob("*.npz")):
            with _in_words(kind, path):
                found.append((path, packing.stamp_of(path)))
        return iter(sorted(found, key=lambda one: (one[1]["imported"], one[1]["name"])))

    def _read(self, kind: str, path: Path) -> Any:
        with _in_words(kind, path):
            stamp = packing.stamp_of(path)
            if stamp["layout"] != LAYOUT:
                raise ValueError("another version of Skysift wrote it")
            # Routes name airports by their number in the built-in table.
            if kind == "routes" and stamp["base"] != _base():
                raise ValueError("the built-in airports have changed since")
            return packing.read(path, KINDS[kind].type)


class _in_words:
    """Turns what a damaged file raises into a Failure that says what to do."""

    def __init__(self, kind: str, path: Path) -> None:
        self.kind, self.path = kind, path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DAMAGED):
            remedy = f"import it again, or forget it: skysift reference remove {self.kind} {self.path.stem}"
            raise Failure(
                f"reference {self.kind} {self.path.stem} cannot be used ({error}); {remedy}", INPUT
            ) from error


def kind_named(name: str) -> str:
    """The kind as it is called here; a plural or an underscore does no harm. Raises Failure."""
    plain = name.strip().lower().replace("_", "-")
    for known in KINDS:
        if plain in (known, f"{known}s", known.rstrip("s")):
            return known
    raise Failure(f"no kind of reference data {name!r}; known: {', '.join(KINDS)}", USAGE)


def _base() -> int:
    """How many airports are built in: the numbers of routes count on it."""
    from geo.airports import Airports

    return len(Airports.builtin())


def _fingerprint(path: Path, advance: Advance) -> dict[str, Any]:
    """Name, size and SHA-256 of a file; of a folder, over all its files."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    total = hashlib.sha256()
    size = 0
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                total.update(block)
                size += len(block)
                advance(len(block), f"hashing {path.name}")
    return {"name": path.name, "bytes": size, "sha256": total.hexdigest()}


def _slug(names: Sequence[str]) -> str:
    """A file name that tells what is in it: the first source's, and a number for all of them."""
    text = re.sub(r"[^a-z0-9]+", "-", names[0].lower()).strip("-")[:40] or "reference"
    return text if len(names) == 1 else f"{text}-{hashlib.sha256('|'.join(names).encode()).hexdigest()[:6]}"

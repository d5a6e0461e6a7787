"""Routes from CSV files, or folders of them, in the layout of vradarserver's standing data: callsign and airports."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from feeds._errors import FeedError
from feeds._given import DAMAGED, Given
from geo.airports import Airports
from geo.routes import Routes

MOST_FILES, MOST_ROUTES, MOST_STOPS = 20_000, 5_000_000, 12

_CALLSIGN = re.compile(r"[A-Z0-9]{2,8}")
_AIRPORT = re.compile(r"[A-Z0-9]{3,4}")


def load_routes(paths: Iterable[Path]) -> Routes:
    """The routes of all files; of a callsign that comes twice, the later one.

    Raises FeedError for a file without callsigns and airports. Rows that cannot be used are counted in `problems`.
    """
    found: dict[str, tuple[int, ...]] = {}
    problems: Counter[str] = Counter()
    place = _places()
    files = [file for path in paths for file in _files(Path(path))]
    for file in files:
        for row in _rows(file):
            route = _route(row, place, problems)
            if route:
                found[route[0]] = route[1]
            if len(found) > MOST_ROUTES:
                raise FeedError(f"more than {MOST_ROUTES:,} routes", source=str(file), hint="load fewer files")
    if files and not found:
        raise FeedError("holds no usable route", source=str(files[0]), hint="AirportCodes are such as LSZH-EDDL")
    return _packed(found, problems)


def _files(path: Path) -> list[Path]:
    """The path itself, or the CSV files below it, by name."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*.csv*") if file.is_file())
    if not files:
        raise FeedError("the folder holds no CSV file", source=str(path), hint="give the folder of the route files")
    if len(files) > MOST_FILES:
        raise FeedError(f"the folder holds more than {MOST_FILES:,} files", source=str(path), hint="give a part of it")
    return files


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """Callsign and airports of each row, as they stand there."""
    given = Given(str(path), path)
    missing = {"callsign", "airportcodes"} - set(given.cells)
    if missing:
        hint = "give a CSV with the columns Callsign and AirportCodes"
        raise given.error(f"no table of routes: it has no column {' and no '.join(sorted(missing))}", hint=hint)
    callsign, codes = given.cells.index("callsign"), given.cells.index("airportcodes")
    with io.TextIOWrapper(given.open(), encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=given.delimiter)
        try:
            next(reader)
            for row in reader:
                yield (row[callsign], row[codes]) if len(row) > max(callsign, codes) else ("", "")
        except FeedError:
            raise
        except (csv.Error, *DAMAGED) as error:
            raise given.error(f"damaged: {error}", line=reader.line_num, hint="fetch the file again") from error


def _route(
    row: tuple[str, str], place: Mapping[str, int], problems: Counter[str]
) -> tuple[str, tuple[int, ...]] | None:
    """The callsign and its airports as indices; None, and counted, where the row is of no use."""
    callsign, codes = row[0].strip().upper(), row[1].strip().upper().split("-")
    if not _CALLSIGN.fullmatch(callsign):
        problems["without a callsign of 2 to 8 letters and digits"] += 1
        return None
    if not 2 <= len(codes) <= MOST_STOPS or not all(_AIRPORT.fullmatch(code) for code in codes):
        problems[f"without 2 to {MOST_STOPS} airport codes"] += 1
        return None
    stops = tuple(place.get(code, -1) for code in codes)
    problems["with an airport that is not known"] += -1 in stops
    return callsign, stops


def _places() -> dict[str, int]:
    """Index of an airport by its ICAO code; by its IATA code where no ICAO code reads the same."""
    airports = Airports.builtin()
    by_iata = {code: k for k, code in enumerate(airports.iata.tolist()) if code}
    return by_iata | {code: k for k, code in enumerate(airports.code.tolist())}


def _packed(found: Mapping[str, tuple[int, ...]], problems: Counter[str]) -> Routes:
    """Routes as arrays, by callsign."""
    callsigns = np.array(list(found), dtype="S8")
    order = np.argsort(callsigns)
    routes = list(found.values())
    ordered = [routes[k] for k in order.tolist()]
    return Routes(
        callsign=callsigns[order],
        first=np.concatenate([[0], np.cumsum([len(r) for r in ordered], dtype=np.int64)]).astype(np.int64),
        stops=np.array([stop for route in ordered for stop in route], dtype=np.int32),
        problems=tuple(f"{count:,} routes {reason}" for reason, count in problems.items() if count),
    )

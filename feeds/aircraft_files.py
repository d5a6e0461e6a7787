"""Aircraft databases from files: the CSV tables of FlightAware, tar1090, OpenSky, plane-alert-db, and JSON trees."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from feeds import _aircraft_tree
from feeds._errors import FeedError
from feeds._given import Given
from geo.aircraft import INTERESTING, MILITARY, TEXTS, AircraftTable
from geo.schema import Array

_NAMES: Mapping[str, tuple[str, ...]] = {
    "icao24": ("icao24", "icao", "hex", "adshex", "modes", "mode_s", "icao24address"),
    "registration": ("registration", "r", "reg", "n_number", "tail"),
    "type_code": ("typecode", "t", "icao type", "icaotype", "modelicao", "type_code"),
    "description": ("desc", "icaoaircrafttype", "icaoaircraftclass", "description"),
    "operator": ("operator", "ownop", "operatorname", "owner"),
    "manufacturer": ("manufacturername", "manufacturericao", "manufacturer"),
    "model": ("model", "manufacturerandmodel", "type", "long_type"),
    "flags": ("flags", "dbflags", "db_flags"),
    "group": ("cmpg", "category", "agency"),
}
"""The names that tables give to what we look for, lower case without $, # and quotes, the best one first."""

_TAR1090 = ("icao24", "registration", "type_code", "flags", "model", "year", "operator", "extra")
"""tar1090's aircraft.csv has no header line; it is divided by semicolons."""

_HEADLESS = re.compile(rb"^[0-9a-fA-F]{6};")


def load_aircraft(paths: Iterable[Path]) -> AircraftTable:
    """One table of all files and folders; what a later one says wins.

    Raises FeedError for a file without addresses. Rows with an unusable address are counted in `problems`.
    """
    return AircraftTable.merged(_load(Path(path)) for path in paths)


def _load(path: Path) -> AircraftTable:
    given = Given(str(path), path)
    if path.is_dir():
        return _table(given, _aircraft_tree.folder(path))
    if not given.head.strip():
        raise given.error("the file is empty")
    return _table(given, _aircraft_tree.document(given) if given.head.lstrip()[:1] in b"{[" else _columns(given))


def _table(given: Given, columns: Mapping[str, pa.ChunkedArray]) -> AircraftTable:
    """Checked columns under our names as a table."""
    path = Path(given.name)
    if "icao24" not in columns:
        raise given.error("has no column of 24-bit addresses", hint="name it icao24; others: registration, typecode")
    icao24, good = _addresses(columns["icao24"])
    refused = len(icao24) - int(good.sum())
    texts = {name: _text(columns.get(name), len(icao24), dtype)[good] for name, dtype in TEXTS.items()}
    problems = (f"{path.name}: {refused:,} rows without a 24-bit address",) if refused else ()
    if not good.any():
        raise given.error("holds no usable address", hint="addresses are six hexadecimal digits")
    flags = _flags(columns, len(icao24))[good]
    return AircraftTable.merged([AircraftTable(icao24[good], **texts, flags=flags, problems=problems)])


def _columns(given: Given) -> dict[str, pa.ChunkedArray]:
    """The table's columns under our names, as text."""
    headless = bool(_HEADLESS.match(given.head))
    head = given.head.splitlines()[0]
    delimiter = ";" if headless or head.count(b";") > head.count(b",") else ","
    quote = "'" if head.startswith(b"'") else '"'
    names = _TAR1090[: head.count(b";") + 1] if headless else ()
    table = _read(given, delimiter, quote, names)
    theirs = {_plain(name): name for name in reversed(table.column_names)}
    found: dict[str, pa.ChunkedArray] = {}
    for ours, names in _NAMES.items():
        there = [theirs[name] for name in dict.fromkeys((ours, *names)) if name in theirs]
        if there:
            found[ours] = reduce(_filled, (table[name] for name in there))
    return found


def _filled(first: pa.ChunkedArray, second: pa.ChunkedArray) -> pa.ChunkedArray:
    """The first column; where it is empty, the second."""
    return pc.if_else(pc.equal(pc.utf8_trim(first, "' "), ""), second, first)


def _read(given: Given, delimiter: str, quote: str, names: tuple[str, ...]) -> pa.Table:
    """All cells as text; rows with a wrong number of cells are passed over."""
    head = given.head.splitlines()[0].decode("utf-8", "replace")
    titles = names or tuple(dict.fromkeys(head.split(delimiter)))
    try:
        return pacsv.read_csv(
            io.BytesIO(given.read()),
            pacsv.ReadOptions(column_names=list(names) or None, block_size=8 << 20),
            pacsv.ParseOptions(delimiter=delimiter, quote_char=quote, invalid_row_handler=lambda _: "skip"),
            pacsv.ConvertOptions(
                column_types={title.strip(quote): pa.string() for title in titles}, strings_can_be_null=False
            ),
        )  # fmt: skip
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise FeedError(
            f"no table: {str(error)[:160]}", source=given.name, hint="give a CSV with a header line"
        ) from error


def _plain(name: str) -> str:
    return name.strip("$#'\" \ufeff").lower()


def _addresses(values: pa.ChunkedArray) -> tuple[Array, Array]:
    """Addresses (n,) as numbers, and where there is one."""
    clean = pc.utf8_trim(values.combine_chunks(), "' ")
    good = np.asarray(pc.match_substring_regex(clean, "^[0-9a-fA-F]{6}$").fill_null(False))
    digits = _fixed(pc.if_else(good, pc.utf8_lower(clean), "000000"), 6).view(np.uint8).reshape(-1, 6).astype(np.int64)
    nibbles = np.where(digits >= ord("a"), digits - ord("a") + 10, digits - ord("0"))
    return nibbles @ (16 ** np.arange(5, -1, -1)), good


def _text(values: pa.ChunkedArray | None, n: int, dtype: str) -> Array:
    """Trimmed ASCII of a fixed width; what does not fit is cut."""
    if values is None:
        return np.zeros(n, dtype=dtype)
    trimmed = pc.utf8_trim(pc.fill_null(values.combine_chunks(), ""), "' ")
    return _fixed(pc.replace_substring_regex(trimmed, "[^\\x20-\\x7e]", "?"), int(dtype[1:]))


def _fixed(ascii_text: pa.Array, width: int) -> Array:
    """Arrow text as NumPy bytes of one width, without a Python object per row."""
    even = pc.utf8_rpad(pc.utf8_slice_codeunits(ascii_text, 0, width), width, "\0")
    _, _, data = even.buffers()
    return np.frombuffer(data, dtype=f"S{width}", count=len(even), offset=even.offset * width)


def _flags(columns: Mapping[str, pa.ChunkedArray], n: int) -> Array:
    """Bits from tar1090's text of zeros and ones, and from plane-alert-db's groups (each of which is of interest)."""
    flags = np.zeros(n, dtype=np.uint8)
    bits = _text(columns.get("flags"), n, "S4").view(np.uint8).reshape(n, 4)
    for bit in range(4):
        flags |= (bits[:, bit] == ord("1")).astype(np.uint8) << bit
    group = np.char.lower(_text(columns.get("group"), n, "S8"))
    flags |= np.where(group != b"", INTERESTING, 0).astype(np.uint8)
    flags |= np.where(group == b"mil", MILITARY, 0).astype(np.uint8)
    return flags

"""Aircraft databases in JSON: the trees of tar1090 and dump1090 (a file per beginning of the address), and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from feeds._given import Given

MOST_AIRCRAFT = 5_000_000
_PART = re.compile(r"([0-9A-Fa-f]{1,5})\.(js|json)(\.gz)?")
_LISTED = ("registration", "type_code", "flags", "model")
"""tar1090's list for an aircraft; dump1090 writes a mapping instead."""

_KEYS = {
    "registration": ("r", "registration", "reg", "tail"),
    "type_code": ("t", "typecode", "type_code", "icaotype", "icao_type"),
    "description": ("desc", "description", "icaoaircrafttype"),
    "flags": ("f", "flags", "dbflags"),
    "operator": ("ownop", "operator", "owner"),
    "manufacturer": ("manufacturer", "manufacturername"),
    "model": ("model", "long_type"),
}
_NAMES = ("icao24", *_KEYS)
_ADDRESS = ("icao24", "icao", "hex", "modes", "address")

Row = tuple[str, ...]


def folder(path: Path) -> Mapping[str, pa.ChunkedArray]:
    """The columns of a folder such as tar1090-db: its db/ is looked for, types come from its table of types."""
    given = Given(str(path), path)
    place = path / "db" if (path / "db").is_dir() else path
    parts = sorted(p for p in place.iterdir() if _PART.fullmatch(p.name))
    if not parts:
        hint = "give a CSV, or the folder with the files 0.js to F.js"
        raise given.error("the folder holds no aircraft database", hint=hint)
    types = _types([place, path])
    return _columns(given, (row for part in parts for row in _rows(Given(str(part), part))), types)


def document(given: Given) -> Mapping[str, pa.ChunkedArray]:
    """The columns of one JSON file: a part of such a tree, one mapping of all addresses, or a list of aircraft."""
    return _columns(given, _rows(given), {})


def _columns(given: Given, rows: Iterable[Row], types: Mapping[str, str]) -> dict[str, pa.ChunkedArray]:
    """Rows as columns of text. The class of an aircraft is that of its type where its own is not said."""
    found: list[Row] = []
    for row in rows:
        found.append(row)
        if len(found) > MOST_AIRCRAFT:
            raise given.error(f"more than {MOST_AIRCRAFT:,} aircraft", hint="is this an aircraft database?")
    columns = dict(zip(_NAMES, map(list, zip(*found, strict=True)), strict=True)) if found else {}
    if columns:
        kinds = zip(columns["description"], columns["type_code"], strict=True)
        columns["description"] = [said or types.get(code, "") for said, code in kinds]
    return {name: pa.chunked_array([pa.array(values, pa.string())]) for name, values in columns.items()}


def _rows(given: Given) -> Iterator[Row]:
    """Address and texts of each aircraft in a document."""
    content = _json(given)
    if isinstance(content, list):
        for one in content:
            if isinstance(one, dict):
                said = {str(key).lower(): value for key, value in one.items()}
                yield (_text(next((said[k] for k in _ADDRESS if k in said), "")), *_texts(said))
        return
    part = _PART.fullmatch(Path(given.name).name)
    whole = all(len(key) == 6 for key in list(content)[:10])
    prefix = "" if whole or part is None else part[1]
    for rest, one in content.items():
        if rest != "children" and isinstance(one, list | dict):
            yield (prefix + rest, *_texts(one))


def _texts(one: Any) -> Row:
    """What is said of one aircraft, in the order of _KEYS."""
    if isinstance(one, list):
        said = dict(zip(_LISTED, one, strict=False))
        return tuple(_text(said.get(name)) for name in _KEYS)
    lower = {str(key).lower(): value for key, value in one.items()}
    return tuple(_text(next((lower[k] for k in names if lower.get(k)), "")) for names in _KEYS.values())


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _json(given: Given) -> Any:
    try:
        content = orjson.loads(given.read())
    except orjson.JSONDecodeError as error:
        raise given.error(f"damaged JSON: {error.msg}", line=error.lineno, hint="fetch or save it again") from error
    if not isinstance(content, list | dict):
        raise given.error("no aircraft database", hint="give a mapping of addresses, or a list of aircraft")
    return content


def _types(places: Iterable[Path]) -> dict[str, str]:
    """ICAO class (L2J) by type code, from icao_aircraft_types.json or .js."""
    for path in (place / f"icao_aircraft_types.{ending}" for place in places for ending in ("json", "js")):
        if path.is_file():
            content = _json(Given(str(path), path))
            if isinstance(content, dict):
                return {code: _text(one.get("desc")) for code, one in content.items() if isinstance(one, dict)}
    return {}

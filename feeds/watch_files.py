"""Watch lists from files: the CSV of plane-alert-db, tables like it, and plain lists of addresses with a note."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from feeds._given import Given
from geo.watch import GROUPS, WatchList

_NAMES: Mapping[str, tuple[str, ...]] = {
    "icao24": ("icao", "icao24", "hex", "address", "mode_s", "modes"),
    "registration": ("registration", "reg", "r", "tail"),
    "operator": ("operator", "owner", "ownop"),
    "type_code": ("icao type", "icaotype", "typecode", "type_code", "t"),
    "group": ("cmpg", "group"),
    "category": ("category",),
    "tags": ("tag", "tags", "note", "notes", "comment", "tag 1", "tag 2", "tag 3"),
    "link": ("link", "url"),
}
"""The names that tables give to what we look for, lower case without $, # and quotes."""

_PLAIN = ("icao", "note")
"""A list without a header line: the address, and perhaps a remark."""

_ADDRESS = re.compile(r"[0-9a-fA-F]{6}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Controls, and what turns or hides the text around it: none of it belongs in a name."""

_LONGEST = 200
_MOST = 1_000_000
"""Entries of one file: more than all aircraft there are."""


def load_watch(paths: Iterable[Path]) -> WatchList:
    """One list of all files; a later entry of an address replaces an earlier one.

    Raises FeedError for a file without one usable address. Lines without one are counted in `problems`.
    """
    entries: list[tuple[int, dict[str, str]]] = []
    problems: list[str] = []
    for path in map(Path, paths):
        given = Given(str(path), path)
        found, refused = _load(given)
        if not found:
            raise given.error("holds no usable address", hint="give a CSV with $ICAO, or lines of icao24,note")
        if refused:
            problems.append(f"{path.name}: {refused:,} lines without a 24-bit address")
        entries += found
    return WatchList.of(entries, problems)


def _load(given: Given) -> tuple[list[tuple[int, dict[str, str]]], int]:
    """The entries of a file, and how many lines hold none."""
    lines = _cells(given)
    titles = [_ours(name) for name in _PLAIN]
    found: list[tuple[int, dict[str, str]]] = []
    refused = 0
    for k, cells in enumerate(lines):
        names = [_ours(cell) for cell in cells]
        if k == 0 and "icao24" in names:
            titles = names
            continue
        entry = _entry(titles, cells)
        if entry and len(found) < _MOST:
            found.append(entry)
        else:
            refused += 1
    return found, refused


def _cells(given: Given) -> Iterator[Sequence[str]]:
    """The cells of each line that is neither blank nor a comment."""
    text = given.read().decode("utf-8-sig", "replace").replace("\0", "")
    lines = (line for line in text.splitlines() if line.strip() and not re.match(r"\s*#(?!\s*\w+\s*,)", line))
    delimiter = given.delimiter
    for line in lines:
        try:
            yield next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            yield []


def _ours(title: str) -> str:
    """Our name of a column; '' for one we do not keep."""
    plain = title.replace("$", "").replace("#", "").strip("'\" ").lower()
    return next((mine for mine, theirs in _NAMES.items() if plain in theirs), "")


def _entry(titles: Sequence[str], cells: Sequence[str]) -> tuple[int, dict[str, str]] | None:
    """Address and texts of one line; None where it has no address."""
    row: dict[str, str] = {}
    for name, cell in zip(titles, cells, strict=False):
        text = _UNSEEN.sub("", cell).strip("' ")[:_LONGEST]
        if name and text:
            row[name] = f"{row[name]}, {text}" if name == "tags" and name in row else text
    address = row.pop("icao24", "")
    if not _ADDRESS.fullmatch(address):
        return None
    if not re.match(r"https?://", row.get("link", "")):
        row.pop("link", None)
    group = row.pop("group", "").lower()
    return int(address, 16), row | ({"group": group} if group in GROUPS else {})

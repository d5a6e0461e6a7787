"""Where in a TOML file a key stands: tomllib gives values only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """Line numbers, from 1, by path: tables, and keys that begin a line. In lists of tables a number is part of it."""
    found: dict[Path, int] = {}
    current: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = _header(line.strip())
        if header:
            current, several = header
            if several:
                counts[current] = counts.get(current, -1) + 1
                current = (*current, counts[current])
            found.setdefault(current, number)
        elif key := _key(line):
            found.setdefault((*current, *key), number)
    return found


def _header(line: str) -> tuple[Path, bool] | None:
    """The table that a line begins, and whether it is one of several."""
    if not line.startswith("["):
        return None
    try:
        return _deepest(tomllib.loads(line)), line.startswith("[[")
    except tomllib.TOMLDecodeError:
        return None


def _key(line: str) -> Path:
    """The key that a line gives a value to; () for none."""
    head, equals, _ = line.partition("=")
    if not equals:
        return ()
    try:
        return _deepest(tomllib.loads(f"{head}= 0"))
    except tomllib.TOMLDecodeError:
        return ()


def _deepest(parsed: Mapping[str, Any]) -> Path:
    """The path to the only thing that was parsed."""
    path: list[str] = []
    while isinstance(parsed, dict) and parsed:
        name, inner = next(iter(parsed.items()))
        path.append(name)
        parsed = inner[0] if isinstance(inner, list) and inner else inner
    return tuple(path)

"""Observations as programs send them, by the schema's names: good rows become a Batch, the others reasons."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from geo.batch import EARLIEST, LATEST, Batch, checked
from geo.schema import COLUMNS, EMERGENCIES, NO_TIME, REQUIRED, SOURCES, Array, icao24_number

SENT = tuple(name for name in COLUMNS if name not in ("feed", "heard"))
"""What may be sent: everything but who heard it, which is the service's to say."""

FUTURE_MS = 30_000
_ADDRESS = re.compile(r"~?[0-9a-fA-F]{6}")
_WORDS = {"source": SOURCES, "emergency": EMERGENCIES}
_MISSING = object()
_LONGEST = 200
"""Characters of a text with its blanks; what is longer is not even looked at."""


@dataclass
class Sifted:
    """`refused`: the index of each row that is not taken, and why. What was lost of others is counted in the Batch."""

    batch: Batch
    refused: dict[int, str] = field(default_factory=dict)


def sift(columns: Mapping[str, Sequence[Any]], rows: int, now_ms: int) -> Sifted:
    """Columns of Python values, None where not sent. A row with a value of the wrong kind, without an address, or
    without a time that can be is refused; a number out of range is only left out."""
    refused: dict[int, str] = {}
    made = {name: _column(name, columns[name], refused) for name in SENT if name in columns}
    for name in REQUIRED:
        if name not in made:
            made[name] = np.full(rows, -1 if name == "icao24" else NO_TIME)
    _judge(made, now_ms, refused)
    keep = np.ones(rows, dtype=bool)
    keep[list(refused)] = False
    batch = checked({name: values[keep] for name, values in made.items()})
    if "lat" in batch.columns and "position_time" in batch.columns:
        batch.columns["position_time"][np.isnan(batch["lat"])] = NO_TIME
    return Sifted(batch, dict(sorted(refused.items())))


def _judge(made: Mapping[str, Array], now_ms: int, refused: dict[int, str]) -> None:
    """Rows without an identity or a time, or with one that cannot be."""
    time, icao24 = made["time"], made["icao24"]
    reasons = (
        (icao24 < 0, "no icao24"),
        (time == NO_TIME, "no time"),
        ((time != NO_TIME) & ((time < EARLIEST) | (time > LATEST)), "time out of range"),
        ((time <= LATEST) & (time > now_ms + FUTURE_MS), f"time more than {FUTURE_MS // 1000} s in the future"),
    )
    for mask, reason in reasons:
        for i in np.flatnonzero(mask).tolist():
            refused.setdefault(i, reason)


def _column(name: str, values: Sequence[Any], refused: dict[int, str]) -> Array:
    """One column in the schema's type; the rows with a value that is none are refused."""
    declared = COLUMNS[name]
    convert = _address if name == "icao24" else _CONVERT[declared.kind]
    missing = -1 if name == "icao24" else declared.missing
    out = []
    for i, value in enumerate(values):
        found = missing if value is None else convert(name, value)
        if found is _MISSING:
            refused.setdefault(i, f"{name}: {_shown(value)} is no {_KINDS.get(name) or _KINDS[declared.kind]}")
            found = missing
        out.append(found)
    return np.array(out, dtype=declared.dtype) if declared.kind != "f" else np.array(out, dtype=np.float64)


def _shown(value: Any) -> str:
    text = repr(value[:41] if isinstance(value, str | bytes) else value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _number(name: str, value: Any) -> Any:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or value != value:
        return math.nan if good else _MISSING
    # Beyond the range of four bytes is infinite, which the range check leaves out; an int may be beyond any float's.
    return float(value) if abs(value) < 1e38 else math.inf


def _time(name: str, value: Any) -> Any:
    """Epoch ms, from a whole number of them or RFC 3339 text, which is UTC where it names no zone."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return _MISSING
    if isinstance(value, datetime):
        return round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return round(value) if good and abs(value) < 2**62 else _MISSING


def _flag(name: str, value: Any) -> Any:
    return int(value) if value in (0, 1) and isinstance(value, bool | int) else _MISSING


def _text(name: str, value: Any) -> Any:
    """Trimmed, upper case, printable ASCII of the column's width; a squawk is four octal digits."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return _MISSING
    text = value.strip().upper()
    width = int(COLUMNS[name].dtype[1:])
    if len(text) > width or not text.isascii() or not (text.isprintable() or not text):
        return _MISSING
    if name == "squawk" and text and not re.fullmatch(r"[0-7]{4}", text):
        return _MISSING
    return text.encode()


def _code(name: str, value: Any) -> Any:
    """A word of the list, or a small whole number where there is no list."""
    if name in _WORDS:
        return _WORDS[name].index(value) if isinstance(value, str) and value in _WORDS[name] else _MISSING
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255 else _MISSING


def _address(name: str, value: Any) -> Any:
    return icao24_number(value) if isinstance(value, str) and _ADDRESS.fullmatch(value) else _MISSING


_CONVERT: Mapping[str, Callable[[str, Any], Any]] = {"f": _number, "i": _time, "b": _flag, "S": _text, "u": _code}
_KINDS = {
    "f": "number", "i": "time (RFC 3339, or whole epoch milliseconds)", "b": "flag (true or false)",
    "S": "text of that length in ASCII", "u": "whole number from 0 to 255", "squawk": "four octal digits as text",
    "icao24": "address of six hex digits", "source": f"one of {', '.join(SOURCES)}",
    "emergency": f"one of {', '.join(EMERGENCIES)}",
}  # fmt: skip

"""Arrow columns to arrays: numbers, times, flags and text, each bad value counted and left missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from feeds._text import addresses, printable, squawks
from geo.schema import NO_TIME, Array

BLANKS = ("", "NA", "NaN", "nan", "N/A", "n/a", "null", "NULL", "None", "NaT", "-")
_TRUTH = {"true": 1, "t": 1, "1": 1, "1.0": 1, "yes": 1, "false": 0, "f": 0, "0": 0, "0.0": 0, "no": 0}
_UNITS = ((1e17, 1e-6), (1e14, 1e-3), (1e11, 1.0))
"""Epoch numbers above the first are in ns, us or ms; below all of them in seconds."""


def column(values: Sequence[Any]) -> pa.Array:
    """An Arrow column from Python values; text throughout where no one type of Arrow's holds them all.

    Nothing is lost by that: whoever converts the text takes what is a number, a time or a flag, and counts the rest.
    """
    # Types mixed or nested, whole numbers beyond 64 bits, half a surrogate pair: what a hostile or broken feed sends.
    with suppress(pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeError):
        out = pa.array(values, from_pandas=True)
        if _known(out.type):
            return out
    return pa.array([None if v is None else _plain(v) for v in values], pa.string())


def _plain(value: Any) -> str:
    """A scalar as text; a nested value as something that no converter accepts."""
    if isinstance(value, list | dict | tuple):
        return "?nested"
    return str(value).encode("utf-8", "replace").decode()[:64]


def _known(kind: pa.DataType) -> bool:
    t = pa.types
    return any(test(kind) for test in (t.is_string, t.is_floating, t.is_integer, t.is_boolean, t.is_null))


def strings(values: pa.Array) -> list[str]:
    """Text of every row; missing is empty, undecodable bytes become `?`."""
    if pa.types.is_boolean(values.type):
        return [str(v) if v is not None else "" for v in values.to_pylist()]
    if pa.types.is_null(values.type):
        return [""] * len(values)
    # By way of bytes: Parquet does not promise that its text is text.
    raw = (values if _is_text(values.type) else values.cast(pa.string())).cast(pa.binary())
    return [v.decode("utf-8", "replace") if v else "" for v in raw.to_pylist()]


def distinct(values: pa.Array, convert: Callable[[list[str]], Array]) -> Array:
    """Convert each distinct text once and spread the result over the rows."""
    if not len(values):
        return convert([])
    coded = values.dictionary_encode()
    words = convert([*strings(coded.dictionary), ""])
    at = coded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    out: Array = words[at]
    return out


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind))


def numbers(values: pa.Array, name: str, bad: Counter[str]) -> Array:
    """float64, NaN where missing. Booleans, nested values and words are no numbers: counted."""
    kind = values.type
    if pa.types.is_boolean(kind):
        bad[f"{name} not a number"] += len(values) - values.null_count
        return np.full(len(values), np.nan)
    if not _is_text(kind):
        out: Array = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return out
    try:
        sent: Array = _blanked(values).cast(pa.float64()).to_numpy(zero_copy_only=False)
        return sent
    except pa.ArrowInvalid:
        return _each(strings(values), name, bad)


def _blanked(values: pa.Array) -> pa.Array:
    """Text with the usual words for 'nothing' made null. Raises ArrowInvalid where bytes are no text."""
    text = pc.utf8_trim_whitespace(values.cast(pa.string()))
    return pc.if_else(pc.is_in(text, value_set=pa.array(BLANKS)), None, text)


def _each(values: list[str], name: str, bad: Counter[str]) -> Array:
    """The slow way, for a column that holds something that is no number."""
    out = np.full(len(values), np.nan)
    for i, text in enumerate(values):
        text = text.strip()
        if text in BLANKS:
            continue
        try:
            out[i] = float(text) if "_" not in text else float("x")
        except ValueError:
            bad[f"{name} not a number"] += 1
    return out


def epoch_ms(numbers: Array) -> Array:
    """int64 ms from epoch numbers in s, ms, us or ns, told apart by size; NO_TIME where NaN or absurd."""
    scale = np.full(len(numbers), 1000.0)
    with np.errstate(invalid="ignore"):
        for above, factor in reversed(_UNITS):
            scale[np.abs(numbers) > above] = factor
        ms = numbers * scale
        sane = np.abs(ms) < 1e15
    return np.where(sane, np.rint(np.where(sane, ms, 0)).astype(np.int64), NO_TIME)


def times(values: pa.Array, name: str, bad: Counter[str]) -> Array:
    """int64 epoch ms UTC from timestamps, epoch numbers, or ISO 8601 text (UTC where it names no zone)."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        ms = values.cast(pa.timestamp("ms", tz=kind.tz), safe=False).cast(pa.int64())
        out: Array = ms.fill_null(int(NO_TIME)).to_numpy(zero_copy_only=False)
        return out
    if not _is_text(kind):
        return epoch_ms(numbers(values, name, bad))
    for attempt in (pa.float64(), pa.timestamp("ms", tz="UTC"), pa.timestamp("ms")):
        try:
            made = _blanked(values).cast(attempt)
        except pa.ArrowInvalid:
            continue
        return times(made, name, bad)
    return _each_time(strings(values), name, bad)


def _each_time(values: list[str], name: str, bad: Counter[str]) -> Array:
    """The slow way, for a column of mixed or broken times."""
    text = pd.Series(values, dtype=object).str.strip()
    number = pd.to_numeric(text.where(text.str.fullmatch(r"-?\d{1,20}(\.\d{1,9})?", na=False)), errors="coerce")
    # Dates only: pandas would take "now" and "today" for times as well.
    parsed = pd.to_datetime(
        text.where(text.str.match(r"\d{4}-?\d\d", na=False)), format="ISO8601", utc=True, errors="coerce"
    )
    ms = parsed.dt.as_unit("ms").astype("int64").to_numpy()
    out = np.where(parsed.isna(), epoch_ms(number.to_numpy(dtype=np.float64)), ms)
    bad[f"{name} not a time"] += int(((out == NO_TIME) & ~text.isin(BLANKS).to_numpy()).sum())
    return out


def flags(values: pa.Array, name: str, bad: Counter[str]) -> Array:
    """int8: 1 yes, 0 no, -1 not sent, from booleans, 0/1 or words such as 'False'."""
    if pa.types.is_boolean(values.type):
        out: Array = values.cast(pa.int8()).fill_null(-1).to_numpy(zero_copy_only=False)
        return out
    found = distinct(values, lambda words: np.array([_truth(w) for w in words], dtype=np.int8))
    bad[f"{name} not a flag"] += int((found == -2).sum())
    return np.where(found == -2, -1, found).astype(np.int8)


def _truth(word: str) -> int:
    word = word.strip()
    return -1 if word in BLANKS else _TRUTH.get(word.lower(), -2)


def texts(values: pa.Array, width: int) -> Array:
    """Trimmed, upper-case, printable text of a fixed width."""
    return distinct(values, lambda words: printable(["" if w in BLANKS else w for w in words], width))


def squawk_texts(values: pa.Array, name: str, bad: Counter[str]) -> Array:
    """Four octal digits; what is neither that nor missing is counted."""
    refused = distinct(values, lambda words: squawks(["" if w in BLANKS else w for w in words])[0])
    sent = distinct(values, lambda words: np.array([w.strip() not in (*BLANKS, "0", "0.0") for w in words]))
    bad[f"{name} not four octal digits"] += int((sent & (refused == b"")).sum())
    return refused


def address_keys(values: pa.Array) -> Array:
    """24-bit addresses; -1 where there is none. Whole numbers are hex digits that a table program took for a number."""
    return distinct(values, lambda words: addresses([w.zfill(6) if w.isdigit() else w for w in words]))

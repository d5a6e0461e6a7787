"""BaseStation lines (port 30003) as arrays: one row per message, times as they stand in the line."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from feeds._build import built
from feeds._convert import address_keys, distinct, numbers, squawk_texts, texts, times
from feeds._local import utc
from feeds._table import Chunk
from geo.batch import Batch
from geo.schema import NO_TIME, SOURCES, Array

FIELDS = (
    "message", "type", "session", "aircraft", "hex", "flight", "date", "clock", "logged_date", "logged_clock",
    "callsign", "altitude", "speed", "track", "lat", "lon", "vertical_rate", "squawk", "alert", "emergency", "spi",
    "ground",
)  # fmt: skip
"""The fields of a line, in order. `emergency` only repeats what the squawk says, and is not read."""

LEAST_FIELDS, MOST_FIELDS = 10, 40
QUIET = ("SEL", "ID", "AIR", "STA", "CLK")
"""Lines about the receiver's list, not about what was heard."""

DIFFER_MS = 60_000
"""A message that is generated so long before or after it is logged comes from a box whose clock is wrong."""

_NUMBERS = {"speed": "ground_speed", "track": "track", "lat": "lat", "lon": "lon", "vertical_rate": "vertical_rate"}
_FLAGS = {b"-1": 1, b"1": 1, b"0": 0}
_ES, _OTHER = SOURCES.index("adsb_icao"), SOURCES.index("mode_s")
_MLAT = SOURCES.index("mlat")


def messages(lines: bytes, zone: str, bad: Counter[str]) -> Batch:
    """Whole lines to messages. `zone` names the clock that wrote them (IANA); what is refused is counted in the Batch.

    The type is taken for what the line's format is: 1 to 4 are extended squitter, 2 is sent on the ground.
    """
    table = _table(lines, bad)
    if not len(table["type"]):
        return Batch(Batch.empty().columns, {}, +bad)
    kind = np.array(table["type"].to_pylist(), dtype="S1")
    mlat = np.array(table["message"].to_pylist(), dtype="S4") == b"MLAT"
    columns = {ours: numbers(table[theirs], ours, bad) for theirs, ours in _NUMBERS.items()}
    columns |= _heights(table, bad)
    columns["icao24"] = address_keys(table["hex"])
    columns["callsign"] = texts(table["callsign"], 8)
    columns["squawk"] = squawk_texts(table["squawk"], "squawk", bad)
    columns["on_ground"] = _flag(table, "ground", bad)
    columns["on_ground"][(kind == b"2") & (columns["on_ground"] == -1)] = 1
    columns["alert"], columns["spi"] = _flag(table, "alert", bad), _flag(table, "spi", bad)
    columns["source"] = np.where(mlat, _MLAT, np.where(np.isin(kind, (b"1", b"2", b"3", b"4")), _ES, _OTHER))
    columns["time"] = utc(_stamps(table, bad), zone, bad)
    return built(columns, bad)


def _table(lines: bytes, bad: Counter[str]) -> Chunk:
    """The MSG and MLAT lines as bytes by field; short ones are filled up, what is no such line is counted."""
    odd: list[str] = []
    whole = _parsed(lines, odd)
    fit = [cells for text in odd if LEAST_FIELDS <= len(cells := text.split(",")) <= MOST_FIELDS]
    bad["line of too few or too many fields"] += len(odd) - len(fit)
    if fit:
        padded = [(cells + [""] * len(FIELDS))[: len(FIELDS)] for cells in fit]
        text = "\n".join(",".join(cells) for cells in padded)
        # Lines of unusual length come after the others: the order is by time later.
        whole = pa.concat_tables([whole, _parsed(text.encode("utf-8", "replace"), [])])
    name, kind = whole["message"], whole["type"]
    heard = pc.and_(
        pc.is_in(name, pa.array([b"MSG", b"MLAT"])), pc.is_in(kind, pa.array([str(i).encode() for i in range(1, 9)]))
    )
    known = pc.or_(heard, pc.is_in(name, pa.array([n.encode() for n in QUIET])))
    bad["line that is no BaseStation message"] += len(whole) - int(pc.sum(known).as_py() or 0)
    fitting = whole.filter(heard).combine_chunks()
    return {name: _plain(fitting[name]) for name in FIELDS}


def _plain(values: pa.ChunkedArray) -> pa.Array:
    """One array of a column; none is an empty one."""
    return values.chunk(0) if values.num_chunks else pa.array([], values.type)


def _parsed(lines: bytes, odd: list[str]) -> pa.Table:
    """Lines of exactly as many fields as FIELDS; the others go to `odd`."""

    def other(row: pa.csv.InvalidRow) -> str:
        odd.append(row.text)
        return "skip"

    if not lines.strip():
        return pa.table({name: pa.array([], pa.binary()) for name in FIELDS})
    return pa.csv.read_csv(
        pa.BufferReader(lines + b"\n"),
        pa.csv.ReadOptions(
            column_names=list(FIELDS), block_size=max(len(lines) + 1, 1 << 16), use_threads=False, encoding="latin-1"
        ),
        pa.csv.ParseOptions(quote_char=False, invalid_row_handler=other),
        pa.csv.ConvertOptions(column_types=dict.fromkeys(FIELDS, pa.binary()), check_utf8=False),
    )


def _heights(table: Chunk, bad: Counter[str]) -> dict[str, Array]:
    """Pressure altitudes; those that a receiver marks with H are heights above the ellipsoid."""
    text = _ascii(table["altitude"])
    geometric = pc.ends_with(text, "H").to_numpy(zero_copy_only=False).astype(bool)
    height = numbers(pc.utf8_rtrim(text, "H"), "altitude", bad)
    return {
        "baro_altitude": np.where(geometric, np.nan, height),
        "geo_altitude": np.where(geometric, height, np.nan),
    }


def _ascii(values: pa.Array) -> pa.Array:
    """Text of a column of bytes; where they are no text, it is made of the letters that are."""
    try:
        return values.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([v.decode("ascii", "replace") for v in values.to_pylist()], pa.string())


def _flag(table: Chunk, name: str, bad: Counter[str]) -> Array:
    """-1 in the line is yes, 0 is no, nothing is unknown."""
    out = distinct(table[name], lambda words: np.array([_truth(w) for w in words], dtype=np.int8))
    bad[f"{name} not a flag"] += int((out == -2).sum())
    return np.where(out == -2, -1, out).astype(np.int8)


def _truth(word: str) -> int:
    word = word.strip()
    return -1 if not word else _FLAGS.get(word.encode("ascii", "replace"), -2)


def _stamps(table: Chunk, bad: Counter[str]) -> Array:
    """Local ms: when the message was generated; where that is missing or its clock is wrong, when it was logged."""
    made = _stamp(table, "date", "clock", bad)
    logged = _stamp(table, "logged_date", "logged_clock", bad)
    both = (made != NO_TIME) & (logged != NO_TIME)
    far = both & (np.abs(np.where(both, made - np.where(both, logged, 0), 0)) > DIFFER_MS)
    bad["generated long before or after it was logged: taken as logged"] += int(far.sum())
    return np.where((made == NO_TIME) | far, logged, made)


def _stamp(table: Chunk, date: str, clock: str, bad: Counter[str]) -> Array:
    """Ms of a date and a time of day, as if they were UTC; NO_TIME where either is missing."""
    day = pc.replace_substring(_ascii(table[date]), "/", "-")
    time = _ascii(table[clock])
    whole = pc.and_(pc.not_equal(pc.utf8_trim_whitespace(day), ""), pc.not_equal(pc.utf8_trim_whitespace(time), ""))
    text = pc.if_else(whole, pc.binary_join_element_wise(day, time, " "), "")
    return times(text, "time", bad)

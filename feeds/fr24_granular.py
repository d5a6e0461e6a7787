"""Flightradar24's granular CSV: every message of one flight, with KEY:VALUE cells after the named columns."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from feeds._columns import Col, Layout, batch_of
from feeds._convert import column, numbers
from feeds._fr24 import FR24_SOURCES, TRACK
from feeds._given import Given
from feeds._order import CHUNK_ROWS
from feeds._registry import format_
from feeds._table import Chunk
from geo.batch import Batch
from geo.schema import Array

EXTRA = {
    "GPSA": "geo_altitude", "TAS": "true_airspeed", "IAS": "indicated_airspeed", "MACH": "mach", "HDG": "heading",
    "ROLL": "roll", "MCPA": "selected_altitude",
}  # fmt: skip
"""Cells after the named ones. MACH comes twice, in thousandths and as it is: the last one holds."""


def _finish(columns: dict[str, Array], chunk: Chunk, bad: Counter[str]) -> None:
    """A message without position writes 0 for everything that it does not carry; ground is not told apart there."""
    without = np.array(chunk["no_position"].to_pylist()) == "N"
    for name in columns.keys() & {"lat", "lon"}:
        columns[name] = np.where(without, np.nan, columns[name])
    for name in columns.keys() & {"ground_speed", "track", "vertical_rate"}:
        columns[name] = np.where(without & (columns[name] == 0), np.nan, columns[name])
    columns["on_ground"] = np.where(without, -1, 0).astype(np.int8)
    for key, name in EXTRA.items():
        columns[name] = numbers(chunk[key], name, bad)
    columns["mach"] = np.where(columns["mach"] > 6, columns["mach"] / 1000, columns["mach"])


TABLE = Layout(
    {**TRACK.columns, "time": Col(("network_time",)), "source": Col(("position_class",), codes=FR24_SOURCES)},
    extra=("no_position", *EXTRA),
    finish=_finish,
)


def _sniff(given: Given) -> bool:
    return {"network_time", "receiver_time", "no_position"} <= given.names


@format_(
    id="fr24-granular", title="Flightradar24 granular CSV", units="ft, kt, ft/min", identity="hex", sniff=_sniff,
    example="network_time,receiver_time,hex,callsign,latitude,longitude,no_position,altitude,squawk,speed,...",
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Messages in file order, at network time: single receivers' clocks are off by up to days."""
    names = [name for name in given.cells if name]
    if not _sniff(given):
        raise given.error("lacks the columns network_time, receiver_time, no_position", line=1)
    with given.open() as stream:
        rows = csv.reader(io.TextIOWrapper(stream, "latin-1", newline=""))
        try:
            next(rows, None)
            while part := list(islice(rows, CHUNK_ROWS)):
                bad = Counter[str]()
                yield batch_of(given, _columns(part, names, bad), TABLE, bad)
        except csv.Error as error:
            raise given.error(str(error), line=rows.line_num, hint="is it a CSV?") from error


def _columns(rows: Sequence[list[str]], names: Sequence[str], bad: Counter[str]) -> Chunk:
    """Named cells by name, the others by their own key. A row that is too short is counted."""
    whole = [row for row in rows if len(row) >= len(names)]
    bad["row with too few cells"] += len(rows) - len(whole)
    out = {name: column([row[i] for row in whole]) for i, name in enumerate(names)}
    # "07:41:03Z.515": the zone stands before the fraction.
    out["network_time"] = column([row[names.index("network_time")].replace("Z", "") for row in whole])
    keyed: dict[str, list[str | None]] = {key: [None] * len(whole) for key in EXTRA}
    for i, row in enumerate(whole):
        for cell in row[len(names) :]:
            key, _, value = cell.partition(":")
            if key in keyed:
                keyed[key][i] = value
    return out | {key: column(values) for key, values in keyed.items()}

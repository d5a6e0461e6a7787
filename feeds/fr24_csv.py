"""Flightradar24's ordinary CSV: one flight, "lat,lon" in one quoted cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from feeds._columns import Layout, read_table
from feeds._convert import column, numbers, strings
from feeds._fr24 import TRACK
from feeds._given import Given
from feeds._registry import format_
from feeds._table import Chunk
from geo.batch import Batch
from geo.schema import Array


def _split_position(columns: dict[str, Array], chunk: Chunk, bad: Counter[str]) -> None:
    """Latitude and longitude from their common cell."""
    if "position" not in chunk:
        return
    cells = [text.partition(",") for text in strings(chunk["position"])]
    columns["lat"] = numbers(column([cell[0] for cell in cells]), "lat", bad)
    columns["lon"] = numbers(column([cell[2] for cell in cells]), "lon", bad)
    columns["lat"] = np.where(np.isnan(columns["lon"]), np.nan, columns["lat"])


TABLE = Layout(TRACK.columns, extra=("position",), finish=_split_position)


def _sniff(given: Given) -> bool:
    return {"timestamp", "callsign", "position", "altitude"} <= given.names


@format_(
    id="fr24-csv", title="Flightradar24 CSV of one flight", units="ft, kt", identity="file name", sniff=_sniff,
    example='Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction',
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """Points in file order."""
    return read_table(given, TABLE)

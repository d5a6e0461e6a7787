"""aircraft.json of readsb, dump1090-fa and tar1090, and the `ac` spelling of public APIs: one snapshot, one Batch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from feeds._build import built
from feeds._convert import column, times
from feeds._given import Given
from feeds._json import tolerant
from feeds._readsb import Details, ago, observed, patient, strict
from feeds._registry import format_
from feeds._text import addresses
from geo.batch import Batch
from geo.schema import NO_TIME, Array

Document: Any = msgspec.defstruct(
    "Document", [("now", float), ("aircraft", list[Details] | None, None), ("ac", list[Details] | None, None)], gc=False
)
_strict = msgspec.json.Decoder(Document)
_NOW = re.compile(rb'"now"\s*:\s*(\d{9,13}(?:\.\d{1,6})?)')


def _sniff(given: Given) -> bool:
    shape = given.shape
    inside = shape.at("aircraft[]") | shape.at("ac[]")
    listed = bool({"aircraft", "ac"} & shape.at()) and "fetched_at" not in shape.at()
    return shape.top == "{" and listed and ("hex" in inside or not inside)


def _when(given: Given) -> int | None:
    """The snapshot's own time, from the head; the `ac` services write it last."""
    match = _NOW.search(given.head) or _NOW.search(given.read())
    return _ms(float(match.group(1))) if match else None


def _ms(now: float) -> int:
    """Epoch seconds, or the milliseconds that the `ac` services write, as ms."""
    return round(now if now > 1e11 else now * 1000)


@format_(
    id="readsb", title="aircraft.json of readsb, dump1090-fa, tar1090; `ac` of public APIs", units="ft, kt, ft/min",
    identity="icao24", example='{"now": 1651363199.6, "aircraft": [{"hex": "4baad9", "alt_baro": 35000}]}',
    sniff=_sniff, when=_when, live=True,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """One snapshot. `now` - `seen` is the row's time, `now` - `seen_pos` the position's."""
    data, bad = given.read(), Counter[str]()
    try:
        document = _strict.decode(data)
        rows = document.aircraft if document.aircraft is not None else document.ac or []
        now, (found, said, height) = document.now, strict(rows)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        now, rows = _loose(given, data, bad)
        found, said, height = patient(rows, bad)
    if not 1e8 < now < 1e13:
        raise given.error(f"its clock (now = {now:g}) is no time", hint="is the receiver's clock set?")
    columns = observed(found, said, height, bad)
    columns["icao24"] = addresses(said["hex"])
    columns["time"] = ago(_ms(now), np.nan_to_num(found["seen"], nan=0.0))
    columns["position_time"] = _position_time(_ms(now), found["seen_pos"], columns)
    yield built(columns, bad)


def _position_time(now: int, seen_pos: Array, columns: dict[str, Array]) -> Array:
    return np.where(np.isnan(columns["lat"]), NO_TIME, ago(now, seen_pos))


def _loose(given: Given, data: bytes, bad: Counter[str]) -> tuple[float, list[dict[str, Any]]]:
    """Time and aircraft of a document in which something has a wrong type."""
    document = tolerant(given, data)
    if not isinstance(document, dict):
        raise given.error("no object with `now` and `aircraft`", byte=0)
    listed = document.get("aircraft") if document.get("aircraft") is not None else document.get("ac")
    if not isinstance(listed, list | None):
        raise given.error("`aircraft` is no list")
    now = times(column([document.get("now")]), "now", bad)[0]
    if now == NO_TIME:
        raise given.error("has no time: `now` is missing or no number", hint="is this an aircraft.json?")
    rows = [item for item in listed or [] if isinstance(item, dict)]
    bad["aircraft not an object"] += len(listed or []) - len(rows)
    return float(now), rows

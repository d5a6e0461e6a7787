"""Collections of H3 cells at any counted size: half hours as they are kept, and what they say by hour and by day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from api.collections import SEEN, Collection, Filter, Property
from api.filters import class_filter, whole
from api.identity import timed_id
from geo.cells import FINEST, GPSJAM
from geo.interference import BANDS

DEFAULT = GPSJAM
"""Of items; tiles take what suits their zoom."""

BY_ZOOM = (0, 0, 1, 2, 2, 3, 4, 4)
"""Resolution of the cells in a tile by its zoom, so that some ten to thirty lie along its side; beyond, the finest."""


def for_zoom(zoom: int) -> int:
    """The resolution that suits a zoom."""
    return BY_ZOOM[zoom] if zoom < len(BY_ZOOM) else FINEST


def _code(text: str) -> int | None:
    return int(text, 16) if re.fullmatch(r"[0-9a-f]{15}", text) else None


def _id(text: str) -> Sequence[Any]:
    own, at = timed_id(text, r"([0-9a-f]{15})")
    return [int(own, 16), at]


RESOLUTION = Filter(
    "resolution", {"type": "integer", "minimum": 0, "maximum": FINEST, "default": DEFAULT},
    f"H3 resolution of the cells; without it {DEFAULT}, and in tiles what suits the zoom",
    whole("resolution", 0, FINEST), "smallint", "resolution = {}",
)  # fmt: skip

H3 = Property("h3", "string", "H3 cell in hex", sql="to_hex(h3)", column="h3", cast="bigint", encode=_code)
_RESOLUTION = Property("resolution", "integer", "H3 resolution")


def parent_sql(resolution: str, own: str) -> str:
    """SQL: the cell of this resolution that a cell lies in, by H3's bits; the cell itself where it is no finer."""
    level = f"least({resolution}, {own})::int"
    return f"((h3 & ~(15::bigint << 52)) | ({level}::bigint << 52) | ((1::bigint << (3 * (15 - {level}))) - 1))"


_OUTLINES = (*SEEN, "cell_outlines")


def _collection(
    own: str, title: str, text: str, lasts: str, source: str, latest: str, *shown: Property, **more: Any
) -> Collection:
    """Cells over time. `source` has h3, resolution, geom and bucket_start, the start of what `lasts`."""
    return Collection(
        own, title, text, source, key=[("bucket_start", "timestamptz"), ("h3", "bigint")], newest_first=True,
        identify=_id, identity=[("h3", "bigint"), ("bucket_start", "timestamptz")],
        feature_id="concat(to_hex(h3), '-', (extract(epoch FROM bucket_start) * 1000)::bigint)",
        properties=(H3, _RESOLUTION, Property("start", "date-time", f"Start of {lasts}", sql="bucket_start"), *shown),
        geometry="Polygon", time=("bucket_start", "bucket_start"), lasts=lasts, filters=(RESOLUTION,), countable=False,
        unless={"resolution": f"resolution = {DEFAULT}"}, latest=f"bucket_start = ({latest})",
        spread=_OUTLINES, since=latest.replace("max(", "min("), **more,
    )  # fmt: skip


_HOUR = "date_bin('1 hour', {}, '1970-01-01 00:00:00+00'::timestamptz)"

# Outlines first in each: a box is then answered by their index, and what lies in it by the key of the counts.
_HALF_HOURS = """(
  SELECT counts.*, outline.geom FROM cell_outlines AS outline JOIN cells AS counts USING (h3)
) AS half_hours"""
_HOURS = f"""(
  SELECT outline.h3, counts.resolution, {_HOUR.format("bucket_start")} AS bucket_start, max(aircraft) AS aircraft,
    count(*)::int AS half_hours, sum(seconds) / 3600.0::float8 AS aircraft_hours, outline.geom
  FROM cell_outlines AS outline JOIN cells AS counts USING (h3) GROUP BY 1, 2, 3
) AS hours"""
_DAYS = """(
  SELECT days.*, day AS bucket_start, seconds / 3600.0::float8 AS aircraft_hours, outline.geom
  FROM cell_outlines AS outline JOIN cell_days AS days USING (h3) WHERE {}
) AS days"""

CELLS = _collection(
    "cells", "Cells by half hour", "Aircraft that were heard in each H3 cell in each half hour, and how many of them "
    "reported good and bad navigation accuracy", "30 minutes", _HALF_HOURS, "SELECT max(bucket_start) FROM cells",
    Property("good", "integer", "Aircraft with good accuracy in this half hour"),
    Property("bad", "integer", "Aircraft with bad accuracy, once or more, in this half hour"),
    Property("aircraft", "integer", "Aircraft heard in this half hour"),
    Property("seconds", "integer", "Time that they flew in the cell, added up", "s"),
)  # fmt: skip

DENSITY = _collection(
    "density", "Density of traffic", "How much was flown in each H3 cell, by day (UTC)", "24 hours",
    _DAYS.format("half_hours > 0"), "SELECT max(day) FROM cell_days",
    Property("aircraft_hours", "number", "Time that aircraft flew in the cell, added up", "h"),
    Property("most", "integer", "Most aircraft in one half hour"),
    Property("half_hours", "integer", "Half hours in which anything was heard"),
)  # fmt: skip


def _wilson(sign: str) -> str:
    """SQL of one end of Wilson's 95 % interval of the share bad / (good + bad); NULL of nothing."""
    n, k, z2 = "nullif(good + bad, 0)::float8", "bad::float8", 1.96 * 1.96
    half = f"1.96 * sqrt({k} / {n} * (1 - {k} / {n}) / {n} + {z2} / (4 * {n} * {n}))"
    end = f"({k} / {n} + {z2} / (2 * {n}) {sign} {half}) / (1 + {z2} / {n})"
    return f"round(greatest(0, least(1, {end}))::numeric, 4)::float8"


# As geo.interference.gpsjam_band: in whole numbers, so that 10 % exactly is red and 2 % exactly yellow.
_LOW, _MEDIUM, _HIGH = BANDS
_LEVEL = f"""CASE WHEN bad > 1 AND 10 * (bad - 1) >= good + bad THEN '{_HIGH}'
  WHEN bad > 1 AND 50 * (bad - 1) >= good + bad THEN '{_MEDIUM}' ELSE '{_LOW}' END"""

INTERFERENCE = _collection(
    "interference", "Interference with satellite navigation",
    "Aircraft that reported good and bad navigation accuracy in each H3 cell, by day (UTC), as GPSJam counts them: "
    "each aircraft once per cell and day, bad if it was bad once; with the 95 % interval of the share of bad ones",
    "24 hours", _DAYS.format("good + bad > 0"), "SELECT max(day) FROM cell_days WHERE good + bad > 0",
    Property("good", "integer", "Aircraft with good accuracy all day"),
    Property("bad", "integer", "Aircraft with bad accuracy, once or more"),
    Property("share", "number", "Share of bad among both", sql="round(bad / (good + bad)::numeric, 4)::float8"),
    Property("low", "number", "Lower end of its 95 % interval (Wilson)", sql=_wilson("-")),
    Property("high", "number", "Upper end of its 95 % interval (Wilson)", sql=_wilson("+")),
    Property(
        "level", "string", f"GPSJam's colour, by (bad - 1) / (good + bad): {_LOW} (green), {_MEDIUM} (yellow) from "
        f"2 %, {_HIGH} (red) from 10 %", sql=_LEVEL, allowed=BANDS,
    ),
    color=["match", ["get", "level"], [_HIGH], "#ee4b5a", [_MEDIUM], "#e6c84f", "#39a275"],
)  # fmt: skip

COVERAGE = _collection(
    "coverage", "Coverage", "In which H3 cells anything was heard, by hour", "1 hour", _HOURS,
    f"SELECT {_HOUR.format('max(bucket_start)')} FROM cells",
    Property("aircraft", "integer", "Most aircraft heard in one half hour"),
    Property("half_hours", "integer", "Half hours in which anything was heard, 1 or 2"),
    Property("aircraft_hours", "number", "Time that aircraft flew in the cell, added up", "h"),
)  # fmt: skip

TRAFFIC = "traffic"
"""The class of all that flew, among those of anomalies."""

# Hours without detail any more: their cells are those of the finest size, and of anomalies over larger ones.
_KEPT = f"""(
  SELECT counted.h3, outline.resolution, counted.hour AS bucket_start, counted.n, counted.aircraft, outline.geom,
    CASE WHEN class = '' THEN '{TRAFFIC}' ELSE class END AS class
  FROM cell_outlines AS outline JOIN hourly AS counted USING (h3)
) AS kept"""


def _kept_id(text: str) -> Sequence[Any]:
    own, at = timed_id(text, r"([0-9a-f]{15}-[a-z][a-z0-9-]{0,60})")
    cell, _, name = own.partition("-")
    return [int(cell, 16), name, at]


def hourly(ids: Sequence[str]) -> Collection:
    """What is kept for a year: of each hour and cell what flew, and the anomalies of each class of `ids`."""
    return Collection(
        "hourly", "Hours of cells", "What was flown and found in each H3 cell in each hour, by class; kept long after "
        "positions have gone", _KEPT,
        key=[("bucket_start", "timestamptz"), ("h3", "bigint"), ("class", "text")], newest_first=True,
        identify=_kept_id, identity=[("h3", "bigint"), ("class", "text"), ("bucket_start", "timestamptz")],
        feature_id="concat(to_hex(h3), '-', class, '-', (extract(epoch FROM bucket_start) * 1000)::bigint)",
        properties=(
            H3, _RESOLUTION, Property("start", "date-time", "Start of the hour", sql="bucket_start"),
            Property("class", "string", f"Class of the anomalies, or {TRAFFIC}: all that flew",
                     allowed=(TRAFFIC, *ids)),
            Property("anomalies", "integer", "Anomalies that began in this hour",
                     sql=f"CASE WHEN class <> '{TRAFFIC}' THEN n END"),
            Property("seconds", "integer", "Time that aircraft flew in the cell, added up", "s",
                     sql=f"CASE WHEN class = '{TRAFFIC}' THEN n END"),
            Property("aircraft", "integer", "Aircraft with such anomalies; of traffic the most in one half hour"),
        ),
        geometry="Polygon", time=("bucket_start", "bucket_start"), lasts="1 hour", countable=False,
        filters=(class_filter((TRAFFIC, *ids)),), unless={"class": f"class = '{TRAFFIC}'"},
        latest="bucket_start = (SELECT max(hour) FROM hourly)", spread=_OUTLINES, since="SELECT min(hour) FROM hourly",
    )  # fmt: skip

"""Collections of H3 cells: counts as they are kept, by half hour, and what they say by hour and by day, at any size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.collections import Collection, Filter, Property
from api.filters import RESOLUTION, whole
from api.identity import no_such, timed_id

STORED = 4
"""H3 resolution of the kept counts (pipeline/cells.py): 1,770 km2 a cell."""

BY_ZOOM = (0, 0, 1, 2, 2, 3)
"""Resolution of the cells in a tile by its zoom, so that some ten to thirty lie along its side; beyond, STORED."""


def _code(text: str) -> int | None:
    return int(text, 16) if re.fullmatch(r"[0-9a-f]{15}", text) else None


def _id(text: str) -> Sequence[Any]:
    own, at = timed_id(text, r"([0-9a-f]{15})")
    return [int(own, 16), at]


def _size(values: Sequence[Any]) -> Mapping[str, Any]:
    """The resolution is written in the index. Raises Problem 404 for cells that are smaller than the kept ones."""
    size = values[0] >> 52 & 15
    if size > STORED:
        raise no_such(f"{values[0]:x}")
    return {"resolution": size}


H3 = Property("h3", "string", "H3 cell in hex", sql="to_hex(h3)", column="h3", cast="bigint", encode=_code)
_RESOLUTION = Property("resolution", "integer", "H3 resolution")
_START = Property("start", "date-time", "Start of the time bucket", sql="bucket_start")
_ID = "concat(to_hex(h3), '-', (extract(epoch FROM bucket_start) * 1000)::bigint)"
_KEY = [("bucket_start", "timestamptz"), ("h3", "bigint")]
_IDENTITY = [("h3", "bigint"), ("bucket_start", "timestamptz")]

CELLS = Collection(
    "cells", "Cells", "How many aircraft reported good and bad navigation accuracy, by H3 cell and half hour", "cells",
    key=_KEY, newest_first=True, identify=_id, identity=_IDENTITY, feature_id=_ID,
    properties=(
        H3, _RESOLUTION, _START,
        Property("good", "integer", "Aircraft with good accuracy"),
        Property("bad", "integer", "Aircraft with bad accuracy"),
        Property("aircraft", "integer", "Aircraft heard"),
        Property("anomalies", "integer", "Anomalies in the cell"),
    ),
    geometry="Polygon", time=("bucket_start", "bucket_start"), filters=(RESOLUTION,), lasts="30 minutes",
    latest="bucket_start = (SELECT max(bucket_start) FROM cells)",
)  # fmt: skip


def parent_sql(resolution: str, own: str = "resolution") -> str:
    """SQL: the cell of this resolution that a cell lies in, by H3's bits; the cell itself where it is no finer."""
    level = f"least({resolution}, {own})::int"
    return f"((h3 & ~(15::bigint << 52)) | ({level}::bigint << 52) | ((1::bigint << (3 * (15 - {level}))) - 1))"


def _grouped(step: str, sums: str) -> str:
    """SQL of the counts by larger cell and time step; {0} stands for the resolution.

    Half hours are added up within a cell of the asked size first: `n`, `good` and `bad` are of one half hour.
    """
    return f"""(
      SELECT summed.*, outline.resolution, outline.geom FROM (
        SELECT h3, date_bin('{step}', half_hour, 'epoch'::timestamptz) AS bucket_start, {sums} FROM (
          SELECT {parent_sql("{0}")} AS h3, bucket_start AS half_hour, sum(aircraft)::int AS n, sum(good)::int AS good,
            sum(bad)::int AS bad
          FROM cells GROUP BY 1, 2
        ) AS larger GROUP BY 1, 2
      ) AS summed JOIN cell_outlines AS outline USING (h3)
    ) AS counts"""


def _collection(own: str, title: str, text: str, step: str, sums: str, *shown: Property) -> Collection:
    source = _grouped(step, sums)
    latest = f"bucket_start = (SELECT date_bin('{step}', max(bucket_start), 'epoch'::timestamptz) FROM cells)"
    size = Filter(
        "resolution", {"type": "integer", "minimum": 0, "maximum": STORED, "default": STORED},
        "H3 resolution of the cells; without it 4, and in tiles what suits the zoom", whole("resolution", 0, STORED),
        "int", source=source,
    )  # fmt: skip
    return Collection(
        own, title, text, source.format(STORED), key=_KEY, newest_first=True, identify=_id, identity=_IDENTITY,
        feature_id=_ID, properties=(H3, _RESOLUTION, _START, *shown), geometry="Polygon",
        time=("bucket_start", "bucket_start"), lasts=step, filters=(size,), latest=latest, countable=False,
        implied=_size,
    )  # fmt: skip


def _wilson(sign: str) -> str:
    """SQL of one end of Wilson's 95 % interval of the share bad / (good + bad); NULL of nothing."""
    n, k, z2 = "nullif(good + bad, 0)::float8", "bad::float8", 1.96 * 1.96
    half = f"1.96 * sqrt({k} / {n} * (1 - {k} / {n}) / {n} + {z2} / (4 * {n} * {n}))"
    end = f"({k} / {n} + {z2} / (2 * {n}) {sign} {half}) / (1 + {z2} / {n})"
    return f"round(greatest(0, least(1, {end}))::numeric, 4)::float8"


DENSITY = _collection(
    "density", "Density of traffic", "How much was flown in each H3 cell, by day (UTC)", "24 hours",
    "sum(n) / 2.0::float8 AS aircraft_hours, max(n) AS most, count(*)::int AS half_hours",
    Property("aircraft_hours", "number", "Aircraft heard, added up over half hours", "h"),
    Property("most", "integer", "Most aircraft in one half hour"),
    Property("half_hours", "integer", "Half hours in which anything was heard"),
)  # fmt: skip

INTERFERENCE = _collection(
    "interference", "Interference with satellite navigation",
    "Aircraft that reported good and bad navigation accuracy in each H3 cell, by day (UTC), each counted once every "
    "half hour; with the 95 % interval of the share of bad ones", "24 hours",
    "sum(good)::int AS good, sum(bad)::int AS bad",
    Property("good", "integer", "Good: aircraft times half hours"),
    Property("bad", "integer", "Bad: aircraft times half hours"),
    Property(
        "share", "number", "Share of bad among both", sql="round(bad / nullif(good + bad, 0)::numeric, 4)::float8"
    ),
    Property("low", "number", "Lower end of its 95 % interval (Wilson)", sql=_wilson("-")),
    Property("high", "number", "Upper end of its 95 % interval (Wilson)", sql=_wilson("+")),
)  # fmt: skip

COVERAGE = _collection(
    "coverage", "Coverage", "In which H3 cells anything was heard, by hour", "1 hour",
    "max(n) AS aircraft, count(*)::int AS half_hours",
    Property("aircraft", "integer", "Most aircraft heard in one half hour"),
    Property("half_hours", "integer", "Half hours in which anything was heard, 1 or 2"),
)  # fmt: skip

"""Where and when the features of a collection lie at most, as its description says: from what indexes hold, so that
neither many rows nor months of them make it dear."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from api.clock import rfc3339, rfc3339_of
from api.collections import Collection

WORLD = (-180.0, -90.0, 180.0, 90.0)
KEPT_S = 60.0

_STEPS = 1_000
"""To a degree: an index has four-byte numbers, so boxes are rounded to the outside."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

# The root of an index on places holds all of them; it never shrinks. Who flies now is not indexed by place.
_BOXES = """
SELECT name, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM (
  SELECT name, ST_EstimatedExtent(name, 'geom')::box3d AS box FROM unnest($1::text[]) AS name
  UNION ALL SELECT 'aircraft_now', ST_Extent(geom)::box3d FROM aircraft_now
) AS found WHERE box IS NOT NULL
"""


@dataclass
class Extents:
    """What was looked up last, at most every KEPT_S: the box of each table, and the first moment of each collection."""

    boxes: Mapping[str, Box] = field(default_factory=dict)
    first: Mapping[str, datetime | None] = field(default_factory=dict)
    looked: float = -math.inf

    async def fresh(self, pool: asyncpg.Pool, collections: Mapping[str, Collection]) -> Extents:
        """Looked up again where it is old."""
        if time.monotonic() - self.looked > KEPT_S:
            tables = {name for one in collections.values() for name in one.spread} - {"aircraft_now"}
            self.boxes = {name: (w, s, e, n) for name, w, s, e, n in await pool.fetch(_BOXES, sorted(tables))}
            timed = [one for one in collections.values() if one.since]
            found = await pool.fetchrow(f"SELECT {', '.join(f'({one.since})' for one in timed)}")
            self.first = {one.id: first for one, first in zip(timed, found, strict=True)}
            self.looked = time.monotonic()
        return self

    def of(self, collection: Collection, now: int | None) -> dict[str, Any]:
        """A collection's extent as the standard describes it. Until there is a feature it is the world."""
        known = [self.boxes[name] for name in collection.spread if name in self.boxes]
        extent: dict[str, Any] = {"spatial": {"bbox": [list(around(known) if known else WORLD)]}}
        if collection.time:
            extent["temporal"] = {"interval": [[rfc3339_of(self.first.get(collection.id)), rfc3339(now)]]}
        return extent


def around(boxes: Sequence[Box]) -> Box:
    """The box around them all, rounded to the outside, in the world."""
    west, south, east, north = zip(*boxes, strict=True)
    low = (math.floor(min(edges) * _STEPS) / _STEPS for edges in (west, south))
    high = (math.ceil(max(edges) * _STEPS) / _STEPS for edges in (east, north))
    lows = [max(edge, least) for edge, least in zip(low, WORLD[:2], strict=True)]
    highs = [min(edge, most) for edge, most in zip(high, WORLD[2:], strict=True)]
    return lows[0], lows[1], highs[0], highs[1]

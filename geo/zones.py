"""Zones of airspace as arrays, and which of them a piece of flight crosses, in space, height and time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from geo.activity import ALWAYS, Activity
from geo.crossing import Segments, horizontal, lines_of, segments, vertical
from geo.schema import Array

KINDS = (
    "prohibited", "restricted", "danger", "warning", "alert", "moa", "nsa", "tfr", "uav", "ctr", "other",
)  # fmt: skip
"""What a zone is, whatever its country calls it."""

WATCHED = ("prohibited", "restricted", "danger", "tfr")
"""Kinds that an aircraft is not expected to enter."""

_STEP_DEG = 0.25
_CHUNK = 200_000


@dataclass(frozen=True)
class Crossings:
    """Arrays (n,): row of the input, index of the zone, and the fractions of the segment at entry and exit."""

    row: Array
    zone: Array
    entry: Array
    exit: Array

    def __iter__(self) -> Iterator[Array]:
        return iter((self.row, self.zone, self.entry, self.exit))

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class Zones:
    """Zones as arrays (n,): id, name, kind (of KINDS), title (the source's own word) as text; floor and ceiling in ft
    with their reference (SFC, AGL, MSL, STD, UNL); ground elevation in ft, for heights above ground; shapely areas.

    Limits are compared with pressure altitude as it comes: MSL and STD are not told apart, since no feed sends the QNH.
    `problems` are the features that were refused, in words.
    """

    ids: Array
    names: Array
    kinds: Array
    titles: Array
    floor_ft: Array
    ceiling_ft: Array
    floor_ref: Array
    ceiling_ref: Array
    shapes: Array
    ground_ft: Array
    active: Sequence[Activity] = ()
    problems: Sequence[str] = field(default=())

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def none() -> Zones:
        text, number, area = np.zeros(0, dtype="U1"), np.zeros(0), np.zeros(0, dtype=object)
        return Zones(text, text, text, text, number, number, text, text, area, number)

    def take(self, index: Array) -> Zones:
        """The given zones (indices or a mask)."""
        index = np.arange(len(self))[index]
        arrays = {name: getattr(self, name)[index] for name in _ARRAYS}
        return replace(self, **arrays, active=[self.active[i] for i in index] if self.active else ())

    def subset(self, kinds: Collection[str] = WATCHED) -> Zones:
        """Only zones of these kinds."""
        return self.take(np.isin(self.kinds, list(kinds)))

    @staticmethod
    def concat(parts: Iterable[Zones]) -> Zones:
        """One after the other."""
        some = list(parts) or [Zones.none()]
        active = [one for part in some for one in (part.active or [ALWAYS] * len(part))]
        problems = [text for part in some for text in part.problems]
        arrays = {name: np.concatenate([getattr(part, name) for part in some]) for name in _ARRAYS}
        return Zones(**arrays, active=active, problems=problems)

    def same_places(self, other: Zones) -> bool:
        """Whether the zones are where and when the other ones are, each in its turn, whatever they are called."""
        if len(self) != len(other):
            return False
        bands = zip(self.band_ft, other.band_ft, strict=True)
        same = all(np.array_equal(mine, theirs, equal_nan=True) for mine, theirs in bands)
        always = [ALWAYS] * len(self)
        return (
            same
            and bool(shapely.equals_exact(self.shapes, other.shapes, 0.0).all())
            and list(self.active or always) == list(other.active or always)
        )

    def crossed(
        self, lat0: Array, lon0: Array, alt0: Array, t0: Array, lat1: Array, lon1: Array, alt1: Array, t1: Array,
        among: tuple[Array, Array] | None = None,
    ) -> Crossings:  # fmt: skip
        """Which of the segments (n,) from fix 0 to fix 1 (degrees, ft, epoch ms) meet which active zone.

        Straight in longitude and latitude, which between two fixes of one track is the great circle within metres.
        NaN for the first fix asks about the second alone; NaN for it gives nothing. One row per segment and zone.
        `among` names the only pairs of segment (in ascending order) and zone that are asked about.
        """
        some = segments(lat0, lon0, alt0, lat1, lon1, alt1)
        if among is None:
            some = some.take(self._worth_asking(some)) if len(self) else some.take(np.zeros(0, dtype=np.int64))
        parts = [some.take(np.arange(i, min(i + _CHUNK, len(some.row)))) for i in range(0, len(some.row), _CHUNK)]
        found = [self._met(part, among) for part in parts]
        row, zone, entry, leave = (np.concatenate(v) for v in zip(*found, strict=True)) if found else _nothing()
        row, zone, entry, leave = _one_visit(row, zone, entry, leave)
        if not self.active:
            return Crossings(row, zone, entry, leave)
        start, end = _at(t0, t1, row, entry), _at(t0, t1, row, leave)
        on = np.array(
            [self._is_active(*v) for v in zip(zone.tolist(), start.tolist(), end.tolist(), strict=True)], bool
        )
        return Crossings(row[on], zone[on], entry[on], leave[on])

    def meeting(self, shape: Any) -> Array:
        """Indices of the zones whose area a shapely geometry meets, whatever their heights and times."""
        if not len(self):
            return np.zeros(0, dtype=np.intp)
        out: Array = np.sort(self._tree.query(shape, predicate="intersects"))
        return out

    def geometry(self, index: int) -> dict[str, Any]:
        """The zone's area as a GeoJSON geometry."""
        geometry: dict[str, Any] = shapely.geometry.mapping(shapely.orient_polygons(self.shapes[index]))
        return geometry

    def _is_active(self, zone: int, start: int, end: int) -> bool:
        return self.active[zone].overlaps(start, end)

    def _met(self, some: Segments, among: tuple[Array, Array] | None) -> tuple[Array, Array, Array, Array]:
        """Row, zone, entry and exit of every visit, in space and height."""
        lines = lines_of(some)
        line, zone = self._tree.query(lines) if among is None else _paired(some.row, *among)
        near = ~self._above_or_below(some, line, zone)
        line, zone = line[near], zone[near]
        hit = shapely.intersects(self.shapes[zone], lines[line])
        line, zone = line[hit], zone[hit]
        pairs = some.take(line)
        whole = shapely.contains_properly(self.shapes[zone], lines[line])
        visit, entry, leave = horizontal(pairs, self.shapes[zone], lines[line], whole)
        low, high = vertical(pairs.alt0, pairs.alt1, self._floor[zone], self._ceiling[zone])
        entry, leave = np.maximum(entry, low[visit]), np.minimum(leave, high[visit])
        good = entry <= leave
        return pairs.row[visit][good], zone[visit][good], entry[good], leave[good]

    def _above_or_below(self, some: Segments, line: Array, zone: Array) -> Array:
        """Pairs of which the whole segment is outside the height band: left out before any geometry is asked."""
        top, bottom = np.maximum(some.alt0, some.alt1), np.minimum(some.alt0, some.alt1)
        out: Array = (top[line] < self._floor[zone]) | (bottom[line] > self._ceiling[zone])
        return out

    def _worth_asking(self, some: Segments) -> Array:
        """Rows of segments that may be near a zone: most of the world is not, and is told apart by a coarse grid."""
        long = (np.abs(some.lon1 - some.lon0) > _STEP_DEG) | (np.abs(some.lat1 - some.lat0) > _STEP_DEG)
        row, column = _grid_index(some.lat1, some.lon1)
        return np.flatnonzero(long | self._grid[row, column])

    @cached_property
    def _grid(self) -> Array:
        """Quarter degrees that a zone's bounding box touches, one more all round."""
        height, width = round(180 / _STEP_DEG), round(360 / _STEP_DEG)
        grid = np.zeros((height, width), dtype=bool)
        boxes = [shapely.bounds(shapely.get_parts(shape)) for shape in self.shapes]
        for west, south, east, north in np.concatenate(boxes):
            row0, row1 = (int(v) for v in np.floor((np.array([south, north]) + 90) / _STEP_DEG))
            col0, col1 = (int(v) for v in np.floor((np.array([west, east]) + 180) / _STEP_DEG))
            rows = slice(max(row0 - 1, 0), row1 + 2)
            grid[rows, np.arange(col0 - 1, col1 + 2) % width] = True
        return grid

    @cached_property
    def _tree(self) -> Any:
        shapely.prepare(self.shapes)
        return shapely.STRtree(self.shapes)

    @property
    def band_ft(self) -> tuple[Array, Array]:
        """Floor and ceiling (n,) as altitudes in ft, infinite where there is none."""
        return self._floor, self._ceiling

    @cached_property
    def _floor(self) -> Array:
        """Floor as an altitude; from the ground up there is none, whatever the pressure of the day."""
        floor = self.floor_ft + np.where(self.floor_ref == "AGL", self.ground_ft, 0.0)
        return np.where((self.floor_ref == "SFC") | (self.floor_ref == "AGL") & (self.floor_ft <= 0), -np.inf, floor)

    @cached_property
    def _ceiling(self) -> Array:
        return self.ceiling_ft + np.where(np.isin(self.ceiling_ref, ["AGL", "SFC"]), self.ground_ft, 0.0)


_ARRAYS = (
    "ids", "names", "kinds", "titles", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "shapes", "ground_ft",
)  # fmt: skip


def _grid_index(lat: Array, lon: Array) -> tuple[Array, Array]:
    height, width = round(180 / _STEP_DEG), round(360 / _STEP_DEG)
    row = np.clip(np.floor((lat + 90) / _STEP_DEG).astype(np.int64), 0, height - 1)
    return row, np.floor((lon + 180) / _STEP_DEG).astype(np.int64) % width


def _paired(rows: Array, row: Array, zone: Array) -> tuple[Array, Array]:
    """For each of `rows` the zones that go with it: its index, and the zone."""
    first, end = np.searchsorted(row, rows, "left"), np.searchsorted(row, rows, "right")
    index = np.repeat(np.arange(len(rows)), end - first)
    start = np.repeat(first - np.cumsum(end - first) + (end - first), end - first)
    return index, zone[start + np.arange(len(index))]


def _one_visit(row: Array, zone: Array, entry: Array, leave: Array) -> tuple[Array, Array, Array, Array]:
    """All visits of one segment to one zone as one, from the first entry to the last exit."""
    order = np.lexsort((zone, row))
    row, zone, entry, leave = row[order], zone[order], entry[order], leave[order]
    new = np.ones(len(row), dtype=bool)
    new[1:] = (np.diff(row) != 0) | (np.diff(zone) != 0)
    at = np.flatnonzero(new)
    if len(at) == len(row):
        return row, zone, entry, leave
    return row[at], zone[at], np.minimum.reduceat(entry, at), np.maximum.reduceat(leave, at)


def _at(t0: Array, t1: Array, row: Array, fraction: Array) -> Array:
    """Epoch ms at a fraction of the segment; where the first fix has no time, that of the second."""
    start, end = np.asarray(t0)[row], np.asarray(t1)[row]
    start = np.where(start > 0, start, end)
    at: Array = start + ((end - start) * fraction).astype(np.int64)
    return at


def _nothing() -> tuple[Array, Array, Array, Array]:
    none = np.zeros(0, dtype=np.int64)
    return none, none, np.zeros(0), np.zeros(0)

"""Steps: from each flight's fix before to each of its new ones, whatever batches they came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array

GAP_S = 600.0
"""Over a longer silence nothing is said of the way between two fixes: a session ends after it (PRD)."""

FOLLOWS_S = 60.0
"""What appears where its aircraft cannot have flown from where it was is believed once it goes on within this long:
a few answers of the slowest feeds. One wrong position goes on to nowhere."""

PLACE = ("lat", "lon", "alt")

_NOTHING_MS = 1e-6
"""What rounding may take from a fraction of 1."""

FIXES = Keep(
    {"t": Slot("i8", NO_TIME), "icao24": Slot("i8"), **{name: Slot("f8", np.nan) for name in PLACE}}, ttl_s=2 * GAP_S
)
"""The place is NaN until a stream that appeared beside its aircraft's own has gone on."""


@dataclass(frozen=True)
class Steps:
    """Arrays (n,), by flight and time. Degrees, ft, epoch ms; where the way is not known (`cut`) the start is NaN.

    `row` is the batch's row at the end of the step; `leg` numbers the stretches that are cut nowhere.
    """

    row: Array
    flight: Array
    icao24: Array
    leg: Array
    cut: Array
    t0: Array
    t1: Array
    start: Sequence[Array]
    end: Sequence[Array]

    def __len__(self) -> int:
        return len(self.row)

    def ends(self, rows: Array) -> tuple[Array, Array, Array, Array, Array, Array, Array, Array]:
        """What `Zones.crossed` asks for."""
        lat0, lon0, alt0 = (values[rows] for values in self.start)
        lat1, lon1, alt1 = (values[rows] for values in self.end)
        return lat0, lon0, alt0, self.t0[rows], lat1, lon1, alt1, self.t1[rows]

    def take(self, rows: Array) -> Steps:
        """Some of the steps (indices or a mask)."""
        one = {n: getattr(self, n)[rows] for n in ("row", "flight", "icao24", "leg", "cut", "t0", "t1")}
        return Steps(**one, start=[v[rows] for v in self.start], end=[v[rows] for v in self.end])

    def at(self, row: Array, fraction: Array) -> Array:
        """The moment (epoch ms) at a fraction of a step: not yet its end where any of it is left."""
        whole = (self.t1 - self.t0)[row]
        passed = np.round(whole * fraction).astype(np.int64)
        out: Array = self.t0[row] + passed - ((passed == whole) & (whole * (1 - fraction) > _NOTHING_MS))
        return out


@dataclass
class Walk:
    """Remembers each flight's newest fix; `steps` wants every row once, in order of time within each flight."""

    fixes: Memory = field(default_factory=lambda: Memory(FIXES))

    def steps(self, rows: Batch) -> Steps:
        """The steps to the new fixes in `rows`, which have `flight`. A fix sent again is no step, nor is one that
        stands alone beside its aircraft's other stream."""
        fixes = _fixes(rows)
        known = self.fixes.get(fixes["flight"])
        news = fixes["t"] > known["t"]
        if not news.all():
            fixes, known = ({name: values[news] for name, values in one.items()} for one in (fixes, known))
        return self._joined(fixes, known)

    def _joined(self, fixes: dict[str, Array], known: dict[str, Array]) -> Steps:
        """Each fix with the one before it, which is the `known` one where its flight's first comes."""
        flight, t, first = fixes["flight"], fixes["t"], _first(fixes["flight"])
        alone = _alone(fixes, known)
        fixes |= {name: np.where(alone, np.nan, fixes[name]) for name in PLACE}
        was = {name: np.where(first, known[name], np.roll(fixes[name], 1)) for name in ("t", *PLACE)}
        new = was["t"] == NO_TIME
        cut = new | (t - np.where(new, t, was["t"]) > GAP_S * 1000) | np.isnan(was["lat"])
        last = np.roll(first, -1)
        self.fixes.put(flight[last], t[last], **{name: fixes[name][last] for name in ("t", "icao24", *PLACE)})
        steps = Steps(
            fixes["row"], flight, fixes["icao24"], np.cumsum(cut | first), cut, np.where(cut, t, was["t"]), t,
            [np.where(cut, np.nan, was[name]) for name in PLACE], [fixes[name] for name in PLACE],
        )  # fmt: skip
        return steps.take(~alone) if alone.any() else steps


def _alone(fixes: dict[str, Array], known: dict[str, Array]) -> Array:
    """Fixes of streams beside their aircraft's own, up to the first that follows another within FOLLOWS_S."""
    t, first, within = fixes["t"], _first(fixes["flight"]), FOLLOWS_S * 1000
    new = known["t"] == NO_TIME
    doubted = first & np.where(new, fixes["beside"], np.isnan(known["lat"]))
    if not doubted.any():
        return doubted
    goes_on = np.where(first, ~new & (t - np.where(new, t, known["t"]) <= within), t - np.roll(t, 1) <= within)
    passed = np.cumsum(goes_on)
    start = np.maximum.accumulate(np.where(first, np.arange(len(t)), 0))
    out: Array = doubted[start] & (passed == (passed - goes_on)[start])
    return out


def _fixes(rows: Batch) -> dict[str, Array]:
    """The rows with a position, by flight and by the time of the position; one of those at a moment."""
    time = np.where(rows["position_time"] == NO_TIME, rows["time"], rows["position_time"])
    row = np.flatnonzero(np.isfinite(rows["lat"]) & np.isfinite(rows["lon"]))
    row = row[np.argsort(rows["flight"][row], kind="stable")]
    flight, t = rows["flight"][row], time[row]
    if ((flight[1:] == flight[:-1]) & (t[1:] < t[:-1])).any():
        row = row[np.lexsort((t, flight))]
        flight, t = rows["flight"][row], time[row]
    again = ~_first(flight) & (t == np.roll(t, 1))
    row, t = row[~again], t[~again]
    return {
        "row": row, "flight": rows["flight"][row], "icao24": rows["icao24"][row], "t": t,
        "lat": rows["lat"][row], "lon": rows["lon"][row], "alt": _altitude(rows)[row], "beside": _beside(rows)[row],
    }  # fmt: skip


def _beside(rows: Batch) -> Array:
    """Rows of a stream while its aircraft has another one, or of one that began so."""
    none = np.zeros(len(rows), dtype=np.int64)
    rival = rows.columns.get("rival_time", none + NO_TIME)
    out: Array = (rows.columns.get("sub", none) > 0) | (rival != NO_TIME)
    return out


def _altitude(rows: Batch) -> Array:
    """Barometric altitude in ft, else the geometric one; 0 for who says that it is on the ground."""
    altitude = np.where(np.isfinite(rows["baro_altitude"]), rows["baro_altitude"], rows["geo_altitude"])
    out: Array = np.where(np.isnan(altitude) & (rows["on_ground"] == 1), 0.0, altitude)
    return out


def _first(flight: Array) -> Array:
    """Where another flight begins."""
    out = np.ones(len(flight), dtype=bool)
    out[1:] = flight[1:] != flight[:-1]
    return out

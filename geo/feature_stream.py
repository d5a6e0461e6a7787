"""Features of rows as they come: the row before of every flight is remembered, so that no cut of the data matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from geo.batch import Batch
from geo.feature_rows import FRAME_COLUMNS, GAP_S, Places, first_of_slot
from geo.features import Features, features
from geo.flights import Flights
from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array, missing
from geo.tracks import Tracks

_CARRIED = (
    ("lat", "f8"), ("lon", "f8"), ("baro_altitude", "f4"), ("geo_altitude", "f4"), ("ground_speed", "f4"),
    ("track", "f4"), ("vertical_rate", "f4"),
)  # fmt: skip
"""What a feature reads of the row before."""

_LAST = Keep({"t": Slot("i8", NO_TIME), **{n: Slot(d, np.nan) for n, d in _CARRIED}}, ttl_s=2 * GAP_S)


@dataclass
class FeatureStream:
    """State of the features of a stream: flights, and each one's newest row with features; `state` keeps it.

    `extend` wants every row once, in time order from call to call; the memory holds flights heard in the last minutes.
    """

    names: Sequence[str]
    places: Places = field(default_factory=Places)
    flights: Flights = field(default_factory=Flights)
    last: Memory = field(default_factory=lambda: Memory(_LAST))

    def extend(self, batch: Batch) -> tuple[Batch, Features]:
        """The rows that have features, by aircraft and time, and their features (`row` counts in that batch)."""
        rows = batch.take(np.lexsort((batch["time"], batch["icao24"])))
        rows = rows.with_columns(**self.flights.assign(rows.columns))
        newest = int(rows["time"].max()) if len(rows) else 0
        self.flights.forget(newest - int(self.flights.gap_s * 1000))
        return self.follow(rows)

    def follow(self, rows: Batch) -> tuple[Batch, Features]:
        """The same for rows that have their flights: what an engine has released."""
        rows = rows.take(np.flatnonzero(first_of_slot(rows["time"], rows.columns["prev_time"])))
        view, origin = self._after(rows)
        found = features(view, self.names, self.places)
        self._remember(view, found)
        found = found.take(found.fresh)
        return rows.take(origin[found.row]), replace(found, row=np.arange(len(found)))

    def state(self) -> Mapping[str, Array]:
        """What a restart needs beside the flights, which the engine keeps."""
        return self.last.state()

    def restore(self, stored: Mapping[str, Array]) -> None:
        """Go on from what `state` gave."""
        self.last.restore(stored)

    def _after(self, rows: Batch) -> tuple[Tracks, Array]:
        """The rows with each flight's remembered row in front; and which of `rows` each is, negative for the latter."""
        flights = np.unique(rows.columns["flight"])
        flights = flights[self.last.find(flights) >= 0]
        before = _as_sent(flights, self.last.get(flights))
        columns = {n: np.append(before[n], _column(rows, n)) for n in FRAME_COLUMNS}
        order = np.lexsort((columns["time"], columns["flight"]))
        origin = order - len(flights)
        return Tracks({n: values[order] for n, values in columns.items()}, origin >= 0), origin

    def _remember(self, view: Tracks, found: Features) -> None:
        """Each flight's newest row with features; flights long silent are forgotten."""
        if not len(found):
            return
        last = found.row[np.append(found.flight[1:] != found.flight[:-1], True)]
        kept = {name: view.columns[name][last] for name, _ in _CARRIED}
        self.last.put(view.flight[last], view.time[last], t=view.time[last], **kept)
        self.last.forget(int(view.time[last].max()))


def _as_sent(flights: Array, known: Mapping[str, Array]) -> dict[str, Array]:
    """Remembered rows as columns of a view; they had features, so they were airborne."""
    columns = {name: missing(name, len(flights)) for name in FRAME_COLUMNS if name != "flight"}
    columns |= {name: known[name] for name, _ in _CARRIED}
    return columns | {"flight": flights, "time": known["t"], "on_ground": np.zeros(len(flights), dtype=np.int8)}


def _column(rows: Batch, name: str) -> Array:
    return rows.columns[name] if name in rows.columns else missing(name, len(rows))

"""The rows that features are computed of: in the air, located, the first of each ten seconds, with the row before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.edges import Edges
from geo.firs import Firs
from geo.performance import profiles
from geo.schema import NO_TIME, Array, of_sources
from geo.tracks import Mask, Tracks
from geo.zones import Zones

SLOT_S = 10
"""Rows are resampled to this (seed 000: "resample to fixed interval, e.g. every 10 seconds"): a flight's first of each
slot since the epoch, as the engine's histories with `sample_s` keep it, so that nothing is invented in between."""

GAP_S = 120.0
"""Over a longer silence the row before says nothing about this one: changes are then missing."""

TAXI_KT = 50.0
"""Slower at altitude 0 or below is on the ground where the source does not say so: Flightradar24 gives 0 ft there."""

ROWS = 1
"""Version of the choice of rows: goes up when other rows than before become rows with features."""

FRAME_COLUMNS = (
    "icao24", "time", "flight", "lat", "lon", "baro_altitude", "geo_altitude", "ground_speed", "track",
    "vertical_rate", "on_ground", "callsign", "category", "type_code", "nic", "nac_p", "sil", "position_time", "source",
)  # fmt: skip
"""What a view must carry for every feature to be computed."""

GROUND_MADE = of_sources("tisb_icao", "tisb_trackfile", "tisb_other")
"""Sources of rows that a ground station made of what its radar saw (TIS-B): their place and motion are the aircraft's,
their quality and satellite height are the station's."""

REQUIRED_COLUMNS = ("time", "flight", "lat", "lon", "ground_speed", "track")
"""Without these there are no features at all."""

CLASSES = ("unknown", "airliner", "light", "rotorcraft", "military", "slow")
"""Classes of aircraft that fly alike, by the kinds of `geo.performance`."""

_KINDS = {
    "airliner": ("airliner", "business", "transport", "supersonic"), "light": ("light", "turboprop"),
    "rotorcraft": ("helicopter", "gyroplane", "tiltrotor"),
    "military": ("fighter", "trainer", "aerobatic", "high"),
    "slow": ("ultralight", "glider", "balloon", "airship", "drone", "parachute"),
}  # fmt: skip


class MissingColumns(ValueError):
    """The data lacks columns that features are made of; the message names them."""


@dataclass(frozen=True)
class Places:
    """What features measure distances to and know aircraft by; None where it is not loaded."""

    airports: Airports | None = None
    firs: Firs | None = None
    zones: Zones | None = None
    aircraft: AircraftTable | None = None

    @staticmethod
    def shared(
        airports: Airports | None, firs: Firs | None, zones: Zones | None, aircraft: AircraftTable | None
    ) -> Places:
        """The same object for the same four as last time: outlines become trees once, not at every slice."""
        given = (airports, firs, zones, aircraft)
        if not _LAST or any(a is not b for a, b in zip(_LAST[0][0], given, strict=True)):
            _LAST[:] = [(given, Places(*given))]
        return _LAST[0][1]

    @cached_property
    def borders(self) -> Edges | None:
        """Borders of the regions."""
        return Edges.of(self.firs.shapes) if self.firs is not None and len(self.firs) else None

    @cached_property
    def watched(self) -> Edges | None:
        """Outlines of the zones that nobody is expected to enter."""
        some = self.zones.subset() if self.zones is not None else None
        return Edges.of(some.shapes, solid=True) if some is not None and len(some) else None


_LAST: list[tuple[tuple[object, ...], Places]] = []


class Frame:
    """Rows of a view that features are computed of. `row` (n,) is their place in the view, `before` (n,) the place in
    the frame of the same flight's row before, -1 where there is none within GAP_S.

    The view is sorted by flight and time and holds no more than one row per slot and flight (see `first_of_slot`).
    Raises MissingColumns where the view lacks what is needed.
    """

    def __init__(self, view: Tracks, places: Places | None = None) -> None:
        lacking = [name for name in REQUIRED_COLUMNS if name not in view.columns]
        if not {"baro_altitude", "geo_altitude"} & set(view.columns):
            lacking.append("baro_altitude or geo_altitude")
        if lacking:
            raise MissingColumns(f"features need {', '.join(lacking)}: the data has none of it")
        self.places = places or Places()
        self.row = np.flatnonzero(usable(view))
        self._view = view
        self.time, self.flight = view.time[self.row], view.flight[self.row]
        self.before = self._before()
        self._kept: dict[str, Array] = {}

    def kept(self, name: str, make: Callable[[Frame], Array]) -> Array:
        """What `make` gives for this frame, worked out once; nobody may write into it."""
        if name not in self._kept:
            self._kept[name] = make(self)
            self._kept[name].flags.writeable = False
        return self._kept[name]

    def __len__(self) -> int:
        return len(self.row)

    def get(self, name: str) -> Array:
        """A numeric column (n,) in double precision; NaN where the view lacks it."""
        return self.kept(f"column {name}", lambda frame: frame._column(name))

    def sent(self, name: str) -> Array:
        """A numeric column (n,) as the aircraft itself sent it; NaN where a ground station made the row."""
        return np.where(self.ground_made, np.nan, self.get(name))

    def times(self, name: str) -> Array:
        """A column (n,) of times as sent."""
        columns = self._view.columns
        return columns[name][self.row] if name in columns else np.full(len(self), NO_TIME)

    def change(self, values: Array) -> Array:
        """Value less that of the row before (n,); NaN where there is none."""
        return values - self.previous(values)

    def previous(self, values: Array) -> Array:
        """Value of the row before (n,); NaN where there is none."""
        return np.where(self.before >= 0, values[self.before], np.nan) if len(self) else values

    @cached_property
    def ground_made(self) -> Array:
        """Rows (n,) of TIS-B."""
        columns = self._view.columns
        if "source" not in columns:
            return np.zeros(len(self), dtype=bool)
        return GROUND_MADE[columns["source"][self.row]]

    @cached_property
    def dt_s(self) -> Array:
        """Seconds since the row before; NaN where there is none. Never 0: rows are of different slots."""
        return (self.time - self.time[self.before]) / 1000.0 + np.where(self.before >= 0, 0.0, np.nan)

    @cached_property
    def altitude(self) -> Array:
        """Pressure altitude in ft; the geometric one where there is none."""
        return _altitude(self.get("baro_altitude"), self.get("geo_altitude"))

    @cached_property
    def climb(self) -> Array:
        """Vertical rate in ft/min as sent; from the change of altitude where it was not."""
        sent = self.get("vertical_rate")
        return np.where(np.isnan(sent), self.change(self.altitude) * 60.0 / self.dt_s, sent)

    @cached_property
    def field(self) -> tuple[Array, Array]:
        """Distance in nmi to the nearest aerodrome, and the height in ft above it; NaN where none are loaded."""
        airports = self.places.airports
        if airports is None or not len(self):
            unknown = np.full(len(self), np.nan)
            return unknown, unknown
        index, distance = airports.nearest(self.get("lat"), self.get("lon"))
        return distance, self.altitude - airports.elevation_ft(index)

    @cached_property
    def aircraft_class(self) -> Array:
        """Index into CLASSES (n,), int8, from the type, the aircraft table or the emitter category."""
        names = ("icao24", "type_code", "category", "baro_altitude")
        columns = {n: self._view.columns[n][self.row] for n in names if n in self._view.columns}
        found: Array = _CLASS_OF[profiles(columns, self.places.aircraft).kind]
        return found

    def _column(self, name: str) -> Array:
        columns = self._view.columns
        if name not in columns:
            return np.full(len(self), np.nan)
        out: Array = columns[name][self.row].astype(np.float64, order="C")
        return out

    def _before(self) -> Array:
        at = np.arange(len(self)) - 1
        if not len(self):
            return at
        known = np.append(False, self.flight[1:] == self.flight[:-1])
        known[1:] &= np.diff(self.time) <= GAP_S * 1000
        return np.where(known, at, -1)


def first_of_slot(time: Array, prev_time: Array) -> Mask:
    """Rows (n,) that are the first of their slot in their flight; `prev_time` is the flight's row before (epoch ms)."""
    slot = SLOT_S * 1000
    first: Mask = time // slot != prev_time // slot
    return first


def usable(view: Tracks) -> Mask:
    """Airborne rows with position, altitude, speed and track."""
    columns = view.columns
    blank = np.full(len(view), np.nan)
    altitude = _altitude(columns.get("baro_altitude", blank), columns.get("geo_altitude", blank))
    ground = columns.get("on_ground", np.full(len(view), -1, dtype=np.int8))
    taxiing = (ground == -1) & (altitude <= 0) & (view.ground_speed < TAXI_KT)
    known = ~(np.isnan(view.lat) | np.isnan(altitude) | np.isnan(view.ground_speed) | np.isnan(view.track))
    good: Mask = known & (ground != 1) & ~taxiing
    return good


def _altitude(baro: Array, geometric: Array) -> Array:
    return np.where(np.isnan(baro), geometric, baro)


def _class_table() -> Array:
    from geo.performance import CODE

    table = np.zeros(len(CODE), dtype=np.int8)
    for name, kinds in _KINDS.items():
        table[[CODE[kind] for kind in kinds]] = CLASSES.index(name)
    return table


_CLASS_OF = _class_table()

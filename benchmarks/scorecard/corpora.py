"""The recordings that are measured: thresholds were tuned on some, figures are judged on others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from feeds import open_source
from feeds.synthetic import START_MS, Synthetic
from geo.batch import Batch

SAMPLES = "traffic-samples/samples"
FAA = "reference/faa-airspace/airspace.geojson.gz"
PLANES = "reference/plane-alert-db/plane-alert-db.csv"


@dataclass(frozen=True)
class Recording:
    """A file or folder of the data folder. `role`: "tuning" where attacks were looked at while thresholds were set,
    else "judged"; `seen` what else was looked at then. `native` whether it has about 1 Hz, `polls` whether it is also
    cut to polls of 15 s.

    Attacks are planted between the hours of `window` (UTC) only, where that is set: a day of them would take too long.
    `resources` are files by option, that whoever watches the place would have.
    """

    path: str
    role: str
    about: str
    native: bool = True
    polls: bool = True
    seen: str = ""
    window: tuple[int, int] = (0, 24)
    resources: Mapping[str, str] = field(default_factory=lambda: {"watch_list": PLANES})

    @property
    def cadences(self) -> tuple[str, ...]:
        """How often its aircraft are heard in the worlds that are made of it."""
        return ("15 s",) * self.polls + ("native",) * self.native

    def between(self, rows: Batch) -> Batch:
        """The rows of the window."""
        hour = rows["time"] // 3_600_000 % 24
        return rows.take(np.flatnonzero((hour >= self.window[0]) & (hour < self.window[1])))


ATTACKED: Mapping[str, Recording] = {
    "paris": Recording(
        f"{SAMPLES}/collections/quickstart.json.gz", "judged", "Paris, 3 h of 2021-10-07, 1 Hz, 213 aircraft",
        polls=False, window=(13, 14), seen="clean rows",
    ),
    "japan": Recording(
        "traffic-samples/opensky-history/06756e84a9281960f371ffa67a61f35e.parquet", "tuning",
        "Japan and Korea, 2 h of 2023-04-01, 1 Hz, 32 aircraft", seen="clean rows",
    ),
    "switzerland": Recording(
        f"{SAMPLES}/collections/switzerland.json.gz", "judged", "Switzerland, a day of 2018-08-01, 10 s, 842 aircraft",
        native=False, window=(15, 18), seen="clean rows",
    ),
}  # fmt: skip
"""Clean tracks, and what attacks are planted in."""

METROPOLITAN: Mapping[str, Recording] = {
    "paris": ATTACKED["paris"],
    "monterey": Recording(
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "judged",
        "Monterey, a day of 2025-06-01, 521 addresses",
        seen="clean rows, alerts",
        resources={"watch_list": PLANES, "zones": FAA},
    ),
    "switzerland": ATTACKED["switzerland"],
    "japan": ATTACKED["japan"],
    "watsonville": Recording(
        "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz",
        "judged",
        "Watsonville, a day of 2025-12-13",
        seen="alerts",
        resources={"watch_list": PLANES, "zones": FAA},
    ),
}
"""Everything in the air over one place: coverage, and alerts a day."""


@cache
def recorded(path: Path) -> Batch:
    """All observations of a file or folder, in time order."""
    rows = observations(Batch.concat(open_source(str(path)).batches()))
    return rows.take(np.argsort(rows["time"], kind="stable"))


def observations(rows: Batch) -> Batch:
    """The rows that the engine keeps: state vectors come again and again where nothing new was heard."""
    keys = ("icao24", "time", "source", "position_time", "lat", "lon")
    columns = [np.nan_to_num(rows[n], nan=999.0) if rows[n].dtype.kind == "f" else rows[n] for n in keys]
    order = np.lexsort(columns[::-1])
    again = np.logical_and.reduce([np.diff(values[order]) == 0 for values in columns])
    return rows.take(np.sort(order[np.append(True, ~again)])) if len(rows) else rows


def of(data: Path, recording: Recording) -> Callable[[], Batch]:
    return lambda: recorded(data / recording.path)


def exists(data: Path, recording: Recording) -> bool:
    return (data / recording.path).exists()


@cache
def planted_world(aircraft: int, seed: int = 7) -> Synthetic:
    """The demo's world with another seed: its episodes are labelled."""
    return Synthetic(seed=seed, aircraft=aircraft)


@cache
def synthetic_flights(aircraft: int = 60, minutes: float = 30.0, step_s: float = 1.0, seed: int = 11) -> Batch:
    """Calm synthetic flights: those of the demo's aircraft that no planted episode concerns."""
    world = Synthetic(seed=seed, aircraft=aircraft)
    end = START_MS + round(minutes * 60_000)
    rows = Batch.concat(world.batches(START_MS, end, step_s))
    told = {a for t in world.truth(START_MS, end) for a in t.icao24s}
    return rows.take(np.flatnonzero(~np.isin(rows["icao24"], sorted(told))))

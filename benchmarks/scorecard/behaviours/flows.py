"""Days of the same flows, then one flight that is not like them: another way in, beside the route, far too low."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone
from benchmarks.scorecard.behaviours.verbs import bent, lifted
from benchmarks.scorecard.tracks import clean_tracks, displaced, polled, shifted
from detectors._examples import together
from feeds.fir_files import load_firs
from geo.batch import Batch
from geo.firs import Firs
from geo.schema import Array
from geo.sphere import NMI_M, angle_between, destination, distance_m

DAY_MS, DAYS, EVERY_S = 86_400_000, 9, 20
LEARNED_S = (DAYS - 1) * 86_400.0
"""Eight days of the flows, then the day that is judged."""

ASIDE_M, LATER_MS = 1_500.0, 900_000
"""How far and how late a flight of the next day follows the one of the day before: navigation keeps within a mile."""


def flown_daily(rows: Batch, rng: np.random.Generator) -> Batch:
    """The same flights on nine days, each a little beside and a few minutes off the day before."""
    tracks = clean_tracks(polled(rows, EVERY_S))
    days = [
        shifted(displaced(t, rng.uniform(0, 360), abs(rng.normal(0, ASIDE_M))),
                k * DAY_MS + int(rng.normal(0, LATER_MS)))
        for k in range(DAYS) for t in tracks
    ]  # fmt: skip
    return together(*days)


def regions(data: Path | None) -> Mapping[str, Any]:
    """The real flight information regions; without data two halves of Europe."""
    path = (data or Path()) / "reference/vatspy-fir/Boundaries.geojson"
    if data is not None and path.exists():
        return {"firs": load_firs([path])}
    return {"firs": Firs.of(["WEST", "EAST"], [shapely.box(-15, 35, 10, 60), shapely.box(10, 35, 35, 60)])}


def _judged(victim: Batch, draw: Draw) -> None:
    if victim["time"][0] < draw.earliest:
        raise ValueError("a day that is learned")


def turned_round(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """A flight of the flows turned about its middle by `severity` degrees: it comes in elsewhere, another way. Twins:
    as it was, which is beside the flights of the days before."""
    _judged(victim, draw)
    if draw.innocent:
        return _all(victim)
    middle = len(victim) // 2
    turn = draw.severity * draw.rng.choice([-1, 1])
    made = bent(victim, turn)
    lat = made["lat"] + victim["lat"][middle] - made["lat"][middle]
    lon = made["lon"] + victim["lon"][middle] - made["lon"][middle]
    return _entering(made.with_columns(lat=lat, lon=lon), donors, draw.given["firs"])


INSIDE_ROWS, ELSEWHERE_M, OTHERWISE_DEG = 4, 37_000.0, 60.0
"""An entry is at a place of its own where nobody crosses the border within 20 nmi on a course within 60 degrees."""


def _entering(rows: Batch, donors: Sequence[Batch], firs: Firs) -> Planted:
    """The episode is from the first border on that it crosses to stay where nobody does; raises ValueError without."""
    others = Batch.concat(donors)
    usual, mine = others.take(_crossings(others, firs)), _crossings(rows, firs)
    for at in mine[mine < len(rows) - INSIDE_ROWS].tolist():
        near = distance_m(rows["lat"][at], rows["lon"][at], usual["lat"], usual["lon"]) < ELSEWHERE_M
        if not (near & (angle_between(usual["track"], rows["track"][at]) < OTHERWISE_DEG)).any():
            one, entered = _all(rows), int(rows["time"][at])
            return Planted(one.rows, one.taken, one.members, entered, one.end, entered)
    raise ValueError("it comes into no region as nobody does")


def _crossings(rows: Batch, firs: Firs) -> Array:
    """Rows that are the first of their aircraft in another region."""
    region = firs.at(rows["lat"], rows["lon"])
    same = np.diff(rows["icao24"]) == 0
    return np.flatnonzero(same & (np.diff(region) != 0) & (region[1:] >= 0) & (region[:-1] >= 0)) + 1


def _all(rows: Batch) -> Planted:
    times = (int(rows["time"][k]) for k in (0, -1, 0))
    return alone(rows, *times)


OFF_COURSE_S = 240.0


def beside(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """A flight `severity` nmi to one side of where it is flown every day. Twins: two or three miles, as for traffic."""
    _judged(victim, draw)
    off = draw.rng.uniform(2, 3) if draw.innocent else draw.severity
    side = float(np.median(victim["track"])) + 90 * draw.rng.choice([-1, 1])
    lat, lon = destination(victim["lat"], victim["lon"], side, off * NMI_M)
    made = _all(victim.with_columns(lat=lat, lon=lon))
    return Planted(made.rows, made.taken, made.members, made.start, made.end, made.start + round(OFF_COURSE_S * 1000))


CRUISE_FT, LOWER_FT = 20_000.0, (18_000.0, 24_000.0)


def too_low(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """A flight of the flows at `severity` feet, its speed as it was. Twins: at FL180 to 240."""
    _judged(victim, draw)
    usual = float(np.median(victim["baro_altitude"]))
    if usual < CRUISE_FT:
        raise ValueError("low as it is")
    wanted = draw.rng.uniform(*LOWER_FT) if draw.innocent else draw.severity
    made = lifted(victim, np.full(len(victim), wanted - usual))
    return _all(made.with_columns(baro_altitude=np.maximum(made["baro_altitude"], np.float32(draw.severity / 2))))

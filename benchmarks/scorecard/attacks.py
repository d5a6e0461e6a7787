"""Attack set A on clean tracks: drift, ghost, collision, hijack and replay, after the definitions of the only open
benchmark with published generators (Atharv675), in our own code and with the fields that would give them away masked.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.scorecard.tracks import (
    Attack,
    Attacked,
    Variant,
    altered,
    displaced,
    joined,
    relabelled,
    shifted,
    start_row,
    transplanted,
)
from geo.batch import Batch
from geo.schema import NO_TIME, Array
from geo.sphere import FOOT_M, KNOT_M_S, destination, distance_m

RAMP_ROWS = 5
"""A gradual drift reaches its full offset after this many updates."""

GHOST_STEPS, GHOST_STEP_S = 20, 15.0
"""A ghost lives for so many steps of so long, whatever the cadence of its rows."""

HIGHEST_FT = 45_000.0
"""A graft whose heights leave 0 to this is not made: a height that no airliner sends would give it away."""

INTRUDER_SHARE = 0.7
"""An intruder lasts at most this share of its victim's track: so the stream that is born later is the intruder, at
every overlap, and it begins at 30 % of the track or later, as every attack of the set does."""

GHOST_NEAR_M = 100_000.0
"""A ghost appears within this distance of a real aircraft: inside the coverage, among traffic."""

FIX_M = 6.0
"""Scatter of a position: the encoding alone resolves 5.1 m (DO-260B, airborne position)."""

SHORTEST_S, TRIES = 75, 40
"""A graft lasts five polls or more."""


def position_drift(victim: Batch, donor: Batch, variant: Variant) -> Attacked:
    """Positions off by a constant vector of `severity` metres, at once or ramped; all else as the aircraft sent it."""
    start = start_row(victim, variant.rng)
    rest = victim.take(np.arange(start, len(victim)))
    ramp = np.ones(len(rest))
    if variant.number % 2:
        ramp = np.minimum(1.0, (np.arange(len(rest)) + 1) / RAMP_ROWS)
    return altered(victim, start, displaced(rest, variant.rng.uniform(0, 360), variant.severity * ramp))


def icao_collision(victim: Batch, donor: Batch, variant: Variant) -> Attacked:
    """Another real aircraft under the victim's address; `severity` of its time overlaps with the victim's track.

    Its positions are true. Callsign and code are the victim's too: only where it is and how it flies tell.
    """
    spare = INTRUDER_SHARE * float(victim["time"][-1] - victim["time"][0])
    intruder = donor.take(np.flatnonzero(donor["time"] - donor["time"][0] <= spare))
    overlap = variant.severity * float(intruder["time"][-1] - intruder["time"][0])
    intruder = shifted(intruder, int(victim["time"][-1] - overlap) - int(intruder["time"][0]))
    masks = [np.zeros(len(victim), dtype=bool), np.ones(len(intruder), dtype=bool)]
    return joined([victim, relabelled(intruder, victim)], masks)


def graft(victim: Batch, donor: Batch, variant: Variant) -> Attacked:
    """The rest of the track is replaced by the shape of another one, `severity` metres off the last true position.

    The donor's own times are kept relative to each other, so that its motion stays consistent with its speed; heights
    go on from the victim's, barometric and geometric each from its own. Raises ValueError where no part of it fits.
    """
    start = start_row(victim, variant.rng)
    anchor, left = victim.take(np.array([start - 1])), int(victim["time"][-1] - victim["time"][start])
    place = displaced(anchor, variant.rng.uniform(0, 360), variant.severity)
    level = {n: float(anchor[n][0]) for n in ("baro_altitude", "geo_altitude") if n in anchor.columns}
    last = max(1, int(np.searchsorted(donor["time"], donor["time"][-1] - left)))
    for first in variant.rng.integers(0, last, TRIES).tolist():
        piece = donor.take(np.arange(first, int(np.searchsorted(donor["time"], donor["time"][first] + left, "right"))))
        piece = transplanted(piece, float(place["lat"][0]), float(place["lon"][0]), level)
        heights, lasts = piece["baro_altitude"], int(piece["time"][-1] - piece["time"][0])
        if lasts >= SHORTEST_S * 1000 and np.nanmin(heights) >= 0 and np.nanmax(heights) <= HIGHEST_FT:
            moved = shifted(piece, int(victim["time"][start]) - int(piece["time"][0]))
            return altered(victim, start, relabelled(moved, victim))
    raise ValueError("no part of the donor fits the victim's height")


def ghost(victim: Batch, donor: Batch, variant: Variant) -> Attacked:
    """An aircraft that does not exist, for five minutes; `severity` 0 flies smoothly, 1 erratically.

    Its rows are those of a real aircraft (cadence, gaps, late and repeated positions, quality, signal) with place,
    motion and identity replaced.
    """
    rng = variant.rng
    rows = _template(donor, rng)
    rows = shifted(rows, int(victim["time"][start_row(victim, rng)]) - int(rows["time"][0]))
    elapsed = _clock(rows)
    heading, speed = _wander(elapsed, variant)
    near = int(np.searchsorted(victim["time"], rows["time"][0]))
    lat, lon = destination(victim["lat"][near], victim["lon"][near], rng.uniform(0, 360), rng.uniform(0, GHOST_NEAR_M))
    lat, lon = _flown(float(lat), float(lon), heading, speed, elapsed)
    lat, lon = encoded(lat, lon, elapsed, rng)
    level = np.round(rng.uniform(8_000, 12_000) / FOOT_M / 25) * 25 + 25 * rng.choice([0, 0, 0, 1, -1], len(rows))
    rate = rng.choice([0, 0, 0, 64, -64], len(rows)).astype("f4")
    sent = {"lat": lat, "lon": lon, "baro_altitude": level.astype("f4"), "vertical_rate": rate}
    sent |= reported(heading, speed) | _heights(rows, level) | _identity(rows, donor, rng)
    faked = rows.with_columns(**{n: v for n, v in sent.items() if n in rows.columns})
    return joined([victim, faked], [np.zeros(len(victim), dtype=bool), np.ones(len(faked), dtype=bool)])


def _template(donor: Batch, rng: np.random.Generator) -> Batch:
    """Five minutes of a real aircraft's rows, from somewhere in its track."""
    long = GHOST_STEPS * GHOST_STEP_S * 1000
    last = max(1, int(np.searchsorted(donor["time"], donor["time"][-1] - long)))
    first = int(rng.integers(0, last))
    return donor.take(np.arange(first, int(np.searchsorted(donor["time"], donor["time"][first] + long))))


def _clock(rows: Batch) -> Array:
    """When each row's position was taken, in seconds, by how far the real aircraft had come by its own speed.

    Receivers and aggregators stamp and repeat positions up to seconds late; whatever a ghost sends passes them too, and
    positions that follow from speed and time to the metre would give it away.
    """
    elapsed: Array = (rows["time"] - rows["time"][0]) / 1000.0
    speed = rows["ground_speed"].astype(float) * KNOT_M_S
    step = distance_m(rows["lat"][:-1], rows["lon"][:-1], rows["lat"][1:], rows["lon"][1:])
    flown = np.concatenate([[0.0], np.cumsum(step)])
    if np.isnan(speed).all() or flown[-1] == 0:
        return elapsed
    due = np.cumsum(np.diff(elapsed, prepend=0.0) * np.maximum(np.nan_to_num(speed, nan=float(np.nanmedian(speed))), 1))
    taken: Array = np.interp(flown * due[-1] / flown[-1], due, elapsed)
    return taken


def encoded(lat: Array, lon: Array, elapsed: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Positions with the scatter of a satellite fix and its encoding; one that is repeated is repeated as it was."""
    new = np.diff(elapsed, prepend=-1.0) > 0
    at = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    off, course = np.abs(rng.normal(0, FIX_M, len(new))), rng.uniform(0, 360, len(new))
    return destination(lat, lon, course[at], off[at])


def _wander(elapsed: Array, variant: Variant) -> tuple[Array, Array]:
    """Heading (deg) and speed (m/s) of each row: random walks over the steps, straight between them."""
    rng, severity = variant.rng, variant.severity
    turns = rng.normal(0.0, 0.5 + severity * 14.5, GHOST_STEPS + 1)
    gains = rng.normal(0.0, 1.0 + severity * 14.0, GHOST_STEPS + 1)
    steps = np.arange(GHOST_STEPS + 1) * GHOST_STEP_S
    heading = np.interp(elapsed, steps, rng.uniform(0, 360) + np.cumsum(turns))
    return heading, np.interp(elapsed, steps, np.maximum(50.0, rng.uniform(180, 260) + np.cumsum(gains)))


def _flown(lat: float, lon: float, heading: Array, speed: Array, elapsed: Array) -> tuple[Array, Array]:
    """Positions of the rows, each reached with its own heading and speed."""
    step = np.diff(elapsed, prepend=elapsed[0]) * speed
    east, north = np.cumsum(step * np.sin(np.radians(heading))), np.cumsum(step * np.cos(np.radians(heading)))
    return destination(lat, lon, np.degrees(np.arctan2(east, north)), np.hypot(east, north))


def reported(heading: Array, speed: Array) -> dict[str, Array]:
    """Speed and track as a transponder sends them: whole knots east and north."""
    east = np.round(speed * np.sin(np.radians(heading)) / KNOT_M_S)
    north = np.round(speed * np.cos(np.radians(heading)) / KNOT_M_S)
    track = np.degrees(np.arctan2(east, north)) % 360
    return {"ground_speed": np.hypot(east, north).astype("f4"), "track": track.astype("f4")}


def _heights(rows: Batch, level: Array) -> dict[str, Array]:
    """Geometric height: the real aircraft's difference to its barometric one, noise and gaps included."""
    if "geo_altitude" not in rows.columns:
        return {}
    return {"geo_altitude": (level + rows["geo_altitude"] - rows["baro_altitude"]).astype("f4")}


def _identity(rows: Batch, donor: Batch, rng: np.random.Generator) -> dict[str, Array]:
    """A fresh address, an ordinary callsign and code; nothing of a database, which cannot know the address."""
    n = len(rows)
    airlines = [c[:3] for c in np.unique(donor["callsign"]).tolist() if c[:3].isalpha() and len(c) > 3] or [b"SWR"]
    name = rng.choice(np.array(airlines)) + str(rng.integers(10, 9_999)).encode()
    code = f"{rng.integers(0o1001, 0o6777):04o}".encode()
    fresh = {"callsign": name, "squawk": code, "registration": b"", "type_code": b"", "db_flags": 0}
    fresh |= {"gps_ok_before": NO_TIME, "last_lat": np.nan, "last_lon": np.nan, "receiver_distance": np.nan}
    sent = {k: np.full(n, v, dtype=rows[k].dtype) for k, v in fresh.items() if k in rows.columns}
    return {"icao24": np.full(n, int(rng.integers(1, 0xFFFFFF))), **sent, "on_ground": np.zeros(n, dtype=np.int8)}


SET_A: Mapping[str, Attack] = {
    "position_drift": Attack(position_drift, 20, 6_000, "m"),
    "ghost": Attack(ghost, 0, 1),
    "icao_collision": Attack(icao_collision, 0.1, 1.0, "of its time", takes_donor=True),
    "track_hijack": Attack(graft, 0, 6_000, "m"),
    "replay": Attack(graft, 20, 6_000, "m"),
}
"""Attacks of set A by name, with the ranges of severity that were published."""

"""What a receiver counts and measures: message counters and signal strengths, given to real tracks by the law of a real
receiver, and disturbed for some of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, at_s, elapsed_s, stretch
from geo.batch import Batch
from geo.schema import Array
from geo.sphere import NMI_M, distance_m

RATES = np.array([2.25, 3.79, 5.29, 7.44, 9.05, 9.63, 9.91, 10.27])
RATE_SHARES = np.array([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0])
"""Messages a second of the 45 aircraft that readsb-single-receiver-202311 has in two snapshots, by share of them."""

LEVEL_DBFS, DECADE_DB, AIRCRAFT_DB, SLOW_DB, QUICK_DB = 2.57, -11.06, 5.1, 2.0, 1.0
"""RSSI at one mile, and for every ten times the distance, of its 376 measurements, which scatter by 5.6 dB: by
airframe, over half a minute, and from row to row."""


def counted(rows: Batch, rng: np.random.Generator) -> Batch:
    """The rows with a counter of messages for every aircraft, which runs at a real aircraft's rate."""
    order = np.lexsort((rows["time"], rows["icao24"]))
    address, seconds = rows["icao24"][order], rows["time"][order] / 1000.0
    _, of = np.unique(address, return_inverse=True)
    rate = np.interp(rng.random(of.max() + 1), RATE_SHARES, RATES)[of]
    step = np.where(np.diff(address, prepend=-1) == 0, np.diff(seconds, prepend=seconds[0]), 0.0)
    heard = np.cumsum(rng.poisson(np.maximum(step * rate * rng.normal(1.0, 0.2, len(step)), 0.0)))
    out = np.empty(len(rows))
    out[order] = heard - np.maximum.accumulate(np.where(step == 0, heard, 0)) + 500
    return rows.with_columns(messages=out)


BURST_S, EACH_S = 2.0, 10.0


def transmits(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """By turns more than ten messages a second (`severity`), bursts of so many between silences, and ten minutes
    unheard at height. Twins: nearest to a busy receiver, a counter that begins again, and three minutes unheard."""
    kind = draw.number % 3
    if kind == 2:
        return _silent(victim, draw)
    lasts = draw.rng.uniform(120, 300)
    start, end = stretch(victim, draw, lasts, fewest=12)
    seconds = elapsed_s(victim, start)
    during = (seconds >= 0) & (seconds < lasts)
    rate = np.where(during, draw.severity, 0.0)
    if draw.innocent:
        rate = np.where(during, draw.rng.uniform(1, 3), 0.0)
    elif kind:
        rate = np.where(during & (seconds % EACH_S < BURST_S), max(draw.severity, 20.0), 0.0)
    step = np.diff(seconds, prepend=seconds[0])
    count = victim["messages"] + np.cumsum(rate * step)
    if kind and draw.innocent:
        count = np.where(seconds >= 0, victim["messages"] - victim["messages"][start] + 1, victim["messages"])
    elif kind:
        own = np.diff(victim["messages"], prepend=victim["messages"][0])
        count = victim["messages"][0] + np.cumsum(np.where(during, rate * step, own))
    changed = victim.with_columns(messages=np.round(count))
    return alone(changed, at_s(victim, start, 0), int(victim["time"][end]), at_s(victim, start, 30 if kind else 1))


SILENCE_S, QUIET_S, HIGH_FT = (600.0, 700.0), (120.0, 300.0), 15_000.0
"""definitions F066: a gap of 600 s, then activity. Judged high up: lower aircraft land, or hide behind hills."""


def _silent(victim: Batch, draw: Draw) -> Planted:
    """The rows in between are missing."""
    lasts = draw.rng.uniform(*(QUIET_S if draw.innocent else SILENCE_S))
    start, end = stretch(victim, draw, lasts, victim["baro_altitude"] > HIGH_FT)
    heard = np.delete(np.arange(len(victim)), np.arange(start, end))
    again = int(victim["time"][end])
    return alone(victim.take(heard), int(victim["time"][start]), again, again)


def measured(rows: Batch, rng: np.random.Generator) -> Batch:
    """The rows with distances from a receiver in their middle, and the strengths that it would measure."""
    there = np.flatnonzero(~np.isnan(rows["lat"]))
    lat, lon = (float(np.median(rows[n][there])) for n in ("lat", "lon"))
    far = np.maximum(distance_m(lat, lon, rows["lat"], rows["lon"]) / NMI_M, 0.5)
    _, of = np.unique(rows["icao24"], return_inverse=True)
    own = rng.normal(0, AIRCRAFT_DB, of.max() + 1)[of]
    half = rows["time"] // 30_000
    _, slot = np.unique(np.stack([of, half - half.min()]), axis=1, return_inverse=True)
    slow = rng.normal(0, SLOW_DB, slot.max() + 1)[slot.ravel()]
    strength = expected(far) + own + slow + rng.normal(0, QUICK_DB, len(rows))
    return rows.with_columns(receiver_distance=far.astype("f4"), rssi=sendable(strength))


def expected(nautical_miles: Array | float) -> Array:
    """dBFS at a distance."""
    return np.asarray(LEVEL_DBFS + DECADE_DB * np.log10(nautical_miles))


def sendable(strength: Array) -> Array:
    return np.round(np.clip(strength, -49.5, 0.0), 1).astype("f4")


FAR_NMI, LOUD_DB = 30.0, 11.0


def loud(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """The transmitter stands `severity` nmi from the receiver while the places that it sends are far away; every second
    time it takes turns with the aircraft, row by row. Twins: 11 dB louder than others, steadily, which the loudest of
    the real recording is; and really near."""
    fits = victim["receiver_distance"] > (0.0 if draw.innocent else FAR_NMI)
    start, end = stretch(victim, draw, draw.rng.uniform(60, 240), fits, fewest=6)
    strength = victim["rssi"].astype(float)
    part = np.arange(start, end)
    if draw.innocent:
        strength[part] += LOUD_DB if draw.number % 2 else 0.0
    else:
        chosen = part[:: 2 if draw.number % 2 else 1]
        strength[chosen] = expected(draw.severity) + draw.rng.normal(0, QUICK_DB, len(chosen))
    met = at_s(victim, start, 10)
    return alone(victim.with_columns(rssi=sendable(strength)), at_s(victim, start, 0), int(victim["time"][end]), met)

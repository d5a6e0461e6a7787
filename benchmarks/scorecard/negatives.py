"""Negative sets: recordings of innocent flights, and clean recordings disturbed as real feeds are; no alarm is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.scorecard.corpora import SAMPLES
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES, Array
from geo.sphere import destination, distance_m

INNOCENT: Mapping[str, str] = {
    "calibration": f"{SAMPLES}/calibration",
    "surveys": f"{SAMPLES}/surveys",
    "gliders": f"{SAMPLES}/gliders",
    "ambulances": f"{SAMPLES}/ambulances",
    "sky drawings": f"{SAMPLES}/featured",
    "holding at Heathrow": "egll-20170802/egll-positions-rt.csv",
    "holding at Heathrow, FR24": "egll-20170802/egll-positions-fr24.csv",
    "low passes at Lelystad": "opensky-history-csv/belevingsvlucht.csv",
    "noise near the ground": f"{SAMPLES}/noisy/noisy_ground.json.gz",
    "noise at landing": f"{SAMPLES}/noisy/noisy_landing.json.gz",
    "noise at take-off": f"{SAMPLES}/noisy/noisy_takeoff.json.gz",
    "taxiing at Zurich": f"{SAMPLES}/onground",
    "one receiver, five snapshots": "readsb-single-receiver-202311",
}
"""Real recordings marked (fp) in the data folder, or of legal flights that resemble an anomaly."""

Disturb = Callable[[Batch, np.random.Generator], Batch]

HOLE_KM, RESTARTS_S = 40.0, (60, 180, 400, 700)
HEX_ERRORS, CALLSIGN_ERRORS = 1 / 2_000, 1 / 500
"""Shares of rows. Two wrong callsigns in 100 to 150 aircraft an hour were seen (identity-issues); we take far more."""

MLAT_SHARE, MLAT_M, MLAT_KT, SHADOW_SHARE, SHADOW_M = 0.15, 150.0, 12.0, 0.15, 150.0
"""MLAT: readsb allows such a position 250 m more (definitions 5.3). Shadows: 7 m and more (Monterey, ~2b0d0d)."""

_MLAT, _TISB = SOURCES.index("mlat"), SOURCES.index("tisb_other")


def coverage_hole(rows: Batch, rng: np.random.Generator) -> Batch:
    """Nothing is heard from a disc of 40 km in the middle of the traffic."""
    lat, lon = (float(np.nanmedian(rows[n])) for n in ("lat", "lon"))
    return rows.take(np.flatnonzero(~(distance_m(rows["lat"], rows["lon"], lat, lon) < HOLE_KM * 1000)))


def restart(rows: Batch, rng: np.random.Generator) -> Batch:
    """The receiver is silent four times, for one to twelve minutes: a gap for everyone at once."""
    time = rows["time"]
    keep = np.ones(len(rows), dtype=bool)
    for k, seconds in enumerate(RESTARTS_S):
        begin = time[0] + (time[-1] - time[0]) * (k + 1) // (len(RESTARTS_S) + 1)
        keep &= (time < begin) | (time >= begin + seconds * 1000)
    return rows.take(np.flatnonzero(keep))


def bit_errors(rows: Batch, rng: np.random.Generator) -> Batch:
    """Single rows whose address is off by one bit, and single rows with one wrong character of the callsign."""
    icao24, callsign = rows["icao24"].copy(), rows["callsign"].copy()
    hit = np.flatnonzero(rng.random(len(rows)) < HEX_ERRORS)
    icao24[hit] ^= 1 << rng.integers(0, 24, len(hit))
    named = np.flatnonzero((rng.random(len(rows)) < CALLSIGN_ERRORS) & (callsign != b""))
    callsign[named] = _misread(callsign[named], rng)
    return rows.with_columns(icao24=icao24, callsign=callsign)


def _misread(names: Array, rng: np.random.Generator) -> Array:
    """One character of each replaced by a letter one bit away in the six-bit alphabet."""
    letters = np.array([list(n.ljust(8)) for n in names.tolist()], dtype=np.uint8).reshape(-1, 8)
    length = np.array([len(n) for n in names.tolist()])
    at = (rng.random(len(names)) * length).astype(int)
    row = np.arange(len(names))
    flipped = letters[row, at] ^ (1 << rng.integers(0, 3, len(names)))
    valid = ((flipped >= 65) & (flipped <= 90)) | ((flipped >= 48) & (flipped <= 57))
    letters[row, at] = np.where(valid, flipped, letters[row, at])
    return np.array([bytes(one).rstrip() for one in letters], dtype=names.dtype)


def mlat_jitter(rows: Batch, rng: np.random.Generator) -> Batch:
    """Some aircraft are located by multilateration: positions scatter, so do speed and track."""
    who = _chosen(rows, MLAT_SHARE, rng)
    n = int(who.sum())
    lat, lon, speed, track = (rows[c].astype(float) for c in ("lat", "lon", "ground_speed", "track"))
    lat[who], lon[who] = destination(lat[who], lon[who], rng.uniform(0, 360, n), np.abs(rng.normal(0, MLAT_M, n)))
    speed[who] = np.maximum(speed[who] + rng.normal(0, MLAT_KT, n), 0)
    track[who] = (track[who] + rng.normal(0, 3, n)) % 360
    changed = {"lat": lat, "lon": lon, "ground_speed": speed.astype("f4"), "track": track.astype("f4")}
    return rows.with_columns(**changed, source=np.where(who, _MLAT, rows["source"]).astype(np.uint8))


def tisb_shadows(rows: Batch, rng: np.random.Generator) -> Batch:
    """Some aircraft appear twice: a ground station repeats them under an address that is none, late and off."""
    copy = rows.take(np.flatnonzero(_chosen(rows, SHADOW_SHARE, rng) & ~np.isnan(rows["lat"])))
    n = len(copy)
    lat, lon = destination(copy["lat"], copy["lon"], rng.uniform(0, 360, n), np.abs(rng.normal(0, SHADOW_M, n)))
    moved = copy.with_columns(
        icao24=(copy["icao24"] ^ 0x5A5A5A) | NON_ICAO, time=copy["time"] + 2_000, lat=lat, lon=lon,
        callsign=np.full(n, b"", dtype="S8"), source=np.full(n, _TISB, dtype=np.uint8),
    )  # fmt: skip
    both = Batch.concat([rows, moved])
    return both.take(np.argsort(both["time"], kind="stable"))


def _chosen(rows: Batch, part: float, rng: np.random.Generator) -> Array:
    """Rows of a random share of the aircraft."""
    aircraft = np.unique(rows["icao24"])
    chosen: Array = np.isin(rows["icao24"], rng.choice(aircraft, max(1, round(part * len(aircraft))), replace=False))
    return chosen


DISTURBED: Mapping[str, Disturb] = {
    "coverage hole": coverage_hole,
    "receiver restarts": restart,
    "decoder bit errors": bit_errors,
    "MLAT jitter": mlat_jitter,
    "TIS-B shadows": tisb_shadows,
}
"""What happens to honest traffic on its way; alerts beyond those of the undisturbed recording are false."""

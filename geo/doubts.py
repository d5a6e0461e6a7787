"""Rows that say nothing new about how an aircraft flies: not judged by learned models, whatever they look like.

A model of normal flight finds them odd, and rightly so; but what is odd is the feed. Rules say what is wrong in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geo.feature_rows import GAP_S, SLOT_S
from geo.features import Features
from geo.schema import Array
from geo.sphere import KNOT_M_S
from geo.tracks import Mask
from geo.windows import STEP_GAP_S

AXES = {"d_lat": "heading_cos", "d_lon": "heading_sin"}
"""How far one moved north and east, and the part of the way that the track has in it."""

COMPARED = ("d_speed", "turn_rate_deg_per_s", "vertical_accel", "fix_age", "speed_gap", "gspeed", *AXES, *AXES.values())
"""Features of the row before that a row is compared with."""

READS = (*COMPARED, "track_gap", "climb_gap", "dist_airport", "height_airport")
"""Features that must be known of each row."""

LEAST_HEARD = 15
"""Of a window's thirty rows so many must say something, or nothing is said of it."""

SAME = {"d_speed": 0.02, "turn_rate_deg_per_s": 0.005, "vertical_accel": 0.2}
"""kt in 10 s, deg/s, ft/min/s: closer than this is the same change again, though times have whole milliseconds."""

CONTRARY = {"track_gap": 10.0, "speed_gap": 30.0, "climb_gap": 500.0}
"""deg, kt, ft/min: rounding and the length of a step explain less than this between what is sent and what is flown."""

OTHER_SPAN = 0.2
"""Where the positions of two rows are of times that are so much further apart or nearer than the rows, by their share,
the way made says nothing about speed: at 400 kt, 80 kt."""

STUCK, MOVING_KT = 0.98, 50.0
"""The way made falls short of the speed sent by this share of it, or more, while that is no taxiing: the position is
the row before's."""

HELD_M = 200.0
"""So far would speed and track have led along one axis in ten seconds, on which the position is that of the row before
to the last digit: whoever resampled the data held latitude and longitude each by itself."""

LEAP_FPM = 20_000.0
"""Height against the rate sent: more is a frame that was misread, not flown. One wrong bit of a height in hundreds of
feet (Gillham, 3,200 ft in ten seconds) is 19,200 ft/min."""

STALL_KT, FIELD_NMI, FIELD_FT = 61.0, 3.0, 500.0
"""Slower than any single-engined aeroplane may stall (14 CFR 23.49 until 2017), so near an aerodrome and so near its
elevation (1013 hPa for 995 or 1031) is rolling, or hovering, where the feed does not say so."""


def reading(names: Sequence[str]) -> tuple[str, ...]:
    """These features of a model, and those that tell its doubtful rows."""
    return tuple(dict.fromkeys((*names, *READS)))


def row_before(found: Features) -> Mapping[str, Array]:
    """COMPARED and `time` (n,) of the same flight's row before, for rows sorted by flight and time; NaN without one."""
    cut = np.ones(len(found), dtype=bool)
    cut[1:] = (found.flight[1:] != found.flight[:-1]) | (np.diff(found.time) > STEP_GAP_S * 1000)
    at = np.maximum(np.arange(len(found)) - 1, 0)
    columns = {name: found.values[name] for name in COMPARED if name in found.values}
    columns["time"] = found.time.astype(np.float64)
    return {name: np.where(cut, np.nan, values[at]) for name, values in columns.items()}


def doubtful(found: Features, before: Mapping[str, Array] | None = None) -> Mask:
    """Rows (n,) that are filled in, stuck, late, misread, or on a runway. `before` is what `row_before` gives.

    Raises KeyError where one of READS is missing; without those of AXES no position is known to be half held.
    """
    old = row_before(found) if before is None else before
    with np.errstate(invalid="ignore"):
        out: Mask = (
            filled_in(found, old) | _stuck(found.values) | _stuck(old) | _late(found, old)
            | _half_held(found.values) | _half_held(old) | _first_step(found.values, old)
            | (np.abs(found.values["climb_gap"]) > LEAP_FPM) | _on_runway(found)
        )  # fmt: skip
    return out


QUALITY = ("nic", "nac_p", "sil")
"""0 of each means unknown (DO-260B): what a sender of old make, or another one in its place, sends all the time."""


def stated(found: Features) -> Features:
    """The rows, sorted by flight and time, with position quality of 0 as missing, where the flight has stated none in
    the last GAP_S: only what is lost is odd."""
    rows, time = np.arange(len(found)), found.time
    cut = np.append(True, found.flight[1:] != found.flight[:-1])[: len(found)]
    first = np.maximum.accumulate(np.where(cut, rows, 0))
    values = dict(found.values)
    for name in (n for n in QUALITY if n in values):
        last = np.maximum.accumulate(np.where(values[name] > 0, rows, -1))
        lost = (last >= first) & (time - time[last] <= GAP_S * 1000)
        values[name] = np.where((values[name] == 0) & ~lost, np.float32(np.nan), values[name])
    return replace(found, values=values)


def doubts(found: Features) -> Mask:
    """The same; no row (n,) is doubtful where features were written without what tells it."""
    known = set(READS) - {*AXES, *AXES.values()} <= set(found.values)
    return doubtful(found) if known else np.zeros(len(found), dtype=bool)


def filled_in(found: Features, before: Mapping[str, Array]) -> Mask:
    """Speed, track and rate change as they did up to the row before, or stay, while the aircraft flies otherwise: held,
    or drawn with a ruler over a gap by whoever resampled the data."""
    again, contrary = np.ones(len(found), dtype=bool), np.zeros(len(found), dtype=bool)
    for name, most in SAME.items():
        unknown = np.isnan(found.values[name]) & (name == "vertical_accel")
        again &= unknown | (np.abs(found.values[name] - before[name]) <= most)
    for name, usual in CONTRARY.items():
        contrary |= np.abs(found.values[name]) > usual
    return again & contrary


def _stuck(values: Mapping[str, Array]) -> Mask:
    stuck: Mask = (values["gspeed"] >= MOVING_KT) & (values["speed_gap"] <= -STUCK * values["gspeed"])
    return stuck


def _half_held(values: Mapping[str, Array]) -> Mask:
    """Latitude or longitude stayed, where speed and track say that it did not."""
    held = np.zeros(len(values["gspeed"]), dtype=bool)
    for moved, part in AXES.items():
        if moved in values and part in values:
            wanted_m = values["gspeed"] * KNOT_M_S * SLOT_S * np.abs(values[part])
            held |= (values[moved] == 0) & (wanted_m >= HELD_M)
    return held


def _first_step(values: Mapping[str, Array], before: Mapping[str, Array]) -> Mask:
    """The row before was the flight's first, or the first after a long silence: what a source knows of an aircraft then
    is of several moments."""
    first: Mask = ~np.isnan(before["time"]) & np.isnan(before["d_speed"]) & ~np.isnan(values["d_speed"])
    return first


def _late(found: Features, before: Mapping[str, Array]) -> Mask:
    span_s = (found.time - before["time"]) / 1000.0
    late: Mask = np.abs(found.values["fix_age"] - before["fix_age"]) > OTHER_SPAN * span_s
    return late


def _on_runway(found: Features) -> Mask:
    slow, near = found.values["gspeed"] < STALL_KT, found.values["dist_airport"] <= FIELD_NMI
    rolling: Mask = slow & near & (np.abs(found.values["height_airport"]) <= FIELD_FT)
    return rolling

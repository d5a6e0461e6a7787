"""Unusual as a whole: five minutes that a model of normal flight cannot make again, window after window."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from detectors._examples import fly
from detectors._feature_words import worst
from detectors._registry import Describe, Example, Param, Style, detector
from detectors._sequences import KEEP, MOST_WINDOWS, Model, Said, say
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.doubts import reading
from geo.feature_rows import FRAME_COLUMNS, GAP_S, SLOT_S, Places, usable
from geo.features import Features, features
from geo.firs import Firs
from geo.memory import Memory
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks
from geo.windows import STEPS
from geo.words import joined
from geo.zones import Zones

AGAIN_S = 1_800
"""What is odd again within half an hour is the same matter, as in incidents: a glider circles, a flight check turns."""

POLAR_DEG = 85.0
"""Nearer to a pole tracks turn by themselves."""


def examples() -> Sequence[Example]:
    """Hits and near misses at cruising height."""
    t = np.arange(180)
    waves = 6_000 * np.sin(t / 3)
    weave = 90 + 90 * np.sin(t / 2.5)
    return [
        Example("up and down at cruise", lambda: fly(seconds=1800, step_s=10, rate=waves), 1),
        Example("weaving", lambda: fly(seconds=1800, step_s=10, track=weave), 1),
        Example("straight on", lambda: fly(seconds=1800, step_s=10), 0),
        Example(
            "weaving for a minute", lambda: fly(seconds=1800, step_s=10, track=np.where(t // 6 == 10, weave, 90)), 0
        ),
        Example("for four minutes", lambda: fly(seconds=240, step_s=10, rate=waves[:24]), 0),
        Example(
            "one row that is wrong", lambda: fly(seconds=1800, step_s=10, speed=np.where(t == 90, 1200.0, 420.0)), 0
        ),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Airborne rows with a place, away from the poles."""
    passed: Mask = tracks.located & (tracks.on_ground != 1) & (np.abs(tracks.lat) < POLAR_DEG)
    return passed


@detector(
    id="ml-sequence",
    title="Unusual five minutes",
    priority="low",
    scope="aircraft",
    needs=[("lat",), ("track",), ("ground_speed",), ("baro_altitude", "geo_altitude"), ("sequence_model",)],
    uses=tuple(name for name in FRAME_COLUMNS if name not in ("flight",)),
    lookback_s=GAP_S + SLOT_S,
    sample_s=SLOT_S,
    every_s=SLOT_S,
    merge_gap_s=AGAIN_S,
    memory=KEEP,
    spans=True,
    gate=gate,
    examples=examples,
    explain="The last five minutes are unlike normal flight: {what}, most of all {when}; one normal window in "
    "{rarity:,.0f} is as odd",
    style=Style(shape="path", color="#b388ff", icon="path"),
    params={
        "score": Param(0.99, "", "the last windows each reach this score", 0.5, 0.999999, "seed 000: 99th percentile of the validation error"),
        "windows": Param(3, "", "so many windows in a row", 2, MOST_WINDOWS, "seed 000: persistent, 3 windows in a row"),
        "peak": Param(0.9999, "", "and one of them reaches this", 0.5, 0.999999, "chosen: one alert in 100 flight hours"),
    },
    describe=Describe(
        definition="An aircraft whose last five minutes, taken together, a model that has learned normal flight cannot "
        "make again: one window after the other is missed by more than nearly all windows of normal traffic.",
        characteristics=(
            "Each value may be usual by itself; their sequence is not",
            "For three windows in a row, so that one wrong row says nothing",
            "The evidence names the features that were missed most, and when",
        ),
        audience=("Operations analysts", "Flight safety", "Whoever looks for what no rule describes"),
        priority_note="Low: that something is unusual says nothing about why. It counts in the verdict on the flight.",
        context="Training flights, aerobatics, survey and military flying are unusual and lawful. Train a model on "
        "your own history (`skysift train sequence`): the one that is built in knows made-up traffic alone.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, memory: Memory, sequence_model: Model, airports: Airports,
    aircraft: AircraftTable | None = None, firs: Firs | None = None, zones: Zones | None = None,
) -> Stretches:  # fmt: skip
    """Rows at which the last windows were all odd."""
    view = _with_row_before(tracks.take(np.flatnonzero(usable(tracks) & (np.abs(tracks.lat) < POLAR_DEG))))
    found = features(view, reading(sequence_model.scales.names), Places.shared(airports, firs, zones, aircraft))
    found = found.take(found.fresh)
    if not len(found):
        return none()
    said = say(sequence_model, memory, found, _key(sequence_model))
    rows = said.lasting(int(p.windows), p.score, p.peak)
    if not rows.any():
        return none()
    hit = np.zeros(len(view), dtype=bool)
    hit[found.row[rows]] = True
    score = _spread(view, found, np.maximum(said.before[:, 1 - int(p.windows) :].max(axis=1), said.score), 0.0)
    return stretches(
        view, hit,
        confidence=np.clip(0.3 + 0.1 * np.log10(1 / np.maximum(1 - score, 1e-6)), 0.3, 0.85),
        score=_spread(view, found, said.error, 0.0), values=_values(view, found, said, rows, sequence_model, score),
    )  # fmt: skip


def _with_row_before(view: Tracks) -> Tracks:
    """Fresh rows, and of each the row before: what features are made of."""
    wanted = view.fresh.copy()
    wanted[:-1] |= view.fresh[1:] & ~view.first[1:]
    return view.take(np.flatnonzero(wanted))


def _key(model: Model) -> int:
    """Changes with what the remembered rows were scaled by."""
    return zlib.crc32(repr(model.scales.stored()).encode())


def _spread(view: Tracks, found: Features, values: Array, other: float) -> Array:
    """Values of the found rows (n,) at their places in the view."""
    out = np.full(len(view), other)
    out[found.row] = values
    return out


def _values(view: Tracks, found: Features, said: Said, rows: Array, model: Model, score: Array) -> dict[str, Array]:
    """What the sentence and the evidence say, by row of the view."""
    names = model.scales.names
    windows, doubt = said.windows(np.flatnonzero(rows))
    missed = model.missed(windows) * ~doubt[:, :, None]
    what, ago, when, blamed, steps = (np.full(len(view), None, dtype=object) for _ in range(5))
    for row, window in zip(found.row[rows].tolist(), missed, strict=True):
        blame, by_step = window.mean(axis=0), window.mean(axis=1)
        order = np.argsort(-blame, kind="stable")[:3].tolist()
        what[row] = joined(worst(names, blame))
        ago[row] = int(STEPS - 1 - by_step.argmax()) * SLOT_S
        when[row] = f"{ago[row]} s earlier" if ago[row] else "at their end"
        blamed[row] = {names[i]: round(float(blame[i] / blame.sum()), 3) for i in order}
        steps[row] = [round(float(value), 2) for value in by_step]
    return {
        "what": what, "ago": ago, "when": when, "features": blamed, "steps": steps, "score": np.round(score, 6),
        "rarity": np.round(1 / np.maximum(1 - score, 1e-6)), "error": np.round(_spread(view, found, said.error, 0.0), 2),
    }  # fmt: skip

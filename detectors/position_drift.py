"""Tracks that run on displaced: the position leaves what speed and course lead to, and stays beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._drift import KEEP, note
from detectors._examples import during, fly
from detectors._innovation import NOISE, STREAMWISE, walk
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.memory import Memory
from geo.schema import Array
from geo.sphere import NMI_M
from geo.stretches import Stretches
from geo.tracks import Tracks


def displaced(rows: Batch, metres: float, start: int, stop: int, ramp: int = 1) -> Batch:
    """The track, set off to the north from row `start` to `stop`, over `ramp` rows."""
    n = len(rows)
    share = np.clip((np.arange(n) - start + 1) / ramp, 0.0, 1.0) * (np.arange(n) < stop)
    return rows.with_columns(lat=rows["lat"] + share * metres / 111_195.0)


EVERY_S = 5

CLEAR = 2.0
"""Times what the noise allows from which an offset is more than worth a look."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def flown(metres: float, start: int = 300, stop: int = 10**6, **more: Any) -> Batch:
        ramp = int(more.pop("ramp", 1))
        return displaced(fly(seconds=600, **more), metres, start, stop, ramp)

    def polled(metres: float, ramp: int) -> Batch:
        return displaced(fly(seconds=1800, step_s=15.0), metres, 60, 10**6, ramp)

    def turning() -> Batch:
        rate = np.repeat([0.0, 3.0, 0.0, -3.0, 0.0], 120)
        return fly(seconds=600, track=90.0 + np.cumsum(rate), speed=180.0, altitude=5_000.0)

    def late() -> Batch:
        """Two seconds late from now on: a receiver further down the line."""
        rows = fly(seconds=600)
        at = np.arange(600) - during(2, 0, 300, 600, 600)
        return rows.with_columns(lat=rows["lat"][at], lon=rows["lon"][at])

    return [
        Example("two kilometres aside from one second to the next", lambda: flown(2_000.0), 1),
        Example("two and a half kilometres aside over five updates of a poll", lambda: polled(2_500.0, 5), 1),
        Example("aside for four minutes, then back", lambda: flown(2_000.0, 200, 440), 1),
        Example("a single position two kilometres off", lambda: flown(2_000.0, 300, 301), 0),
        Example("a few hundred metres of noise", lambda: flown(200.0), 0),
        Example("a procedure turn", turning, 0),
        Example("positions that come two seconds late from now on", late, 0),
    ]


@detector(
    id="position-drift", title="Position offset", priority="medium", memory=KEEP, examples=examples, every_s=EVERY_S, **STREAMWISE,
    explain="The position is {offset:.1f} km off where speed and course lead ({ratio:.1f} times what "
    "this stream's noise allows), for {lasted}, while speed, course and height went on unchanged",
    style=Style(shape="path", color="#ffb340", icon="drift"),
    params={
        **NOISE,
        "least": Param(460, "m", "offsets along the motion below are never reported, whatever the noise", lo=100, hi=5_000, source="readsb speed_check allows 250 m and more beyond what was flown"),
        "aside": Param(150, "m", "the same across the motion, where no clock moves positions", lo=50, hi=5_000, source="quickstart 2021-10-07, switzerland 2018-08-01"),
        "sigmas": Param(2, "", "times what noise and manoeuvres may add up to over a few updates", lo=1, hi=10, source="switzerland 2018-08-01: one offset in 139,098 rows"),
        "noises": Param(5, "", "times the usual innovation of this stream", lo=0, hi=20, source="quickstart 2021-10-07, switzerland 2018-08-01"),
        "fixes": Param(4, "", "fixes that a stream needs before it can be judged", lo=3, hi=60, source="the innovation of fewer says nothing of its noise"),
        "most": Param(40, "km", "further is another place, not an offset", lo=5, hi=500, source="icao-spoof and kinematics take over"),
    },
    describe=Describe(
        definition="Aircraft whose reported position leaves, at once or over a few updates, what its own speed and course lead to, and from then on runs parallel to it.",
        characteristics=("Speed, course, height and climb go on unchanged", "The innovations of a few updates add up far beyond this stream's noise, later ones are small again", "Held until the track ends or the offset is undone"),
        audience=("Airspace integrity teams", "Research analysts", "Spectrum monitoring groups"),
        priority_note="Medium; low below one nautical mile or twice what the stream's noise allows, and where positions are computed (MLAT, TIS-B).",
        context="A navigation unit that switches source, a wrong reference of a decoder, a spoofed receiver, or positions that somebody changes. A lag of seconds moves positions along the track and does not count.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """Walk the slices; every fresh row of a stream that runs displaced is reported."""
    return walk(tracks, memory, p, note, shown, EVERY_S)


def shown(state: Array) -> tuple[Array, Array, Mapping[str, Array]]:
    """How sure and urgent offsets are, and their figures."""
    offset, ratio = np.hypot(state["off_e"], state["off_n"]), state["ratio"]
    # Old transponders, slow aircraft and resampled recordings reach 1.8 times their noise (105 recordings).
    minor = (offset < NMI_M) | ~state["fix"]["own"] | (ratio < CLEAR)
    sure = np.where(minor, 0.4, np.clip(0.5 + 0.1 * ratio, 0.5, 0.9))
    level = np.where(minor, PRIORITY["low"], PRIORITY["medium"])
    return sure, level, {"offset": offset / 1000, "ratio": ratio}

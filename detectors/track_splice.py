"""Tracks that do not continue themselves: from one update to the next another place, course, speed and climb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import numpy as np

from detectors._examples import EPOCH, fly
from detectors._innovation import NOISE, STREAMWISE, walk
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._splice import CHANNELS, KEEP, note, weight
from geo.batch import Batch
from geo.memory import Memory
from geo.schema import Array
from geo.stretches import Stretches
from geo.tracks import Tracks
from geo.words import joined

EVERY_S = 10


def spliced(first: Batch, other: Batch, at: int, aside_m: float = 0.0) -> Batch:
    """The first rows of one track, then another one from there on, set off to the north."""
    rest = other.take(np.arange(at, len(other)))
    lat = first["lat"][at] + rest["lat"] - rest["lat"][0] + aside_m / 111_195.0
    lon = first["lon"][at] + rest["lon"] - rest["lon"][0]
    return Batch.concat([first.take(np.arange(at)), rest.with_columns(lat=lat, lon=lon)])


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def pair(aside_m: float = 0.0, step_s: float = 1.0) -> Batch:
        other = fly(seconds=1800, step_s=step_s, track=200.0, speed=280.0, rate=-1_200.0)
        first = fly(seconds=1800, step_s=step_s)
        return spliced(first, other, len(first) // 2, aside_m)

    def turning() -> Batch:
        rate = np.repeat([0.0, 3.0, 0.0, -3.0, 0.0], 120)
        return fly(seconds=600, track=90.0 + np.cumsum(rate), speed=180.0, altitude=5_000.0)

    def through_a_gap() -> Batch:
        rows = pair()
        late = rows["time"] >= EPOCH + 900_000
        return rows.with_columns(time=rows["time"] + np.where(late, 120_000, 0))

    def one_bad_row() -> Batch:
        rows = fly(seconds=600)
        bad = np.arange(600) == 300
        return rows.with_columns(
            track=np.where(bad, 200.0, rows["track"]), ground_speed=np.where(bad, 90.0, rows["ground_speed"])
        )

    return [
        Example("another course, speed and climb from one second to the next", pair, 1),
        Example("the same in polls of 15 s, two kilometres aside", lambda: pair(2_000.0, 15.0), 1),
        Example("a procedure turn", turning, 0),
        Example("all that after two minutes without reception", through_a_gap, 0),
        Example("one bad row", one_bad_row, 0),
    ]


@detector(
    id="track-splice", title="Track does not continue itself", priority="high", memory=KEEP, examples=examples, every_s=EVERY_S, **STREAMWISE,
    explain="{channels} changed from one update to the next by up to {times:.1f} times what an aircraft can do in that "
    "time, and the track has gone on as a different one for {lasted}",
    style=Style(shape="path", color="#bf5af2", icon="splice"),
    params={
        **NOISE,
        "channels": Param(2, "", "so many of position, course, speed, height and climb must change impossibly at once", lo=2, hi=5, source="one alone is a bad value or a manoeuvre"),
        "far": Param(2, "", "or one by this, and a second nearly", lo=1, hi=10, source="quickstart 2021-10-07, switzerland 2018-08-01"),
        "total": Param(3, "", "impossible changes, each as a share of what is possible and at most 3, must add up to this", lo=2, hi=15, source="quickstart 2021-10-07, switzerland 2018-08-01"),
        "confirm": Param(2, "", "updates after it that follow from each other", lo=1, hi=20, source="a bad row, or two, are over by then"),
        "fixes": Param(3, "", "updates before it that do", lo=1, hi=60, source="a stream that jumps all the time is noise"),
        "least": Param(200, "m", "position changes along the motion below never count", lo=50, hi=5_000, source="readsb speed_check allows 250 m beyond what was flown"),
        "aside": Param(200, "m", "the same across the motion, where no clock moves positions", lo=50, hi=5_000, source="quickstart 2021-10-07, switzerland 2018-08-01"),
        "sigmas": Param(2, "", "times the noise of one update", lo=1, hi=10, source="two standard deviations"),
        "noises": Param(3, "", "times the usual innovation of this stream", lo=0, hi=20, source="quickstart 2021-10-07, switzerland 2018-08-01"),
    },
    describe=Describe(
        definition="Aircraft whose track, without a gap in reception, goes on as another one: place, course, speed, height or climb change together by more than any aircraft can.",
        characteristics=("Several channels change impossibly in one update", "Before and after it the track follows from itself", "Held until the track ends, or does it again and so shows that its data is bad"),
        audience=("Airspace integrity teams", "Research analysts", "Spectrum monitoring groups", "Regulatory compliance teams"),
        priority_note="High where three channels or more change by far, medium where fewer do; low where the changes add up to less than six times what is possible (survey and fire-fighting aircraft reach that), and where positions are computed (MLAT, TIS-B).",
        context="A recording played back, a track taken over, two aircraft with one address of which each is heard in turn, or a feed that joins two flights. The data cannot tell which.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """Walk the slices; every fresh row of a stream that has become another one is reported."""
    return walk(tracks, memory, p, note, shown, EVERY_S)


def shown(state: Array) -> tuple[Array, Array, Mapping[str, Array]]:
    """How sure and urgent splices are, and their figures."""
    jump, own = state["jump"], state["fix"]["own"]
    beyond, total = (jump > 1.0).sum(axis=1), weight(jump)
    level = np.select(
        [~own | (total < 6.0), (beyond < 3) | (total < 8.0)], [PRIORITY["low"], PRIORITY["medium"]], PRIORITY["high"]
    )
    names = [joined([name for name, share in zip(CHANNELS, one, strict=True) if share > 1.0]) for one in jump]
    values = {"channels": np.array(names, dtype=object), "times": np.minimum(jump.max(axis=1), 99.0)}
    return np.where(own, np.clip(0.4 + 0.06 * total, 0.5, 0.95), 0.4), level, values

"""Impossible motion: speed, acceleration, turn or climb between honest fixes that no aircraft can fly."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from detectors._examples import during, fly
from detectors._plausible import COMPUTED, Steps, only_back, steps
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.schema import SOURCES, Array
from geo.sphere import KNOT_M_S
from geo.stretches import Stretches, stretches
from geo.tracks import Tracks

CHANNELS = ("speed", "acceleration", "turn", "climb")


OFTEN = 6
"""Leaps in a minute from which they are more than a clock that is wrong: 105 recordings gave up to five."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def zigzag(metres: float, source: int = 1) -> Batch:
        """Every other ten seconds displaced."""
        aside = (np.arange(600) // 10) % 2 * ((np.arange(600) >= 300) & (np.arange(600) < 400))
        rows = fly(seconds=600, speed=250.0)
        return rows.with_columns(lat=rows["lat"] + aside * metres / 111_195.0, source=np.full(600, source, np.uint8))

    def leaping() -> Batch:
        up = (np.arange(600) // 10) % 2 * ((np.arange(600) >= 300) & (np.arange(600) < 400))
        return fly(seconds=600, altitude=20_000.0 + 9_000.0 * up)

    def stale() -> Batch:
        """Half a minute without a new position, then the true one."""
        rows = fly(seconds=600)
        at = np.where((np.arange(600) >= 300) & (np.arange(600) < 330), 300, np.arange(600))
        return rows.with_columns(lat=rows["lat"][at], lon=rows["lon"][at])

    def garbled() -> Batch:
        rows = fly(seconds=600)
        height, speed = during(9_000.0, 0.0, 200, 201, 600), during(400.0, 0.0, 400, 401, 600)
        return rows.with_columns(
            baro_altitude=rows["baro_altitude"] + height, ground_speed=rows["ground_speed"] + speed
        )

    def once() -> Batch:
        rows = fly(seconds=600)
        return rows.with_columns(lat=rows["lat"] + during(0.02, 0.0, 300, 301, 600))

    return [
        Example("two kilometres to and fro every ten seconds", lambda: zigzag(2_600.0), 1),
        Example("height that leaps 9,000 ft up and down", leaping, 1),
        Example("one wrong position", once, 0),
        Example("one wrong height, and later one wrong speed", garbled, 0),
        Example("a height that is wrong every other time", lambda: fly(seconds=300, altitude=20_000.0 + 9_000.0 * (np.arange(300) // 5 % 2)), 1),
        Example("a position repeated for half a minute", stale, 0),
        Example("an MLAT position that jitters by a kilometre", lambda: zigzag(1_000.0, SOURCES.index("mlat")), 0),
        Example("a fighter's turn at nine degrees a second", lambda: fly(seconds=300, track=np.arange(300) * 9.0, speed=300.0), 0),
    ]  # fmt: skip


@detector(
    id="kinematics", title="Impossible motion", priority="medium", scope="aircraft", every_s=10, sample_s=5,
    needs=[("lat",)], uses=("position_time",), lookback_s=120, merge_gap_s=120, examples=examples,
    explain="{what} is {beyond} what an aircraft can do between two fixes ({number}), {count} times in a minute",
    style=Style(shape="path", color="#ff453a", icon="bolt"),
    params={
        "count": Param(2, "", "impossible steps within a minute, the way back from one wrong value not counted; one is an error of a decoder", lo=2, hi=20, source="opensky-rest, egll 2017-08-02: single wrong positions"),
        "noise": Param(500, "m", "what positions may differ by beyond what is flown", lo=30, hi=5_000, source="readsb speed_check allows 30 m to 250 m; state vectors are a second or two late"),
        "timing": Param(2, "s", "how wrong the time of a position may be", lo=0, hi=30, source="JL516 2024-01-02; OpenSky state vectors"),
        "accelerate": Param(15, "kt/s", "change of speed over ground beyond 20 kt", lo=3, hi=60, source="definitions 5.3: 15 kt/s"),
        "turn": Param(9, "°/s", "turn beyond 15 degrees, at 150 kt; less when faster, up to thrice when slower", lo=3, hi=45, source="definitions 5.3: 6 to 10 degrees a second"),
        "climb": Param(30_000, "ft/min", "climb or descent beyond 500 ft", lo=5_000, hi=120_000, source="zero_gravity 2020-06-25: 21,760 ft/min flown", column="|vertical_rate|"),
        "slow": Param(60, "kt", "below this the course is not judged", lo=0, hi=300, source="helicopters, and gliders in a thermal", column="ground_speed"),
    },
    describe=Describe(
        definition="Aircraft whose positions, speeds, courses or heights follow each other faster than any airframe can fly, more than once in a minute.",
        characteristics=("Distance beyond the reported speed, with readsb's allowances for source and age", "Acceleration, turn or climb beyond any airframe", "More than once within a minute"),
        audience=("Airspace integrity teams", "Feed operators", "Research analysts"),
        priority_note="Medium where positions jump six times in a minute; low else, and where positions are computed (MLAT, TIS-B).",
        context="Two aircraft with one address close together, a disturbed satellite position, wrong clocks of receivers, or bits that a decoder got wrong.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """Rows that end an impossible step, when there are enough of them within a minute."""
    step = steps(tracks, p)
    shares = step.shares()
    worst = shares.max(axis=1, initial=0.0)
    bad = np.zeros(len(tracks), dtype=np.int64)
    bad[step.rows] = (worst > 1.0) & ~only_back(tracks, step, worst > 1.0, p)
    count = tracks.window_sum(bad, 60)
    hit = (bad > 0) & (count >= p.count)
    if not (hit & tracks.fresh).any():
        return stretches(tracks, hit)
    times, jumps, several = (np.zeros(len(tracks)) for _ in range(3))
    times[step.rows], jumps[step.rows], several[step.rows] = worst, shares[:, 0] > 1.0, (shares > 1.0).sum(axis=1)
    times = np.minimum(times, 99.0)
    sure = (jumps > 0) | (several >= 2)
    computed = COMPUTED[tracks.source]
    leaps = tracks.window_sum((jumps > 0).astype(np.int64), 60)
    strong = sure & ~computed & (leaps >= np.maximum(p.count, OFTEN))
    return stretches(
        tracks, hit, confidence=np.where(strong, np.clip(0.5 + 0.1 * times, 0.5, 0.9), 0.4),
        begin=_first(tracks, bad), score=np.where(strong, times + 100.0, times),
        priority=np.where(strong, PRIORITY["medium"], PRIORITY["low"]),
        values={"what": _names(tracks, step, shares), "times": times, "beyond": _beyond(times), "number": _numbers(tracks, step, shares), "count": count},
    )  # fmt: skip


def _first(tracks: Tracks, bad: Array) -> Array:
    """The oldest impossible step of the minute that counts."""
    marks = np.flatnonzero(bad)
    if not len(marks):
        return np.arange(len(tracks))
    at = np.minimum(np.searchsorted(marks, tracks.ago(60)), len(marks) - 1)
    return np.minimum(marks[at], np.arange(len(tracks)))


def _beyond(times: Array) -> Array:
    """How far beyond the possible, in words: 1.0 times what an aircraft can do, it can."""
    return np.where(times < 1.05, "just beyond", np.char.add(np.char.mod("%.1f", times), " times"))


def _names(tracks: Tracks, step: Steps, shares: Array) -> Array:
    out = np.full(len(tracks), "", dtype=object)
    out[step.rows] = np.array(CHANNELS, dtype=object)[shares.argmax(axis=1)]
    return out


def _numbers(tracks: Tracks, step: Steps, shares: Array) -> Array:
    """The worst step in its own units."""
    out = np.full(len(tracks), "", dtype=object)
    change = [np.abs(c[step.rows] - c[step.before]) for c in (tracks.ground_speed, tracks.track, tracks.baro_altitude)]
    for k in np.flatnonzero(shares.max(axis=1, initial=0.0) > 1.0).tolist():
        dt = step.dt[k]
        turn = min(float(change[1][k]), 360.0 - float(change[1][k]))
        words = (
            f"{step.far[k] / 1000:.1f} km in {dt:.0f} s, {step.far[k] / KNOT_M_S / dt:,.0f} kt",
            f"{change[0][k]:,.0f} kt in {dt:.0f} s", f"{turn:.0f}° in {dt:.0f} s", f"{change[2][k]:,.0f} ft in {dt:.0f} s",
        )  # fmt: skip
        out[step.rows[k]] = words[int(shares[k].argmax())]
    return out

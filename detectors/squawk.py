"""Emergency codes, by Mode A squawk or by the ADS-B emergency status, held or cycling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np

from detectors._examples import during, fly
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.schema import EMERGENCIES, NO_TIME, Array
from geo.stretches import Stretches, stretches
from geo.tracks import Mask, Tracks

CODES = {b"7500": "hijack (7500)", b"7700": "general emergency (7700)", b"7600": "radio failure (7600)"}
"""ICAO Doc 4444, 15.1; the order is the priority of spec/definitions.md 5.4."""

STATUS = {"unlawful": 4, "general": 3, "downed": 4, "nordo": 2, "minfuel": 2, "lifeguard": 1}
"""Priority by ADS-B status; lifeguard is a medical flight and not an emergency of its own."""

URGENCY = {b"7500": PRIORITY["critical"], b"7700": PRIORITY["high"], b"7600": PRIORITY["medium"]}


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    n = 300

    def coded(code: bytes, rows: int) -> Callable[[], Batch]:
        return lambda: fly(seconds=n, squawk=during(code, b"1000", 50, 50 + rows, n, "S4"))

    def cycling() -> Batch:
        on = (np.arange(n) // 15) % 2 == 1
        return fly(seconds=n, squawk=np.where(on, b"7700", b"2000"))

    return [
        Example("7700 held for two minutes", coded(b"7700", 120), 1),
        Example("ADS-B status general, squawk ordinary", lambda: fly(seconds=60, squawk=b"1000", emergency=2), 1),
        Example("7700 switched on and off", cycling, 1),
        Example("a single 7700 between ordinary codes is a bit error", coded(b"7700", 1), 0),
        Example("7601 is not 7600", coded(b"7601", 120), 0),
    ]


def codes_of(tracks: Tracks) -> tuple[Array, Array]:
    """Priority of the emergency that each row declares (0: none), and its words."""
    level = np.zeros(len(tracks), dtype=np.int64)
    text = np.full(len(tracks), "", dtype=object)
    for name, priority in STATUS.items():
        rows = tracks.emergency == EMERGENCIES.index(name)
        level[rows], text[rows] = priority, f"ADS-B status {name}"
    for code, words in CODES.items():
        rows = tracks.squawk == code
        level[rows], text[rows] = np.maximum(level[rows], URGENCY[code]), words
    return level, text


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Only aircraft that declare something now."""
    return np.isin(tracks.squawk, list(CODES)) | (tracks.emergency > EMERGENCIES.index("none"))


@detector(
    id="squawk",
    title="Emergency code",
    priority="medium",
    scope="aircraft",
    needs=[("squawk", "emergency")],
    uses=("squawk", "emergency"),
    lookback_s=180,
    every_s=1,
    merge_gap_s=300,
    single_row=True,
    gate=gate,
    examples=examples,
    explain="{code} for {lasted}{cycles}{where}",
    style=Style(shape="path", color="#ff3b30", icon="alert"),
    params={
        "hold": Param(
            10, "s", "a code must hold this long: shorter ones are bit errors or a knob being turned",
            hi=120, source="seed 003; VATSIM-Radar issue 1417",
        ),
        "cycles": Param(
            3, "", "this many switches on within three minutes are called cycling",
            lo=2, hi=20, source="seed 003: repeated on/off patterns",
        ),
    },
    describe=Describe(
        definition="Aircraft that declare an emergency, loss of communication or unlawful interference, by squawk "
        "(7700, 7600, 7500) or by the ADS-B emergency status.",
        characteristics=(
            "An emergency code held, or the ADS-B status set",
            "Repeated switching on and off",
            "A code in an unusual place, such as on the ground",
        ),
        audience=("Emergency response", "Operations analysts", "Regional monitoring teams", "Alert reviewers"),
        priority_note="Medium; 7700 is high and 7500 critical. A code seen once, or on the ground, is low.",
        context="Codes are set for real emergencies, in error, in training and by ground tests: look at altitude, "
        "route and what happens next.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """Rows that declare an emergency and have done so for `hold` seconds, or the first row of a track (low)."""
    level, text = codes_of(tracks)
    known = (tracks.squawk != b"") | (tracks.emergency > 0)
    held, begin = tracks.held(level > 0, known)
    onset = (level > 0) & known & (held == 0)
    cycles = tracks.window_sum(onset.astype(np.int64), 170)
    alone = (level > 0) & (tracks.prev_time == NO_TIME)
    steady = held >= p.hold
    cycling = (level > 0) & (cycles >= p.cycles) & (cycles > 0)
    low = tracks.on_ground == 1
    times = np.char.add(np.char.add(", switched on ", cycles.astype("U6")), " times in three minutes")
    return stretches(
        tracks, steady | alone | cycling, begin=begin,
        confidence=np.where(steady, np.where(low, 0.6, 0.95), np.where(cycling, 0.8, 0.4)),
        score=level + 0.5 * cycling + np.where(steady, 0.4, 0.0),
        priority=np.where(low | ~(steady | cycling), PRIORITY["low"], level),
        values={"code": text, "cycles": np.where(cycling, times, ""), "where": np.where(low, ", on the ground", "")},
    )  # fmt: skip

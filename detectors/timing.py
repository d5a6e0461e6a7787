"""Messages too often, in bursts, too close, or after a long silence; judged by what else the feed hears."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from detectors._examples import fly, together, traffic
from detectors._rates import SLOT_S, STREAM, Heard, bursting, close, comparison, heard, usual
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._silences import LAST, silences
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks

_RUN = {"over": ("i8", 0), "bursts": ("i8", 0), "slot": ("i8", 0)}
"""Slots in a row above the limit; which of the last ones held a burst, as bits; the last slot."""

KEEP = Keep({name: Slot(*spec) for name, spec in (STREAM | LAST | _RUN).items()}, ttl_s=4_000)


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def counted(rate: float, others: float, n: int = 120) -> Batch:
        steps = np.arange(n)
        return together(
            fly(0xABC123, n, lat=48.0, messages=1000.0 + rate * steps), *traffic(8, n, messages=50.0 + others * steps)
        )

    def bursts() -> Batch:
        shots = [fly(0xABC123, 1.5, step_s=0.02, start_s=s, lat=48.0) for s in range(3, 100, 10)]
        return together(*shots, *traffic(8, 100, step_s=0.5))

    def away(others_too: bool) -> Batch:
        pieces = [(0, 300), (1200, 300)]
        mine = [fly(0xABC123, n, start_s=s, lat=45.4, lon=5.5, speed=20.0) for s, n in pieces]
        rest = [(s, n) for s, n in pieces] if others_too else [(0, 1500)]
        flown = [
            fly(0x400000 + k, n, step_s=10, start_s=s, lat=45.3, lon=5.2, speed=20.0) for k in range(3) for s, n in rest
        ]
        return together(*mine, *flown)

    def backwards() -> Batch:
        rows = fly(seconds=120)
        return rows.with_columns(position_time=rows["time"] - 4_000 * (np.arange(120) % 3))

    return [
        Example("fifty messages a second, and nothing else on the air", lambda: fly(seconds=60, step_s=0.02), 1),
        Example("sixty a second by the counter, where others send four", lambda: counted(60, 4), 1),
        Example("short bursts between silences", bursts, 1),
        Example("heard again after a quarter of an hour, amid others", lambda: away(False), 1),
        Example("twelve a second near the receiver, where others send eight", lambda: counted(12, 8), 0),
        Example("the receiver itself was silent", lambda: away(True), 0),
        Example("the counter starts again", lambda: together(counted(4, 4), *traffic(1, 1, start_s=120, messages=1e6)), 0),
        Example("positions come late and backwards from several aggregators", backwards, 0),
    ]  # fmt: skip


@detector(
    id="timing",
    title="Unusual message timing",
    priority="medium",
    scope="aircraft",
    needs=[("messages", "time")],
    uses=("messages", "feed"),
    lookback_s=0,
    every_s=SLOT_S,
    merge_gap_s=60,
    memory=KEEP,
    examples=examples,
    explain="{what}{among}",
    style=Style(shape="path", color="#5ac8fa", icon="clock"),
    params={
        "rate": Param(10, "messages/s", "faster than this is looked at", lo=1, hi=1_000, source="product requirements: max_messages_per_second"),
        "interval": Param(50, "ms", "the shortest interval; alone on a feed, an aircraft must keep to it on the mean", lo=1, hi=1_000, source="product requirements: min_message_interval_ms"),
        "factor": Param(3, "", "so many times what nine in ten others of the feed send", lo=1.5, hi=20, source="readsb-single-receiver-202311: mean 12.4/s at most, 3.3/s for nine in ten"),
        "others": Param(5, "aircraft", "so many others are needed to compare with", lo=3, hi=50, source="chosen: below it the ninth decile is one aircraft"),
        "hold": Param(2, "slots of 10 s", "above the limit for so many in a row", lo=1, hi=6, source="chosen: one slot may hold what was queued"),
        "bursts": Param(3, "slots of 10 s", "bursts in so many of the last six", lo=2, hi=6, source="chosen: fading does not repeat like this"),
        "burst": Param(40, "messages", "in two seconds, and next to none in the other eight, are a burst", lo=10, hi=1_000, source="20 a second: the 50 ms floor"),
        "silence": Param(600, "s", "unheard for so long", lo=120, hi=3_000, source="product requirements: max_session_gap_seconds"),
        "height": Param(10_000, "ft", "silences are judged above this: lower, aircraft land, and hills hide them", lo=2_000, hi=40_000, source="chosen", column="baro_altitude"),
    },
    describe=Describe(
        definition="An aircraft whose messages come too often for the feed that hears them, in repeated bursts, below the shortest interval, or again after a long silence amid coverage.",
        characteristics=("More than ten messages a second, and several times what others of the feed send", "Bursts between silences, again and again", "Half of the intervals below 50 ms", "Level and high, unheard for ten minutes where others were heard all the while"),
        audience=("Security researchers", "Data integrity teams", "Receiver owners"),
        priority_note="Medium for a rate far above all others; low where there are too few others, and for bursts, intervals and silences.",
        context="Test equipment, a faulty transponder, a simulator on the feed. A counter includes replies to radar: near the receiver a dozen a second is ordinary.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """The streams of one slot that stand out."""
    one = heard(tracks, memory, p.interval, p.burst)
    if not len(one):
        return none()
    old, slot = one.old, tracks.time[one.last] // (SLOT_S * 1000)
    top, others = usual(one, p.others)
    limit = np.where(np.isnan(top), max(1000.0 / p.interval, p.rate), np.maximum(p.rate, p.factor * top))
    over = np.where(one.rate > limit, np.where(slot - old["slot"] == 1, old["over"], 0) + 1, 0)
    shots = (old["bursts"] << np.minimum(slot - old["slot"], 62)) & 0b111111 | bursting(one)
    quiet = silences(tracks, one, memory, p.silence, 3_600.0, p.height)
    _remember(tracks, one, memory, over=over, bursts=shots, slot=slot)
    rapid, burst = over >= p.hold, np.bitwise_count(shots) >= p.bursts
    near = close(one, p.others)
    at = np.flatnonzero(rapid | burst | near | (quiet > 0))
    return _told(tracks, one, at, rapid, burst, near, quiet, limit, top, others) if len(at) else none()


def _remember(tracks: Tracks, one: Heard, memory: Memory, **run: Array) -> None:
    """Each stream's last row, and its run."""
    place = {"lat": tracks.lat[one.last], "lon": tracks.lon[one.last], "altitude": tracks.baro_altitude[one.last]}
    row = {
        "time": tracks.time[one.last],
        "messages": tracks.messages[one.last],
        "climb": tracks.vertical_rate[one.last],
    }
    memory.put(one.key, tracks.time[one.last], **(place | row | run))


def _told(
    tracks: Tracks, one: Heard, at: Array, rapid: Array, burst: Array, near: Array, quiet: Array, limit: Array,
    top: Array, others: Array,
) -> Stretches:  # fmt: skip
    """The streams `at` as stretches: their last rows, from their first ones on."""
    hit, begin = np.zeros(len(tracks), dtype=bool), np.arange(len(tracks))
    hit[one.last[at]], begin[one.last[at]] = True, one.first[at]
    sure, urgent = np.zeros(len(tracks)), np.full(len(tracks), PRIORITY["low"])
    what, among = np.full(len(tracks), "", dtype=object), np.full(len(tracks), "", dtype=object)
    rate, most = np.full(len(tracks), np.nan), np.full(len(tracks), np.nan)
    for k in at.tolist():
        row = int(one.last[k])
        rate[row], most[row] = one.rate[k], limit[k]
        if rapid[k]:
            sure[row] = 0.82 + 0.13 * min(one.rate[k] / limit[k] - 1, 1)
            urgent[row] = PRIORITY["low" if np.isnan(top[k]) else "medium"]
            what[row] = f"{one.rate[k]:,.0f} messages a second"
            among[row] = comparison(float(top[k]), int(others[k]))
        elif burst[k]:
            sure[row], what[row] = 0.7, f"bursts of {one.total[k]:,.0f} messages within two seconds, repeatedly"
        elif near[k]:
            sure[row], what[row] = 0.6, f"{100 * one.short[k]:.0f} % of the messages follow each other too closely"
        else:
            sure[row], what[row] = (
                0.6,
                f"heard again after {quiet[k] / 60:,.0f} min, level and high, where others were heard all the while",
            )
    return stretches(
        tracks, hit, begin=begin, confidence=sure, priority=urgent,
        values={"what": what, "among": among, "rate": rate, "limit": most},
    )  # fmt: skip

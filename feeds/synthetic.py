"""Believable traffic with every anomaly class planted and labelled: the demo, the examples and the benchmarks.

A pure function of seed and time: any window comes out the same whatever was asked before and however it is cut.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import geo
from feeds._errors import FeedError
from feeds._source import Source
from feeds._synthetic_actor import Actor, Story, Truth
from feeds._synthetic_events import Events
from feeds._synthetic_rough import roughened
from feeds._synthetic_rows import Rows
from feeds._synthetic_vectored import MOST, Vectored
from feeds._synthetic_world import europe, world
from geo.batch import Batch

DEMO_ZONES = Path(geo.__file__).parent / "data" / "demo_zones.geojson"
"""Invented zones that the cast of the demo crosses."""

START_MS = 1_767_571_200_000
"""2026-01-05 00:00 UTC: where a synthetic recording begins unless said otherwise."""

CATCH_UP_S = 60.0
"""After a pause (a suspended machine) a live source gives at most this much of what was missed."""


class Synthetic:
    """A world of about `aircraft` aircraft in the air at any time, over "europe" (with the cast) or the "world".

    Beyond 500 aircraft over Europe the airports are too busy for take-offs and landings to be kept apart.
    """

    def __init__(self, seed: int = 1, aircraft: int = 350, region: str = "europe") -> None:
        self.seed, self.aircraft, self.region = seed, aircraft, region
        self.world = europe(seed, aircraft) if region == "europe" else world(seed, aircraft)
        self.events = Events(self.world, seed)
        self._rows = Rows(self.world, self.events, seed, region)

    @staticmethod
    def worldwide(aircraft: int = 8_423, seed: int = 1) -> Synthetic:
        """As many aircraft as the worldwide snapshot, all always under way."""
        return Synthetic(seed, aircraft, "world")

    def batches(self, start_ms: int, end_ms: int, step_s: float = 1.0, chunk_s: float = 60.0) -> Iterator[Batch]:
        """Rows with times in [start_ms, end_ms), one per aircraft each `step_s`, in time order, `chunk_s` at a time."""
        step = max(round(step_s * 1_000), 1)
        per_chunk = max(int(chunk_s * 1_000) // step, 1)
        # An aircraft answers up to 900 ms after the tick: the window also holds answers to the tick before it.
        ticks = np.arange((start_ms - 900) // step * step, end_ms, step, dtype=np.int64)
        for first in range(0, len(ticks), per_chunk):
            batch = self._rows.at(ticks[first : first + per_chunk], start_ms, end_ms)
            if len(batch):
                yield batch

    def truth(self, start_ms: int, end_ms: int) -> list[Truth]:
        """Everything planted that shows between two times, in order of its start; look-alikes are marked innocent."""
        planted = [self.events.truth(e) for e in self.events.during(start_ms, end_ms) if e.shown > start_ms]
        told: dict[tuple[str, str, int], Truth] = {}
        for n, actor in enumerate(self.world.actors):
            for story, begin, end in _told(actor, start_ms, end_ms):
                key = story.class_id, story.group or str(n), begin
                others = told[key].icao24s if key in told else ()
                members = (*others, int(self.world.icao24[n]))
                told[key] = Truth(story.class_id, members, begin, end, story.note, story.innocent)
        return sorted([*planted, *told.values()], key=lambda one: one.start)


def _told(actor: Actor, start_ms: int, end_ms: int) -> Iterator[tuple[Story, int, int]]:
    """An actor's stories with the times (epoch ms) at which they come round, as far as they meet the window."""
    period, offset = actor.role.period, actor.role.offset
    for story in actor.story:
        first = math.floor((start_ms / 1_000 + offset - story.end) / period)
        last = math.floor((end_ms / 1_000 + offset - story.start) / period)
        for turn in range(first, last + 1):
            begin, end = (round((turn * period + at - offset) * 1_000) for at in (story.start, story.end))
            if begin < end_ms and end > start_ms:
                yield story, begin, end


class SyntheticSource(Source):
    """A synthetic world as a source. `batches` gives `hours` of it; where it is live, `poll` goes on with the clock.

    A live one's recording ends now, so that a first start has a past to show. The clock is read here and nowhere else.
    """

    def __init__(
        self, name: str, world: Synthetic, hours: float = 1.0, step_s: float = 1.0, start_ms: int | None = START_MS,
        clock: Callable[[], float] = time.time, calm: bool = False, rough: bool = False,
        vectored: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(name, "synthetic", live=start_ms is None, clock=clock)
        self.world, self.hours, self.step_s, self.start_ms = world, hours, step_s, start_ms
        self.calm, self.rough = calm, rough
        self.led = Vectored(world.seed, vectored, world.region) if vectored else None

    def window(self) -> tuple[int, int]:
        """Epoch ms between which `batches` gives rows."""
        length = round(self.hours * 3_600_000)
        if self.start_ms is not None:
            return self.start_ms, self.start_ms + length
        end = int(self.clock() * 1_000)
        return end - length, end

    def batches(self) -> Iterator[Batch]:
        start, end = self.window()
        actors = {a for t in self.world.truth(start, end) for a in t.icao24s} if self.calm else set()
        for number, batch in enumerate(self._everyone(start, end)):
            rows = batch.take(np.flatnonzero(~np.isin(batch["icao24"], sorted(actors)))) if actors else batch
            yield self.count(roughened(rows, self.world.seed, number) if self.rough else rows)

    def _everyone(self, start: int, end: int) -> Iterator[Batch]:
        """The world's batches, with those that are led about."""
        for batch in self.world.batches(start, end, self.step_s):
            until = int(batch["time"].max()) + 1
            more = self.led.between(start, until, self.step_s) if self.led else Batch.empty()
            rows = Batch.concat([batch, more]) if len(more) else batch
            yield rows.take(np.argsort(rows["time"], kind="stable")) if len(more) else rows
            start = until

    async def poll(self) -> AsyncIterator[Batch]:
        """A batch every second, with what was said since the last."""
        said = int(self.clock() * 1_000) - 1_000
        while True:
            now = int(self.clock() * 1_000)
            for batch in self.world.batches(max(said, now - int(CATCH_UP_S * 1_000)), now):
                yield self.count(batch)
            said = max(now, said)
            await asyncio.sleep(1.0 - now % 1_000 / 1_000)


def open_synthetic(spec: str) -> SyntheticSource:
    """The source for "demo", or "synthetic:" with options, as in "synthetic:seed=3,aircraft=2000,hours=1".

    Options: seed, aircraft, hours, step, region (europe, world), start (an RFC 3339 time, or "live" for the present);
    for recordings calm=1 (without those that anything was planted for), rough=1 (as receivers would hear it) and
    vectored=N (so many more that are led about).
    The demo is live with 24 hours of past, a row every 5 s.
    Raises FeedError for what it does not know.
    """
    if spec == "demo":
        return SyntheticSource(spec, Synthetic(), hours=24, step_s=5, start_ms=None)
    given = dict(_pair(part, spec) for part in spec.removeprefix("synthetic:").split(",") if part)
    if unknown := set(given) - _OPTIONS:
        raise FeedError(f"no option {min(unknown)!r}", source=spec, hint=f"known: {', '.join(sorted(_OPTIONS))}")
    if given.setdefault("region", "europe") not in ("europe", "world"):
        raise FeedError(f"no region {given['region']!r}", source=spec, hint="known: europe, world")
    seed, aircraft = (round(_number(given, name, spec, *bounds)) for name, bounds in _WHOLE.items())
    hours, step = _number(given, "hours", spec, 1, 0, 10_000), _number(given, "step", spec, 1, 0.1, 3_600)
    start = _start(given.get("start"), spec)
    led = round(_number(given, "vectored", spec, 0, 0, MOST))
    calm, rough = (bool(_number(given, name, spec, 0, 0, 1)) for name in ("calm", "rough"))
    world_ = Synthetic(seed, aircraft, given["region"])
    return SyntheticSource(spec, world_, hours, step, start, calm=calm, rough=rough, vectored=led)


_OPTIONS = {"seed", "aircraft", "hours", "step", "region", "start", "calm", "rough", "vectored"}
_WHOLE = {"seed": (1, 0, 2**31), "aircraft": (350, 1, 50_000)}


def _pair(part: str, spec: str) -> tuple[str, str]:
    name, found, value = part.partition("=")
    if not found:
        raise FeedError(f"{part!r} is no option", source=spec, hint="write name=value, with commas between")
    return name.strip(), value.strip()


def _number(given: dict[str, str], name: str, spec: str, default: float, low: float, high: float) -> float:
    text = given.get(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise FeedError(f"{name} = {text!r} is no number from {low:g} to {high:g}", source=spec)
    return value


def _start(text: str | None, spec: str) -> int | None:
    if text is None or text == "live":
        return START_MS if text is None else None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise FeedError(
            f"start = {text!r} is no time", source=spec, hint="write 2026-01-05T00:00:00Z, or live"
        ) from None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000)

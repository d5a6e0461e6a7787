"""The watcher: what aircraft and anomalies do in the areas that somebody watches, as alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
import shapely.geometry

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.borders import Borders
from geo.memory import Memory
from geo.presence import Presence
from geo.schema import NO_TIME, Array
from geo.visits import Visits
from geo.words import sentence
from geo.zones import Zones
from pipeline.ahead import Ahead, Coming, by_slot
from pipeline.airframes import Airframes
from pipeline.followers import NOBODY, Within
from pipeline.ignores import Ignore, ignored
from pipeline.staying import Staying
from pipeline.subscriptions import TRIGGERS, Fleet, Subscription, Who

DAY_MS = 86_400_000


@dataclass
class Watcher:
    """Feed it each step of the engine; `numbers` (areas,) name the areas for good.

    An alert's key is the same whenever the same data is judged again, so that whoever keeps the keys tells each once.
    """

    areas: Zones
    numbers: Array
    subscriptions: Sequence[Subscription]
    airframes: Airframes = field(default_factory=Airframes)
    ignores: Sequence[Ignore] = ()
    rules: Mapping[tuple[str, int | None], float] = field(default_factory=dict)
    presence: Presence = field(init=False)
    ahead: Ahead = field(default_factory=Ahead)
    inside: dict[int, set[tuple[int, int]]] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    states: dict[str, tuple[tuple[int, str], int]] = field(default_factory=dict)
    told: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    now: int = int(NO_TIME)
    began: Array | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a subscription of an area that is not there."""
        self.presence = Presence(self.areas, self.numbers)
        self._sort()

    def renew(
        self,
        areas: Zones,
        numbers: Array,
        subscriptions: Sequence[Subscription],
        ignores: Sequence[Ignore],
        rules: Mapping[tuple[str, int | None], float],
        borders: Borders | None = None,
        began: Array | None = None,
    ) -> None:
        """Watch these from now on. Whoever is inside an area that stays goes on with the same visit; who is inside a
        new one is there since it `began` (areas,), data time. `borders` of the areas spare the next step to make them.
        """
        self.began = began
        # Whoever knows of no flight yet cannot say who was there before.
        self.presence = self.presence.reload(areas, numbers, borders, None if self.now == NO_TIME else began)
        self.areas, self.numbers, self.subscriptions = areas, numbers, subscriptions
        self.ignores, self.rules = ignores, rules
        self._sort()
        self.seen = {one.id: self.seen.get(one.id, self.now) for one in subscriptions}
        self.inside = {one.id: self.inside[one.id] for one in subscriptions if one.id in self.inside}

    def _sort(self) -> None:
        self.owners = {one.id: one.owner for one in self.subscriptions}
        self.index = {int(number): k for k, number in enumerate(self.numbers)}
        self.of: dict[str, dict[int, list[Subscription]]] = {trigger: {} for trigger in TRIGGERS}
        for one in self.subscriptions:
            if one.area is None or one.area not in self.index:
                raise ValueError(f"subscription {one.name!r} is of an area that is not there")
            self.of[one.trigger].setdefault(self.index[one.area], []).append(one)
        self.entered = self.areas.take(np.array(list(self.of["will-enter"]), dtype=np.int64))
        self.has = {trigger: np.zeros(len(self.areas), dtype=bool) for trigger in TRIGGERS}
        for trigger, some in self.of.items():
            self.has[trigger][list(some)] = True
        self.staying = Staying.of(self.of["stays"], len(self.areas))

    def feed(
        self, rows: Batch, anomalies: Sequence[Anomaly], now: int, within: Within = MappingProxyType({})
    ) -> list[Alert]:
        """Rows with `flight`, what the engine says of anomalies, and data time (epoch ms): the alerts, by time."""
        if self.now == NO_TIME:
            self.seen = dict.fromkeys((one.id for one in self.subscriptions), now)
        # Who is asked where it will be must not have been looked at later: slot by slot, however the rows came.
        *parts, last = by_slot(rows) if self.of["will-enter"] and len(rows) else [rows if len(rows) else NOBODY]
        out = [alert for part in parts for alert in self._seen_in(part, int(part["time"].max()))]
        out += [*self._seen_in(last, now), *self._about(anomalies, within)]
        self._forget()
        return sorted((a for a in out if self._active(a) and not self._ignored(a)), key=lambda a: (a.time, a.key))

    def _seen_in(self, rows: Batch, now: int) -> list[Alert]:
        """What rows tell of visits, up to data time `now`."""
        self.airframes.note(rows)
        coming = list(self._coming(rows))
        visits, before, self.now = self.presence.feed(rows, now), self.now, now
        for k in np.flatnonzero(visits.ended | visits.lost).tolist():
            some = self.of["will-enter"].get(int(visits.area[k]), ())
            self.ahead.gone([one.id for one in some], int(visits.flight[k]))
        # Who was there all along keeps its area from being quiet; who comes in now comes after the quiet.
        first = list(self._first(visits, rows, visits.already))
        quiet = list(self._quiet(before))
        return [*coming, *self._visited(visits, rows), *first, *self._first(visits, rows, ~visits.already), *quiet]

    def _coming(self, rows: Batch) -> Iterator[Alert]:
        """Who will come in, and is not there yet."""
        wanted = self.of["will-enter"]
        if not wanted or not len(rows):
            return
        horizon_ms = max(one.wait_ms for some in wanted.values() for one in some)
        for one in self.ahead.coming(rows, self.entered, horizon_ms / 1000):
            area = list(wanted)[one.area]
            if self.presence.holds(one.flight, int(self.numbers[area])):
                continue
            who = self.airframes.flying(one.flight, int(rows["icao24"][one.row]))
            for sub in wanted[area]:
                if self._will(sub, one) and sub.fleet.holds(who) and self.ahead.news(sub.id, one, sub.wait_ms):
                    yield self._ahead(sub, one, rows, who)

    def _will(self, wanted: Subscription, one: Coming) -> bool:
        return one.arrives - one.at <= wanted.wait_ms and one.confidence >= wanted.confidence

    def _ahead(self, wanted: Subscription, one: Coming, rows: Batch, who: Who) -> Alert:
        words = {"minutes": (one.arrives - one.at) / 60_000, "height": _height(rows, one.row)}
        about = {"place": _place(rows, one.row), "confidence": round(one.confidence, 3)}
        return self._alert(wanted, f"{one.flight:x}-{one.at}", one.at, who, words, **about)

    def _visited(self, visits: Visits, rows: Batch) -> Iterator[Alert]:
        """What each visit tells those who want to hear of visits."""
        came = (visits.before == NO_TIME) & ~visits.already
        yield from self._each("enters", came, visits, rows, visits.entered)
        yield from self._each("leaves", visits.ended, visits, rows, visits.until)
        yield from self._each("crosses", visits.ended & ~visits.appeared, visits, rows, visits.until)
        for one, k, due in self.staying.over(visits):
            who = self.airframes.flying(int(visits.flight[k]), int(visits.icao24[k]))
            if one.fleet.holds(who):
                yield self._visit(one, visits, k, rows, who, due, one.wait_ms)

    def _each(self, trigger: str, hit: Array, visits: Visits, rows: Batch, time: Array) -> Iterator[Alert]:
        """The alerts of one trigger about the visits that `hit` names."""
        for k in np.flatnonzero(hit & self.has[trigger][visits.area]).tolist():
            who = self.airframes.flying(int(visits.flight[k]), int(visits.icao24[k]))
            for one in self.of[trigger][int(visits.area[k])]:
                if one.fleet.holds(who):
                    yield self._visit(one, visits, k, rows, who, int(time[k]), int(time[k] - visits.entered[k]))

    def _visit(
        self, one: Subscription, visits: Visits, k: int, rows: Batch, who: Who, time: int, lasted_ms: int
    ) -> Alert:
        row = int(visits.row[k])
        words = {"minutes": lasted_ms / 60_000, "height": _height(rows, row)}
        return self._alert(one, f"{visits.flight[k]:x}-{visits.entered[k]}", time, who, words, place=_place(rows, row))

    def _first(self, visits: Visits, rows: Batch, some: Array) -> Iterator[Alert]:
        """Who of some visits comes and goes, for those who ask about quiet areas; and the first after a quiet time."""
        new = visits.before == NO_TIME
        asked = (self.has["quiet"] | self.has["returns"])[visits.area] & some
        for k in np.flatnonzero((new | visits.ended | visits.lost) & asked).tolist():
            area, visit = int(visits.area[k]), (int(visits.flight[k]), int(visits.entered[k]))
            who = self.airframes.flying(visit[0], int(visits.icao24[k]))
            for one in (*self.of["quiet"].get(area, ()), *self.of["returns"].get(area, ())):
                if not one.fleet.holds(who):
                    continue
                there, last = self.inside.setdefault(one.id, set()), self.seen[one.id]
                came = bool(new[k]) and not visits.already[k]
                if one.trigger == "returns" and came and not there and visit[1] - last >= one.wait_ms:
                    yield self._visit(one, visits, k, rows, who, visit[1], visit[1] - last)
                self.seen[one.id] = max(last, int(visits.until[k]))
                there.discard(visit) if visits.ended[k] or visits.lost[k] else there.add(visit)

    def _quiet(self, before: int) -> Iterator[Alert]:
        """Areas in which nobody who counts has been for as long as somebody wants to hear of, since `before`."""
        for one in (one for some in self.of["quiet"].values() for one in some):
            due = self.seen[one.id] + one.wait_ms
            if before < due <= self.now and not self.inside.get(one.id):
                yield self._alert(one, f"{self.seen[one.id]}", due, None, {"minutes": one.wait_ms / 60_000})

    def _about(self, anomalies: Iterable[Anomaly], within: Within) -> Iterator[Alert]:
        """What anomalies that lie in an area tell those who want to hear of anomalies."""
        self._carry(within)
        for one in anomalies:
            state = (one.priority, one.cleared)
            was, _ = self.states.get(one.id, (None, 0))
            self.states[one.id] = state, self.now
            if one.geometry is None:
                continue
            shape = shapely.geometry.shape(one.geometry)
            inside = self.areas.meeting(shape).tolist()
            for trigger, key in _news(one, was):
                for wanted in (w for area in inside for w in self.of[trigger].get(area, ()) if self._wanted(w, one)):
                    if trigger != "anomaly-starts":
                        yield self._told(wanted, one, key, shape, within)
                    elif news := self._first_of(wanted, one, within):
                        yield self._told(wanted, one, news, shape, within)

    def _carry(self, within: Within) -> None:
        """Who was told of an anomaly, or of an incident that is now part of another one, was told of that one."""
        if within:
            for (who, subject), (priority, _) in [one for one in self.told.items() if one[0][1] in within]:
                key = (who, within[subject][0])
                self.told[key] = max(priority, self.told.get(key, (-1, 0))[0]), self.now

    def _first_of(self, wanted: Subscription, one: Anomaly, within: Within) -> str:
        """What makes it news that an anomaly began: it, or its incident, was not told of, or has become more urgent.

        Whatever an anomaly's incident is later joined with, the anomaly itself is not told of twice.
        """
        incident, priority = within.get(one.id, (one.id, 0))
        priority = max(priority, one.priority)
        subjects = (wanted.id, one.id), (wanted.id, incident)
        before = max(self.told.get(subject, (-1, 0))[0] for subject in subjects)
        self.told |= dict.fromkeys(subjects, (max(before, priority), self.now))
        if incident == one.id:
            return "start" if before < 0 else ""
        return f"{incident}-{priority}" if before < priority else ""

    def _wanted(self, wanted: Subscription, one: Anomaly) -> bool:
        """Whether class, confidence, priority, height and aircraft are as the subscription asks."""
        if wanted.classes and one.class_id not in wanted.classes:
            return False
        if (
            one.confidence < self._least(wanted, one.class_id)
            or one.priority < wanted.priority
            or not self._in_band(wanted, one)
        ):
            return False
        involved = [k for k in (one.icao24, *one.members) if k is not None]
        return wanted.fleet == Fleet() or any(wanted.fleet.holds(self.airframes.of(k, one.callsign)) for k in involved)

    def _least(self, wanted: Subscription, class_id: str) -> float:
        """How sure an anomaly must be: as the subscription asks, and as is accepted of the class, here or anywhere."""
        rules = (self.rules.get((class_id, area), 0.0) for area in (None, wanted.area))
        return max(wanted.confidence, *rules)

    def _in_band(self, wanted: Subscription, one: Anomaly) -> bool:
        """Whether a sample of the evidence lies within the area's heights; evidence without heights does."""
        floor, ceiling = (limits[self._place(wanted)] for limits in self.areas.band_ft)
        heights = [s["baro_altitude"] for s in one.evidence.get("samples", ()) if "baro_altitude" in s]
        return not heights or any(floor <= h <= ceiling for h in heights)

    def _told(self, wanted: Subscription, one: Anomaly, key: str, shape: Any, within: Within) -> Alert:
        who = None if one.icao24 is None else Who(one.icao24, one.callsign)
        # Of a long path the part that lies in the area is what is told of.
        part = shapely.intersection(shape, self.areas.shapes[self._place(wanted)])
        point = (shape if part.is_empty else part).representative_point()
        time = one.start if wanted.trigger == "anomaly-starts" else one.end
        incident, priority = within.get(one.id, (None, one.priority))
        about = {"place": (point.x, point.y), "anomaly": one.id, "confidence": one.confidence, "incident": incident}
        about |= {"priority": max(priority, one.priority), "class_id": one.class_id, "evidence": one.evidence}
        key = key if key.startswith(f"{incident}-") else f"{one.id}-{key}"
        return self._alert(wanted, key, time, who, {"what": one.explanation}, **about)

    def _place(self, one: Subscription) -> int:
        """Where its area stands among those that are watched."""
        assert one.area is not None
        return self.index[one.area]

    def _alert(
        self, one: Subscription, key: str, time: int, who: Who | None, words: dict[str, Any], **more: Any
    ) -> Alert:
        """With its sentence."""
        named = {"who": who.name if who else "several aircraft", "area": self.areas.names[self._place(one)]}
        text = TRIGGERS[one.trigger].text.format(**named, **words)
        address, callsign = (who.icao24, who.callsign) if who else (None, "")
        key = f"{one.id}-{one.trigger}-{key}"
        return Alert(key, one.id, one.trigger, time, one.area, sentence(text), address, callsign, **more)

    def _active(self, alert: Alert) -> bool:
        """Whether the area's days and hours hold the moment."""
        if alert.area is None or not self.areas.active:
            return True
        return self.areas.active[self.index[alert.area]].overlaps(alert.time, alert.time)

    def _ignored(self, alert: Alert) -> bool:
        return ignored(self.ignores, alert, self.owners[alert.subscription])

    def state(self) -> Mapping[str, Array]:
        """All that later alerts may depend on, for a checkpoint."""
        memories = {f"{name}/{column}": v for name, one in self._memories() for column, v in one.state().items()}
        return memories | {"told": np.frombuffer(orjson.dumps(self._said()), dtype=np.uint8)}

    def restore(self, stored: Mapping[str, Array]) -> None:
        """Go on from what `state` gave."""
        for name, one in self._memories():
            one.restore({n.removeprefix(f"{name}/"): v for n, v in stored.items() if n.startswith(f"{name}/")})
        said = orjson.loads(stored["told"].tobytes())
        self.now, self.seen = said["now"], dict(said["seen"])
        self.inside = {one: {(flight, entered) for flight, entered in visits} for one, visits in said["inside"]}
        self.states = {key: ((priority, cleared), at) for key, priority, cleared, at in said["states"]}
        self.told = {(one, key): (priority, at) for one, key, priority, at in said["told"]}
        self.ahead.told = {(one, flight): until for one, flight, until in said["ahead"]}
        # Of areas that have gone since nothing is known; of new ones, who is inside.
        known = self.numbers
        self.presence.open.drop(~np.isin(self.presence.open.columns["area"], known))
        self.presence = replace(self.presence, began=self.began)
        self.presence.find(dict(said["areas"]))
        self.seen = {one.id: self.seen.get(one.id, self.now) for one in self.subscriptions}

    def _said(self) -> Mapping[str, Any]:
        return {
            "now": self.now, "areas": list(self.presence.known().items()), "seen": list(self.seen.items()),
            "inside": [(one, sorted(visits)) for one, visits in self.inside.items()],
            "states": [(key, *state, at) for key, (state, at) in self.states.items()],
            "told": [(*key, *one) for key, one in self.told.items()],
            "ahead": [(*key, until) for key, until in self.ahead.told.items()],
        }  # fmt: skip

    def _memories(self) -> Sequence[tuple[str, Memory]]:
        presence = self.presence
        own = ("said", self.airframes.said), ("courses", self.ahead.courses)
        return ("fixes", presence.walk.fixes), ("visits", presence.open), *own

    def _forget(self) -> None:
        self.airframes.forget(self.now)
        self.ahead.forget(self.now)
        self.states = {key: one for key, one in self.states.items() if one[1] >= self.now - DAY_MS}
        self.told = {key: one for key, one in self.told.items() if one[1] >= self.now - DAY_MS}


def _news(one: Anomaly, was: tuple[int, str] | None) -> Iterator[tuple[str, str]]:
    """The triggers that an anomaly fires as it is now, with what makes each news one of a kind.

    `was` is its priority and reason when it was last heard of. Whoever keeps the keys hears of the start but once.
    """
    if not one.cleared:
        yield "anomaly-starts", "start"
        if one.state == "closed":
            yield "anomaly-ends", "end"
    if was is not None and was != (one.priority, one.cleared):
        yield "anomaly-changes", f"{one.priority}-{one.end}"


def _place(rows: Batch, row: int) -> tuple[float, float] | None:
    return None if row < 0 else (round(float(rows["lon"][row]), 6), round(float(rows["lat"][row]), 6))


def _height(rows: Batch, row: int) -> str:
    altitude = float(rows["baro_altitude"][row]) if row >= 0 else np.nan
    return f" at {altitude:,.0f} ft" if np.isfinite(altitude) else ""

"""Merge: stretches in, episodes out. The only place that gives anomalies their ids and lives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._registry import PRIORITY, Detector, params_hash
from geo.anomaly import Anomaly
from geo.schema import Array
from geo.shapes import shape_of
from geo.stretches import PATH_SLOT_MS, Stretches
from geo.words import lasting, sentence

NUMBERED = ("aircraft", "pair")
"""Scopes whose subjects are numbers of flights; cells and groups are called alike at every start."""

LONGEST_PATH = 256
"""Vertices kept of an episode's path; a longer one keeps every second slot, then every fourth, ..."""


@dataclass
class Episode:
    """An anomaly while it lasts. Every field grows in a way that does not depend on how the data was cut."""

    id: str
    subject: int
    start: int
    end: int
    peak: int
    score: float
    confidence: float
    priority: int
    icao24: int
    callsign: str
    members: frozenset[int]
    cleared: str
    values: dict[str, Any]
    path: dict[int, tuple[float, float, int]]
    samples: dict[str, Mapping[str, Any]]
    step: int = 1
    state: str = "open"
    params: Mapping[str, float] = field(default_factory=dict)
    """What judged its newest evidence: thresholds may change while it lasts."""


@dataclass(frozen=True)
class Known:
    """An episode that was found before a start that remembers nothing of it: whose, from when to when (epoch ms)."""

    id: str
    class_id: str
    who: frozenset[int]
    start: int
    end: int


@dataclass
class Merger:
    """The open episodes of one class."""

    spec: Detector
    params: Any
    params_hash: str
    open: dict[int, list[Episode]] = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)
    """Found again, these go on under their names: flights are numbered anew, and a name is made of such a number."""

    def add(self, found: Stretches) -> list[Episode]:
        """Join the stretches to the open episodes, or open new ones; returns those that changed."""
        changed: dict[str, Episode] = {}
        for i in np.lexsort((found.subject, found.start, found.end)).tolist():
            episode = self._match(found, i)
            if episode is None:
                episode = self._opened(found, i)
                self.open.setdefault(episode.subject, []).append(episode)
            else:
                _grow(episode, found, i)
            episode.params = vars(self.params)
            changed[episode.id] = episode
        return list(changed.values())

    def close(self, now_ms: int) -> list[Episode]:
        """Episodes whose last evidence is further back than a new stretch could still join."""
        done = [e for episodes in self.open.values() for e in episodes if now_ms - e.end > self._gap_ms]
        for episode in done:
            episode.state = "closed"
        for subject in {e.subject for e in done}:
            self.open[subject] = [e for e in self.open[subject] if e.state == "open"]
            if not self.open[subject]:
                del self.open[subject]
        return done

    @property
    def _gap_ms(self) -> int:
        """A stretch may report a start as far back as its lookback."""
        return int((self.spec.merge_gap_s + self.spec.lookback_s) * 1000)

    def _match(self, found: Stretches, i: int) -> Episode | None:
        """The oldest open episode of the same subject (for pairs: sharing an aircraft) that the stretch touches."""
        gap = int(self.spec.merge_gap_s * 1000)
        start, end = int(found.start[i]), int(found.end[i])
        if self.spec.scope == "pair":
            members = set(found.members[i])
            same = [e for episodes in self.open.values() for e in episodes if e.members & members]
        else:
            same = self.open.get(int(found.subject[i]), [])
        near = [e for e in same if start - e.end <= gap and e.start - end <= gap]
        return min(near, key=lambda e: (e.start, e.id), default=None)

    def _opened(self, found: Stretches, i: int) -> Episode:
        subject, start = int(found.subject[i]), int(found.start[i])
        key = f"{self.spec.id}|{subject}|{start}".encode()
        known = self._known(found, i)
        name = known.id if known else hashlib.blake2b(key, digest_size=8).hexdigest()
        episode = Episode(
            name, subject, min(start, known.start) if known else start, start, start, -np.inf, 0.0, 0,
            int(found.icao24[i]), "", frozenset(), found.cleared[i], {}, {}, {},
        )  # fmt: skip
        _grow(episode, found, i)
        return episode

    def _known(self, found: Stretches, i: int) -> Known | None:
        """The first known episode of the same aircraft that the stretch touches, which is then taken."""
        if not self.known or self.spec.scope not in NUMBERED:
            return None
        who = frozenset(found.members[i] if self.spec.scope == "pair" else (int(found.icao24[i]),))
        gap, start, end = int(self.spec.merge_gap_s * 1000), int(found.start[i]), int(found.end[i])
        same = [k for k in self.known if k.who == who and start - k.end <= gap and k.start - end <= gap]
        one = min(same, key=lambda k: k.start, default=None)
        if one:
            self.known.remove(one)
        return one

    def anomaly(self, episode: Episode) -> Anomaly:
        """The episode as everyone sees it."""
        seconds = (episode.end - episode.start) / 1000.0
        whole = {"duration": seconds, "lasted": lasting(seconds), "aircraft": len(episode.members)}
        values = episode.values | whole
        geometry, cell = shape_of(self.spec.style.shape, path_of(episode), episode.subject, episode.peak)
        named = self.spec.scope == "aircraft"
        judged_by = episode.params or vars(self.params)
        return Anomaly(
            id=episode.id,
            class_id=self.spec.id,
            icao24=episode.icao24 if named and episode.icao24 >= 0 else None,
            callsign=episode.callsign,
            members=sorted(episode.members - ({episode.icao24} if named else set())),
            start=episode.start,
            end=episode.end,
            state="cleared" if episode.cleared else episode.state,
            priority=episode.priority or PRIORITY[self.spec.priority],
            confidence=episode.confidence,
            explanation=explain(self.spec.explain, values),
            geometry=geometry,
            h3=cell,
            cleared=episode.cleared,
            evidence={
                "values": episode.values,
                "parameters": {n: {"value": v, "unit": self.spec.params[n].unit} for n, v in judged_by.items()},
                "parameters_hash": params_hash(SimpleNamespace(**judged_by)),
                "samples": sorted(episode.samples.values(), key=lambda s: s["time"]),
            },
        )


def explain(template: str, values: Mapping[str, Any]) -> str:
    """The sentence, as people write one."""
    return sentence(" ".join(template.format(**values).split()))


def _grow(episode: Episode, found: Stretches, i: int) -> None:
    """Take a stretch into the episode; the highest score gives the values, the earliest one where two are equal."""
    start, end, peak, score = int(found.start[i]), int(found.end[i]), int(found.peak[i]), float(found.score[i])
    samples = {s["role"]: s for s in (found.samples[i] if found.samples else ())}
    if score > episode.score or (score == episode.score and peak < episode.peak):
        episode.score, episode.peak = score, peak
        episode.values = {name: _plain(column[i]) for name, column in found.values.items()}
        episode.samples |= {r: s for r, s in samples.items() if r not in ("first", "last")}
    if "first" in samples and ("first" not in episode.samples or start < episode.samples["first"]["time"]):
        episode.samples["first"] = samples["first"]
    if "last" in samples and end >= episode.end:
        episode.samples["last"] = samples["last"]
    if found.callsign[i] and (end >= episode.end or not episode.callsign):
        episode.callsign = found.callsign[i]
    episode.cleared = found.cleared[i] if episode.cleared and found.cleared[i] else ""
    episode.end = max(episode.end, end)
    episode.start = min(episode.start, start)
    episode.confidence = max(episode.confidence, float(found.confidence[i]))
    episode.priority = max(episode.priority, int(found.priority[i]))
    episode.members |= frozenset(int(m) for m in found.members[i])
    _lengthen(episode, found.paths[i])


def _lengthen(episode: Episode, points: Array) -> None:
    """One vertex per slot, the earliest."""
    path = episode.path
    for lon, lat, ms in points.tolist():
        slot = int(ms) // PATH_SLOT_MS
        if slot not in path or ms < path[slot][2]:
            path[slot] = (lon, lat, int(ms))
    _thin(episode)


def _thin(episode: Episode) -> None:
    """Keep at most LONGEST_PATH slots, those divisible by a power of two, and the ends.

    The power is the smallest that does it for all slots so far, so no order of arrival can change what is left.
    """
    kept = [s for s in episode.path if s % episode.step == 0]
    while len(kept) > LONGEST_PATH:
        episode.step *= 2
        kept = [s for s in kept if s % episode.step == 0]
    if len(episode.path) > 2 * LONGEST_PATH:
        episode.path = {s: episode.path[s] for s in sorted({*kept, min(episode.path), max(episode.path)})}


def path_of(episode: Episode) -> Array:
    """The path's vertices in time order, (k, 3) of lon, lat, ms."""
    ends = {min(episode.path), max(episode.path)} if episode.path else set()
    slots = sorted(s for s in episode.path if s % episode.step == 0 or s in ends)
    return np.array([episode.path[s] for s in slots], dtype=float).reshape(-1, 3)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    if isinstance(value, float | np.floating):
        return None if not np.isfinite(value) else round(float(value), 4)
    return value.item() if isinstance(value, np.generic) else value


def anomalies(merger: Merger, episodes: Iterable[Episode]) -> Sequence[Anomaly]:
    """The episodes as anomalies, each once."""
    unique = {e.id: e for e in episodes}
    return [merger.anomaly(e) for e in unique.values()]

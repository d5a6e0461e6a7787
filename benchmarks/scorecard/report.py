"""The whole scorecard as one JSON value: attacks, clean traffic, negatives, events, coverage, classes, targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.scorecard import corpora, event_report
from benchmarks.scorecard.attack_report import at_cadence, attack_entry
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.attacks_b import SET_B, SET_C
from benchmarks.scorecard.behaviour_report import behaviour_entry
from benchmarks.scorecard.behaviours.table import BEHAVIOURS
from benchmarks.scorecard.clean_report import city_entry, clean_entry, disturbed_entries, innocent_entry
from benchmarks.scorecard.corpora import ATTACKED, METROPOLITAN, Recording
from benchmarks.scorecard.events import EVENTS
from benchmarks.scorecard.negatives import INNOCENT
from benchmarks.scorecard.scoring import LATENESS_S, MakeEngine
from benchmarks.scorecard.summary import Card, by_class, targets
from benchmarks.scorecard.tracks import polled
from benchmarks.scorecard.worlds import VARIANTS
from cli.inputs import choose, judging
from cli.version import __version__
from detectors._registry import Detector
from feeds.synthetic import DEMO_ZONES
from geo.anomaly import utc_text
from geo.batch import Batch
from pipeline.engine import Engine

QUICK_VARIANTS, PLANTED_H = 6, 2.0

PLANTED_AIRCRAFT, DENSE_AIRCRAFT, DENSE = 150, 800, ("ghost",)
"""Over Europe. That somebody fell silent can be said only where others are heard on all sides, so these classes are
measured among more; not the others, because nobody keeps simulated traffic apart, and some fly in formation by chance.
"""

SETS = {"A": SET_A, "B": SET_B, "C": SET_C}

REPORTED_ON = "switzerland"
"""Sets B and C have no target: they are planted in the largest judged recording alone."""

LISTS = ("attacks", "clean", "disturbed", "behaviours", "cities", "events", "innocent")

Advance = Callable[[str], object]
Task = tuple[str, ...]
"""What to measure, as text that another process understands: the section, and what of it."""


@dataclass(frozen=True)
class Setup:
    """What is measured: which classes (names; None: all), on which data (None: synthetic flights), how thoroughly."""

    names: str | None = None
    data: Path | None = None
    nightly: bool = False

    @property
    def classes(self) -> Mapping[str, Detector]:
        return choose(self.names)

    def make(self, files: Mapping[str, Path] | None = None, names: Sequence[str] = ()) -> MakeEngine:
        """A maker of engines with these resources."""
        wanted: dict[str, Any] = {name: [path] for name, path in (files or {}).items()}
        given = judging(",".join(names) or self.names, **wanted)

        def made(classes: Mapping[str, Detector] | None = None, **more: Any) -> Engine:
            return Engine(given.classes if classes is None else classes, {}, given.resources, LATENESS_S, **more)

        return made

    @property
    def variants(self) -> int:
        return VARIANTS if self.nightly else QUICK_VARIANTS

    def recordings(self, table: Mapping[str, Recording]) -> Mapping[str, Recording]:
        """The table's recordings; where it must be quick the smallest judged one; without data synthetic flights."""
        if self.data is None:
            return {"synthetic": Recording("", "judged", "synthetic flights, half an hour at 1 Hz")}
        there = {n: one for n, one in table.items() if (self.data / one.path).exists()}
        return there if self.nightly else {n: one for n, one in there.items() if n in ("japan", "watsonville")}

    def rows(self, name: str) -> Batch:
        one = self.recordings({**ATTACKED, **METROPOLITAN})[name]
        return corpora.recorded(self.data / one.path) if self.data else corpora.synthetic_flights()


def scorecard(
    setup: Setup,
    advance: Advance = lambda text: None,
    jobs: int = 1,
    sections: Sequence[str] = (),
    old: Card | None = None,
) -> dict[str, Any]:
    """Everything, or `sections` alone, which replace those of the `old` scorecard; `advance` hears what is done. `jobs`
    processes share the work. What is told of the classes is reckoned again from all sections."""
    card: dict[str, Any] = dict(old) if old else _head(setup)
    done = _done(setup, [t for t in tasks(setup) if not sections or t[0] in sections], advance, jobs)
    for section in (s for s in LISTS if not sections or s in sections):
        card[section] = [entry for task, found in done if task[0] == section for entry in found]
    card |= {task[0]: found for task, found in done if task[0] not in LISTS}
    if old and "behaviours" in sections:
        card["behaviours"] = _by_class(old, card)
    return _told(card, choose(None) if old else setup.classes)


def joined(old: Card, other: Card, sections: Sequence[str]) -> dict[str, Any]:
    """The `old` scorecard with sections of another one, which are not measured again. Raises ValueError for one that
    the other has not."""
    without = [s for s in sections if s not in other]
    if without:
        raise ValueError(f"it has no {', '.join(without)}")
    card = {**old, **{s: other[s] for s in sections}}
    if "behaviours" in sections:
        card["behaviours"] = _by_class(old, other)
    return _told(card, choose(None))


def _by_class(old: Card, new: Card) -> list[dict[str, Any]]:
    """Planted behaviours of both by class, where both have one the new."""
    found = {e["class"]: e for one in (old, new) for e in one.get("behaviours", ())}
    return [found[name] for name in sorted(found)]


def _told(card: dict[str, Any], classes: Mapping[str, Detector]) -> dict[str, Any]:
    """What follows from the sections, reckoned anew."""
    card["unknowable"] = event_report.unknowable() if card["events"] else []
    card["classes"] = by_class(card, classes)
    card["targets"] = targets(card)
    return card


def _head(setup: Setup) -> dict[str, Any]:
    """Of what version and which recordings it is."""
    known = setup.recordings({**ATTACKED, **METROPOLITAN})
    recordings = {n: _described(one, setup.rows(n)) for n, one in known.items()}
    return {
        "version": __version__, "mode": "nightly" if setup.nightly else "quick", "recordings": recordings,
        "data_until": max(one["end"] for one in recordings.values()),
    }  # fmt: skip


def _described(one: Recording, rows: Batch) -> dict[str, Any]:
    span = utc_text(int(rows["time"].min())), utc_text(int(rows["time"].max()))
    return {"role": one.role, "seen": one.seen, "about": one.about, "rows": len(rows), "start": span[0], "end": span[1]}


def tasks(setup: Setup) -> Iterator[Task]:
    """All that is to be measured, in the order of the report."""
    attacked = setup.recordings(ATTACKED)
    for name, one in attacked.items():
        for cadence in one.cadences:
            yield from (("attacks", name, cadence, letter, a) for letter, a in _attacks(setup, name, cadence))
            yield "clean", name, cadence
        yield "disturbed", name
    yield ("planted",)
    yield from (("behaviours", name) for name in BEHAVIOURS if name in setup.classes)
    if setup.data is None:
        return
    yield from (("cities", name) for name in setup.recordings(METROPOLITAN))
    if setup.nightly:
        yield from (("events", e.what) for e in EVENTS if (setup.data / e.path).exists())
        yield from (("innocent", name) for name, path in INNOCENT.items() if (setup.data / path).exists())
        yield ("gpsjam",)


def _attacks(setup: Setup, name: str, cadence: str) -> Iterator[tuple[str, str]]:
    """Set and name of the attacks planted in a recording."""
    for letter, one in SETS.items():
        if letter == "A" or (setup.nightly and name == REPORTED_ON and cadence == "15 s"):
            yield from ((letter, attack) for attack in one)


def _done(setup: Setup, wanted: Sequence[Task], advance: Advance, jobs: int) -> list[tuple[Task, Any]]:
    """Every task with its result, in the tasks' order."""
    if jobs == 1:
        out = []
        for task in wanted:
            advance(", ".join(task))
            out.append((task, measured(setup, task)))
        return out
    # Spawned, not forked: libraries keep threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(measured, setup, task): task for task in wanted}
        for future in as_completed(running):
            future.result()
            advance(", ".join(running[future]))
        return [(task, future.result()) for future, task in running.items()]


def measured(setup: Setup, task: Task) -> Any:
    """One task's part of the report."""
    section, *what = task
    return _MEASURES[section](setup, *what)


def _part(setup: Setup, name: str, cadence: str) -> Batch:
    one = setup.recordings(ATTACKED)[name]
    return at_cadence(one.between(setup.rows(name)), cadence)


def _attack(setup: Setup, name: str, cadence: str, letter: str, attack: str) -> list[dict[str, Any]]:
    role = setup.recordings(ATTACKED)[name].role
    rows = _part(setup, name, cadence)
    entry = attack_entry(attack, SETS[letter][attack], rows, setup.variants, setup.make(), setup.classes)
    return [{"set": letter, "recording": name, "role": role, "cadence": cadence, **entry}]


def _clean(setup: Setup, name: str, cadence: str) -> list[dict[str, Any]]:
    one = setup.recordings(ATTACKED)[name]
    rows = at_cadence(setup.rows(name), cadence)
    entry = clean_entry(name, rows, setup.make(), setup.classes)
    return [{"recording": name, "role": one.role, "cadence": cadence, **entry}]


def _disturbed(setup: Setup, name: str) -> list[dict[str, Any]]:
    rows = setup.recordings(ATTACKED)[name].between(setup.rows(name))
    return disturbed_entries(name, polled(rows, 5), setup.make())


def _planted(setup: Setup) -> dict[str, Any]:
    step_s = 5.0 if setup.nightly else 10.0
    make = setup.make({"zones": DEMO_ZONES})
    world = corpora.planted_world(PLANTED_AIRCRAFT)
    entries = event_report.planted_entries(world, PLANTED_H, step_s, make, setup.classes)
    dense = {name: spec for name, spec in setup.classes.items() if name in DENSE}
    if setup.nightly and dense:
        world = corpora.planted_world(DENSE_AIRCRAFT)
        entries |= event_report.planted_entries(world, PLANTED_H, step_s, make, dense)
    return entries


def _city(setup: Setup, name: str) -> list[dict[str, Any]]:
    one = setup.recordings(METROPOLITAN)[name]
    given = {option: (setup.data or Path()) / path for option, path in one.resources.items()}
    entry = city_entry(name, setup.rows(name), setup.make(given), setup.classes)
    return [{"recording": name, "role": one.role, "given": list(one.resources), **entry}]


def _events(setup: Setup, what: str) -> list[dict[str, Any]]:
    chosen = [e for e in EVENTS if e.what == what and set(e.classes) & set(setup.classes)]
    return [event_report.event_entry(e, setup.data or Path(), setup.make, setup.classes) for e in chosen]


def _innocent(setup: Setup, name: str) -> list[dict[str, Any]]:
    return [innocent_entry(name, (setup.data or Path()) / INNOCENT[name], setup.make())]


def _behaviour(setup: Setup, class_id: str, count: int = 0) -> list[dict[str, Any]]:
    one, spec = BEHAVIOURS[class_id], setup.classes[class_id]
    known = setup.recordings({**ATTACKED, **METROPOLITAN})
    names = [n for n in one.on if n in known] or list(known)[:1]
    worlds = {}
    for name in names:
        rows = setup.rows(name) if one.whole else known[name].between(setup.rows(name))
        worlds[name] = polled(rows, one.every_s) if one.every_s else rows
    given = judging(class_id)

    def make(more: Mapping[str, Any]) -> MakeEngine:
        def made(classes: Mapping[str, Detector] | None = None, **options: Any) -> Engine:
            chosen = given.classes if classes is None else classes
            return Engine(chosen, {}, {**given.resources, **more}, LATENESS_S, **options)

        return made

    return [behaviour_entry(spec, one, worlds, count or setup.variants, make, setup.data)]


def _gpsjam(setup: Setup) -> dict[str, Any]:
    return event_report.gpsjam_entries(setup.data or Path())


_MEASURES: Mapping[str, Callable[..., Any]] = {
    "attacks": _attack, "clean": _clean, "disturbed": _disturbed, "planted": _planted, "cities": _city,
    "events": _events, "innocent": _innocent, "gpsjam": _gpsjam, "behaviours": _behaviour,
}  # fmt: skip

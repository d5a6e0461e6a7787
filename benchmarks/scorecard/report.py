"""The whole scorecard as one JSON value: attacks, clean traffic, negatives, events, coverage, classes, targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scorecard import corpora
from benchmarks.scorecard.attack_report import attack_entry, cadences
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.attacks_b import SET_B, SET_C
from benchmarks.scorecard.clean_report import city_entry, clean_entry, disturbed_entries, innocent_entries
from benchmarks.scorecard.corpora import ATTACKED, METROPOLITAN, Recording
from benchmarks.scorecard.event_report import event_entries, gpsjam_entries, planted_entries, unknowable
from benchmarks.scorecard.scoring import LATENESS_S, MakeEngine
from benchmarks.scorecard.summary import by_class, targets
from benchmarks.scorecard.tracks import Attack, polled
from benchmarks.scorecard.worlds import VARIANTS
from cli.inputs import judging
from cli.version import __version__
from detectors._registry import Detector
from feeds.synthetic import DEMO_ZONES
from geo.anomaly import utc_text
from geo.batch import Batch
from pipeline.engine import Engine

QUICK_VARIANTS, PLANTED_H = 6, 2.0

Advance = Callable[[str], object]


@dataclass(frozen=True)
class Setup:
    """What is measured: which classes, on which data (None: synthetic flights), and how thoroughly."""

    classes: Mapping[str, Detector]
    data: Path | None = None
    nightly: bool = False

    def make(self, files: Mapping[str, Path] | None = None, names: Sequence[str] = ()) -> MakeEngine:
        """A maker of engines with these resources."""
        wanted: dict[str, Any] = {name: [path] for name, path in (files or {}).items()}
        given = judging(",".join(names) or None, **wanted)
        chosen = {n: given.classes[n] for n in given.classes if n in self.classes}

        def made(classes: Mapping[str, Detector] | None = None, **more: Any) -> Engine:
            return Engine(chosen if classes is None else classes, {}, given.resources, LATENESS_S, **more)

        return made

    @property
    def variants(self) -> int:
        return VARIANTS if self.nightly else QUICK_VARIANTS

    @property
    def attacks(self) -> dict[str, tuple[str, Attack]]:
        """By name, with the set that it belongs to."""
        sets = {"A": SET_A, "B": SET_B, "C": SET_C} if self.nightly else {"A": SET_A}
        return {name: (letter, attack) for letter, one in sets.items() for name, attack in one.items()}

    def recordings(self, table: Mapping[str, Recording]) -> Iterator[tuple[str, Recording, Batch]]:
        """The table's recordings; where it must be quick the smallest judged one; without data synthetic flights."""
        if self.data is None:
            made = Recording("", "judged", "synthetic flights, half an hour at 1 Hz")
            yield "synthetic", made, corpora.synthetic_flights()
            return
        for name, one in table.items():
            if (self.data / one.path).exists() and (self.nightly or name in ("japan", "watsonville")):
                yield name, one, corpora.recorded(self.data / one.path)


def scorecard(setup: Setup, advance: Advance = lambda text: None) -> dict[str, Any]:
    """Everything; `advance` hears what is at hand."""
    make = setup.make()
    card: dict[str, Any] = {"version": __version__, "mode": "nightly" if setup.nightly else "quick"}
    card["recordings"] = {n: _described(one, rows) for n, one, rows in setup.recordings({**ATTACKED, **METROPOLITAN})}
    card["data_until"] = max(one["end"] for one in card["recordings"].values())
    card["attacks"] = list(_attacks(setup, make, advance))
    card["clean"] = list(_clean(setup, make, advance))
    card["disturbed"] = _disturbed(setup, make, advance)
    advance("planted episodes")
    step_s = 5.0 if setup.nightly else 10.0
    zoned = setup.make({"zones": DEMO_ZONES})
    card["planted"] = planted_entries(corpora.planted_world(), PLANTED_H, step_s, zoned, setup.classes)
    card |= _recorded(setup, make, advance) if setup.data else {}
    card["classes"] = by_class(card, setup.classes)
    card["targets"] = targets(card)
    return card


def _described(one: Recording, rows: Batch) -> dict[str, Any]:
    span = utc_text(int(rows["time"].min())), utc_text(int(rows["time"].max()))
    return {"role": one.role, "about": one.about, "rows": len(rows), "start": span[0], "end": span[1]}


def _attacks(setup: Setup, make: MakeEngine, advance: Advance) -> Iterator[dict[str, Any]]:
    """Set A on every recording at every cadence; the others, which only report, on the largest judged one's polls."""
    for name, one, rows in setup.recordings(ATTACKED):
        for cadence, part in cadences(one.between(rows), one.native):
            for attack, (letter, spec) in setup.attacks.items():
                if letter != "A" and name not in ("switzerland", "synthetic"):
                    continue
                advance(f"{attack}, {name}, {cadence}")
                entry = attack_entry(attack, spec, part, setup.variants, make, setup.classes)
                yield {"set": letter, "recording": name, "role": one.role, "cadence": cadence, **entry}


def _clean(setup: Setup, make: MakeEngine, advance: Advance) -> Iterator[dict[str, Any]]:
    for name, one, rows in setup.recordings(ATTACKED):
        for cadence, part in cadences(rows, one.native):
            advance(f"clean, {name}, {cadence}")
            entry = clean_entry(name, part, make, setup.classes)
            yield {"recording": name, "role": one.role, "cadence": cadence, **entry}


def _disturbed(setup: Setup, make: MakeEngine, advance: Advance) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for name, _, rows in setup.recordings(ATTACKED):
        advance(f"disturbed, {name}")
        out += disturbed_entries(name, rows if setup.nightly else polled(rows, 5), make)
    return out


def _recorded(setup: Setup, make: MakeEngine, advance: Advance) -> dict[str, Any]:
    """What needs the recordings: cities, events, innocent flights, GPSJam's days."""
    data = setup.data or Path()
    cities = []
    for name, one, rows in setup.recordings(METROPOLITAN):
        advance(f"alerts a day, {name}")
        cities.append({"recording": name, "role": one.role, **city_entry(name, rows, make, setup.classes)})
    if not setup.nightly:
        return {"cities": cities}
    advance("real events")
    events = event_entries(data, setup.make, setup.classes)
    advance("innocent flights")
    innocent = innocent_entries(data, make)
    gpsjam = gpsjam_entries(data)
    return {"cities": cities, "events": events, "unknowable": unknowable(), "innocent": innocent, "gpsjam": gpsjam}

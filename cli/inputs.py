"""What the commands that judge have in common: feeds, zones, aircraft, runways, classes, thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cli.configuration import Configuration
from cli.heard import Place, degrees, only
from cli.judging_options import LOADERS, WEATHER, judging_options
from cli.kept import Kept
from cli.private import privacy
from cli.ui import INPUT, USAGE, Failure, err
from detectors._registry import Detector, registry
from geo.batch import Batch
from geo.context import Context
from geo.receivers import Receivers
from pipeline.engine import Engine
from pipeline.privacy import Privacy

__all__ = ["Judging", "choose", "judging", "judging_options"]

NINE = (
    "callsign-duplicate", "formation-flight", "ghost", "gps-jamming", "icao-spoof", "loiter", "rapid-descent",
    "restricted-zone", "squawk",
)  # fmt: skip
"""The classes of the first release, as `--classes nine`: what the engine's published figures are measured with."""


SHOWN_PROBLEMS = 3


@dataclass(frozen=True)
class Judging:
    """Classes to run, their thresholds, the resources that they were given, and what is known beside them; `heard` is
    where recordings of frames were, (lat, lon) in degrees."""

    classes: Mapping[str, Detector]
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    context: Context | None = None
    privacy: Privacy | None = None
    heard: Place = None

    def private(self, batches: Iterable[Batch]) -> Iterable[Batch]:
        """The rows that may be seen, as they may be seen."""
        return map(self.privacy.applied, batches) if self.privacy else batches

    def engine(
        self, lateness_s: float = 2.0, tolerant: bool = False, skew_s: float = 0.0, adapts: bool = False
    ) -> Engine:
        enrich = self.context.enrich if self.context else None
        more: dict[str, Any] = {"skew_s": skew_s, "adapts": adapts}
        return Engine(self.classes, self.overrides, self.resources, lateness_s, tolerant, enrich, **more)


def judging(
    classes: str | None = None,
    config: Configuration | None = None,
    runways: Path | None = None,
    receivers: Sequence[str] = (),
    weather: Sequence[Path] = (),
    no_reference: bool = False,
    **files: Sequence[Path],
) -> Judging:
    """Load what the options name, and what was imported of the rest. Raises Failure for a bad name or value, FeedError
    for a bad file.
    """
    chosen = choose(classes)
    overrides = config.overrides if config else {}
    kept = None if no_reference else Kept.default()
    given = resources(runways, receivers, kept, **files)
    about = context(given, files.get("zones", ()), weather, kept)
    private = privacy(config, given.get("aircraft")) if config else None
    known = {n: v for n, v in overrides.items() if n in chosen}
    return Judging(chosen, known, given, about, private, only(receivers))


def choose(names: str | None) -> Mapping[str, Detector]:
    """The classes named, all without a name."""
    known = registry()
    if not names:
        return known
    wanted = NINE if names == "nine" else tuple(n.strip() for n in names.split(",") if n.strip())
    for name in wanted:
        if name not in known:
            raise Failure(f"no anomaly class {name!r}{_nearest(name, known)}. `skysift classes` lists them.", USAGE)
    return {name: known[name] for name in wanted}


def resources(
    runways: Path | None, receivers: Sequence[str], kept: Kept | None = None, **files: Sequence[Path]
) -> Mapping[str, Any]:
    """Airports and address registers always; the others where files, or places, were given, or were imported before."""
    from geo.airports import Airports
    from geo.registers import Registers

    out: dict[str, Any] = {"airports": Airports.builtin(), "registers": Registers.builtin()}
    if kept and (more := kept.load("airports")) is not None:
        out["airports"] = out["airports"].with_more(more)
    ends = _runways(runways, kept)
    if ends is not None:
        out["airports"] = out["airports"].with_runways(ends)
    if receivers:
        out["receivers"] = Receivers.of([degrees(text) for text in receivers])
    for name in LOADERS:
        paths = files.get(name, ())
        found = LOADERS[name](paths) if paths else kept.load(name.replace("_", "-")) if kept else None
        if found is not None:
            out[name] = found
            _say_refused(name, found if paths else None)
    return {**out, **learned()}


def learned() -> Mapping[str, Any]:
    """The models that speak, by the name of their resource; one that does not fit this version is told of and left
    out, so that its class is visibly inactive and the others go on."""
    from models.active import RESOURCES, active
    from models.folder import ModelError
    from store.cluster import default_state_dir

    out = {}
    for kind, name in RESOURCES.items():
        try:
            model = active(default_state_dir(), kind)
        except ModelError as error:
            err.print(f"note: {error}; `skysift models use shipped` goes back", markup=False, soft_wrap=True)
            continue
        if model is not None:
            out[name] = model
    return out


def _runways(path: Path | None, kept: Kept | None) -> Any:
    """Runway ends from the file, else those that were imported."""
    if path:
        from feeds.runway_files import load_runways

        try:
            return load_runways(path)
        except ValueError as error:
            raise Failure(str(error), INPUT) from error
    return kept.load("runways") if kept else None


def _say_refused(name: str, loaded: Any) -> None:
    """What of a file could not be used: the first few in words. Of imports it was said then."""
    problems = getattr(loaded, "problems", ())
    for problem in problems[:SHOWN_PROBLEMS]:
        err.print(f"note: refused in {name}: {problem}", markup=False, soft_wrap=True)
    if len(problems) > SHOWN_PROBLEMS:
        err.print(f"note: refused in {name}: {len(problems) - SHOWN_PROBLEMS:,} more", markup=False)


def context(
    given: Mapping[str, Any], zones: Sequence[Path], weather: Sequence[Path] = (), kept: Kept | None = None
) -> Context:
    """What is known beside what the classes get: NOTAMs among the zone files, weather reports."""
    from geo.notams import NotamTable
    from geo.weather import Reports

    optional: dict[str, Any] = {name: given.get(name) for name in ("aircraft", "watch_list", "firs")}
    imported = kept.load("weather") if kept and not weather else None
    reports = WEATHER(weather) if weather else imported.reports() if imported is not None else Reports()
    notams = _notams(zones) if zones else kept.load("notams") if kept else None
    told = NotamTable.none() if notams is None else notams
    return Context(given["airports"], given["registers"], **optional, notams=told, reports=reports)


def _notams(paths: Sequence[Path]) -> Any:
    """The NOTAMs of those zone files that hold them; None without one."""
    from feeds._given import Given
    from feeds.notams import is_notams, load_notams

    some = [path for path in paths if is_notams(Given(str(path), path).head)]
    return load_notams(some) if some else None


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""

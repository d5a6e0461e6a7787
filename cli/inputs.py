"""What the commands that judge have in common: feeds, zones, aircraft, runways, classes, thresholds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from typing import Any

import click

from cli.ui import INPUT, USAGE, Failure
from detectors._registry import Detector, registry
from pipeline.engine import Engine

NINE = (
    "callsign-duplicate", "formation-flight", "ghost", "gps-jamming", "icao-spoof", "loiter", "rapid-descent",
    "restricted-zone", "squawk",
)  # fmt: skip
"""The classes of the first release, as `--classes nine`: what the engine's published figures are measured with."""


@dataclass(frozen=True)
class Judging:
    """Classes to run, their thresholds, and the resources that they were given."""

    classes: Mapping[str, Detector]
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)

    def engine(self, lateness_s: float = 2.0, tolerant: bool = False) -> Engine:
        return Engine(self.classes, self.overrides, self.resources, lateness_s, tolerant)


def judging_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--zones, --aircraft, --runways, --classes and --config for a command."""
    path = click.Path(path_type=Path)
    options = (
        click.option("--zones", multiple=True, type=path, help="Airspace: GeoJSON, OpenAir, KML, or what GDAL reads."),
        click.option("--aircraft", multiple=True, type=path, help="Aircraft database: CSV of the known kinds."),
        click.option("--runways", type=path, help="Runways as OurAirports publishes them (CSV)."),
        click.option(
            "--classes", help="Anomaly classes, separated by commas; 'nine' for the first nine. Default: all."
        ),
        click.option("--config", type=path, help="TOML file with thresholds, such as [detectors.loiter] dwell = 900."),
    )
    return reduce(lambda f, option: option(f), reversed(options), function)


def judging(
    zones: Sequence[Path] = (),
    aircraft: Sequence[Path] = (),
    runways: Path | None = None,
    classes: str | None = None,
    config: Path | None = None,
) -> Judging:
    """Load what the options name. Raises Failure for a bad name or value, FeedError for a bad file."""
    chosen = choose(classes)
    overrides = thresholds(config) if config else {}
    for name, values in overrides.items():
        try:
            registry()[name].configured(values)
        except ValueError as error:
            raise Failure(f"{config}: {error}", USAGE) from error
    return Judging(chosen, {n: v for n, v in overrides.items() if n in chosen}, resources(zones, aircraft, runways))


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


def thresholds(path: Path) -> Mapping[str, Mapping[str, float]]:
    """The [detectors.ID] tables of a configuration file."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("detectors", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: not TOML: {error}", INPUT) from error
    for name, values in tables.items():
        if name not in registry():
            raise Failure(f"{path}: [detectors.{name}]: no such class{_nearest(name, registry())}.", USAGE)
        numbers = isinstance(values, dict) and all(isinstance(v, int | float) for v in values.values())
        if not numbers:
            raise Failure(f"{path}: [detectors.{name}] must be a table of numbers, such as dwell = 900.", USAGE)
    return dict(tables)


def resources(zones: Sequence[Path], aircraft: Sequence[Path], runways: Path | None) -> Mapping[str, Any]:
    """Airports always; zones and aircraft where files were given. Imports late: `--help` does not wait for GDAL."""
    from geo.airports import Airports

    out: dict[str, Any] = {"airports": Airports.builtin()}
    if runways:
        from feeds.runway_files import load_runways

        out["airports"] = out["airports"].with_runways(load_runways(runways))
    if zones:
        from feeds.zones_files import load_zones

        out["zones"] = load_zones(zones)
    if aircraft:
        from feeds.aircraft_files import load_aircraft

        out["aircraft"] = load_aircraft(aircraft)
    return out


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""

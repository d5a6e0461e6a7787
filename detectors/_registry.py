"""The catalogue of anomaly classes: every public module of this package declares one with @detector."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._units import units_of
from geo.memory import Keep
from geo.schema import COLUMNS

PRIORITY = {"low": 1, "medium": 2, "high": 3, "critical": 4}
SCOPES = ("aircraft", "pair", "callsign", "cell")
RESOURCES = (
    "airports", "registers", "zones", "aircraft", "watch_list", "firs", "routes", "receivers", "point_model",
    "sequence_model",
)  # fmt: skip
"""What a detector may need besides columns. `airports` and `registers` are built in, learned models ship (see
`models.active`); the others are loaded by the user. An argument with a default (`aircraft=None`) takes the resource
where there is one."""

BASE_COLUMNS = (
    "icao24", "time", "lat", "lon", "baro_altitude", "ground_speed", "track", "vertical_rate",
    "on_ground", "callsign", "squawk", "source",
)  # fmt: skip
"""Every view carries these: they locate, name and sample an anomaly. `flight` and the like are derived."""


@dataclass(frozen=True)
class Param:
    """A threshold: default, unit, what it means, where the number comes from, and its bounds (inclusive).

    `column` is the schema column that it bounds, where it bounds one as it is sent: charts draw it there. `|column|`
    bounds the size of the value, whatever its sign.
    """

    default: float
    unit: str
    help: str
    lo: float = 0.0
    hi: float = np.inf
    source: str = ""
    column: str = ""


@dataclass(frozen=True)
class Style:
    """How the class is drawn. `shape` decides the geometry: point, path, area (hull of the path), pair or cell."""

    shape: str
    color: str
    icon: str = "dot"


@dataclass(frozen=True)
class Describe:
    """The descriptive blocks that every class carries (seed 003): shown on the map, in the API and in the docs."""

    definition: str
    characteristics: Sequence[str]
    audience: Sequence[str]
    priority_note: str
    context: str


@dataclass(frozen=True)
class Example:
    """A small world and how many anomalies of the class it must give: 0 is a near miss.

    `params` differ from the defaults; `resources` are part of the world, as a watch list is.
    """

    name: str
    make: Callable[[], Any]
    expect: int
    params: Mapping[str, float] = field(default_factory=dict)
    resources: Callable[[], Mapping[str, Any]] = dict


@dataclass(frozen=True)
class Detector:
    """One anomaly class. See docs/writing-a-detector.md."""

    id: str
    title: str
    priority: str
    scope: str
    needs: Sequence[Sequence[str]]
    lookback_s: float
    explain: str
    style: Style
    describe: Describe
    params: Mapping[str, Param]
    detect: Callable[..., Any]
    examples: Callable[[], Sequence[Example]]
    gate: Callable[..., Any] | None = None
    uses: Sequence[str] = ()
    every_s: int = 5
    sample_s: int = 0
    merge_gap_s: float = 60.0
    single_row: bool = False
    memory: Keep | None = None
    """What the class keeps beyond its lookback; it is then judged slice by slice and gets `memory` by argument."""
    spans: bool = False
    """With memory: many slices come at once, and the class itself sees to it that it does not matter how many."""
    wants: Sequence[str] = field(default=())
    """Names of the resources that `detect` asks for by argument."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The schema columns that a view for this class carries."""
        named = [c for group in self.needs for c in group if c in COLUMNS]
        return tuple(dict.fromkeys((*BASE_COLUMNS, *named, *self.uses)))

    @property
    def units(self) -> Mapping[str, str]:
        """Name of a measured value to its unit, where the sentence of the class says one."""
        return units_of(self.explain)

    def configured(self, overrides: Mapping[str, float] | None = None) -> SimpleNamespace:
        """Parameter values: defaults, overridden. Raises ValueError naming a bad key or value."""
        values = {name: p.default for name, p in self.params.items()}
        for name, value in (overrides or {}).items():
            if name not in self.params:
                raise ValueError(f"[detectors.{self.id}] has no parameter {name!r}; it has {', '.join(self.params)}")
            bound = self.params[name]
            if not bound.lo <= value <= bound.hi:
                raise ValueError(
                    f"[detectors.{self.id}] {name} = {value} is outside {bound.lo:g} to {bound.hi:g} {bound.unit}"
                )
            values[name] = bound.default if value == bound.default else value
        return SimpleNamespace(**values)

    def missing(self, columns: set[str], resources: set[str]) -> list[str]:
        """What keeps the class inactive: each unmet group of `needs`, in words. Empty when it can run."""
        have = columns | resources
        return [" or ".join(group) for group in self.needs if not have & set(group)]


_REGISTRY: dict[str, Detector] = {}


def detector(**spec: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated pure function as the detector of an anomaly class."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        names = inspect.signature(function).parameters
        one = Detector(detect=function, wants=tuple(n for n in names if n in RESOURCES), **spec)
        if one.id in _REGISTRY:
            raise ValueError(f"two detectors are called {one.id!r}")
        if one.scope not in SCOPES or one.priority not in PRIORITY:
            raise ValueError(f"{one.id}: scope {one.scope!r} or priority {one.priority!r} is none of the known ones")
        if one.memory and one.gate and one.lookback_s and not one.spans:
            raise ValueError(f"{one.id}: a class with memory that looks back and is judged slice by slice has no gate")
        if one.spans and (one.memory is None or one.memory.learn):
            raise ValueError(f"{one.id}: only a class with memory takes spans, and days are counted slice by slice")
        _REGISTRY[one.id] = one
        return function

    return register


def registry() -> dict[str, Detector]:
    """All classes by id. Imports every public module of the package; one that fails to import raises."""
    import detectors

    for module in pkgutil.iter_modules(detectors.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"detectors.{module.name}")
    return dict(sorted(_REGISTRY.items()))


def params_hash(params: SimpleNamespace) -> str:
    """Eight hex digits that change whenever a parameter does."""
    text = repr(sorted(vars(params).items())).encode()
    return hashlib.blake2b(text, digest_size=4).hexdigest()

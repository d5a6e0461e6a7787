"""What `serve` is asked for, as a value that goes to the engine's process; light, so that its keeper stays small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.configuration import Configuration


@dataclass(frozen=True)
class Service:
    """What `serve` was asked for. `feeds`: each by the keys of [[feeds]]; `judging`: options of cli/inputs.py."""

    feeds: Sequence[Mapping[str, Any]]
    store_every_s: float
    lateness_s: float
    patience_s: float
    keep_days: float
    demo_hours: float
    keep_raw: bool
    config: Configuration
    judging: Mapping[str, Any]

    @property
    def demo(self) -> bool:
        return is_demo(self.feeds)


def is_demo(feeds: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing but the demo is watched, named or not: it has a database, a past and zones of its own."""
    return all(one.get("spec", one.get("address")) == "demo" for one in feeds)


def run(url: str, service: Service, again: bool, ready: Any) -> None:
    """The engine, in its process: cli/running.py."""
    from cli.running import run as watch

    watch(url, service, again, ready)


def warm() -> None:
    """Load what every engine's process needs, and nothing that a user may have changed by the time it begins."""
    from cli.running import warm as load

    load()


def demo_zones() -> Sequence[Path]:
    """The made-up zones that belong to the demo."""
    return [Path(__file__).resolve().parents[1] / "geo" / "data" / "demo_zones.geojson"]

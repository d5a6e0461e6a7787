"""Accepted rules: the confidence that a class needs, everywhere or in an area, before anybody is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import shapely


@dataclass(frozen=True)
class Floor:
    """Of a class; `area` is a shapely area, None for everywhere."""

    class_id: str
    confidence: float
    area: Any = None


@dataclass(frozen=True)
class Floors:
    """All accepted rules. A rule of an area goes before one of everywhere; of several the strictest holds."""

    rules: Iterable[Floor] = ()
    by_class: dict[str, list[Floor]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.rules:
            self.by_class.setdefault(one.class_id, []).append(one)

    def of(self, class_id: str, shape: Any | None) -> float | None:
        """The confidence that the class needs at this place (shapely, None: nobody knows where); None: no rule."""
        rules = self.by_class.get(class_id, ())
        here = [r for r in rules if r.area is not None and shape is not None and shapely.intersects(r.area, shape)]
        return max((r.confidence for r in here or [r for r in rules if r.area is None]), default=None)

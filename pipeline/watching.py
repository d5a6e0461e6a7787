"""Those who watch, in the live loop: the watcher over their areas, and what the service says about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import orjson

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.borders import Borders
from geo.presence import MARGIN_M
from geo.schema import Array
from geo.zones import Zones
from pipeline.airframes import Airframes
from pipeline.followers import Within
from pipeline.ignores import Ignore
from pipeline.service import Service, Trouble
from pipeline.subscriptions import Subscription
from pipeline.watcher import Watcher

_STATE = "service"


@dataclass(frozen=True)
class Plan:
    """What is watched. `numbers` (areas,) name the areas for good; subscriptions without an area are of the service.
    `failing`: destinations that do not answer, by name; `borders` of the areas, where they are made already;
    `began` (areas,), the data time (epoch ms) since when each is watched, NO_TIME where that was always."""

    areas: Zones
    numbers: Array
    subscriptions: Sequence[Subscription] = ()
    ignores: Sequence[Ignore] = ()
    rules: Mapping[tuple[str, int | None], float] = field(default_factory=dict)
    failing: Mapping[str, Trouble] = field(default_factory=dict)
    borders: Borders | None = None
    began: Array | None = None

    def ready(self, before: Plan) -> Plan:
        """With its borders: those of the plan before where the areas are the same. Takes seconds for thousands of new
        ones: beside the loop, not in it."""
        same = before.borders if self.areas.same_places(before.areas) else None
        return replace(self, borders=same or Borders(self.areas, MARGIN_M).made())


NOTHING = Plan(Zones.none(), np.zeros(0, dtype=np.int64))


class Watching:
    """A `Watch` whose plan may change at any moment, from any task: the next step is judged by the new one."""

    def __init__(self, plan: Plan = NOTHING, airframes: Airframes | None = None) -> None:
        self.watcher = Watcher(NOTHING.areas, NOTHING.numbers, (), airframes or Airframes())
        self.service = Service()
        self.next: Plan | None = None
        self._take(plan)

    def renew(self, plan: Plan) -> None:
        """From the next step on."""
        self.next = plan

    def feed(
        self, rows: Batch, anomalies: Sequence[Anomaly], now: int, within: Within = MappingProxyType({})
    ) -> list[Alert]:
        """The alerts of one step of the engine."""
        plan, self.next = self.next, None
        if plan:
            self._take(plan)
        return [*self.watcher.feed(rows, anomalies, now, within), *self.service.feed(now)]

    def note(self, troubles: Mapping[str, str]) -> None:
        """What is wrong with the service now: sentences by name."""
        self.service.troubles = troubles

    def state(self) -> Mapping[str, Array]:
        """For a checkpoint."""
        open_ = {name: (at, tuple(told)) for name, (at, told) in self.service.open.items()}
        kept = orjson.dumps([open_, self.service.over])
        return {_STATE: np.frombuffer(kept, dtype=np.uint8), **self.watcher.state()}

    def restore(self, stored: Mapping[str, Array]) -> None:
        """Go on from what `state` gave."""
        if self.next:
            self._take(self.next)
            self.next = None
        begun, self.service.over = orjson.loads(stored[_STATE].tobytes())
        self.service.open = {name: (at, Trouble(*told)) for name, (at, told) in begun.items()}
        self.watcher.restore({name: values for name, values in stored.items() if name != _STATE})

    def _take(self, plan: Plan) -> None:
        of_areas = [one for one in plan.subscriptions if one.area is not None]
        self.watcher.renew(plan.areas, plan.numbers, of_areas, plan.ignores, plan.rules, plan.borders, plan.began)
        self.service.subscriptions = [one for one in plan.subscriptions if one.area is None]
        self.service.failing = plan.failing

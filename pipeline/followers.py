"""What follows from a step of the engine: anomalies joined into incidents, and what those who watch are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.incident import Incident
from geo.schema import Array

Within = Mapping[str, tuple[str, int]]
"""Anomaly id, or the id of an incident that became part of another one: the incident that it belongs to, and the
incident's priority (0 where it is not known)."""

NOBODY = Batch.empty().with_columns(flight=np.zeros(0, dtype=np.int64))
"""No rows, with the column that the engine gives to those there are."""


class Joiner(Protocol):
    """Anomalies that belong together become incidents. No I/O."""

    def feed(self, anomalies: Sequence[Anomaly], now: int) -> tuple[Sequence[Incident], Mapping[str, str]]:
        """The incidents that changed with these, and the incident id of each anomaly; `now` is data time, epoch ms."""

    def state(self) -> Mapping[str, Array]: ...
    def restore(self, stored: Mapping[str, Array]) -> None: ...


class Watch(Protocol):
    """What is seen becomes alerts. No I/O."""

    def feed(self, rows: Batch, anomalies: Sequence[Anomaly], now: int, within: Within) -> Sequence[Alert]: ...
    def note(self, troubles: Mapping[str, str]) -> None:
        """What is wrong with the service now: sentences by name."""

    def state(self) -> Mapping[str, Array]: ...
    def restore(self, stored: Mapping[str, Array]) -> None: ...


def followed(
    joiner: Joiner | None, watch: Watch | None, rows: Batch, anomalies: Sequence[Anomaly], now: int
) -> tuple[Sequence[Incident], Sequence[Alert]]:
    """The incidents that changed, and the alerts; either may be nobody's business."""
    incidents, incident_of = joiner.feed(anomalies, now) if joiner else ((), {})
    priorities = {one.id: one.priority for one in incidents}
    belongs = {**{one.id: one.into for one in incidents if one.into}, **incident_of}
    within = {own: (incident, priorities.get(incident, 0)) for own, incident in belongs.items()}
    return incidents, watch.feed(rows, anomalies, now, within) if watch else ()

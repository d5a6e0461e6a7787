"""Where the doors put what they have: the store's writer, or anything else with these methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.incident import Incident
from geo.schema import Array


class Sink(Protocol):
    """Coroutines; times are epoch ms."""

    async def write(self, released: Batch) -> int: ...
    async def segments(self, released: Batch) -> int: ...
    async def now(self, latest: Batch) -> int: ...
    async def save(
        self,
        anomalies: Sequence[Anomaly],
        hashes: Mapping[str, str] | None = None,
        incidents: Sequence[Incident] = (),
        alerts: Sequence[Alert] = (),
    ) -> int: ...
    async def replace_range(
        self,
        classes: Sequence[str],
        start: int,
        end: int,
        anomalies: Sequence[Anomaly],
        hashes: Mapping[str, str] | None = None,
    ) -> int: ...
    async def cells(self, counts: Mapping[str, Array], aircraft: Mapping[str, Array] | None = None) -> int: ...
    async def clock(self, data_time: int, watermark: int) -> None: ...
    async def meta(self, key: str, value: Any) -> None: ...
    async def health(self, feeds: Sequence[Mapping[str, Any]], at: int) -> None: ...
    async def class_status(self, inactive: Mapping[str, str | None], at: int) -> None: ...
    async def maintain(self, data_time: int) -> list[str]: ...
    async def drop_before(self, ms: int) -> list[str]: ...

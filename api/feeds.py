"""What is pushed with ids of its own to go on from: alerts and incidents, each as a kind of news."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api import events
from api.feed import Source, Told, Wish
from store import destinations


async def _alerts(asked: Any, wish: Wish, since: int, until: int, most: int) -> Sequence[Told]:
    rows = await destinations.alerts(asked, wish.owner, since, until, most, wish.only)
    return [Told("alert", row["seq"], row["feature"], row["owner"], row["subscription"]) for row in rows]


async def _incidents(asked: Any, wish: Wish, since: int, until: int, most: int) -> Sequence[Told]:
    rows = await events.incidents(asked, since, until, most)
    return [Told("incident", row["seq"], row["feature"], box=events.box(row)) for row in rows]


ALERTS = Source("alerts", "alert_seq", _alerts)
INCIDENTS = Source("incidents", "incident_seq", _incidents)

"""Whether a delivery goes out now or is kept back by mute, quiet hours, digest or budget; and what is said of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from delivery.hours import quiet_until
from store.outbox import NO_ALERTS, REPLAYED

Row = Mapping[str, Any]

MUTED, QUIET, DIGEST, BUDGET, BUDGET_OF_ALL = "muted", "quiet hours", "digest", "budget", "budget of all"
MOST_TOLD = 100
"""Alerts that a bundle carries whole; all of them are counted."""

MOST_LINES = 10


@dataclass(frozen=True)
class Held:
    """Why, and until when."""

    why: str
    until: datetime


@dataclass
class Budgets:
    """`told`: the subscription of each alert that was or is being sent within the hour, by key. `per_hour` is for all
    subscriptions together, 0 without a limit."""

    per_hour: int
    told: dict[str, int | None] = field(default_factory=dict)
    counts: Counter[int | None] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = Counter(self.told.values())

    def held(self, row: Row, now: datetime) -> Held | None:
        """Whether an alert is one too many; one that goes through is counted, once for all its destinations."""
        if row["alert"] in self.told:
            return None
        own = (row["delivery"] or {}).get("budget_per_hour")
        if own and self.counts[row["subscription"]] >= own:
            return Held(BUDGET, now + timedelta(hours=1))
        if self.per_hour and len(self.told) >= self.per_hour:
            return Held(BUDGET_OF_ALL, now + timedelta(hours=1))
        self.told[row["alert"]] = row["subscription"]
        self.counts[row["subscription"]] += 1
        return None


def silenced(row: Row, now: datetime) -> Held | None:
    """Whether its subscription is muted or has quiet hours."""
    if row["mute_until"] and row["mute_until"] > now:
        return Held(MUTED, row["mute_until"])
    until = quiet_until((row["delivery"] or {}).get("quiet") or {}, now)
    return Held(QUIET, until) if until else None


def judged(row: Row, budgets: Budgets, now: datetime) -> Held | None:
    """Why a delivery is kept back, None where it goes out. Tests and bundles always do, and what somebody asked for."""
    if row["subscription"] is None or row["trigger"] in NO_ALERTS or row["status"] == REPLAYED:
        return None
    if found := silenced(row, now):
        return found
    if minutes := (row["delivery"] or {}).get("digest_minutes"):
        return Held(DIGEST, now + timedelta(minutes=minutes))
    return budgets.held(row, now)


def waits(group: Row, now: datetime) -> Held | None:
    """Whether what is kept back of one subscription at one destination still waits, and for what: its time has not
    come (`over`), or a mute or a quiet holds. A mute or quiet (`silent`) that was taken back ends the wait."""
    if found := silenced(group, now):
        return found
    return None if group["over"] or group["silent"] else Held("", now)


def bundled(group: Row, rows: Sequence[Row], now: datetime) -> tuple[str, str, str]:
    """One message about deliveries that were kept back: its key, its trigger and its GeoJSON feature as text."""
    why = Counter(row["status"] for row in rows)
    trigger = "digest" if set(why) == {DIGEST} else "held-back"
    features = [orjson.loads(row["feature"]) for row in rows[:MOST_TOLD]]
    lines = [one["properties"].get("text") or one["properties"].get("trigger", "") for one in features[:MOST_LINES]]
    more = [f"and {len(rows) - len(lines):,} more"] if len(rows) > len(lines) else []
    told = {
        "subscription": group["subscription"], "trigger": trigger, "text": "\n".join([_head(why), *lines, *more]),
        "time": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), "icao24": None,
        "callsign": None, "count": len(rows), "held_by": dict(why), "alerts": features,
    }  # fmt: skip
    key = f"{trigger}-{group['destination']}-{rows[0]['id']}"
    feature = {"type": "Feature", "id": key, "geometry": None, "properties": told}
    return key, trigger, orjson.dumps(feature).decode()


def _head(why: Counter[str]) -> str:
    count = sum(why.values())
    if set(why) == {DIGEST}:
        return f"{count:,} alert{'s' * (count != 1)}:"
    reasons = ", ".join(f"{n:,} by {name}" if len(why) > 1 else name for name, n in why.most_common())
    return f"{count:,} more held back ({reasons}):"

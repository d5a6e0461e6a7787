"""What the service says about itself: a trouble, when it begins and when it is over, to those who asked to hear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from geo.alert import Alert
from geo.schema import NO_TIME
from pipeline.subscriptions import Subscription

LOW_DISK = 0.05
"""Of the disk that the data lie on, this share must be free."""

URGENCY = 3
"""Of a trouble; its end is low."""

FLAPPING_MS = 600_000
"""A trouble that comes back so soon after its end (data time) is still the same one, and is not told of again."""


class Trouble(NamedTuple):
    """A sentence, and the account whom alone it concerns; None: everyone who asked to hear."""

    text: str
    owner: int | None = None


@dataclass
class Service:
    """`troubles` are sentences by name, as they were last noted; `failing` those of destinations, each with the
    account whose it is; `open` those told of, with when they began."""

    subscriptions: Sequence[Subscription] = ()
    troubles: Mapping[str, str] | None = None
    failing: Mapping[str, Trouble] = field(default_factory=dict)
    open: dict[str, tuple[int, Trouble]] = field(default_factory=dict)
    over: dict[str, int] = field(default_factory=dict)

    def feed(self, now: int) -> list[Alert]:
        """The alerts as of data time `now` (epoch ms)."""
        if self.troubles is None or now == NO_TIME:
            return []
        troubles = {name: Trouble(text) for name, text in self.troubles.items()} | dict(self.failing)
        out = [*self._begun(now, troubles), *self._ended(now, troubles)]
        self.over = {name: at for name, at in self.over.items() if now - at < FLAPPING_MS}
        return out

    def _begun(self, now: int, troubles: Mapping[str, Trouble]) -> Iterator[Alert]:
        for name in sorted(set(troubles) - set(self.open)):
            if now - self.over.get(name, -FLAPPING_MS) >= FLAPPING_MS:
                self.open[name] = now, troubles[name]
                yield from self._told(f"{name}-{now}", now, troubles[name], URGENCY)

    def _ended(self, now: int, troubles: Mapping[str, Trouble]) -> Iterator[Alert]:
        for name in sorted(set(self.open) - set(troubles)):
            since, was = self.open.pop(name)
            self.over[name] = now
            yield from self._told(f"{name}-{since}-over", now, was._replace(text=f"Over: {was.text}"), 1)

    def _told(self, key: str, now: int, trouble: Trouble, priority: int) -> Iterator[Alert]:
        for one in self.subscriptions:
            if one.priority <= URGENCY and trouble.owner in (None, one.owner):
                yield Alert(f"{one.id}-service-{key}", one.id, "service", now, None, trouble.text, priority=priority)


def troubles(
    sources: Sequence[Mapping[str, Any]], idle: Mapping[str, str], spoke: set[str], disk_free: float | None
) -> dict[str, str]:
    """What is wrong: sources by what they say of themselves, classes that spoke once and are `idle` now, with the
    reason, and the share of the disk that is free (None: not known). Adds the classes that speak now to `spoke`."""
    spoke |= {name for name, why in idle.items() if not why}
    found = {
        f"feed-{one['name']}": f"The feed {one['name']} is {one['state']}"
        for one in sources
        if one.get("state") in ("silent", "down")
    }
    found |= {f"class-{name}": f"{name} is inactive: {why}" for name, why in idle.items() if why and name in spoke}
    if disk_free is not None and disk_free < LOW_DISK:
        found["disk"] = f"The disk is nearly full: less than {LOW_DISK:.0%} is free"
    return found

"""The configuration's file while the service runs: changed thresholds are taken, a file with a fault is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from cli.config_values import strange
from cli.configuration import Configuration, ConfigurationError
from cli.option_keys import keys

log = structlog.get_logger("skysift.config")
Mark = tuple[int, int, int] | None
"""What tells two states of a file apart."""

UNSEEN: Mark = (0, 0, 0)


@dataclass
class Watched:
    """`start` is what the service was started with, `held` what holds now; `classes` are those that run."""

    start: Configuration
    classes: Collection[str]
    held: Configuration = field(init=False)
    fault: str = ""
    waiting: list[str] = field(default_factory=list)
    mark: Mark = field(init=False)
    """Of the file as it was looked at last: not yet, so that an engine that begins again, long after the service, takes
    what the file says by now."""
    loaded: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.held, self.mark = self.start, UNSEEN if self.start.path else None

    def changed(self) -> Mapping[str, Mapping[str, float]] | None:
        """The thresholds, where the file says others than before; a file with a fault changes nothing."""
        mark = _mark(self.start.path)
        if mark == self.mark:
            return None
        self.mark = mark
        try:
            found = self._sound(self.start.again())
        except (ConfigurationError, OSError) as error:
            self.fault = str(error)
            log.error("configuration refused; the one before still holds", fault=self.fault)
            return None
        self.fault, self.waiting = "", _waiting(self.start, found)
        self.loaded = datetime.now(UTC)
        before, self.held = self._thresholds(), found
        log.info("configuration read", waits_for_restart=self.waiting)
        return None if self._thresholds() == before else self._thresholds()

    def _sound(self, found: Configuration) -> Configuration:
        """The same. Raises ConfigurationError where no service could begin with it at the next start. Feeds that are
        as they were kept this one from nothing: those of the command line may take their place."""
        new = list(found.feeds) != list(self.start.feeds)
        if faults := strange(found if new else replace(found, feeds=())):
            raise ConfigurationError(faults)
        return found

    def again(self) -> None:
        """Look at the file at the next occasion, changed or not."""
        self.mark = UNSEEN

    def told(self) -> Mapping[str, Any]:
        """For /health and the page of the service."""
        return {
            "state": "refused" if self.fault else "ok",
            "file": str(self.start.path) if self.start.path else None,
            "loaded": self.loaded.isoformat(timespec="seconds"),
            "fault": self.fault or None,
            "waits_for_restart": self.waiting,
        }

    def _thresholds(self) -> Mapping[str, Mapping[str, float]]:
        return {name: values for name, values in self.held.overrides.items() if name in self.classes}


def _mark(path: Path | None) -> Mark:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


def _waiting(start: Configuration, found: Configuration) -> list[str]:
    """Keys that are other than at the start and take effect only then."""
    known = keys()
    paths = sorted({*start.given, *found.given})
    out = [p for p in paths if not known[p].live and _value(start, p) != _value(found, p)]
    return [*out, *(["feeds"] if list(start.feeds) != list(found.feeds) else [])]


def _value(config: Configuration, path: str) -> Any:
    return config.given[path].value if path in config.given else keys()[path].default

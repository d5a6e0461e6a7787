"""Ignore lists: what is known and shall stay quiet, for one account or for everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import shapely

from geo.alert import Alert
from pipeline.subscriptions import address


@dataclass(frozen=True)
class Ignore:
    """One of `icao24`, `callsign` (a pattern with * and ?) and `shape` is given. `owner` None: for everyone.

    `until` is the data time (epoch ms) at which it ends.
    """

    owner: int | None
    icao24: int | None = None
    callsign: str = ""
    shape: Any = None
    until: int | None = None

    @staticmethod
    def of(row: Mapping[str, Any]) -> Ignore:
        """From the columns of a stored one, and its area's shape as `wkb`."""
        return Ignore(
            None if row["everyone"] else row["owner"],
            address(row["value"]) if row["kind"] == "aircraft" else None,
            row["value"] if row["kind"] == "callsign" else "",
            None if row["wkb"] is None else shapely.from_wkb(row["wkb"]),
            None if row["until"] is None else int(row["until"].timestamp() * 1000),
        )

    def holds(self, alert: Alert, owner: int) -> bool:
        """Whether an alert for this account is quieted."""
        if self.owner not in (None, owner) or (self.until is not None and alert.time >= self.until):
            return False
        if self.icao24 is not None:
            return alert.icao24 == self.icao24
        if self.callsign:
            return fnmatchcase(alert.callsign.upper(), self.callsign.upper())
        return alert.place is not None and bool(shapely.intersects_xy(self.shape, *alert.place))


def ignored(ignores: Sequence[Ignore], alert: Alert, owner: int) -> bool:
    """Whether any of them quiets the alert."""
    return any(one.holds(alert, owner) for one in ignores)

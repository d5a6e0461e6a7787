"""Aircraft that somebody wants to hear of, by their 24-bit address: who operates them, and why they are listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from geo.schema import NON_ICAO, Array

GROUPS = {"mil": "military", "gov": "government", "pol": "police", "civ": "civil"}
"""The groups of plane-alert-db (#CMPG), lower case, and what they mean. A plain list has none."""


@dataclass(frozen=True)
class WatchList:
    """Entries as arrays (n,) sorted by `icao24` (int64, each once); the others are text, empty where not given.

    `group` is a key of GROUPS; `tags` are joined by commas; `link` is http(s) or empty. `problems` says in words what
    was refused while loading.
    """

    icao24: Array
    registration: Array
    operator: Array
    type_code: Array
    group: Array
    category: Array
    tags: Array
    link: Array
    problems: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.icao24)

    @staticmethod
    def of(entries: Iterable[tuple[int, dict[str, str]]], problems: Iterable[str] = ()) -> WatchList:
        """From addresses and what is known of each, by column; a later entry of an address replaces an earlier one."""
        rows = sorted(dict(entries).items())
        columns: dict[str, Any] = {
            name: np.array([row.get(name, "") for _, row in rows], dtype=object) for name in TEXTS
        }
        return WatchList(np.array([icao24 for icao24, _ in rows], dtype=np.int64), **columns, problems=tuple(problems))

    def find(self, icao24: Array) -> Array:
        """Index (m,) of the entry of each address; -1 where it is not listed, or is no ICAO address."""
        if not len(self):
            return np.full(len(icao24), -1, dtype=np.intp)
        at = np.minimum(np.searchsorted(self.icao24, icao24), len(self) - 1)
        return np.where((self.icao24[at] == icao24) & (icao24 < NON_ICAO), at, -1)


TEXTS = tuple(f.name for f in fields(WatchList) if f.name not in ("icao24", "problems"))
"""The columns of text."""

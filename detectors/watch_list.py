"""Aircraft that the user's watch list names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._sighted import LOOKBACK_S, by_address, said, sighted
from geo.schema import NON_ICAO
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks
from geo.watch import GROUPS, WatchList

SHOWN = ("registration", "operator", "type_code", "group", "category", "tags", "link")


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def listed() -> Mapping[str, Any]:
        return {
            "watch_list": WatchList.of([(0xA12345, {"registration": "N1", "operator": "Somebody", "group": "gov"})])
        }

    def two() -> Mapping[str, Any]:
        return {"watch_list": WatchList.of([(0xA12345, {}), (0xABC123, {"tags": "a note"})])}

    return [
        Example("an aircraft of the list flies by", lambda: fly(0xA12345, 120), 1, resources=listed),
        Example("one with a note only", lambda: fly(0xABC123, 120), 1, resources=two),
        Example("the next address is another aircraft", lambda: fly(0xA12346, 120), 0, resources=listed),
        Example("the same digits, but not an ICAO address", lambda: fly(NON_ICAO | 0xA12345, 120), 0, resources=listed),
    ]


def gate(tracks: Tracks, p: SimpleNamespace, watch_list: WatchList | None = None) -> Mask:
    """Only aircraft of the list."""
    if watch_list is None:
        return np.zeros(len(tracks), dtype=bool)
    wanted: Mask = by_address(tracks.icao24, watch_list.find) >= 0
    return wanted


@detector(
    id="watch-list",
    title="Watch list sighting",
    priority="medium",
    scope="aircraft",
    needs=[("watch_list",)],
    lookback_s=LOOKBACK_S,
    every_s=10,
    merge_gap_s=1_800,
    single_row=True,
    gate=gate,
    examples=examples,
    explain="{who} is on the watch list{what}",
    style=Style(shape="path", color="#0a84ff", icon="eye"),
    params={
        "hold": Param(
            10, "s", "heard for so long, the address is not one that was misheard",
            lo=5, hi=25, source="../shared/data/identity-issues: a wrong address stands for one message",
        ),
    },
    describe=Describe(
        definition="An aircraft that the loaded watch list names, by its 24-bit address.",
        characteristics=("The address is on the list", "Shown once per flight, with what the list says"),
        audience=("Aviation enthusiasts", "Safety monitors", "Researchers"),
        priority_note="Medium for entries of one's own list. Low for entries with a group (military, government, police, civil), which come from public lists of the whole world: over a city dozens of them fly every day. Low too while the address was heard only once.",
        context="Being listed says nothing of what the aircraft does. Lists grow old: airframes change hands.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, watch_list: WatchList | None = None) -> Stretches:
    """Rows of listed aircraft."""
    if watch_list is None:
        return none()
    at = by_address(tracks.icao24, watch_list.find)
    hit, sure, begin = sighted(tracks, at >= 0, p.hold)
    if not hit.any():
        return none()
    entry, each = np.unique(at[hit], return_inverse=True)
    said_of = [{name: str(getattr(watch_list, name)[k]) for name in SHOWN} for k in entry.tolist()]
    words = [one | _words(one, int(watch_list.icao24[k])) for one, k in zip(said_of, entry.tolist(), strict=True)]
    values = {name: np.full(len(tracks), "", dtype=object) for name in words[0]}
    for name, column in values.items():
        column[hit] = np.array([one[name] for one in words], dtype=object)[each]
    return stretches(
        tracks, hit, begin=begin, confidence=np.where(sure, 0.95, 0.5),
        priority=np.where(sure & (watch_list.group[at] == ""), PRIORITY["medium"], PRIORITY["low"]),
        values=values,
    )  # fmt: skip


def _words(entry: Mapping[str, str], icao24: int) -> dict[str, str]:
    """Who it is, and what the list says of it."""
    known = (GROUPS.get(entry["group"], ""), entry["operator"], entry["type_code"], entry["category"])
    what = said(*known) or entry["tags"]
    return {"who": entry["registration"] or f"{icao24:06x}", "what": f": {what}" if what else ""}

"""One plain sentence about an incident: what was seen, by how many, when. Never why, and nothing about intent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from geo.schema import icao24_text
from pipeline.joins import CELLS

if TYPE_CHECKING:
    from pipeline.parts import Part

MOST_CLASSES = 4


def summary(parts: Sequence[Part], titles: Mapping[str, str]) -> str:
    """For one anomaly its own sentence; for several what there is of each class, the weightiest first."""
    if len(parts) == 1:
        text = parts[0].text
        name = parts[0].callsign if _address(parts[0]) in text else _name(parts[0])
        return f"{name}: {text}" if name and not text.startswith(name) else text
    groups = by_class(parts)
    told = [_told(titles.get(name, name), some) for name, some in list(groups.items())[:MOST_CLASSES]]
    if len(groups) > MOST_CLASSES:
        told.append(f"{len(groups) - MOST_CLASSES} more kinds of anomaly")
    return f"{'; '.join(told)}; {_when(parts)}"


def by_class(parts: Sequence[Part]) -> Mapping[str, list[Part]]:
    """What there is of each class, the weightiest first."""
    groups: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda p: (-p.priority, -p.confidence, p.order)):
        groups.setdefault(part.class_id, []).append(part)
    return groups


def _told(title: str, parts: Sequence[Part]) -> str:
    """One class: how many cells, or who, or how many aircraft."""
    if parts[0].class_id in CELLS:
        cells = len({orjson.dumps(p.geometry) for p in parts})
        aircraft = len({k for p in parts for k in p.aircraft})
        return f"{title} in {_count(cells, 'cell')}" + (f", noticed by {aircraft} aircraft" if aircraft else "")
    aircraft = len({k for p in parts for k in p.aircraft})
    who = _name(parts[0], "{} {}") if aircraft == 1 else f"{aircraft} aircraft" if aircraft else ""
    times = f", {len(parts)} times" if len(parts) > max(1, aircraft) else ""
    return title + (f" ({who}{times})" if who else times)


def _name(part: Part, both: str = "{} ({})") -> str:
    """Callsign and address of the aircraft, as `both` joins them; empty where there are several, or none."""
    if len(part.aircraft) != 1:
        return ""
    address = _address(part)
    return both.format(part.callsign, address) if part.callsign else address


def _address(part: Part) -> str:
    return (icao24_text(part.aircraft[0]) if part.aircraft else None) or "an aircraft without address"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' if n != 1 else ''}"


def _when(parts: Sequence[Part]) -> str:
    first, last = (
        datetime.fromtimestamp(ms / 1000, UTC) for ms in (min(p.start for p in parts), max(p.end for p in parts))
    )
    day = f"{first:%Y-%m-%d}"
    if first.date() != last.date():
        return f"{day} {first:%H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    same = f"{first:%H:%M}" == f"{last:%H:%M}"
    return f"{day} {first:%H:%M} UTC" if same else f"{day} {first:%H:%M} to {last:%H:%M} UTC"

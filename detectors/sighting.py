"""Military and government aircraft, by what databases and address blocks say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import during, fly
from detectors._registry import Describe, Example, Param, Style, detector
from detectors._sighted import LOOKBACK_S, by_address, said, sighted
from geo.aircraft import MILITARY, AircraftTable
from geo.performance import CODE, profiles
from geo.registers import Registers
from geo.schema import SOURCES, Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Index, Mask, Tracks
from geo.watch import GROUPS, WatchList

STATE = ("mil", "gov", "pol")
"""The watch list's groups that are the state's."""


NO_TRANSPONDER = SOURCES.index("adsb_icao_nt")


def examples() -> Sequence[Example]:
    """Hits and near misses."""

    def listed(group: str) -> Mapping[str, Any]:
        return {"watch_list": WatchList.of([(0xA12345, {"operator": "Somebody", "group": group})])}

    return [
        Example("an address of the US military's block", lambda: fly(0xAE1234, 120), 1),
        Example("the feed's database marks it", lambda: fly(0x3C1000, 120, db_flags=1), 1),
        Example("the watch list has it as government", lambda: fly(0xA12345, 120), 1, resources=lambda: listed("gov")),
        Example("listed, but civil", lambda: fly(0xA12345, 120), 0, resources=lambda: listed("civ")),
        Example("interesting is not military", lambda: fly(0x3C1000, 120, db_flags=2), 0),
        Example("the civil part of the block", lambda: fly(0xADF7C7, 120), 0),
        Example(
            "a beacon of its ground station",
            lambda: fly(0xAE1234, 120, source=np.uint8(NO_TRANSPONDER), on_ground=1, altitude=0.0, speed=0.0),
            0,
        ),
        Example("marked in one row among many", lambda: fly(0x3C1000, 120, db_flags=during(1, 0, 50, 51, 120)), 0),
    ]


def kinds(tracks: Tracks, registers: Registers, aircraft: AircraftTable | None, watch_list: WatchList | None) -> Array:
    """What says that each row's aircraft is the state's, as bits: 1 the feed, 2 its block, 4 the aircraft database, and
    from 8 on the watch list's groups in the order of STATE."""

    def ask(icao24: Array) -> Array:
        block = registers.find(icao24)
        military = registers.military[block] & (block >= 0) if len(registers) else np.zeros(len(icao24), dtype=bool)
        out: Array = np.where(military, 2, 0)
        if aircraft is not None:
            out |= np.where(aircraft.lookup(icao24).flags & MILITARY > 0, 4, 0)
        if watch_list is not None and len(watch_list):
            at = watch_list.find(icao24)
            for k, group in enumerate(STATE):
                out |= np.where((watch_list.group[at] == group) & (at >= 0), 8 << k, 0)
        return out

    out: Array = by_address(tracks.icao24, ask) | (tracks.db_flags & MILITARY > 0).astype(np.int64)
    return out


def gate(
    tracks: Tracks, p: SimpleNamespace, registers: Registers, aircraft: AircraftTable | None = None,
    watch_list: WatchList | None = None,
) -> Mask:  # fmt: skip
    """Only the state's aircraft."""
    wanted: Mask = kinds(tracks, registers, aircraft, watch_list) > 0
    return wanted


@detector(
    id="sighting",
    title="Military or government aircraft",
    priority="low",
    scope="aircraft",
    needs=[("icao24",)],
    uses=("db_flags", "registration", "type_code", "category"),
    lookback_s=LOOKBACK_S,
    every_s=10,
    merge_gap_s=1_800,
    single_row=True,
    gate=gate,
    examples=examples,
    explain="A {kind} aircraft{who}: {because}",
    style=Style(shape="path", color="#66d4cf", icon="eye"),
    params={
        "hold": Param(
            10, "s", "heard for so long, the address is not one that was misheard",
            lo=5, hi=25, source="../shared/data/identity-issues: a wrong address stands for one message",
        ),
    },
    describe=Describe(
        definition="An aircraft that a database, its state's military block of addresses or the watch list says to be "
        "military, governmental or of the police.",
        characteristics=("The feed's or the aircraft database marks it military", "Or its address lies in a military block", "Or the watch list groups it so"),
        audience=("Aviation enthusiasts", "Researchers"),
        priority_note="Low: worth a look for those who like to look. One per flight.",
        context="Most of these flights are as ordinary as any. Databases err, and civil aircraft have been registered in military blocks. Vehicles and ground stations are shown as cleared.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, registers: Registers, aircraft: AircraftTable | None = None,
    watch_list: WatchList | None = None,
) -> Stretches:  # fmt: skip
    """Rows of the state's aircraft."""
    kind = kinds(tracks, registers, aircraft, watch_list)
    hit, sure, begin = sighted(tracks, kind > 0, p.hold)
    if not hit.any():
        return none()
    known = aircraft or AircraftTable.empty()
    words, because, who = (np.full(len(tracks), "", dtype=object) for _ in range(3))
    rows = np.flatnonzero(hit)
    _, first, each = np.unique(tracks.icao24[rows] << np.int64(6) | kind[rows], return_index=True, return_inverse=True)
    for column, texts in zip((words, because, who), _texts(tracks, rows[first], kind, registers, known), strict=True):
        column[rows] = np.array(texts, dtype=object)[each]
    return stretches(
        tracks, hit, begin=begin, confidence=np.where(sure, 0.9, 0.5), cleared=_grounded(tracks, rows, aircraft),
        values={"kind": words, "who": who, "because": because},
    )  # fmt: skip


def _grounded(tracks: Tracks, rows: Index, aircraft: AircraftTable | None) -> Array:
    """Why each of the rows is no aircraft, '' elsewhere: beacons of ranges and towers have addresses of the same blocks,
    and are marked in the same databases."""
    out, view = np.full(len(tracks), "", dtype=object), tracks.take(rows)
    low = (view.on_ground == 1) | np.isnan(view.baro_altitude)
    beacon = (view.source == NO_TRANSPONDER) & low
    out[rows[beacon | (profiles(view, aircraft).kind == CODE["vehicle"])]] = "a vehicle or a ground station"
    return out


def _texts(
    tracks: Tracks, rows: Index, kind: Array, registers: Registers, known: AircraftTable
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Kind, reasons and name of each of the rows."""
    block = registers.find(tracks.icao24[rows])
    countries = [str(registers.name[b]) if b >= 0 else "" for b in block.tolist()]
    told = [_reasons(bits, country) for bits, country in zip(kind[rows].tolist(), countries, strict=True)]
    return [t[0] for t in told], [t[1] for t in told], [_who(tracks, row, known) for row in rows.tolist()]


def _reasons(bits: int, country: str) -> tuple[str, str]:
    """What kind it is, and what says so."""
    groups = [GROUPS[group] for k, group in enumerate(STATE) if bits & (8 << k)]
    because = said(
        "the feed's database marks it" if bits & 1 else "",
        f"its address lies in a military block ({country})" if bits & 2 else "",
        "the aircraft database marks it" if bits & 4 else "",
        f"the watch list has it as {', '.join(groups)}" if groups else "",
    )
    return "military" if bits & 7 or "military" in groups else groups[0], because


def _who(tracks: Tracks, row: int, known: AircraftTable) -> str:
    """Registration and type, where the feed or the database has them."""
    one = known.lookup(tracks.icao24[row : row + 1])
    name = bytes(tracks.registration[row]) or bytes(one.registration[0])
    kind = bytes(tracks.type_code[row]) or bytes(one.type_code[0])
    text = said(name.decode("ascii", "replace"), kind.decode("ascii", "replace"))
    return f" ({text})" if text else ""

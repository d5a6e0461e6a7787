"""What about one flight's identity does not fit, fact by fact, and what explains it innocently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._identity import OWN, Slice, text_of
from detectors._registry import PRIORITY
from geo.aircraft import AircraftTable
from geo.registers import INTERNATIONAL, Registers
from geo.registrations import blocks_of
from geo.schema import NON_ICAO, Array
from geo.tracks import Mask, Tracks

INVALID = (0x000000, 0xFFFFFF, 0xAAAAAA)
"""Product requirements: patterns that no transponder is given on purpose."""

SUSPICIOUS = (b"TEST", b"FAKE", b"ANOM")
PATTERN = re.compile(rf"({'|'.join(word.decode() for word in SUSPICIOUS)}).*")
"""Product requirements, anomaly examples; patterns are no numbers, so the parameter is a switch."""

FORMAT = re.compile(r"[A-Z0-9]{1,8}")
"""ICAO Annex 10, volume IV, 3.1.2.9.1.2: letters and digits; blanks only behind them."""

PAINTED = re.compile(r"[A-Z0-9]{1,5}-[A-Z0-9]{2,6}")
"""A registration or serial number with its hyphen (XA-VRU, 95-00093)."""

FLARM = range(0xDD0000, 0xE00000)
"""What gliders' units bear that were given no address (traffic-samples/gliders: DDB056 is D-6567, DDFD15 is F-CHDN)."""

LARGE = (b"A3", b"A4", b"A5")

LIGHT = (b"", b"A0", b"A1", b"A7", b"B0", b"B1", b"B2", b"B3", b"B4", b"B6", b"C0", b"C1", b"C2", b"C3")
"""Emitter categories of aircraft that may fly with an uncertified position source, and of what does not fly at all."""

FLYING_KT = 50.0


@dataclass(frozen=True)
class Fact:
    """One thing that does not fit: in words, how sure, how urgent, and what explains it innocently ('' for nothing)."""

    words: str
    confidence: float
    priority: int = PRIORITY["low"]
    cleared: str = ""


def alike(a: str, b: str) -> bool:
    """One callsign is the other mended: a letter lost, added or changed, leading zeros, a blank."""
    a, b = (re.sub(r"[^A-Z0-9]", "", re.sub(r"(?<=[A-Z])0+(?=\d)", "", t)) for t in (a, b))
    if a == b or a in b or b in a:
        return True
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= 1


def address_facts(icao24: int, block: int, own: bool, listed: bool) -> Iterator[Fact]:
    """What is wrong with the address itself. `own`: ADS-B carries it, with a position; `listed`: the database has an aircraft there."""
    if icao24 >= NON_ICAO:
        return
    why = "" if own else "heard without a position of its own: bit errors make such addresses"
    if icao24 in INVALID:
        reason = "the aircraft database has an airframe of this address" if listed else why
        yield Fact(f"the address {icao24:06X} belongs to nobody", 0.8, PRIORITY["medium"], reason)
    elif block < 0:
        why = "the number of a glider's unit, no address" if icao24 in FLARM else why
        yield Fact(f"the address {icao24:06X} lies in no state's block", 0.6, cleared=why)


def register_facts(icao24: int, block: int, heard: str, stored: str, registers: Registers) -> Iterator[Fact]:
    """Whether registration and address belong together: the feed's registration, and that of the aircraft database."""
    if block < 0 or not (heard or stored) or registers.military[block] or registers.country[block] == INTERNATIONAL:
        return
    mark = heard or stored
    states = blocks_of(mark)
    if states and str(registers.country[block]) not in states:
        whose = f"{mark}, but the address {icao24:06X} belongs to {registers.name[block]}"
        yield Fact(f"registered {whose}", 0.6)
    plain, other = (text.replace("-", "").upper() for text in (heard, stored))
    if plain and other and plain != other:
        again = (
            "registered anew in the same state: one of the databases is older"
            if blocks_of(heard) == blocks_of(stored)
            else ""
        )
        yield Fact(f"the feed calls it {heard}, the aircraft database {stored}", 0.5, cleared=again)


def callsign_facts(call: str, flying: bool, p: SimpleNamespace) -> Iterator[Fact]:
    """What is wrong with the callsign itself."""
    if not call:
        return
    if p.patterns and PATTERN.fullmatch(call):
        why = "" if flying else "a transponder under test: it is not seen to fly"
        yield Fact(f"the callsign is {call}", 0.85, PRIORITY["medium"], why)
    elif not FORMAT.fullmatch(call):
        why = "" if flying else "not seen to fly: a vehicle or a unit on the ground"
        if PAINTED.fullmatch(call) or blocks_of(call.lstrip(".")):
            why = "its registration, as it is painted"
        yield Fact(f"the callsign {call!r} is not of letters and digits alone", 0.6, cleared=why)


def change_facts(changes: int, call: str, before: str, airborne: bool, p: SimpleNamespace) -> Iterator[Fact]:
    """Callsigns changed within the flight."""
    if not changes:
        return
    why = (
        "corrected: the two are alike"
        if alike(call, before)
        else ""
        if airborne
        else "changed on the ground: the next flight"
    )
    if changes >= p.changes:
        yield Fact(
            f"{changes} changes of callsign in one flight, last from {before} to {call}", 0.8, PRIORITY["medium"], why
        )
    else:
        yield Fact(f"the callsign changed from {before} to {call}", 0.5, cleared=why)


def integrity_facts(rows: int, unsure_rows: int, category: bytes, lost: bool, p: SimpleNamespace) -> Iterator[Fact]:
    """SIL 0 in most of what a version 2 transponder sends (definitions 5.3)."""
    if rows < p.samples or unsure_rows < p.share / 100 * rows:
        return
    why = ""
    if category in LIGHT:
        why = "light aircraft may use a position source without a certificate"
    elif lost:
        why = "the position itself is declared lost: see interference"
    urgent = PRIORITY["medium" if category in LARGE else "low"]
    words = f"SIL is 0 in {100 * unsure_rows / rows:.0f} % of {rows} reports of a version 2 transponder"
    yield Fact(words, 0.7, urgent, why)


def at_once(tracks: Tracks, one: Slice, asked: Array, p: SimpleNamespace) -> dict[int, list[Fact]]:
    """Of the flights `asked`, those that fly as TEST, FAKE or ANOM: no bit error makes such a word, so one row says so."""
    rows = one.last[asked] if p.patterns else asked[:0]
    calls, fast = tracks.callsign[rows], (tracks.on_ground[rows] != 1) & (tracks.ground_speed[rows] > FLYING_KT)
    word = np.isin(calls.astype("S4"), SUSPICIOUS) & fast
    return {
        int(k): [Fact(f"the callsign is {call.decode('ascii', 'replace')}", 0.5)]
        for k, call in zip(asked[: len(rows)][word], calls[word], strict=True)
    }


def told(facts: list[Fact]) -> dict[str, Any]:
    """The facts together; where any stands, those that are explained are left out."""
    standing = [f for f in facts if not f.cleared] or facts
    return {
        "what": "; ".join(f.words for f in standing), "confidence": max(f.confidence for f in standing),
        "priority": max(f.priority for f in standing),
        "cleared": "; ".join(dict.fromkeys(f.cleared for f in standing)),
    }  # fmt: skip


_STATE = ("call", "from_call", "changes", "rows", "unsure")


def _doubted(
    tracks: Tracks, rows: Array, new: Mapping[str, Array], p: SimpleNamespace, registers: Registers, known: AircraftTable
) -> Mask:  # fmt: skip
    """Rows of flights about which anything may not fit: most are as they should be, and are looked at no closer."""
    icao24 = tracks.icao24[rows]
    block, stored, heard = registers.find(icao24), known.lookup(icao24).registration, tracks.registration[rows]
    out: Mask = (block < 0) | np.isin(icao24, INVALID) | (new["changes"] > 0)
    out |= (new["rows"] >= p.samples) & (new["unsure"] >= p.share / 100 * new["rows"])
    out |= (heard != b"") & (stored != b"") & (heard != stored)
    if out.all():
        return out
    mark = np.where(heard != b"", heard, stored)
    told = zip(mark.tolist(), registers.country[block].tolist(), new["call"].tolist(), strict=True)
    odd = [not (at_home(name, state) and proper(call)) for name, state, call in told]
    out |= np.array(odd, dtype=bool)
    return out


@lru_cache(maxsize=100_000)
def at_home(mark: bytes, state: str) -> bool:
    """Whether a registration may have an address of that state, or does not say of which it is."""
    states = blocks_of(mark.decode("ascii", "replace"))
    return not states or state in states


@lru_cache(maxsize=100_000)
def proper(call: int) -> bool:
    """A callsign about which there is nothing to say."""
    text = text_of(call)
    return not text or (not PATTERN.fullmatch(text) and FORMAT.fullmatch(text) is not None)


def facts(
    tracks: Tracks, one: Slice, new: Mapping[str, Array], asked: Array, p: SimpleNamespace, registers: Registers, known: AircraftTable
) -> dict[int, list[Fact]]:  # fmt: skip
    """All that does not fit, for those of the flights `asked` of which anything does not."""
    asked = asked[_doubted(tracks, one.last[asked], {name: new[name][asked] for name in _STATE}, p, registers, known)]
    rows = one.last[asked]
    icao24, own = tracks.icao24[rows], OWN[tracks.source[rows]] & tracks.located[rows]
    stored, heard = (
        np.char.decode(v, "ascii", "replace").tolist()
        for v in (known.lookup(icao24).registration, tracks.registration[rows])
    )
    airborne = tracks.on_ground[rows] != 1
    flying = airborne & (tracks.ground_speed[rows] > FLYING_KT)
    state = zip(*(new[n][asked].tolist() for n in _STATE), strict=True)
    about = zip(asked.tolist(), rows.tolist(), icao24.tolist(), registers.find(icao24).tolist(), own.tolist(), heard, stored,
                airborne.tolist(), flying.tolist(), state, strict=True)  # fmt: skip
    out = {}
    for k, row, address, block, sent, mark, entry, up, fast, (call, before, changes, reports, zero) in about:
        found = [
            *address_facts(address, block, sent, bool(entry)),
            *register_facts(address, block, mark, entry, registers),
            *callsign_facts(text_of(call), fast, p),
            *change_facts(changes, text_of(call), text_of(before), up, p),
            *integrity_facts(
                reports, zero, bytes(tracks.category[row]), not (tracks.nic[row] > 0 and tracks.nac_p[row] > 0), p
            ),
        ]
        if found:
            out[k] = found
    return out

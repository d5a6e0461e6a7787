"""Signs that an aircraft was invented: gathered from its birth on, remembered by flight, told as one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._births import FEED, Births, airborne, births, learn
from detectors._forged import STEPS, beside, erratic, exact, motion, unlike
from detectors._groups import address, stretches_of
from detectors._radio import beyond, distance_nmi, ducted, learn_loudness, loud
from detectors._registry import PRIORITY
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.memory import Memory
from geo.receivers import Receivers
from geo.registers import Registers
from geo.schema import NON_ICAO, Array
from geo.stretches import Stretches, path, sample
from geo.tracks import Mask, Tracks

AMID, NO_STATE, UNKNOWN, BEYOND, LOUD, ERRATIC, UNLIKE, EXACT, COMPANY, JUDGED, USUAL = (1 << k for k in range(11))

WEIGHTS = {AMID: 0.45, NO_STATE: 0.35, UNKNOWN: 0.15, BEYOND: 0.4, LOUD: 0.35, ERRATIC: 0.4, UNLIKE: 0.35, EXACT: 0.3}
"""How much of the doubt that is left each sign takes away."""

ALONE = AMID | NO_STATE | BEYOND | ERRATIC | EXACT
"""Signs of which one is worth a look."""

WORDS = {
    AMID: "others there are heard long before",
    NO_STATE: "its address is in no state's block",
    UNKNOWN: "its address is unknown to the aircraft database",
    BEYOND: "it is beyond the receivers' horizon",
    LOUD: "it is far louder than others at that distance",
    ERRATIC: "its course or speed swings back and forth",
    UNLIKE: "the distance it covers does not fit its speed",
    EXACT: "its positions follow from its speed and course to the metre",
}

FAR, HEARD, STRONG = 5, 6, 7
"""Columns of a flight's tally after those of its motion: rows beyond the horizon, rows with RSSI, loud ones."""

BORN, KNOWN, WATCHED, SWUNG, ODD, PRECISE, STRANGE = range(7)
"""Columns of the feed's own tally: births, those in the database; flights watched long enough, how they moved; births
under an address of no state."""

FEW = 0.25
"""What more than this share of a feed's aircraft do is the feed's doing."""

ENOUGH = 10
LEAST_ROWS, LEAST_S = 3, 10


@dataclass(frozen=True)
class Young:
    """(n,) Flights that are watched or were found out, with a row in this slice: their last row, key and memory."""

    last: Array
    flight: Array
    born: Array
    place: Array
    signs: Array
    tally: Array


def judged(
    tracks: Tracks,
    memory: Memory,
    p: SimpleNamespace,
    airports: Airports,
    registers: Registers,
    aircraft: AircraftTable | None,
    receivers: Receivers | None,
) -> Young:
    """The slice's signs, taken into memory. What a birth is judged by was learned before the slice."""
    new = births(tracks, memory, airports, p)
    _enter(tracks, memory, new, p, registers, aircraft)
    young = _young(tracks, memory, p)
    if not len(young.flight):
        learn(tracks, memory, p)
        return young
    tally = _gathered(tracks, memory, young, p, receivers)
    signs = _signs(memory, young, tally, p)
    learn(tracks, memory, p)
    now = int(tracks.time[tracks.fresh].max())
    memory.put(young.flight, now, signs=signs, tally=tally)
    return Young(young.last, young.flight, young.born, young.place, signs, tally)


def _enter(
    tracks: Tracks,
    memory: Memory,
    new: Births,
    p: SimpleNamespace,
    registers: Registers,
    aircraft: AircraftTable | None,
) -> None:
    """A row of memory for each birth, with the signs that it has from the start."""
    rows = new.row
    if not len(rows):
        return
    strange = (registers.find(tracks.icao24[rows]) < 0) if len(registers) else np.zeros(len(rows), dtype=bool)
    named = np.ones(len(rows), dtype=bool) if aircraft is None else _named(aircraft, tracks.icao24[rows])
    feed = memory.get(np.array([FEED]))["tally"]
    trusted = aircraft is not None and feed[0, BORN] >= 5 * ENOUGH and feed[0, KNOWN] >= 0.9 * feed[0, BORN]
    feed[0, [BORN, STRANGE, KNOWN]] += len(rows), int(strange.sum()), int(named.sum())
    strange &= (feed[0, BORN] >= ENOUGH) & (feed[0, STRANGE] <= FEW * feed[0, BORN])
    usual = (new.born > 1) & (new.born > p.share * new.busy)
    signs = USUAL * usual + AMID * new.amid + NO_STATE * strange + UNKNOWN * (~named & trusted)
    for k in np.flatnonzero(signs & ALONE).tolist():
        signs[k] += COMPANY * (beside(tracks, int(rows[k])) >= 0)
    now = int(tracks.time[rows].max())
    memory.put(np.array([FEED]), now, tally=feed)
    # Who is there when the feed begins was not born then, and moves as it likes.
    keep = new.settled | (signs & ALONE > 0)
    rows, signs = rows[keep], signs[keep]
    place = np.column_stack(
        [tracks.lat[rows], tracks.lon[rows], tracks.baro_altitude[rows], new.busy[keep], new.born[keep]]
    )
    memory.put(tracks.flight[rows], now, born=tracks.time[rows], place=place, signs=signs)


def _named(aircraft: AircraftTable, icao24: Array) -> Mask:
    found = aircraft.lookup(icao24)
    out: Mask = (found.registration != b"") | (found.type_code != b"")
    return out


def _young(tracks: Tracks, memory: Memory, p: SimpleNamespace) -> Young:
    """The slice's flights whose birth was seen: those still watched, and those found out."""
    fresh = np.flatnonzero(tracks.fresh)
    last = fresh[np.append(tracks.flight[fresh][1:] != tracks.flight[fresh][:-1], True)]
    held = memory.get(tracks.flight[last])
    watched = tracks.time[last] - held["born"] <= p.young * 1000
    at = np.flatnonzero((held["born"] > 0) & (watched | found_out(held["signs"])))
    return Young(last[at], tracks.flight[last][at], *(held[n][at] for n in ("born", "place", "signs", "tally")))


def found_out(signs: Array) -> Mask:
    """Enough to be told. Exactness alone is not, of one that came in where others do."""
    alone = np.where(signs & USUAL, signs & ALONE & ~EXACT, signs & ALONE)
    out: Mask = alone > 0
    return out


def _gathered(tracks: Tracks, memory: Memory, young: Young, p: SimpleNamespace, receivers: Receivers | None) -> Array:
    """The flights' tallies with the slice's rows added."""
    tally = young.tally.copy()
    if not len(young.flight):
        return tally
    mine = np.flatnonzero(np.isin(tracks.flight, young.flight))
    view = tracks.take(mine)
    owner = np.searchsorted(young.flight, view.flight)
    due = view.fresh & (view.time - young.born[owner] <= p.young * 1000)
    np.add.at(tally[:, :FAR], owner[due], motion(view, p)[due].astype(np.int32))
    rows = np.flatnonzero(tracks.fresh)
    rows = rows[airborne(tracks, rows)]
    nmi = distance_nmi(tracks, rows, receivers)
    if np.isnan(nmi).all():
        return tally
    far = beyond(tracks.baro_altitude[rows], nmi, p)
    heard, strong = loud(tracks, rows, nmi, memory)
    learn_loudness(tracks, rows, nmi, memory, int(tracks.time[rows].max()))
    at = np.minimum(np.searchsorted(young.flight, tracks.flight[rows]), len(young.flight) - 1)
    own = (young.flight[at] == tracks.flight[rows]) & (tracks.time[rows] - young.born[at] <= p.young * 1000)
    for column, mask in ((FAR, far & (not ducted(tracks.flight[rows], far))), (HEARD, heard), (STRONG, strong)):
        np.add.at(tally[:, column], at[own & mask], 1)
    return tally


def _signs(memory: Memory, young: Young, tally: Array, p: SimpleNamespace) -> Array:
    """The signs with those that the tallies give, each only where few of the feed's aircraft have it."""
    feed = memory.get(np.array([FEED]))["tally"]
    moved = {ERRATIC: (SWUNG, erratic(tally, p)), UNLIKE: (ODD, unlike(tally, p)), EXACT: (PRECISE, exact(tally, p))}
    ripe = (tally[:, STEPS] >= 2.5 * p.steps) & ((young.signs & JUDGED) == 0)
    feed[0, WATCHED] += int(ripe.sum())
    signs = young.signs | JUDGED * ripe
    for sign, (column, mask) in moved.items():
        feed[0, column] += int((ripe & mask).sum())
        if feed[0, WATCHED] >= ENOUGH and feed[0, column] <= max(FEW * feed[0, WATCHED], 1):
            signs |= sign * mask
    if len(young.flight):
        memory.put(np.array([FEED]), 0, tally=feed)
    signs |= BEYOND * (tally[:, FAR] >= LEAST_ROWS)
    signs |= LOUD * ((tally[:, STRONG] >= LEAST_ROWS) & (tally[:, STRONG] >= 0.8 * tally[:, HEARD]))
    out: Array = signs
    return out


def reported(tracks: Tracks, memory: Memory, young: Young, p: SimpleNamespace) -> Stretches:
    """An entry for each flight found out that has been heard often enough."""
    due = found_out(young.signs) & (tracks.icao24[young.last] < NON_ICAO) & tracks.located[young.last]
    due &= tracks.time[young.last] - young.born >= LEAST_S * 1000
    entries = []
    for k in np.flatnonzero(due).tolist():
        rows = np.arange(tracks.start[young.last[k]], young.last[k] + 1)
        rows = rows[tracks.located[rows]]
        if len(np.unique(tracks.lat[rows])) > 1 or len(np.unique(tracks.lon[rows])) > 1:
            entries.append(_entry(tracks, young, k, rows))
    return stretches_of(entries)


def _entry(tracks: Tracks, young: Young, k: int, rows: Array) -> dict[str, Any]:
    """One flight in this slice; the first time it is told from its birth on."""
    signs, last = int(young.signs[k]), int(young.last[k])
    names = [sign for sign in WORDS if signs & sign]
    sure = round(1.0 - float(np.prod([1.0 - WEIGHTS[sign] for sign in names])), 3)
    lat, lon, height, busy, begun = (float(v) for v in young.place[k])
    start = int(young.born[k])
    return {
        "subject": int(tracks.flight[last]), "start": start, "end": int(tracks.time[last]),
        "peak": int(tracks.time[last]), "score": sure, "confidence": sure,
        "priority": PRIORITY["high" if len(names) > 2 else "medium" if len(names) > 1 else "low"],
        "icao24": int(tracks.icao24[last]), "members": (),
        "callsign": tracks.callsign[last].decode("ascii", "replace"),
        "cleared": "it began beside another aircraft: in company, or under a wrong or changed address"
        if signs & COMPANY else "",
        "paths": np.vstack([[lon, lat, start], path(tracks, rows)]),
        "samples": [sample(tracks, int(rows[0]), "heard"), sample(tracks, last, "last")],
        "address": address(tracks, last), "where": f"in mid-air at {height:,.0f} ft" if signs & AMID else
        f"at {height:,.0f} ft", "signs": "; ".join(WORDS[sign] for sign in names),
        "passes": busy, "births": begun, "count": len(names), "birth_lat": round(lat, 4), "birth_lon": round(lon, 4), "birth_altitude": height,
    }  # fmt: skip

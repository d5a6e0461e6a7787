"""Addresses, names and what a transponder says of itself: planted into real traffic, other aircraft beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone, stretch
from benchmarks.scorecard.tracks import common, shifted
from geo.batch import Batch
from geo.schema import COLUMNS, Array
from geo.watch import WatchList

INVALID = (0x000000, 0xFFFFFF, 0xAAAAAA)
"""F071: addresses that are nobody's."""

SUSPICIOUS = (b"TEST123", b"FAKE001", b"ANOM7", b"TEST1234", b"FAKE99")
"""F070: patterns TEST, FAKE and ANOM; TEST123 and FAKE001 are the seed's own examples."""

MALFORMED = (b"AB#12", b"@@@@@@", b"SWR 1?2", b"______")
"""F073: violations of the format, letters and digits."""

MARKED: Mapping[str, tuple[int, int, str]] = {
    "German": (0x3C4000, 0x3CFFFF, "D-A"), "French": (0x380000, 0x3AFFFF, "F-G"),
    "British": (0x400000, 0x407FFF, "G-E"),
}  # fmt: skip
"""F073: registrations and the blocks of addresses of their states (ICAO Annex 10, volume III)."""

SECONDS_S = 120.0


def _filled(rows: Batch, name: str, value: Any, during: Array | slice = slice(None)) -> Batch:
    """A value in the rows given; the source need not have the column."""
    values = rows[name].copy().astype(COLUMNS[name].dtype)
    values[during] = value
    return rows.with_columns(**{name: values})


def _readdressed(rows: Batch, icao24: int) -> Batch:
    return rows.with_columns(icao24=np.full(len(rows), icao24, dtype=np.int64))


def _under(victim: Batch, icao24: int, changed: Batch | None = None, start: int = 0) -> Planted:
    """The whole track under another address: the episode is all of it from row `start` on."""
    rows = _readdressed(changed or victim, icao24)
    times = (int(victim["time"][k]) for k in (start, -1, start))
    return Planted(rows, (int(victim["icao24"][0]), icao24), (icao24,), *times)


def _callsign(victim: Batch, draw: Draw) -> Planted:
    """A suspicious or malformed callsign from some moment on; the twin's is heard wrong in one row."""
    start, _ = stretch(victim, draw, SECONDS_S)
    names = SUSPICIOUS if draw.number % 8 < 4 else MALFORMED
    name = names[draw.number % len(names)]
    during = slice(start, start + 1) if draw.innocent else slice(start, None)
    changed = _filled(victim, "callsign", name, during)
    return alone(changed, int(victim["time"][start]), int(victim["time"][-1]), int(victim["time"][start]))


def _switching(victim: Batch, draw: Draw) -> Planted:
    """Three callsigns, changed twice in flight; the twin's crew mends one letter once, soon after take-off."""
    start, end = stretch(victim, draw, SECONDS_S)
    own = bytes(common(victim["callsign"])) or b"SWR123"
    others = [own[:3] + b"%d" % draw.rng.integers(100, 9_999) for _ in range(2)]
    if draw.innocent:
        changed = _filled(victim, "callsign", own[:-1] + b"X", slice(0, start))
        return alone(changed, int(victim["time"][0]), int(victim["time"][start]), int(victim["time"][start]))
    changed = _filled(
        _filled(victim, "callsign", others[0], slice(start, end)), "callsign", others[1], slice(end, None)
    )
    return alone(changed, int(victim["time"][start]), int(victim["time"][-1]), int(victim["time"][end]))


def _address(victim: Batch, draw: Draw) -> Planted:
    """An address that is nobody's; the twin's is another real one of the same block."""
    if draw.innocent:
        return _under(victim, int(victim["icao24"][0]) ^ 0x15)
    return _under(victim, INVALID[draw.number // 4 % len(INVALID)])


def _registration(victim: Batch, draw: Draw) -> Planted:
    """A registration of one state and an address of another; the twin's fit."""
    states = list(MARKED.values())
    low, high, _ = states[draw.number // 4 % len(states)]
    of = states[(draw.number // 4 + (0 if draw.innocent else 1)) % len(states)][2]
    address = int(draw.rng.integers(low + 0x2000, high))
    letters = "".join(draw.rng.choice(list("BCDEFGHIJK"), 3)) if of != "G-E" else "ZAB"
    return _under(victim, address, _filled(victim, "registration", f"{of}{letters}".encode()))


_FACTS: Sequence[Callable[[Batch, Draw], Planted]] = (_callsign, _address, _switching, _registration)


def misnamed(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """By turns: suspicious or malformed callsigns, addresses of nobody, callsigns that switch, registrations of another
    state. Twins: heard wrong once, mended once, addresses and registrations that fit."""
    return _FACTS[draw.number % len(_FACTS)](victim, draw)


MILITARY = (
    (0xAE0000, 0xAFFFFF),
    (0x43C000, 0x43CFFF),
    (0x3B7000, 0x3B7FFF),
    (0x3EA000, 0x3EBFFF),
    (0x3F4000, 0x3F7FFF),
)
"""Blocks that the United States, the United Kingdom, France and Germany gave to their forces, as readsb and tar1090
publish them."""

CIVIL = ((0xA00001, 0xADF7C7), (0x406000, 0x4063FF), (0x394000, 0x394FFF), (0x3C6400, 0x3C67FF))
"""Blocks of the same states with airliners in them."""


def military(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Real traffic under addresses of military blocks, or marked as military by the feed. Twins: civil ones."""
    blocks = CIVIL if draw.innocent else MILITARY
    low, high = blocks[draw.number % len(blocks)]
    address = int(draw.rng.integers(low, high))
    if draw.number % 3 == 2 and not draw.innocent:
        low, high = CIVIL[draw.number % len(CIVIL)]
        return _under(victim, int(draw.rng.integers(low, high)), _filled(victim, "db_flags", 1))
    return _under(victim, address)


LISTED = tuple(0x3C6500 + 6 * k for k in range(40))


def watched(data: Path | None) -> Mapping[str, Any]:
    return {"watch_list": WatchList.of((a, {"operator": "planted", "tags": "example"}) for a in LISTED)}


def on_the_list(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Real traffic under an address of the list. Twins: the next address, which is not on it."""
    return _under(victim, LISTED[draw.number % len(LISTED)] + draw.innocent)


DAY_MS, DAYS = 86_400_000, 5


def declared_days(rows: Batch, rng: np.random.Generator) -> Batch:
    """The rows that say what the transponder is, on five days, the last of them to be planted in."""
    rows = rows.take(np.flatnonzero(~np.isnan(rows["version"])))
    return Batch.concat([shifted(rows, k * DAY_MS) for k in range(DAYS)])


def another_unit(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """From one row on the address declares an older standard, or a lower integrity or design assurance. Twins: in one
    row, decoded wrong."""
    start, _ = stretch(victim, draw, 60)
    during = slice(start, start + 1) if draw.innocent else slice(start, None)
    kind = draw.number % 3
    if kind == 0 and float(victim["version"][start]) == 2:
        changed = _filled(victim, "version", draw.rng.integers(0, 2), during)
    elif kind == 1 and float(victim["sil"][start]) > 0:
        changed = _filled(victim, "sil", 0, during)
    elif kind == 2 and float(victim["sda"][start]) > 0:
        changed = _filled(victim, "sda", 0, during)
    else:
        raise ValueError("it declares no such thing")
    times = (int(victim["time"][k]) for k in (start, -1, start))
    return alone(changed, *times)

"""Who is not to be seen, or not under their name: rows change before anything else sees them, the journal included."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from dataclasses import replace as changed

import numpy as np

from geo.aircraft import AircraftTable
from geo.batch import Batch
from geo.schema import SYNTHETIC, Array

PIA, LADD = 4, 8
"""Bits of readsb's database flags (wiedehopf/readsb, README-json.md): privacy ICAO address, limited display."""

MARK = "pseudonym-"
"""How the label of an identity begins that stands for an address."""

MOST_KNOWN = 500_000
"""Pseudonyms that are remembered; when there are more, they are worked out anew, and are the same."""

HELD_MS = 3_600_000
"""A callsign that has opted out holds so long for its aircraft's rows without one: not every message and not every feed
repeats it. Who says another callsign flies as somebody else."""

_UNSAID = "not to be shown"


@dataclass
class Privacy:
    """`addresses` (sorted) and `names` (registrations and callsigns) have opted out, as has who carries a bit of
    `flags`, whether the feed says so or the table `known`. With a `key` all others go by pseudonyms: who has the key
    can say whose a pseudonym is only by trying all addresses, and without it nobody can.

    A pseudonym is no address: classes that read one (registers, allocation, watch lists) are then silent.
    """

    addresses: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    names: frozenset[bytes] = frozenset()
    flags: int = 0
    key: bytes = b""
    known: AircraftTable | None = None
    counts: Counter[str] = field(default_factory=Counter)
    pseudonyms: dict[int, int] = field(default_factory=dict)
    callsigns: dict[bytes, bytes] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    said: dict[int, int] = field(default_factory=dict)
    """Addresses that a feed has told the flag or the registration of, for the rows of feeds that tell neither; and when
    (epoch ms) one was last heard under a callsign that has opted out."""

    def applied(self, batch: Batch) -> Batch:
        """The rows that may be seen, as they may be seen."""
        seen = ~self._opted_out(batch)
        if not seen.all():
            gone = int(len(batch) - seen.sum())
            self.counts["opted out"] += gone
            rejected = batch.rejected + Counter({_UNSAID: gone})
            batch = changed(batch.take(seen), rejected=rejected)
        return self._renamed(batch) if self.key and len(batch) else batch

    def _opted_out(self, batch: Batch) -> Array:
        icao24 = batch["icao24"]
        out = np.isin(icao24, self.addresses)
        own = np.zeros(len(batch), dtype=bool)
        if self.names and "registration" in batch.columns:
            own |= self._named(batch["registration"])
        if self.flags and "db_flags" in batch.columns:
            own |= (batch["db_flags"] & self.flags) != 0
        if len(self.told) + len(self.said) > MOST_KNOWN:
            self.told.clear()
            self.said.clear()
        self.told.update(np.unique(icao24[own]).tolist())
        out |= np.isin(icao24, list(self.told))
        if self.names:
            out |= self._called(batch)
        if self.known is not None and (self.flags or self.names):
            about = self.known.lookup(icao24)
            out |= (about.flags & self.flags) != 0
            out |= np.isin(np.char.upper(about.registration), list(self.names))
        return out

    def _named(self, names: Array) -> Array:
        out: Array = np.isin(np.char.upper(names), list(self.names))
        return out

    def _called(self, batch: Batch) -> Array:
        """Rows under a callsign that has opted out, and those of the same aircraft under none."""
        icao24, time, callsign = batch["icao24"], batch["time"], batch["callsign"]
        out = self._named(callsign)
        for one in np.unique(icao24[out]).tolist():
            self.said[one] = int(time[out & (icao24 == one)].max())
        nameless = np.flatnonzero((callsign == b"") & np.isin(icao24, list(self.said)))
        since = np.array([self.said[one] for one in icao24[nameless].tolist()], dtype=np.int64)
        out[nameless] = np.abs(time[nameless] - since) <= HELD_MS
        return out

    def _renamed(self, batch: Batch) -> Batch:
        unique, where = np.unique(batch["icao24"], return_inverse=True)
        done = [batch.labels.get(one) == _label(one) for one in unique.tolist()]
        keys = np.array(
            [one if is_one else self._pseudonym(one) for one, is_one in zip(unique.tolist(), done, strict=True)],
            dtype=np.int64,
        )
        columns, renamed = {"icao24": keys[where]}, np.array(done)[where]
        if "callsign" in batch.columns:
            said, place = np.unique(batch["callsign"], return_inverse=True)
            callsigns = np.array([self._callsign(one) for one in said.tolist()], dtype="S8")[place]
            columns["callsign"] = np.where(renamed, batch["callsign"], callsigns)
        if "registration" in batch.columns:
            columns["registration"] = np.zeros(len(batch), dtype=batch["registration"].dtype)
        return changed(batch.with_columns(**columns), labels={key: _label(key) for key in keys.tolist()})

    def _pseudonym(self, icao24: int) -> int:
        """Bit 48 and 40 bits of the keyed hash: among 10,000 aircraft two are the same once in 20,000 times."""
        found = self.pseudonyms.get(icao24)
        if found is None:
            found = SYNTHETIC | int.from_bytes(self._hash(str(icao24).encode(), 5))
            if len(self.pseudonyms) > MOST_KNOWN:
                self.pseudonyms.clear()
            self.pseudonyms[icao24] = found
        return found

    def _callsign(self, text: bytes) -> bytes:
        """Eight letters and digits that stand for it; nothing stands for nothing."""
        if not text.strip():
            return b""
        found = self.callsigns.get(text)
        if found is None:
            found = self._hash(text.strip(), 4).hex().upper().encode()
            if len(self.callsigns) > MOST_KNOWN:
                self.callsigns.clear()
            self.callsigns[text] = found
        return found

    def _hash(self, data: bytes, size: int) -> bytes:
        return hashlib.blake2b(data, key=self.key, digest_size=size).digest()


def _label(key: int) -> str:
    """What says of a pseudonym that it is one, so that nobody makes another of it."""
    return f"{MARK}{key & 0xFFFFFFFFFF:010x}"


def listed(entries: Collection[str]) -> tuple[Array, frozenset[bytes]]:
    """Addresses (six hex digits, ~ before one that is no ICAO address) and names out of a list of either."""
    from geo.schema import icao24_number

    addresses, names = [], set()
    for entry in (one.strip() for one in entries):
        digits = entry.removeprefix("~")
        if len(digits) == 6 and all(c in "0123456789abcdefABCDEF" for c in digits):
            addresses.append(icao24_number(entry.lower()))
        elif entry:
            names.add(entry.upper().encode("ascii", "replace"))
    return np.unique(np.array(addresses, dtype=np.int64)), frozenset(names)

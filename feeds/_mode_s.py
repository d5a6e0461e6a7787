"""Mode S frames become observations: whose they are, whether they are whole, what they say (rs1090), and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from feeds._build import built
from feeds._carried import Carried
from feeds._cpr import Places
from feeds._frames import LONG, MLAT_STAMP, SHORT, Frames
from feeds._messages import Joiner
from feeds._mode_s_fields import Said, said
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES, Array

PROVED_MS = 60_000
"""How long an address is known from messages that hold it in clear. Replies show theirs only mixed into their parity,
so any noise is a reply of somebody: those of nobody known are left out, as dump1090 does."""

CLEAR = (17, 18)
REPLIES = (0, 4, 5, 16, 20, 21)
ALL_CALL = 11

_GENERATOR = 0x1FFF409
"""The polynomial of Mode S parity (ICAO Annex 10, volume IV, 3.1.2.3.3)."""

KINDS_18 = {
    0: ("adsb_icao_nt", "adsb_icao_nt"), 1: ("adsb_other", "adsb_other"), 2: ("tisb_icao", "tisb_trackfile"),
    5: ("tisb_other", "tisb_other"), 6: ("adsr_icao", "adsr_other"),
}  # fmt: skip
"""Who sent a DF18, by its control field: with an ICAO address, and where a bit of the message says that it is none
(DO-260B, 2.2.18). Coarse TIS-B and its management are not read."""


def _table() -> Array:
    out = np.arange(256, dtype=np.uint32) << 16
    for _ in range(8):
        out = np.where(out & 0x800000, (out << 1) ^ _GENERATOR, out << 1)
    return out.astype(np.uint32)


_TABLE = _table()


def remainder(data: Array) -> Array:
    """What is left of frames (n, 7 or 14) after division by the parity: 0 where whole, the address of a reply."""
    out = np.zeros(len(data), dtype=np.uint32)
    for byte in data[:, :-3].T:
        out = ((out << 8) & 0xFFFFFF) ^ _TABLE[(out >> 16) ^ byte]
    parity = data[:, -3:].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    return np.asarray(out ^ parity).astype(np.int64)


@dataclass
class ModeS:
    """One stream of frames. `receiver` is where it hears, (lat, lon) in degrees."""

    receiver: tuple[float, float] | None = None
    proved: Carried = field(default_factory=lambda: Carried(1))
    said: Said = field(default_factory=Said)
    joiner: Joiner = field(default_factory=Joiner)

    def __post_init__(self) -> None:
        self.places = Places(self.receiver)

    def add(self, frames: Frames, time: Array) -> Batch:
        """A row for every place, and one for each second of an aircraft without; `time` (n,) epoch ms of the frames."""
        return self.joiner.add(self.messages(frames, time))

    def messages(self, frames: Frames, time: Array) -> Batch:
        """A row for every message, sorted by aircraft and time. What is not understood is counted in it."""
        bad = Counter(frames.bad)
        frames, time, icao24, source = self._whose(frames, time, bad)
        found = said(frames, icao24, time, self.said, bad)
        lat, lon = self.places.of(icao24, time, found.report, found.odd, found.ground, bad)
        mlat = frames.stamp == MLAT_STAMP
        columns = {
            **found.columns, "icao24": icao24, "time": time, "lat": lat, "lon": lon, "rssi": frames.rssi,
            "position_time": time, "source": np.where(mlat, SOURCES.index("mlat"), source),
        }  # fmt: skip
        return built(columns, bad)

    def _whose(self, frames: Frames, time: Array, bad: Counter[str]) -> tuple[Frames, Array, Array, Array]:
        """The whole frames, by aircraft and time, with times, addresses and sources."""
        kind, left = frames.data[:, 0] >> 3, _left(frames)
        clear, all_call, reply = np.isin(kind, CLEAR), kind == ALL_CALL, np.isin(kind, REPLIES)
        fits = frames.size == np.where(kind < 16, SHORT, LONG)
        # The last seven bits of an all-call reply may say who asked.
        whole = fits & ((clear & (left == 0)) | (all_call & (left < 128)) | reply)
        bad["frame of a kind that says nothing of an aircraft"] += int((fits & ~clear & ~all_call & ~reply).sum())
        bad["frame with errors"] += int((~fits | (clear & (left != 0)) | (all_call & (left >= 128))).sum())
        address, source = _addresses(frames.data, kind, left)
        strange = (kind == 18) & (source == 0)
        bad["DF18 of a form that is not read"] += int((whole & strange).sum())
        whole &= ~strange
        order = np.flatnonzero(whole)[np.lexsort((time[whole], address[whole]))]
        heard = np.column_stack([time[order].astype(np.float64)])
        proof = clear[order] | (all_call[order] & (left[order] == 0))
        proved = self.proved.last(address[order], proof, heard)[:, 0]
        known = np.abs(heard[:, 0] - proved) <= PROVED_MS
        bad["reply of an aircraft that is not known otherwise"] += int((~known).sum())
        order = order[known]
        return frames.take(order), time[order], address[order], source[order]


def _left(frames: Frames) -> Array:
    short = frames.size == SHORT
    out = np.zeros(len(frames), dtype=np.int64)
    out[short], out[~short] = remainder(frames.data[short, :SHORT]), remainder(frames.data[~short])
    return out


def _addresses(data: Array, kind: Array, left: Array) -> tuple[Array, Array]:
    """Address by row, with NON_ICAO where it is none, and the source; 0 for a DF18 that is not read."""
    clear = data[:, 1:4].astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    address = np.where(np.isin(kind, REPLIES), left, clear)
    source = np.where(kind == 17, SOURCES.index("adsb_icao"), SOURCES.index("mode_s"))
    source[kind == 18] = 0
    other = _other(data)
    for control, names in KINDS_18.items():
        rows = (kind == 18) & ((data[:, 0] & 7) == control)
        source[rows] = np.where(other[rows], SOURCES.index(names[1]), SOURCES.index(names[0]))
        foreign = other[rows] & (names[0] != names[1])
        if names[0].endswith("other"):
            foreign[:] = True
        address[rows] += np.where(foreign, NON_ICAO, 0)
    return address, source


def _other(data: Array) -> Array:
    """The bit that says that an address is none of ICAO's; where it stands depends on the type of message."""
    me = data[:, 4:11]
    code = me[:, 0] >> 3
    air = ((code >= 9) & (code <= 18)) | (code >= 20) & (code <= 22)
    bits = ((air, 0, 0x01), ((code >= 5) & (code <= 8), 2, 0x08), (code == 19, 1, 0x80), (code >= 28, 6, 0x01))
    return np.asarray(np.any([where & ((me[:, byte] & mask) != 0) for where, byte, mask in bits], axis=0))

"""Which rows are worth storing: per flight the first of each epoch-aligned slot, and every row with a change."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.schema import NO_TIME, Array

FORGET_MS = 3_600_000
"""A flight not heard for this long is forgotten: its next row is kept anyway, being the first of a slot."""

_CODES = {"squawk": "u4", "callsign": "u8", "emergency": "u1", "on_ground": "i1"}
"""What must not be thinned away when it changes; text is compared as an integer. Silence is no change."""

_MISSING = {"squawk": 0, "callsign": 0, "emergency": 0, "on_ground": -1}


@dataclass
class Thin:
    """Holds the last slot and last known codes per flight, so that split batches keep the same rows.

    `every_s` is the slot in seconds; 0 keeps everything.
    """

    every_s: float = 5.0
    last: dict[str, Array] = field(default_factory=dict)

    def keep(self, batch: Batch) -> Array:
        """A mask over the rows. Rows must come in time order per flight across calls, in any order within one."""
        if self.every_s <= 0 or not len(batch):
            return np.ones(len(batch), dtype=np.bool_)
        rows = self._with_last(_described(batch, int(self.every_s * 1000)))
        order = np.lexsort((rows["time"], rows["new"], rows["sub"], rows["flight"]))
        rows = {name: values[order] for name, values in rows.items()}
        first = _first_of_flight(rows)
        kept = _new_slot(rows, first)
        for name, none in _MISSING.items():
            rows[name], changed = _filled(rows[name], none, first)
            kept |= changed
        self._remember(rows, first)
        mask = np.zeros(len(batch), dtype=np.bool_)
        mask[rows["row"][kept & rows["new"]]] = True
        return mask

    def _with_last(self, rows: dict[str, Array]) -> dict[str, Array]:
        """The remembered row of each flight, before the new ones."""
        return {k: np.concatenate([self.last[k], v]) for k, v in rows.items()} if self.last else rows

    def _remember(self, rows: dict[str, Array], first: Array) -> None:
        end = np.append(first[1:], True)
        # A late row must not take the slot back: the newest slot of the flight counts.
        rows["slot"] = _running_max(rows["slot"], first)
        recent = end & (rows["time"] > rows["time"].max() - FORGET_MS)
        self.last = {name: values[recent] for name, values in rows.items()}
        self.last["new"] = np.zeros(int(recent.sum()), dtype=np.bool_)


def _described(batch: Batch, slot_ms: int) -> dict[str, Array]:
    """What thinning looks at, one value per row. Without flights an aircraft's rows are one flight."""
    n, time = len(batch), batch["time"]
    codes = {name: np.ascontiguousarray(batch[name]).view(dtype) for name, dtype in _CODES.items()}
    return {
        "flight": batch.columns.get("flight", batch["icao24"]),
        "sub": batch.columns.get("sub", np.zeros(n, dtype="i1")),
        "time": time,
        "slot": time // slot_ms,
        "new": np.ones(n, dtype=np.bool_),
        "row": np.arange(n),
        **codes,
    }


def _first_of_flight(rows: dict[str, Array]) -> Array:
    first = np.ones(len(rows["time"]), dtype=np.bool_)
    first[1:] = (rows["flight"][1:] != rows["flight"][:-1]) | (rows["sub"][1:] != rows["sub"][:-1])
    return first


def _new_slot(rows: dict[str, Array], first: Array) -> Array:
    """Rows whose slot is neither that of the row before nor the one remembered."""
    slot = rows["slot"]
    out = first.copy()
    out[1:] |= slot[1:] != slot[:-1]
    remembered = np.where(rows["new"], NO_TIME, slot)[np.maximum.accumulate(np.where(first, np.arange(len(slot)), 0))]
    result: Array = out & (slot != remembered)
    return result


def _filled(values: Array, none: int, first: Array) -> tuple[Array, Array]:
    """The last known value at each row of a flight, and where it became another one."""
    n = len(values)
    start = np.maximum.accumulate(np.where(first, np.arange(n), 0))
    known = np.maximum.accumulate(np.where(values != none, np.arange(n), 0))
    filled = np.where(known >= start, values[known], none).astype(values.dtype)
    changed = np.zeros(n, dtype=np.bool_)
    changed[1:] = (filled[1:] != filled[:-1]) & ~first[1:]
    return filled, changed


def _running_max(slot: Array, first: Array) -> Array:
    """The largest slot so far within each flight."""
    group = np.cumsum(first, dtype=np.int64)
    low = int(slot.min())
    span = int(slot.max()) - low + 1
    result: Array = np.maximum.accumulate(group * span + slot - low) - group * span + low
    return result

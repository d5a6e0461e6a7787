"""Rows to the latest state per airframe: `aircraft_now`, where a value stays until the source sends another one."""

from __future__ import annotations

import asyncio

import asyncpg
import numpy as np

from geo.batch import Batch
from geo.schema import NO_TIME, Array, missing, present
from store import rows
from store.columns import NOW_COLUMNS

FORGET_S = 600
"""An aircraft not heard for this long, in data time, is no longer there."""

KEYS = ("icao24", "sub")
_CARRIED = (*NOW_COLUMNS, "position_time")
COLUMNS_NOW = ("icao24", "sub", "flight", "time", "position_time", "feed", "source", "geom", *NOW_COLUMNS)

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS now_in (LIKE aircraft_now) ON COMMIT DELETE ROWS;
ALTER TABLE now_in ALTER seq DROP NOT NULL;
"""

_LATEST = ("time", "feed", "source")
_FILLED = ("flight", "geom", *_CARRIED)
_UPSERT = f"""
INSERT INTO aircraft_now ({", ".join(COLUMNS_NOW)}, seq)
SELECT {", ".join(COLUMNS_NOW)}, tick FROM now_in, (SELECT nextval('aircraft_seq') AS tick) t
ON CONFLICT (icao24, sub) DO UPDATE SET seq = excluded.seq,
  {", ".join(f"{c} = excluded.{c}" for c in _LATEST)},
  {", ".join(f"{c} = coalesce(excluded.{c}, aircraft_now.{c})" for c in _FILLED)}
WHERE excluded.time >= aircraft_now.time
"""


def latest(batch: Batch) -> Batch:
    """One row per aircraft and sub-track: the newest, with the newest known value of every column that is carried."""
    sub = batch.columns.get("sub", np.zeros(len(batch), "i1"))
    order = np.lexsort((batch["time"], sub, batch["icao24"]))
    batch = batch.with_columns(sub=sub).take(order)
    icao24, sub = batch["icao24"], batch["sub"]
    first = np.flatnonzero(np.insert((icao24[1:] != icao24[:-1]) | (sub[1:] != sub[:-1]), 0, True))
    last = np.append(first[1:], len(icao24)) - 1
    out = {name: values[last] for name, values in batch.columns.items()}
    for name in _CARRIED:
        if name in batch.columns:
            out[name] = _newest(batch[name], present(name, batch[name]), first, last)
    if "lat" in batch.columns:
        fixed = present("lat", batch["lat"])
        out |= {name: _newest(batch[name], fixed, first, last) for name in ("lat", "lon")}
        out["position_time"] = _position_time(batch, fixed, first, last)
    return Batch(out)


def _newest(values: Array, known: Array, first: Array, last: Array) -> Array:
    """The last known value of each group; missing where there is none."""
    place = np.maximum.reduceat(np.where(known, np.arange(len(values)), -1), first)
    result: Array = values[np.where(place >= first, place, last)]
    return result


def _position_time(batch: Batch, fixed: Array, first: Array, last: Array) -> Array:
    """When the newest position was true; the row's own time where the source does not say."""
    stated = batch["position_time"]
    stated = np.where(fixed & (stated == NO_TIME), batch["time"], stated)
    place = np.maximum.reduceat(np.where(fixed, np.arange(len(batch)), -1), first)
    return np.where(place >= first, stated[place], NO_TIME)


async def upsert(connection: asyncpg.Connection, batch: Batch) -> int:
    """Bring `aircraft_now` up to these rows; how many aircraft changed. `sub` counts a tick: one value per call."""
    newest = await asyncio.to_thread(latest, batch)
    full = Batch({**{name: missing(name, len(newest)) for name in ("feed", "source")}, **newest.columns})
    names = [name for name in rows.column_names(full) if name in COLUMNS_NOW]
    async with connection.transaction():
        await connection.copy_to_table("now_in", source=rows.stream(full, names), columns=names, format="binary")
        return changed(await connection.execute(_UPSERT))


async def forget(connection: asyncpg.Connection, now: int) -> int:
    """Remove aircraft not heard within `FORGET_S` of `now` (epoch ms), either side: data time may go back; how many."""
    sql = "DELETE FROM aircraft_now WHERE time NOT BETWEEN to_timestamp($1::float8) AND to_timestamp($2::float8)"
    return changed(await connection.execute(sql, now / 1000 - FORGET_S, now / 1000 + FORGET_S))


def changed(status: str) -> int:
    """Rows that a command touched, from its completion tag."""
    return int(status.rsplit(" ", 1)[-1])

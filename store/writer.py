"""The engine's output into the database: observations, current state, segments, anomalies, cells, zones and status."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.cells import cells_of
from geo.firs import Firs
from geo.incident import Incident, Join
from geo.schema import Array
from store import alerts as outbox
from store import (
    cells,
    episodes,
    feed_numbers,
    forget,
    hourly,
    known,
    partitions,
    places,
    rows,
    segments,
    sessions,
    state,
    tile_hours,
)
from store import incidents as together
from store.connect import CHANNEL, close_pool, open_pool
from store.lines import Lines
from store.thin import Thin

STORED_CELL = 7
"""H3 resolution that every stored position is indexed by: about 5 km2."""

CONNECTIONS = 5
"""At most: alerts, rows, tracks and maintenance are stored beside each other, and none waits for another."""

_META = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_FEED = """
INSERT INTO feeds (name, health, updated) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET health = excluded.health, updated = excluded.updated
"""
_CLASS = """
INSERT INTO classes_status (class, active, why, updated) VALUES ($1, $2, $3, $4)
ON CONFLICT (class) DO UPDATE SET active = excluded.active, why = excluded.why, updated = excluded.updated
"""
_LABEL = "INSERT INTO labels (icao24, label) VALUES ($1, $2) ON CONFLICT (icao24) DO UPDATE SET label = excluded.label"


@dataclass
class Writer:
    """One process's way into the database. Methods are coroutines; one task at a time per method is assumed."""

    pool: asyncpg.Pool
    thin: Thin
    lines: Lines = field(default_factory=Lines)
    known_partitions: set[int] = field(default_factory=set)
    known_cells: set[int] = field(default_factory=set)
    known_labels: dict[int, str] = field(default_factory=dict)
    join: Join | None = None
    """Makes incidents of anomalies, where whole ranges are replaced."""

    @classmethod
    async def open(cls, url: str, store_every_s: float = 5.0) -> Writer:
        """Connect. `store_every_s` thins what `write` stores, per flight; 0 stores every row.

        Raises OSError or asyncpg.PostgresError when the database cannot be reached.
        """

        async def stage(connection: asyncpg.Connection) -> None:
            await connection.execute(state.STAGE)

        return cls(await open_pool(url, CONNECTIONS, init=stage), Thin(store_every_s))

    async def close(self) -> None:
        await close_pool(self.pool)

    async def write(self, released: Batch, mark: tuple[str, Any] | None = None, once: bool = False) -> int:
        """Store rows in `positions`, thinned; how many. Columns: the schema's plus flight, sub, h3 where known.

        `mark`: a key of `meta` and its value, stored by the same commit: how far whoever writes has come.
        `once`: rows whose address and time are stored already are left out.
        """
        kept = await asyncio.to_thread(self._thinned, released)
        await self._label(released.labels)
        if not len(kept):
            return 0
        names = rows.column_names(kept)
        async with self.pool.acquire() as connection:
            await self._partitions(connection, kept["time"])
            async with connection.transaction():
                kept = await known.unknown(connection, kept) if once else kept
                stream = rows.stream(kept, names)
                await connection.copy_to_table("positions", source=stream, columns=names, format="binary")
                places_of = (kept["time"], kept["h3"], kept["lon"], kept["lat"])
                await tile_hours.add(connection, tile_hours.POSITIONS, *places_of)
                if mark:
                    await connection.execute(_META, *mark)
        return len(kept)

    def _thinned(self, released: Batch) -> Batch:
        """The rows that are stored, in the order of the index, with their cells. Takes long enough for a thread."""
        return rows.clustered(_placed(released.take(self.thin.keep(released))))

    async def segments(self, released: Batch) -> int:
        """Draw the rows' way into `track_segments`; how many changed. Best with a minute of rows or more."""
        drawn = await asyncio.to_thread(self.lines.build, released)
        async with self.pool.acquire() as connection:
            return await segments.upsert(connection, drawn)

    async def now(self, latest: Batch) -> int:
        """Bring `aircraft_now` up to the rows, drop who fell silent, wake readers; how many aircraft changed."""
        if not len(latest):
            return 0
        async with self.pool.acquire() as connection:
            changed = await state.upsert(connection, latest)
            await state.forget(connection, int(latest["time"].max()))
            await _notify(connection, "aircraft")
        return changed

    async def save(
        self,
        anomalies: Sequence[Anomaly],
        hashes: Mapping[str, str] | None = None,
        incidents: Sequence[Incident] = (),
        alerts: Sequence[Alert] = (),
    ) -> int:
        """Insert or update anomalies, with what follows from them, or nothing of it; how many anomalies changed.

        `hashes`: parameter hash by class id. Readers are woken by the same commit.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            changed = await episodes.save(connection, anomalies, hashes or {})
            # What is still open is counted when it ends, at the latest.
            if starts := [one.start for one in anomalies if changed and one.state != "open"]:
                await hourly.found_again(connection, min(starts), max(starts) + 1)
            joined = await together.save(connection, incidents)
            told = await outbox.save(connection, alerts)
            for kind, some in (("anomaly", changed), ("incident", joined), ("alert", told)):
                if some:
                    await _notify(connection, kind)
        return changed

    async def told_since(self, ms: int) -> list[tuple[int, str, int | None, int]]:
        """Subscription, trigger, address and time of the alerts since then (epoch ms)."""
        async with self.pool.acquire() as connection:
            return await outbox.told_since(connection, ms)

    async def close_others(self, ids: Sequence[str]) -> int:
        """Close every open anomaly but these; how many. For a start: nobody follows the others any more."""
        async with self.pool.acquire() as connection:
            gone = await episodes.close_others(connection, ids)
            if gone:
                await _notify(connection, "anomaly")
            if await together.close_others(connection):
                await _notify(connection, "incident")
        return gone

    async def replace_range(
        self,
        classes: Sequence[str],
        start: int,
        end: int,
        anomalies: Sequence[Anomaly],
        hashes: Mapping[str, str] | None = None,
    ) -> int:
        """In one transaction `anomalies` become the episodes of `classes` that start in [start, end) ms, and the
        incidents around that time are made anew."""
        async with self.pool.acquire() as connection, connection.transaction():
            changed = await episodes.replace(connection, classes, start, end, anomalies, hashes or {})
            await hourly.found_again(connection, start, end)
            joined = await together.join_again(connection, start, end, self.join) if self.join else 0
            for kind, some in (("anomaly", changed), ("incident", joined)):
                if some:
                    await _notify(connection, kind)
        return changed

    async def around(self, start: int, end: int) -> Sequence[Anomaly]:
        """The stored anomalies that reach into [start, end) ms, and all that belong with them; without evidence."""
        async with self.pool.acquire() as connection:
            return await together.around(connection, start, end)

    async def cells(self, counts: Mapping[str, Array], aircraft: Mapping[str, Array] | None = None) -> int:
        """Counts per cell and half hour (h3, bucket_start in ms, good, bad, aircraft, seconds) and whom a day's counts
        shall hold (day in ms, h3, icao24, bad); how many counts changed. Telling the same again changes nothing."""
        known = {int(cell) for part in (counts, aircraft or {}) for cell in part.get("h3", ())}
        async with self.pool.acquire() as connection:
            if new := known - self.known_cells:
                await cells.draw(connection, new)
                self.known_cells |= new
            async with connection.transaction():
                changed = await cells.count(connection, counts, aircraft or {})
                if changed:
                    await hourly.flown_again(connection, counts["bucket_start"].tolist())
        return changed

    async def sessions(self, told: Mapping[str, Array]) -> int:
        """What is known of sessions by now (columns of pipeline/sessions.py); how many changed. Telling them again
        changes nothing."""
        async with self.pool.acquire() as connection:
            return await sessions.save(connection, told)

    async def firs(self, firs: Firs | None) -> int:
        """Replace the flight information regions; how many there are now."""
        async with self.pool.acquire() as connection:
            return await places.replace_firs(connection, firs)

    async def zones(self, zones: Sequence[Mapping[str, Any]]) -> int:
        """Replace the zones; each a mapping with `places.ZONE_COLUMNS`, geometry as shapely in WGS84."""
        async with self.pool.acquire() as connection:
            return await places.replace_zones(connection, zones)

    async def clock(self, data_time: int, watermark: int) -> None:
        """Set data time, which is 'now' for every reader (epoch ms), and wake readers."""
        async with self.pool.acquire() as connection:
            await connection.executemany(_META, [("data_time", data_time), ("watermark", watermark)])
            await _notify(connection, "clock")

    async def meta(self, key: str, value: Any) -> None:
        """Keep one JSON value under a key."""
        async with self.pool.acquire() as connection:
            await connection.execute(_META, key, value)

    async def health(self, feeds: Sequence[Mapping[str, Any]], at: int) -> None:
        """What each source says of itself (`Source.health()`, with at least `name`), as of `at` (epoch ms)."""
        async with self.pool.acquire() as connection:
            await connection.executemany(_FEED, [(feed["name"], dict(feed), _utc(at)) for feed in feeds])

    async def feed_numbers(self, names: Sequence[str]) -> list[int]:
        """The number of each feed: the same at every start, so that stored rows go on telling who heard them.

        Raises ValueError for more names than there are numbers, or one that comes twice.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            return await feed_numbers.assigned(connection, names)

    async def class_status(self, inactive: Mapping[str, str | None], at: int) -> None:
        """For each class id None when it runs, else why not; as of `at` (epoch ms)."""
        values = [(name, why is None, why, _utc(at)) for name, why in inactive.items()]
        async with self.pool.acquire() as connection:
            await connection.executemany(_CLASS, values)

    async def maintain(self, data_time: int) -> list[str]:
        """Count the hours that have settled by data time (epoch ms) and index the partitions that closed before it; the
        names of these. Safe beside `write`."""
        async with self.pool.acquire() as connection, partitions.alone(connection):
            while await hourly.fill(connection, data_time):
                pass
            return await partitions.index_closed(connection, data_time)

    async def drop_before(self, ms: int) -> list[str]:
        """Retention: drop positions, segments, cells, alerts from before `ms` (epoch ms), not anomalies; the
        partitions."""
        async with self.pool.acquire() as connection:
            await segments.drop_before(connection, ms)
            await cells.drop_before(connection, ms)
            await tile_hours.drop_before(connection, ms)
            await outbox.drop_before(connection, ms)
            await sessions.drop_before(connection, ms)
            async with partitions.alone(connection):
                gone = await partitions.drop_before(connection, ms)
        self.known_partitions.clear()
        return gone

    async def drop_hours_before(self, ms: int) -> list[str]:
        """Retention of what is kept by hour: drop the months that ended before `ms` (epoch ms); their partitions."""
        async with self.pool.acquire() as connection:
            return await hourly.drop_before(connection, ms)

    async def forget(self, addresses: Sequence[int]) -> int:
        """Delete what is stored of aircraft that have opted out; how many rows."""
        async with self.pool.acquire() as connection:
            return await forget.forget(connection, addresses)

    async def _partitions(self, connection: asyncpg.Connection, time: Array) -> None:
        for start in partitions.starts(time):
            if start not in self.known_partitions:
                await partitions.create(connection, start)
                self.known_partitions.add(start)

    async def _label(self, labels: Mapping[int, str]) -> None:
        fresh = {key: text.replace("\0", "") for key, text in labels.items() if self.known_labels.get(key) != text}
        if fresh:
            async with self.pool.acquire() as connection:
                await connection.executemany(_LABEL, list(fresh.items()))
            self.known_labels.update({key: labels[key] for key in fresh})


def _placed(batch: Batch) -> Batch:
    """With the H3 cell of every position; only what is stored needs one."""
    if "h3" in batch.columns:
        return batch
    return batch.with_columns(h3=cells_of(batch["lat"], batch["lon"], STORED_CELL))


async def _notify(connection: asyncpg.Connection, kind: str) -> None:
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, kind)


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)

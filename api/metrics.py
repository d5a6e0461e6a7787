"""Measurements for Prometheus: what the engine told, what the database says, what this process has counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from litestar import Response

from api.caller import VIEWER
from api.clock import clock
from api.health import configuration_of, engine_of, feeds_of
from api.items import AnyRequest
from api.requests import Requests
from api.routes import route
from pipeline.measures import cpu_s, memory_bytes
from store.connect import UNREACHABLE

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
KEPT_S = 15.0
"""What takes the database long to say is asked this often."""

Sample = tuple[str, Mapping[str, Any], float]
"""Name without prefix, labels, value."""

METRICS: Mapping[str, tuple[str, str]] = {
    "info": ("gauge", "1; the version is a label"),
    "database_up": ("gauge", "whether the database answers"),
    "database_bytes": ("gauge", "size of the database"),
    "database_connections": ("gauge", "connections to the database, all programs together"),
    "database_partitions": ("gauge", "six-hour partitions of positions"),
    "data_time_seconds": ("gauge", "newest time in the data, epoch seconds"),
    "data_age_seconds": ("gauge", "how far the newest data lie behind the clock on the wall"),
    "lag_seconds": ("gauge", "how far judging lies behind the newest data: the time that late rows are given"),
    "engine_up": ("gauge", "whether the engine has spoken within 30 s"),
    "engine_start_seconds": ("gauge", "when the engine began, epoch seconds"),
    "states_total": ("counter", "rows that were released to be judged"),
    "states_late_total": ("counter", "rows that came too late to be judged; they are stored"),
    "states_duplicate_total": ("counter", "rows that had come before"),
    "states_dropped_total": ("counter", "rows that found no room in the queue"),
    "states_opted_out_total": ("counter", "rows of aircraft that are not to be shown"),
    "posted_opted_out_total": ("counter", "the same of POST /ingest: those rows never come to the engine"),
    "states_unwritten_total": ("counter", "rows that could not be written into the journal before they were judged"),
    "queue_rows": ("gauge", "rows that wait for the next tick"),
    "queue_most_rows": ("gauge", "how many may wait"),
    "journal_bytes": ("gauge", "what has been written down since the last checkpoint"),
    "ticks_total": ("counter", "ticks of the engine"),
    "tick_seconds_total": ("counter", "time spent in them"),
    "tick_longest_seconds": ("gauge", "the longest one of the last 5 s"),
    "class_seconds_total": ("counter", "time spent judging, by class"),
    "class_active": ("gauge", "whether a class can judge, by class"),
    "anomalies_open": ("gauge", "episodes that may still go on, by class"),
    "configuration_ok": ("gauge", "whether the file that is there now was taken"),
    "feed_up": ("gauge", "whether a feed delivers"),
    "feed_rows_total": ("counter", "rows of a feed that were good"),
    "feed_rejected_total": ("counter", "rows of a feed that were refused, by reason"),
    "feed_errors_total": ("counter", "failures of a feed, by reason"),
    "feed_age_seconds": ("gauge", "how far a feed's newest row lies behind the clock on the wall"),
    "deliveries": ("gauge", "deliveries of alerts by state, of those that are kept"),
    "streams": ("gauge", "open event streams"),
    "requests_total": ("counter", "answered requests, by method, route and status"),
    "request_seconds_total": ("counter", "time that they took"),
    "requests_open": ("gauge", "requests under way, streams among them"),
    "process_resident_bytes": ("gauge", "memory held, by process"),
    "process_cpu_seconds_total": ("counter", "processor time, by process"),
}
"""Name (with `skysift_` before it): type, and what it is. Nothing else is given out."""

_DATABASE = """
SELECT pg_database_size(current_database()) AS database_bytes,
  (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS database_connections,
  (SELECT count(*) FROM pg_inherits WHERE inhparent = 'positions'::regclass) AS database_partitions
"""
_COUNTED = (
    ("states_total", "rows"), ("states_late_total", "late"), ("states_duplicate_total", "duplicate"),
    ("states_opted_out_total", "opted_out"),
    ("states_dropped_total", "dropped"), ("states_unwritten_total", "unwritten"), ("queue_rows", "inbox_rows"),
    ("queue_most_rows", "inbox_most"), ("journal_bytes", "journal_bytes"), ("ticks_total", "ticks"),
    ("tick_seconds_total", "tick_s"), ("tick_longest_seconds", "tick_longest_s"), ("engine_start_seconds", "started"),
)  # fmt: skip
_BY_CLASS = (("class_seconds_total", "class_s"), ("anomalies_open", "open"))


@dataclass
class Slow:
    """What the database said last of its size and of the outbox."""

    until: float = 0.0
    samples: list[Sample] = field(default_factory=list)

    async def now(self, pool: asyncpg.Pool) -> list[Sample]:
        if time.monotonic() >= self.until:
            sizes = dict(await pool.fetchrow(_DATABASE))
            states = await pool.fetch("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
            self.samples = [(name, {}, value) for name, value in sizes.items()]
            self.samples += [("deliveries", {"state": row["state"]}, row["n"]) for row in states]
            self.until = time.monotonic() + KEPT_S
        return self.samples


@route("/metrics", VIEWER)
async def show_metrics(request: AnyRequest) -> Response[bytes]:
    """The text format of Prometheus. Where the database does not answer, what this process knows alone."""
    state = request.app.state
    own = list(_own(state))
    try:
        async with asyncio.timeout(5.0):
            found = [*own, ("database_up", {}, 1), *await _stored(state)]
    except UNREACHABLE:
        found = [*own, ("database_up", {}, 0)]
    return Response(exposed(found).encode(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


def exposed(samples: Iterable[Sample]) -> str:
    """Samples as text, those of a name together. A name that is not declared raises KeyError."""
    by_name: dict[str, list[str]] = {}
    for name, labels, value in samples:
        inner = ",".join(f'{key}="{_escaped(str(one))}"' for key, one in labels.items())
        shown = f"skysift_{name}{{{inner}}}" if inner else f"skysift_{name}"
        by_name.setdefault(name, []).append(f"{shown} {float(value):.17g}")
    lines: list[str] = []
    for name in sorted(by_name):
        kind, help_ = METRICS[name]
        lines += [f"# HELP skysift_{name} {help_}", f"# TYPE skysift_{name} {kind}", *by_name[name]]
    return "\n".join([*lines, ""])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _own(state: Any) -> Iterator[Sample]:
    """What this process has counted."""
    requests: Requests = state.requests
    yield "info", {"version": state.settings.version}, 1
    yield "streams", {}, state.hub.open
    yield "requests_open", {}, requests.under_way
    if private := getattr(state, "privacy", None):
        yield "posted_opted_out_total", {}, private.counts.total()
    for name, counter in (("requests_total", requests.count), ("request_seconds_total", requests.seconds)):
        for (method, path, status), value in counter.items():
            yield name, {"method": method, "route": path, "status": status}, value
    yield "process_resident_bytes", {"process": "api"}, memory_bytes()
    yield "process_cpu_seconds_total", {"process": "api"}, cpu_s()


async def _stored(state: Any) -> list[Sample]:
    """What the engine has told and the database says."""
    pool = state.pool
    found = [*await state.slow.now(pool), *_of_clock(await clock(pool)), *_of_feeds(await feeds_of(pool))]
    found += _of_engine(await engine_of(pool))
    rows = await pool.fetch("SELECT class, active FROM classes_status")
    found += [("class_active", {"class": row["class"]}, row["active"]) for row in rows]
    told = await configuration_of(pool)
    return [*found, *([("configuration_ok", {}, told["state"] == "ok")] if told else [])]


def _of_clock(now: Mapping[str, int | None]) -> Iterator[Sample]:
    newest, watermark = now["data_time"], now["watermark"]
    if newest is not None:
        yield "data_time_seconds", {}, newest / 1000
        yield "data_age_seconds", {}, time.time() - newest / 1000
    if newest is not None and watermark is not None:
        yield "lag_seconds", {}, max(0, newest - watermark) / 1000


def _of_engine(engine: Mapping[str, Any]) -> Iterator[Sample]:
    if engine["state"] == "none":
        return
    yield "engine_up", {}, engine["state"] == "watching"
    for name, key in _COUNTED:
        if key in engine:
            yield name, {}, engine[key]
    for name, key in _BY_CLASS:
        for own, value in engine.get(key, {}).items():
            yield name, {"class": own}, value
    if "memory_bytes" in engine:
        yield "process_resident_bytes", {"process": "engine"}, engine["memory_bytes"]
        yield "process_cpu_seconds_total", {"process": "engine"}, engine["cpu_s"]


def _of_feeds(feeds: Iterable[Mapping[str, Any]]) -> Iterator[Sample]:
    for one in feeds:
        own = {"feed": one["name"]}
        yield "feed_up", own, one.get("state") == "ok"
        if "rows" in one:
            yield "feed_rows_total", own, one["rows"]
        if one.get("last_time") is not None:
            yield "feed_age_seconds", own, time.time() - one["last_time"] / 1000
        for name, key in (("feed_rejected_total", "rejected"), ("feed_errors_total", "errors")):
            for reason, n in one.get(key, {}).items():
                yield name, {**own, "reason": reason}, n

"""Hours of live traffic in minutes, through the whole service: what each process holds in memory over time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import numpy as np
import pyarrow as pa
from scipy.special import stdtrit

from benchmarks.feeds import ARROW, api_key
from benchmarks.machine import machine
from benchmarks.receivers import HTTP, Sky, receivers
from benchmarks.service import Running, database, pss_mib, served, state_folder
from feeds.synthetic import Synthetic
from geo.batch import Batch
from geo.schema import COLUMNS, EMERGENCIES, SOURCES, icao24_text, present
from store.cluster import Cluster

POST_S = 0.5
"""Of the clock: as much data as belongs to it goes out at once."""

SAMPLES = 120
"""Looks at the memory, evenly over the time."""

WARM_SHARE = 0.25
"""Of the time that says nothing of a slope: histories fill up to what classes look back to, caches to their bounds."""

MOST_BEHIND_S = 600.0
"""Of data, that may wait to be judged before more is posted: a service that is slower sets the pace."""

MOST_ROWS = 10_000
"""In one request: `POST /ingest` takes less than 4 MB."""

GIVE_UP_S = 900.0
"""A service that takes nothing for so long has ended, or never will."""

ASK_S = 2.0
QUESTIONS = (
    "collections/positions/items?limit=1000", "collections/anomalies/items?limit=100", "health", "metrics", "feeds",
    "collections/tracks/items?limit=50",
)  # fmt: skip
_WORDS = {"source": SOURCES, "emergency": EMERGENCIES}
_NEWEST = "SELECT extract(epoch FROM max(time))::float8 FROM positions"


@dataclass(frozen=True)
class Plan:
    """`hours` of data of `aircraft` at 1 Hz, `speed` times as fast as they passed."""

    hours: float
    speed: float
    aircraft: int
    say: Callable[[str], None] = print


@dataclass
class Seen:
    """MiB by process at hours of data time; what was posted, in rows and until when (epoch seconds). `ended` is why it
    was not all of it, `began` the processes that were there, by name."""

    hours: list[float] = field(default_factory=list)
    mib: dict[str, list[float]] = field(default_factory=dict)
    began: dict[str, set[int]] = field(default_factory=dict)
    rows: int = 0
    until: float = 0.0
    errors: int = 0
    ended: str = ""


def run(plan: Plan) -> dict[str, Any]:
    """A program posts made-up traffic with all classes' anomalies in it, somebody looks at the page's data. What was
    seen until an interruption is told too."""
    # It ends at the clock's own time: nothing lies ahead of it.
    start = time.time() - plan.hours * 3600 * (1 + 1 / plan.speed)
    with state_folder("soak") as state, receivers(Sky.of(time.time(), 1, 1), (HTTP,)) as nothing:
        nothing.over.set()
        with served(state, None, "--feed", f"quiet={nothing.addresses[0]}") as own:
            began = time.monotonic()
            seen = _watched(plan, own, start)
            return _told(plan, seen, time.monotonic() - began)


def _watched(plan: Plan, own: Running, start: float) -> Seen:
    seen, over = Seen(until=start), threading.Event()
    key = asyncio.run(api_key(Cluster(own.state).url))
    work = (_post, (plan, own, key, start, seen, over)), (_look, (own.base, seen, over)), (_listen, (own.base, over))
    threads = [threading.Thread(target=target, args=args, daemon=True) for target, args in work]
    _sample(own, seen, start)
    for thread in threads:
        thread.start()
    try:
        _sampled(plan, own, seen, start, threads[0])
    except KeyboardInterrupt:
        seen.ended = "broken off"
    over.set()
    for thread in threads:
        thread.join(5.0)
    return seen


def _sampled(plan: Plan, own: Running, seen: Seen, start: float, posting: threading.Thread) -> None:
    """Look at the memory until all is posted, and say what is seen: soon for the first time, then twelve times."""
    between_s = plan.hours * 3600 / plan.speed / SAMPLES
    while posting.is_alive():
        posting.join(between_s)
        _sample(own, seen, start)
        if len(seen.hours) == 3 or len(seen.hours) % (SAMPLES // 12) == 0:
            levels = ", ".join(f"{n} {m[-1]:.0f} MiB {_shown(trend(seen.hours, m))}" for n, m in seen.mib.items())
            plan.say(f"{seen.hours[-1]:.2f} h: {levels}")


def _sample(own: Running, seen: Seen, start: float) -> None:
    parts = own.parts()
    for name, one in parts.items():
        seen.began.setdefault(name, set()).add(one.pid)
    found = {name: pss_mib(one) for name, one in parts.items()}
    found["database"] = sum(map(pss_mib, database(own.state)))
    seen.hours.append((seen.until - start) / 3600)
    # A process may come late, or be away just now.
    for name, mib in found.items():
        seen.mib.setdefault(name, [0.0] * (len(seen.hours) - 1)).append(round(mib, 1))
    for name in seen.mib.keys() - found.keys():
        seen.mib[name].append(0.0)


def _post(plan: Plan, own: Running, key: str, start: float, seen: Seen, over: threading.Event) -> None:
    """Send what belongs to each POST_S; never more than MOST_BEHIND_S ahead of what is stored."""
    began = time.monotonic()
    headers = {"authorization": f"Bearer {key}", "content-type": ARROW}
    with httpx.Client(base_url=own.base, headers=headers, timeout=60.0) as client:
        for until, batch in _pieces(plan, start):
            while (wait_s := began + (until - start) / plan.speed - time.monotonic()) > 0 and not over.wait(wait_s):
                pass
            seen.ended = _taken(client, arrow(batch), f"{until:.0f}", seen, over)
            if seen.ended:
                return
            seen.rows, seen.until = seen.rows + len(batch), until
            while until - (_newest(own) or until) > MOST_BEHIND_S and not over.wait(1.0):
                began += 1.0


def _taken(client: httpx.Client, content: bytes, key: str, seen: Seen, over: threading.Event) -> str:
    """Send it until it is taken: under its key it is taken once, however often. Why it will never be, else nothing."""
    until = time.monotonic() + GIVE_UP_S
    while not over.is_set():
        try:
            answer = client.post("ingest", content=content, headers={"idempotency-key": key})
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.status_code == 200:
            return ""
        if answer is not None and answer.status_code < 500:
            return f"POST /ingest said {answer.status_code}: {answer.text[:200]}"
        seen.errors += 1
        if time.monotonic() > until:
            return f"POST /ingest has taken nothing for {GIVE_UP_S:.0f} s"
        over.wait(1.0)
    return "broken off"


def _pieces(plan: Plan, start: float) -> Iterator[tuple[float, Batch]]:
    """The traffic in pieces of POST_S of the clock and MOST_ROWS at most, each with its end (epoch seconds)."""
    step_ms, first = int(1000 * max(1.0, min(POST_S * plan.speed, MOST_ROWS // plan.aircraft))), int(start) * 1000
    world = Synthetic(seed=1, aircraft=plan.aircraft)
    for begin in range(first, first + int(plan.hours * 3_600_000), step_ms):
        rows = Batch.concat(world.batches(begin, begin + step_ms, step_s=1.0))
        if len(rows):
            yield (begin + step_ms) / 1000, rows


def _newest(own: Running) -> float | None:
    """Epoch seconds of the newest stored row; None where there is none or nobody answers."""

    async def ask() -> float | None:
        connection = await asyncpg.connect(Cluster(own.state).url, timeout=10)
        try:
            found: float | None = await connection.fetchval(_NEWEST)
            return found
        finally:
            await connection.close()

    with suppress(OSError, TimeoutError, asyncpg.PostgresError):
        return asyncio.run(ask())
    return None


def _look(base: str, seen: Seen, over: threading.Event) -> None:
    """Somebody with the page open."""
    with httpx.Client(timeout=60.0) as client:
        while not over.wait(ASK_S):
            for path in QUESTIONS:
                try:
                    seen.errors += client.get(f"{base}{path}").status_code >= 500
                except httpx.HTTPError:
                    seen.errors += 1


def _listen(base: str, over: threading.Event) -> None:
    """An open stream; begun again where it breaks."""
    while not over.wait(1.0):
        with suppress(httpx.HTTPError), httpx.stream("GET", f"{base}stream", timeout=30.0) as answer:
            for _ in answer.iter_raw():
                if over.is_set():
                    return


def arrow(batch: Batch) -> bytes:
    """The rows as POST /ingest takes them."""
    columns = {name: _column(name, batch[name]) for name in batch.columns if name in COLUMNS and name not in OWN}
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    out: bytes = sink.getvalue().to_pybytes()
    return out


OWN = ("feed", "heard")


def _column(name: str, values: Any) -> Any:
    """One column, null where nothing was sent."""
    if name == "icao24":
        return pa.array([icao24_text(own) or "000000" for own in values.tolist()])
    there, kind = present(name, values), COLUMNS[name].kind
    plain: list[Any] = values.tolist()
    if kind == "S":
        plain = [text.decode("ascii", "replace") for text in plain]
    elif name in _WORDS:
        plain = [_WORDS[name][code] for code in plain]
    elif kind == "b":
        plain = [bool(flag) for flag in plain]
    return pa.array([value if known else None for value, known in zip(plain, there.tolist(), strict=True)])


def _warm(hours: list[float]) -> int:
    """The first sample after WARM_SHARE of the time of the data."""
    return int(np.searchsorted(hours, hours[-1] * WARM_SHARE))


def trend(hours: list[float], mib: list[float]) -> tuple[float, float]:
    """MiB per hour of data time by least squares over all but the first WARM_SHARE, and half of its 95 % interval.

    What is seen at one look is much like at the look before: so many looks count as would be independent (Santer et al.
    2000, doi:10.1029/1999JD901105, by the autocorrelation of what the line leaves). NaN where that is too few.
    """
    skip = _warm(hours)
    x, y = np.array(hours[skip:]), np.array(mib[skip:])
    if len(x) < 4 or not np.ptp(x) > 0:
        return float("nan"), float("nan")
    slope, level = np.polyfit(x, y, 1)
    left = y - (slope * x + level)
    spread = float(left @ left)
    alike = min(max(float(left[1:] @ left[:-1]) / spread, 0.0), 0.99) if spread > 1e-9 else 0.0
    free = len(x) * (1 - alike) / (1 + alike) - 2
    if free < 1:
        return float(slope), float("nan")
    error = (spread / free / float(((x - x.mean()) ** 2).sum())) ** 0.5
    return float(slope), float(stdtrit(free, 0.975) * error)


def _shown(found: tuple[float, float]) -> str:
    """A slope for who reads along; nothing while there is none."""
    slope, half = found
    return f"({slope:+.2f} ± {half:.2f} MiB/h)" if half == half else ""


def _told(plan: Plan, seen: Seen, lasted_s: float) -> dict[str, Any]:
    # The last look may have been interrupted.
    whole = min(len(one) for one in (seen.hours, *seen.mib.values()))
    seen.hours, seen.mib = seen.hours[:whole], {name: mib[:whole] for name, mib in seen.mib.items()}
    figures: dict[str, Any] = {
        "hours of data": round(seen.hours[-1], 2), "aircraft": plan.aircraft, "rows": seen.rows,
        "minutes": round(lasted_s / 60, 1), "times as fast": round(seen.hours[-1] * 3600 / lasted_s, 1),
        "failed requests": seen.errors, "processes begun again": sum(len(own) - 1 for own in seen.began.values()),
        "ended early": seen.ended or "no",
    }  # fmt: skip
    for name, mib in seen.mib.items():
        figures |= {f"{name}: {what}, MiB": value for what, value in _levels(mib[_warm(seen.hours) :]).items()}
        slope, half = (round(value, 2) for value in trend(seen.hours, mib))
        figures |= {f"{name}: slope, MiB per hour of data": slope, f"{name}: half of its 95 % interval": half}
    series: Mapping[str, Any] = {"hours": [round(one, 3) for one in seen.hours], **seen.mib}
    return figures | {
        "series": [{"name": name, "values": values} for name, values in series.items()],
        "machine": machine(),
    }


def _levels(mib: list[float]) -> dict[str, float]:
    return {"first": mib[0], "last": mib[-1], "most": max(mib)} if mib else {}

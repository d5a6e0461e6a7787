"""What a million observations take on the disk, by table, once their partition has closed; and so a month of them."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.machine import machine
from cli.history import store_and_judge
from cli.inputs import Judging
from feeds.synthetic import Synthetic
from geo.batch import Batch
from store.partitions import PARTITION_MS
from store.writer import Writer

START = 1_760_000_400_000
MONTH_S = 30 * 86_400
LEFT_OUT = ("airports", "spatial_ref_sys", "alembic_version")
"""Tables that do not grow with what is heard."""

_SIZES = """
SELECT coalesce(parent.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))::bigint AS bytes
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 2 DESC
"""


def run(url: str, setup: Judging, aircraft: int, minutes: int, metropolitan: int) -> dict[str, Any]:
    """`metropolitan` aircraft are heard at once, all day, at 1 Hz, in the month that is worked out."""
    rows = Batch.concat(Synthetic(seed=1, aircraft=aircraft).batches(START, START + minutes * 60_000, step_s=1.0))
    before = asyncio.run(_sizes(url))
    found = asyncio.run(store_and_judge(url, setup, [rows], 5.0, "storing"))
    stored = asyncio.run(_settled(url))
    sizes = asyncio.run(_sizes(url))
    grown = {n: b - before.get(n, 0) for n, b in sizes.items() if b > before.get(n, 0) and n not in LEFT_OUT}
    millions = len(rows) / 1e6
    per_million = {f"{name}, MB per million": round(b / 1e6 / millions, 2) for name, b in grown.items()}
    whole = sum(grown.values()) / millions
    month = metropolitan * MONTH_S / 1e6
    return {
        "observations": len(rows), "stored rows": stored, "anomalies": found, "store_every_s": 5, **per_million,
        "all, MB per million observations": round(whole / 1e6, 2), "metropolitan aircraft at once": metropolitan,
        "observations in 30 days, millions": round(month), "30 days, GB": round(whole * month / 1e9, 1),
        "machine": machine(),
    }  # fmt: skip


async def _settled(url: str) -> int:
    """Partitions closed and indexed, hours counted, statistics taken; how many positions there are."""
    writer = await Writer.open(url)
    try:
        await writer.maintain(START + 4 * PARTITION_MS)
        await writer.pool.execute("VACUUM ANALYZE")
        count: int = await writer.pool.fetchval("SELECT count(*) FROM positions")
        return count
    finally:
        await writer.close()


async def _sizes(url: str) -> dict[str, int]:
    writer = await Writer.open(url)
    try:
        return {row["name"]: row["bytes"] for row in await writer.pool.fetch(_SIZES)}
    finally:
        await writer.close()

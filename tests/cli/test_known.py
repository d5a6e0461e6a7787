"""A start without a checkpoint: what lasted until lately is known by its aircraft, so that it is not found twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from cli.resume import known_since
from geo.anomaly import Anomaly
from pipeline.merge import Known
from store.reader import Reader
from store.writer import Writer

T0 = 1_700_000_400_000
ONE = Anomaly(
    "a1", "loiter", 0xABCDEF, "TEST1", [7], T0, T0 + 60_000, "open", 2, 0.5, "turns and stays",
    {"type": "Point", "coordinates": [10.0, 50.0]}, "871fa0000ffffff",
)  # fmt: skip
PAIR = replace(ONE, id="a2", class_id="near-miss", icao24=None, members=[0xABCDEF, 0x3C0001])
OVER = replace(ONE, id="a3", start=T0 - 90_000, end=T0 - 60_000)


def test_what_lasted_until_lately_is_known_by_its_aircraft(migrated_url: str) -> None:
    async def go() -> list[Known]:
        writer = await Writer.open(migrated_url)
        reader = await Reader.open(migrated_url)
        try:
            await writer.pool.execute("TRUNCATE anomalies")
            await writer.save([ONE, PAIR, OVER])
            return await known_since(reader, T0)
        finally:
            await writer.close()
            await reader.close()

    found = {one.id: (one.class_id, one.who, one.start, one.end) for one in asyncio.run(go())}
    assert found == {
        "a1": ("loiter", {0xABCDEF}, T0, T0 + 60_000),
        "a2": ("near-miss", {0xABCDEF, 0x3C0001}, T0, T0 + 60_000),
    }

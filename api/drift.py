"""Drift: whether the traffic of the last minutes is like what the sequence model learned from, feature by feature."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from litestar import Response

from api import filters, pages, pages_service
from api.clock import data_time
from api.replies import AnyRequest
from api.routes import given, route
from api.scoring import Scoring
from geo.anomaly import utc_text
from geo.batch import Batch
from geo.feature_rows import FRAME_COLUMNS
from geo.schema import COLUMNS
from pipeline.drifting import drift
from store.reader import Reader

QUERY = ("minutes", "f")
MINUTES, LONGEST = 20, 180
MOST_ROWS = 400_000
"""Stored observations that are read, the oldest of the minutes first: a world's traffic of a few minutes is enough."""


@route("/statistics/drift", query=QUERY)
async def show_drift(request: AnyRequest) -> Response[bytes]:
    """How far each feature of the last minutes is from what the sequence model learned: population stability index."""
    asked, pool = pages.typed(given(request, QUERY)), request.app.state.pool
    minutes = filters.whole("minutes", 1, LONGEST)(asked.get("minutes", str(MINUTES)))
    end = (await data_time(pool)) or 0
    start = end - minutes * 60_000
    scoring: Scoring = request.app.state.scoring
    scorer = await scoring.scorer(request.app.state)
    value = {
        "interval": [utc_text(start), utc_text(end)],
        **await asyncio.to_thread(drift, scorer.sequence, scorer.places, await _rows(Reader(pool), start, end + 1)),
    }
    return await pages.answer(request, value, partial(_page, value=value))


def _page(root: str, value: Any) -> Any:
    return pages_service.value(root, "Drift", "/statistics/drift", value)


async def _rows(reader: Reader, start: int, end: int) -> Batch:
    names = tuple(name for name in FRAME_COLUMNS if name in COLUMNS)
    parts, n = [Batch.empty()], 0
    async for batch in reader.positions(start, end, columns=names):
        parts.append(batch)
        n += len(batch)
        if n >= MOST_ROWS:
            break
    return Batch.concat(parts)

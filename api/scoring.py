"""POST /score_point and /score_flight_state: rows that somebody sends, judged by rules and learned models at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import orjson
from litestar import Response

from api import replies
from api.caller import VIEWER, caller
from api.classes import overrides_of
from api.middleware import LONGEST
from api.problems import Problem
from api.replies import AnyRequest
from api.routes import action
from api.settings import Settings
from geo.batch import Batch
from geo.observations import SENT, sift
from geo.schema import icao24_text
from pipeline.kept_windows import FILE, load, save
from pipeline.scoring import Judgement, Scorer, Windows, default, told

_log = logging.getLogger("skysift.scoring")

MOST_POINTS, MOST_FLIGHTS, MOST_ROWS = 5_000, 200, 5_000
"""Of one request: points; aircraft, and rows of them all together."""


KEEP_EVERY_S = 300.0
"""Windows are written this often at most, and at the end: a crash loses no more than a verdict looks back."""


class Scoring:
    """What judges, made at the first question since it reads aerodromes and models; and the windows that are kept,
    over restarts too."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._lock = settings, asyncio.Lock()
        self._scorer: Scorer | None = None
        self._written, self._changed = time.monotonic(), False
        self.windows = Windows()

    async def scorer(self, state: Any) -> Scorer:
        """With the thresholds by which the engine judges now."""
        overrides = await overrides_of(state)
        async with self._lock:
            if self._scorer is None:
                self._scorer = await asyncio.to_thread(self._made)
            self._scorer.overrides = overrides
            return self._scorer

    def _made(self) -> Scorer:
        self.windows = load(self._file)
        reference = self._settings.reference() if self._settings.reference else None
        return default(self._settings.state, self._settings.overrides, reference)

    @property
    def _file(self) -> Path:
        return self._settings.state / FILE

    async def changed(self) -> None:
        """Something was added to the windows: now and then they are written."""
        self._changed = True
        if time.monotonic() - self._written >= KEEP_EVERY_S:
            await self.keep()

    async def keep(self) -> None:
        """Write the windows where they have changed. A disk that takes none costs the next start its windows alone."""
        if not self._changed:
            return
        self._changed, self._written = False, time.monotonic()
        try:
            await asyncio.to_thread(save, self.windows, self._file)
        except OSError:
            _log.exception("the windows of flights that programs ask about could not be written")


@action("/score_point", "POST", VIEWER)
async def score_point(request: AnyRequest) -> Response[bytes]:
    """One observation or a list of them: for each what rules say (`rule_alerts`), and how odd it is among normal rows
    (`iforest_score`, 0 to 1). Observations of one aircraft follow each other. Nothing is kept."""
    asked = await _sent(request)
    rows = asked if isinstance(asked, list) else [asked]
    if len(rows) > MOST_POINTS:
        raise Problem(413, f"more than {MOST_POINTS:,} points: send them in pieces")
    batch, places, refused = _rows(rows)
    scoring: Scoring = request.app.state.scoring
    results = await asyncio.to_thread(_points, await scoring.scorer(request.app.state), batch, places)
    return await _answer(request, asked, [results.get(i) or {"errors": refused[i]} for i in range(len(rows))])


@action("/score_flight_state", "POST", VIEWER)
async def score_flight_state(request: AnyRequest) -> Response[bytes]:
    """A verdict on a flight: `{"points": [...]}` is one aircraft's newest rows, a list of such objects several. What
    was sent of an aircraft before is kept, ten minutes of it at most; with `"stateless": true` the points alone count,
    and nothing is kept."""
    asked = await _sent(request)
    flights = asked if isinstance(asked, list) else [asked]
    if len(flights) > MOST_FLIGHTS:
        raise Problem(413, f"more than {MOST_FLIGHTS:,} flights: send them in pieces")
    if sum(len(one.get("points") or ()) for one in flights if isinstance(one.get("points"), list)) > MOST_ROWS:
        raise Problem(413, f"more than {MOST_ROWS:,} points: send them in pieces")
    scoring: Scoring = request.app.state.scoring
    scorer, account = await scoring.scorer(request.app.state), caller(request).account
    work = [(one, account) for one in flights]
    results = await asyncio.to_thread(lambda: [_flight(scorer, scoring.windows, *one) for one in work])
    await scoring.changed()
    return await _answer(request, asked, results)


async def _sent(request: AnyRequest) -> Any:
    """The body: an object, or a list of objects. Raises Problem for anything else."""
    if request.content_type[0] != "application/json":
        raise Problem(415, "the body must be JSON: send content-type: application/json")
    content = await request.body()
    if len(content) >= LONGEST:
        raise Problem(413, f"the body has {LONGEST:,} bytes or more: send it in pieces")
    try:
        asked = msgspec.json.decode(content, type=list[dict[str, Any]] | dict[str, Any])
    except msgspec.ValidationError:
        raise Problem(400, "the body must be a JSON object, or a list of objects") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Problem(400, f"the body is no JSON: {error}") from None
    if not asked:
        raise Problem(400, "the body holds nothing to judge")
    return asked


async def _answer(request: AnyRequest, asked: Any, results: Sequence[Mapping[str, Any]]) -> Response[bytes]:
    """As it was asked: one object, or a list; 422 where nothing could be judged."""
    bad = all("errors" in one for one in results)
    content = {"results": results} if isinstance(asked, list) else results[0]
    reply = await replies.reply(request, orjson.dumps(content), "application/json", {"cache-control": "no-store"})
    reply.status_code = 422 if bad else 200
    return reply


def _rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Batch, Sequence[int], dict[int, dict[str, str]]]:
    """Rows that are observations, which of the given ones each is, and the faults of the others by field."""
    refused = {i: {n: "there is no such column" for n in sorted(set(row) - set(SENT))} for i, row in enumerate(rows)}
    refused = {i: faults for i, faults in refused.items() if faults}
    good = [i for i in range(len(rows)) if i not in refused]
    columns = {n: [rows[i].get(n) for i in good] for n in SENT}
    found = sift(columns, len(good), int(time.time() * 1000))
    refused |= {good[i]: _fault(reason) for i, reason in found.refused.items()}
    return found.batch, [i for k, i in enumerate(good) if k not in found.refused], refused


def _fault(reason: str) -> dict[str, str]:
    """`lat: 'x' is no number` as a field and its fault; `no icao24` names its field at the end."""
    field, colon, fault = reason.partition(": ")
    if colon:
        return {field: fault}
    return {"icao24" if "icao24" in reason else "time": reason}


def _points(scorer: Scorer, batch: Batch, places: Sequence[int]) -> dict[int, dict[str, Any]]:
    """By place in the request: alerts, score, and what is odd."""
    if not len(batch):
        return {}
    alerts = scorer.alerts(batch)
    out: dict[int, dict[str, Any]] = {
        i: {"rule_alerts": [told(r) for r in alerts.get(int(batch["icao24"][k]), ())], "iforest_score": None, "why": ""}
        for k, i in enumerate(places)
    }
    if scorer.point is not None:
        found, scores, words = scorer.points(batch)
        for row, score, text in zip(found.row.tolist(), scores.tolist(), words, strict=True):
            out[places[row]] |= {"iforest_score": score, "why": text}
    return out


def _flight(scorer: Scorer, windows: Windows, asked: Mapping[str, Any], account: int | None) -> dict[str, Any]:
    """One flight's answer, or what is wrong with the question."""
    unknown = sorted(set(asked) - {"points", "stateless"})
    if unknown:
        return {"errors": {name: "there is no such field" for name in unknown}}
    points, stateless = asked.get("points"), asked.get("stateless", False)
    if not isinstance(points, list) or not points or not all(isinstance(p, dict) for p in points):
        return {"errors": {"points": "a list of observations, one at least"}}
    if not isinstance(stateless, bool):
        return {"errors": {"stateless": "true or false"}}
    batch, _, refused = _rows(points)
    if refused:
        return {"errors": {f"points.{i}.{name}": why for i, faults in refused.items() for name, why in faults.items()}}
    addresses = np.unique(batch["icao24"])
    if len(addresses) != 1:
        return {"errors": {"points": f"rows of {len(addresses)} aircraft: one flight is one aircraft's"}}
    address = int(addresses[0])
    window = Windows().add((None, address), batch) if stateless else windows.add((account, address), batch)
    return _shown(address, window, scorer.judge(window))


def _shown(address: int, window: Batch, one: Judgement) -> dict[str, Any]:
    return {
        "icao24": icao24_text(address), "verdict": one.verdict.label, "reasons": list(one.verdict.reasons),
        "confidence": one.verdict.confidence, "rule_alerts": [told(r) for r in one.rules],
        "max_point_score": one.point, "point_why": one.point_words, "sequence_anomaly_score": one.sequence,
        "window": {"rows": len(window), "rows_scored": one.rows},
    }  # fmt: skip

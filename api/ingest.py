"""POST /ingest: observations of programs, taken line by line, and acknowledged once they are safe."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar import Response

from api import arrow_stream, replies
from api.caller import INGEST, caller
from api.middleware import LONGEST
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action
from geo.batch import Batch
from geo.batch_bytes import packed
from geo.observations import SENT, sift
from pipeline.privacy import Privacy
from store import posted

LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines", "application/json")
ARROW = "application/vnd.apache.arrow.stream"
MOST_ROWS = 50_000
MOST_TOLD = 1_000
"""Refused lines that are named one by one; all are counted."""

LONGEST_KEY = 200
AGAIN_S = 5

Row: Any = msgspec.defstruct(
    "Row", [(name, Any, None) for name in SENT], gc=False, forbid_unknown_fields=True, kw_only=True
)
"""One line. Types are looked at later, so that a wrong one costs its line and says which value it was."""

_decoder = msgspec.json.Decoder(Row)


@dataclass
class Read:
    """Columns of Python values with the line (from 1) of each row, and lines that are no rows."""

    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]
    refused: dict[int, str] = field(default_factory=dict)


@action("/ingest", "POST", INGEST)
async def ingest(request: AnyRequest) -> Response[bytes]:
    """JSON lines or an Arrow stream. 200 where anything was taken or there was nothing to take, 422 where all was
    refused; the same key with the same body is answered as before, without being taken again."""
    key, kind, body = _key(request), request.content_type[0], await request.body()
    if len(body) >= LONGEST:
        raise Problem(413, f"the body has {LONGEST:,} bytes or more: send it in pieces")
    if kind not in (*LINES, ARROW):
        raise Problem(415, f"send JSON lines as {LINES[0]}, or an Arrow stream as {ARROW}")
    private = await _privacy(request.app.state)
    batch, answer = await asyncio.to_thread(_sifted, kind, body, int(time.time() * 1000), private)
    account = caller(request).account
    if account is None:
        raise Problem(403, "whoever sends data has an account")
    post = posted.Post(account, key, hashlib.blake2b(body, digest_size=16).digest(), len(batch), packed(batch), answer)
    return await _answered(request, post)


async def _answered(request: AnyRequest, post: posted.Post) -> Response[bytes]:
    """The answer once it is safe."""
    try:
        answer, before = await posted.keep(request.app.state.pool, post)
    except posted.Full:
        raise Problem(503, f"the engine is behind: send it again in {AGAIN_S} s", again_s=AGAIN_S) from None
    except posted.Reused:
        raise bad("Idempotency-Key", "this key was used for another body") from None
    reply = await replies.json(request, {**answer, "repeated": before})
    reply.status_code = 200 if answer["accepted"] or not answer["refused"] else 422
    reply.headers["cache-control"] = "no-store"
    return reply


async def _privacy(state: Any) -> Privacy | None:
    """Who is not to be seen, loaded by the first who sends something: nothing waits for the engine in clear."""
    if not hasattr(state, "privacy"):
        load = state.settings.privacy
        state.privacy = await asyncio.to_thread(load) if load else None
    found: Privacy | None = state.privacy
    return found


def _key(request: AnyRequest) -> str:
    key = request.headers.get("idempotency-key", "")
    if len(key) > LONGEST_KEY or not key.isascii() or not (key.isprintable() or not key):
        raise bad("Idempotency-Key", f"a key has at most {LONGEST_KEY} printable characters")
    return str(key)


def _sifted(kind: str, body: bytes, now_ms: int, private: Privacy | None) -> tuple[Batch, dict[str, Any]]:
    """What is taken, as it may be kept, and the answer. Raises Problem for a body that is no such thing as a whole."""
    read = _arrow(body) if kind == ARROW else _lines(body)
    found = sift(read.columns, len(read.lines), now_ms)
    refused = {**read.refused, **{read.lines[i]: reason for i, reason in found.refused.items()}}
    told = [{"line": line, "reason": refused[line]} for line in sorted(refused)[:MOST_TOLD]]
    batch = private.applied(found.batch) if private else found.batch
    answer = {
        "accepted": len(batch), "refused": len(refused), "lines": told,
        "left_out": {reason: count for reason, count in batch.rejected.items() if count},
    }  # fmt: skip
    return batch, answer


def _lines(body: bytes) -> Read:
    """One object per line; blank lines are nothing."""
    lines = body.split(b"\n")
    if len(lines) > MOST_ROWS + 1:
        raise Problem(413, f"more than {MOST_ROWS:,} lines: send them in pieces")
    rows, numbers, refused = [], [], {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(_decoder.decode(line))
            numbers.append(number)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            refused[number] = _why(error)
    return Read({name: [getattr(row, name) for row in rows] for name in SENT}, numbers, refused)


def _why(error: Exception) -> str:
    """Without the library's words for our types."""
    if isinstance(error, msgspec.ValidationError):
        said = str(error)
        return f"there is no column {said.partition('`')[2].rstrip('`')}" if "unknown" in said else "no JSON object"
    return "no JSON"


def _arrow(body: bytes) -> Read:
    columns, rows = arrow_stream.columns(body, SENT, MOST_ROWS)
    return Read(columns, range(1, rows + 1))

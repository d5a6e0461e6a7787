"""Reviews over HTTP: what people say of incidents and anomalies, and what follows: precision, proposals and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.params import FromPath

from api import filters, replies
from api.areas import created, visible
from api.bodies import body
from api.caller import ANALYST, caller
from api.clock import at, data_time, rfc3339_of
from api.incidents import checked, said
from api.parameters import number
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, given, route
from api.verdicts import precision, proposal
from store import areas, audit, reviews, rules
from store.incidents import in_turn

DAYS = 30
"""How far back precision and proposals look, in data time."""

_FIRST = "SELECT min(start_time) FROM anomalies WHERE start_time >= $1"
_EXISTS = {
    "incident": "SELECT true FROM incidents WHERE id = $1",
    "anomaly": "SELECT true FROM anomalies WHERE id = $1",
}

Text = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]


class Review(msgspec.Struct, forbid_unknown_fields=True):
    """`anomalies`: whether a verdict on an incident is one on each of its anomalies."""

    status: Literal["new", "seen", "confirmed", "dismissed", "resolved"]
    reason: Text = ""
    note: Text = ""
    anomalies: bool = True


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """Of a class, everywhere or in an area, the confidence from which it is told at once."""

    name: str = msgspec.field(name="class")
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]
    area: int | None = None
    why: Text = ""


@action("/incidents/{incident_id:str}/review", "POST", ANALYST, status=201)
async def review_incident(request: AnyRequest, incident_id: FromPath[str]) -> Response[bytes]:
    """Say something of an incident; a verdict holds for its anomalies too, unless `anomalies` is false."""
    return await _review(request, "incident", incident_id)


@action("/anomalies/{anomaly_id:str}/review", "POST", ANALYST, status=201)
async def review_anomaly(request: AnyRequest, anomaly_id: FromPath[str]) -> Response[bytes]:
    """Say something of an anomaly."""
    return await _review(request, "anomaly", anomaly_id)


async def _review(request: AnyRequest, kind: str, subject: str) -> Response[bytes]:
    who, asked = caller(request), await body(request, Review)
    if asked.status == "dismissed" and not asked.reason.strip():
        raise bad("reason", "say why it is dismissed: the reason is what others learn from")
    words = {"status": asked.status, "reason": asked.reason, "note": asked.note}
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if kind == "incident":
            await in_turn(connection)
        if not await connection.fetchval(_EXISTS[kind], checked(subject)):
            raise Problem(404, f"there is no {kind} {subject[:60]!r}")
        await reviews.add(connection, who, kind, subject, words)
        if kind == "incident" and asked.anomalies:
            await reviews.take_over(connection, who, subject, words)
        await audit.note(connection, who, f"{kind}.review", f"{kind} {subject}", words)
        await reviews.changed(connection)
    return await created(request, {"kind": kind, "subject": subject, "who": who.name, **words})


@route("/reviews", query=["kind", "subject", "before", "limit"])
async def list_reviews(request: AnyRequest) -> Response[bytes]:
    """Newest first; of one kind or one subject, or all. `before` pages."""
    asked = given(request, ["kind", "subject", "before", "limit"])
    if asked.get("kind", "incident") not in _EXISTS:
        raise bad("kind", "kind is incident or anomaly")
    before = filters.whole("before", 1, 2**62)(asked.get("before", str(2**62)))
    limit = filters.whole("limit", 1, 10_000)(asked.get("limit", "1000"))
    rows = await reviews.listed(request.app.state.pool, asked.get("kind"), asked.get("subject"), before, limit)
    return await replies.json(request, {"reviews": [said(row) for row in rows]})


@route("/precision", query=["area"])
async def show_precision(request: AnyRequest) -> Response[bytes]:
    """Of each class how often it was right, by the verdicts on anomalies of the last 30 days."""
    start, end, area = await _asked(request)
    verdicts = _by_class(await reviews.judged(request.app.state.pool, start, end, area))
    value = {"days": DAYS, "area": area, "classes": {name: precision(some) for name, some in sorted(verdicts.items())}}
    return await replies.json(request, value)


@route("/proposals", query=["alarms_a_day", "area"])
async def show_proposals(request: AnyRequest) -> Response[bytes]:
    """Of each class the confidence that would keep false alarms within its share of the budget; nothing is changed."""
    budget = _budget(given(request, ["alarms_a_day", "area"]).get("alarms_a_day", "10"))
    start, end, area = await _asked(request)
    pool = request.app.state.pool
    verdicts = _by_class(await reviews.judged(pool, start, end, area))
    found = _by_class(await reviews.found(pool, start, end, area))
    first = await pool.fetchval(_FIRST, start) or start
    days = max((end - first) / timedelta(days=1), 1.0)
    share = budget / max(1, len(found))
    proposed = {
        name: proposal(verdicts.get(name, []), {row["confidence"]: row["n"] for row in some}, days, share)
        for name, some in sorted(found.items())
    }
    value = {"alarms_a_day": budget, "share_of_each_class": round(share, 4), "days": round(days, 2), "area": area}
    return await replies.json(request, value | {"classes": proposed})


@route("/rules")
async def list_rules(request: AnyRequest) -> Response[bytes]:
    """The rules that hold (`ended` null) and those that were taken back, newest first."""
    return await replies.json(request, {"rules": [_rule(row) for row in await rules.listed(request.app.state.pool)]})


@action("/rules", "POST", ANALYST, status=201)
async def accept_rule(request: AnyRequest) -> Response[bytes]:
    """In place of the rule that held for the class there."""
    who, asked = caller(request), await body(request, Rule)
    if asked.name not in request.app.state.classes:
        raise bad("class", f"there is no class {asked.name[:40]!r}")
    if asked.area is not None:
        await visible(request, asked.area, "area")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        number = await rules.accept(connection, asked.name, asked.area, asked.confidence, asked.why, who.name)
        await audit.note(connection, who, "rule.accept", f"rule {number}", msgspec.to_builtins(asked))
        await areas.changed(connection)
    return await created(request, {"id": number, **msgspec.to_builtins(asked), "who": who.name})


@action("/rules/{rule_id:int}", "DELETE", ANALYST)
async def take_back_rule(request: AnyRequest, rule_id: FromPath[int]) -> Response[bytes]:
    """The class is told from its own confidence on again; the rule stays in the list as ended."""
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if not await rules.take_back(connection, max(-1, min(rule_id, 2**62))):
            raise Problem(404, f"there is no rule {rule_id} that holds")
        await audit.note(connection, caller(request), "rule.take-back", f"rule {rule_id}")
        await areas.changed(connection)
    return await replies.json(request, {})


def _rule(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "class", "area", "why", "who")
    times = {name: rfc3339_of(row[name]) for name in ("at", "ended")}
    return {name: row[name] for name in names} | {"confidence": round(row["confidence"], 4)} | times


async def _asked(request: AnyRequest) -> tuple[datetime, datetime, int | None]:
    """From when to when, and in which area of those that the caller sees."""
    text = given(request, ["alarms_a_day", "area"]).get("area")
    area = None if text is None else filters.whole("area", 1, 2**62)(text)
    if area is not None:
        await visible(request, area, "area")
    end = at((await data_time(request.app.state.pool)) or 0) + timedelta(days=1)
    return max(end - timedelta(days=DAYS + 1), at(0)), end, area


def _budget(text: str) -> float:
    value = number(text)
    if not 0 < value <= 1_000_000:
        raise bad("alarms_a_day", "alarms_a_day is a number above 0")
    return value


def _by_class(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    out: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        out.setdefault(row["class"], []).append(row)
    return out

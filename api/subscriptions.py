"""Subscriptions over HTTP: what somebody wants to be told about an area, kept, changed, paused and muted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import asyncpg
import msgspec
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.areas import Hours, Name, created, is_admin, owner_of, paging, room, visible
from api.bodies import body
from api.caller import ANALYST, Caller, caller
from api.clock import rfc3339_of
from api.identity import address
from api.parameters import moment
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, route
from geo.activity import Activity
from geo.anomaly import PRIORITIES
from pipeline.subscriptions import LONGEST_MIN, TRIGGERS
from store import areas, audit, subscriptions

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*\Z")]
Words = Annotated[list[Word], msgspec.Meta(max_length=1_000)]
Minutes = Annotated[float, msgspec.Meta(ge=1e-6, le=43_200)]
"""The least is one that its column, of four bytes, does not hold as 0."""

MOST_SUBSCRIPTIONS = 1_000
"""Of one account."""


class Fleet(msgspec.Struct, forbid_unknown_fields=True):
    """Which aircraft count; what is empty or null asks nothing. Callsigns and operators are patterns with * and ?."""

    icao24: Words = []
    callsigns: Words = []
    types: Words = []
    categories: Words = []
    operators: Words = []
    military: bool | None = None
    watched: bool | None = None


class Quiet(msgspec.Struct, forbid_unknown_fields=True):
    hours: Annotated[list[Hours], msgspec.Meta(min_length=1, max_length=50)]
    zone: Annotated[str, msgspec.Meta(max_length=60)] = "UTC"


class Delivery(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """How much may be sent an hour, when nothing is, and over how many minutes alerts are gathered into one."""

    budget_per_hour: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None
    quiet: Quiet | None = None
    digest_minutes: Annotated[float, msgspec.Meta(gt=0, le=10_080)] | None = None


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What is told, without where and to whom: a draft has no more."""

    trigger: str
    minutes: Minutes | None = None
    classes: Words = []
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    priority: Literal["low", "medium", "high", "critical"] = "low"
    fleet: Fleet = msgspec.field(default_factory=Fleet)
    delivery: Delivery = msgspec.field(default_factory=Delivery)
    name: Name = "draft"


class New(Wanted, forbid_unknown_fields=True):
    area: int | None = None
    destinations: Annotated[list[int], msgspec.Meta(max_length=50)] = []


class Mute(msgspec.Struct, forbid_unknown_fields=True):
    until: str | None = None


@route("/triggers")
async def list_triggers(request: AnyRequest) -> Response[bytes]:
    """What can be told, for a form: `minutes` is the default where a time is needed."""
    found = [
        {"id": one.id, "title": one.title, "minutes": one.minutes, "area": one.id != "service",
         "anomalies": one.id.startswith("anomaly")}
        for one in TRIGGERS.values()
    ]  # fmt: skip
    return await replies.json(request, {"triggers": found})


@route("/subscriptions", ANALYST, query=("limit", "after"))
async def list_subscriptions(request: AnyRequest) -> Response[bytes]:
    """One's own subscriptions, by number; an admin sees everybody's."""
    who, (after, limit) = caller(request), paging(request)
    rows = await subscriptions.listed(request.app.state.pool, who.account, is_admin(who), after, limit)
    return await replies.json(request, {"subscriptions": [described(row) for row in rows]})


def described(row: Mapping[str, Any]) -> dict[str, Any]:
    """A subscription with its health."""
    names = ("id", "name", "owner", "area", "trigger", "minutes", "classes", "confidence", "fleet", "delivery",
             "paused", "destinations")  # fmt: skip
    times = {name: rfc3339_of(row[name]) for name in ("mute_until", "created", "changed")}
    health = {"alerts_24h": row["alerts_24h"], "held_24h": row["held_24h"], "last_alert": rfc3339_of(row["last_alert"])}
    plain = {name: row[name] for name in names} | {"confidence": round(row["confidence"], 4)}
    return plain | times | {"priority": PRIORITIES[row["priority"]], "health": health}


@route("/subscriptions/{subscription_id:int}", ANALYST)
async def show_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """One subscription."""
    return await replies.json(request, described(await own(request, subscription_id)))


async def own(request: AnyRequest, subscription_id: int) -> Mapping[str, Any]:
    """The subscription. Raises Problem 404 for somebody else's too."""
    who, pool = caller(request), request.app.state.pool
    number = max(-1, min(subscription_id, 2**62))
    row: Mapping[str, Any] | None = await subscriptions.one(pool, who.account, is_admin(who), number)
    if row is None:
        raise Problem(404, f"there is no subscription {subscription_id} of yours")
    return row


@action("/subscriptions", "POST", ANALYST, status=201)
async def add_subscription(request: AnyRequest) -> Response[bytes]:
    """A new subscription; it is watched within a second or so."""
    who, asked = caller(request), await body(request, New)
    values = await _checked(request, asked)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await room(connection, "subscriptions", who, MOST_SUBSCRIPTIONS)
        number = await subscriptions.create(connection, owner_of(who), values)
        await _send_to(connection, who, number, asked.destinations)
        await _noted(connection, who, "subscription.create", number)
    return await created(request, described(await own(request, number)))


@action("/subscriptions/{subscription_id:int}", "PUT", ANALYST)
async def change_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """The whole subscription anew."""
    await own(request, subscription_id)
    who, asked = caller(request), await body(request, New)
    values = await _checked(request, asked)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await subscriptions.replace(connection, subscription_id, values)
        await _send_to(connection, who, subscription_id, asked.destinations)
        await _noted(connection, who, "subscription.change", subscription_id)
    return await replies.json(request, described(await own(request, subscription_id)))


@action("/subscriptions/{subscription_id:int}", "DELETE", ANALYST)
async def remove_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """The subscription away, with its alerts."""
    await own(request, subscription_id)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await subscriptions.delete(connection, subscription_id)
        await _noted(connection, caller(request), "subscription.remove", subscription_id)
    return await replies.json(request, {})


@action("/subscriptions/{subscription_id:int}/pause", "POST", ANALYST)
async def pause_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """Nothing is watched for it until it is resumed."""
    return await _paused(request, subscription_id, True)


@action("/subscriptions/{subscription_id:int}/resume", "POST", ANALYST)
async def resume_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """Watched again from now on."""
    return await _paused(request, subscription_id, False)


async def _paused(request: AnyRequest, subscription_id: int, paused: bool) -> Response[bytes]:
    await own(request, subscription_id)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await subscriptions.pause(connection, subscription_id, paused)
        await _noted(connection, caller(request), f"subscription.{'pause' if paused else 'resume'}", subscription_id)
    return await replies.json(request, described(await own(request, subscription_id)))


@action("/subscriptions/{subscription_id:int}/mute", "POST", ANALYST)
async def mute_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """Alerts are kept but not sent until then; `until` null ends it."""
    await own(request, subscription_id)
    asked = await body(request, Mute)
    until = None if asked.until is None else moment(asked.until, "until")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await subscriptions.mute(connection, subscription_id, until)
        await _noted(connection, caller(request), "subscription.mute", subscription_id, {"until": asked.until})
    return await replies.json(request, described(await own(request, subscription_id)))


async def _checked(request: AnyRequest, asked: New) -> dict[str, Any]:
    """The columns of a subscription. Raises Problem 400 that names the field."""
    values = wanted(request, asked)
    if (asked.trigger == "service") != (asked.area is None):
        raise bad("area", "every trigger but service is of an area, and service of none")
    if asked.area is not None:
        await visible(request, asked.area, "area")
    return values | {"area": asked.area}


def wanted(request: AnyRequest, asked: Wanted) -> dict[str, Any]:
    """The columns that say what is told. Raises Problem 400 that names the field."""
    if asked.trigger not in TRIGGERS:
        raise bad("trigger", f"there is no trigger {asked.trigger[:40]!r}; there are: {', '.join(TRIGGERS)}")
    if asked.trigger == "will-enter" and (asked.minutes or 0) > LONGEST_MIN:
        raise bad("minutes", f"nobody knows where an aircraft will be in more than {LONGEST_MIN} minutes")
    unknown = [k for k, name in enumerate(asked.classes) if name not in request.app.state.classes]
    if unknown:
        name = asked.classes[unknown[0]][:40]
        raise bad(f"classes[{unknown[0]}]", f"there is no class {name!r}; GET /classes lists them")
    for k, text in enumerate(asked.fleet.icao24):
        address(text, f"fleet.icao24[{k}]")
    _quiet(asked.delivery)
    fleet = msgspec.to_builtins(asked.fleet)
    upper = {name: [word.upper() for word in fleet[name]] for name in ("types", "categories")}
    return {
        "name": asked.name, "trigger": asked.trigger, "minutes": asked.minutes, "classes": asked.classes,
        "confidence": asked.confidence, "priority": PRIORITIES.index(asked.priority),
        "fleet": fleet | upper | {"icao24": [word.lower() for word in fleet["icao24"]]},
        "delivery": msgspec.to_builtins(asked.delivery),
    }  # fmt: skip


def _quiet(asked: Delivery) -> None:
    if asked.quiet:
        try:
            Activity.of(msgspec.to_builtins(asked.quiet))
        except ValueError as error:
            raise bad("delivery.quiet.zone", str(error)) from None


async def _send_to(connection: asyncpg.Connection, who: Caller, number: int, destinations: list[int]) -> None:
    if not await subscriptions.may_send(connection, destinations, who.account, is_admin(who)):
        raise bad("destinations", "a destination that is not there; GET /destinations lists yours")
    await subscriptions.send_to(connection, number, destinations)


async def _noted(
    connection: asyncpg.Connection, who: Caller, what: str, number: int, detail: Mapping[str, Any] | None = None
) -> None:
    await audit.note(connection, who, what, f"subscription {number}", detail)
    await areas.changed(connection)

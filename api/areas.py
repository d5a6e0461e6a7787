"""Areas of interest over HTTP: drawn, kept, changed and shared by their owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import asyncpg
import msgspec
import orjson
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.area_shapes import Shape, shape_of
from api.bodies import body
from api.caller import ANALYST, VIEWER, Caller, caller
from api.clock import rfc3339_of
from api.links import GEOJSON
from api.parameters import moment
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, given, route
from geo.activity import Activity
from store import areas, audit

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*\Z")]
Feet = Annotated[float, msgspec.Meta(ge=-1_500, le=150_000)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z|^24:00\Z")]
Day = Annotated[int, msgspec.Meta(ge=0, le=6)]
MOST_AREAS = 10_000
"""Of one account."""


class Hours(msgspec.Struct, forbid_unknown_fields=True):
    """Days from 0 (Monday); from 22:00 to 06:00 goes on past midnight."""

    days: Annotated[list[Day], msgspec.Meta(min_length=1, max_length=7)]
    opens: Clock = msgspec.field(name="from")
    closes: Clock = msgspec.field(name="to")


class Active(msgspec.Struct, forbid_unknown_fields=True):
    """Valid in any of the periods, and in any of the weekly hours of a time zone."""

    periods: Annotated[list[tuple[str | None, str | None]], msgspec.Meta(max_length=100)] = []
    hours: Annotated[list[Hours], msgspec.Meta(max_length=50)] = []
    zone: Annotated[str, msgspec.Meta(max_length=60)] = "UTC"


class Limits(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Heights and times outside of which an area does not count."""

    floor_ft: Feet | None = None
    ceiling_ft: Feet | None = None
    active: Active = msgspec.field(default_factory=Active)


class Area(Limits, forbid_unknown_fields=True, kw_only=True):
    name: Name
    shape: Shape
    shared: bool = False


@route("/areas", VIEWER, query=("limit", "after"))
async def list_areas(request: AnyRequest) -> Response[bytes]:
    """One's own areas and the shared ones, as a FeatureCollection by number; `after` is the last number of a page."""
    who, (after, limit) = caller(request), paging(request)
    rows = await areas.listed(request.app.state.pool, who.account, is_admin(who), after, limit)
    value = {"type": "FeatureCollection", "features": [described(row) for row in rows]}
    return await replies.json(request, value, GEOJSON)


def paging(request: AnyRequest) -> tuple[int, int]:
    """`after` and `limit` of a list by number."""
    asked = given(request, ("limit", "after"))
    numbers = {"after": 0, "limit": 1_000}
    for name, text in asked.items():
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise bad(name, f"{name} is a whole number")
        numbers[name] = int(text)
    return numbers["after"], max(1, min(numbers["limit"], 10_000))


def is_admin(who: Caller) -> bool:
    """Admins see what is everybody's."""
    return who.role == "admin"


def described(row: Mapping[str, Any]) -> dict[str, Any]:
    """An area as a GeoJSON feature."""
    plain = {name: row[name] for name in ("name", "owner", "floor_ft", "ceiling_ft", "active", "source", "shared")}
    times = {name: rfc3339_of(row[name]) for name in ("created", "changed")}
    geometry = orjson.loads(row["geometry"])
    return {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": plain | times}


@action("/areas", "POST", ANALYST, status=201)
async def add_area(request: AnyRequest) -> Response[bytes]:
    """A new area."""
    who, asked = caller(request), await body(request, Area)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await room(connection, "areas", who, MOST_AREAS)
        own = await areas.create(connection, owner_of(who), await checked(connection, asked))
        await _noted(connection, who, "area.create", own)
        row = await areas.one(connection, who.account, True, own)
    assert row is not None
    return await created(request, described(row), GEOJSON)


async def room(connection: asyncpg.Connection, table: str, who: Caller, most: int) -> None:
    """Raises Problem 409 where the account has as many rows as it may have."""
    if await connection.fetchval(f"SELECT count(*) FROM {table} WHERE owner = $1", who.account) >= most:
        raise Problem(409, f"there are {most:,} of your {table} already: remove one first")


def owner_of(who: Caller) -> int:
    """The account's number: routes that change something are for those who have one."""
    assert who.account is not None
    return who.account


async def created(request: AnyRequest, value: Any, media_type: str = "application/json") -> Response[bytes]:
    """201 with what was made."""
    answer = await replies.json(request, value, media_type)
    answer.status_code = 201
    return answer


async def checked(connection: asyncpg.Connection, asked: Area) -> dict[str, Any]:
    """The columns of an area. Raises Problem 400."""
    bounds = limits(asked)
    shape = await shape_of(connection, asked.shape)
    source = msgspec.to_builtins(asked.shape)
    drawn_as = {name: source[name] for name in ("circle", "corridor", "fir", "zone") if name in source}
    return {
        "name": asked.name, "geom": shape, **bounds, "source": drawn_as, "shared": asked.shared,
    }  # fmt: skip


def limits(asked: Limits) -> dict[str, Any]:
    """Heights and times as they are stored. Raises Problem 400."""
    if asked.floor_ft is not None and asked.ceiling_ft is not None and asked.floor_ft > asked.ceiling_ft:
        raise bad("floor_ft", "the floor lies above the ceiling")
    return {"floor_ft": asked.floor_ft, "ceiling_ft": asked.ceiling_ft, "active": active(asked.active)}


def active(asked: Active) -> dict[str, Any]:
    """When an area counts, as it is stored. Raises Problem 400."""
    for k, (start, end) in enumerate(asked.periods):
        where = f"active.periods[{k}]"
        ends = [None if one is None else moment(one, where) for one in (start, end)]
        if ends[0] and ends[1] and ends[0] >= ends[1]:
            raise bad(where, "the period ends before it starts")
    stored: dict[str, Any] = msgspec.to_builtins(asked)
    try:
        Activity.of(stored)
    except ValueError as error:
        raise bad("active.zone", str(error)) from None
    return stored if asked.periods or asked.hours else {}


@route("/areas/{area_id:int}", VIEWER)
async def show_area(request: AnyRequest, area_id: FromPath[int]) -> Response[bytes]:
    """One area."""
    return await replies.json(request, described(await visible(request, area_id)), GEOJSON)


async def visible(request: AnyRequest, area_id: int, parameter: str | None = None) -> Mapping[str, Any]:
    """The area. Raises Problem 404, or 400 where a body's field names it, also where it is somebody else's."""
    who, pool = caller(request), request.app.state.pool
    number = max(-1, min(area_id, 2**62))
    row: Mapping[str, Any] | None = await areas.one(pool, who.account, is_admin(who), number)
    if row is None:
        raise Problem(400 if parameter else 404, f"there is no area {area_id}", parameter)
    return row


async def _own(request: AnyRequest, area_id: int) -> None:
    """Raises Problem 404 for what cannot be seen, 403 for somebody else's shared area."""
    row, who = await visible(request, area_id), caller(request)
    if row["owner"] != who.account and not is_admin(who):
        raise Problem(403, f"area {area_id} is shared with you, not yours to change")


@action("/areas/{area_id:int}", "PUT", ANALYST)
async def change_area(request: AnyRequest, area_id: FromPath[int]) -> Response[bytes]:
    """The whole area anew. Who is inside stays inside."""
    await _own(request, area_id)
    who, asked = caller(request), await body(request, Area)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await areas.replace(connection, area_id, await checked(connection, asked))
        row = await areas.one(connection, who.account, True, area_id)
        if row is None:
            raise Problem(404, f"area {area_id} was removed just now")
        await _noted(connection, who, "area.change", area_id)
    return await replies.json(request, described(row), GEOJSON)


@action("/areas/{area_id:int}", "DELETE", ANALYST)
async def remove_area(request: AnyRequest, area_id: FromPath[int]) -> Response[bytes]:
    """The area away, with its subscriptions."""
    await _own(request, area_id)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await areas.delete(connection, area_id)
        await _noted(connection, caller(request), "area.remove", area_id)
    return await replies.json(request, {})


async def _noted(connection: asyncpg.Connection, who: Caller, what: str, area_id: int) -> None:
    await audit.note(connection, who, what, f"area {area_id}")
    await areas.changed(connection)

"""Areas and subscriptions as one file, out of one installation and into another: without owners and destinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import orjson
from litestar import Response

from api import replies
from api.areas import MOST_AREAS, Area, checked, created, owner_of, room
from api.bodies import body
from api.caller import ANALYST, caller
from api.problems import bad
from api.replies import AnyRequest
from api.routes import action, route
from api.subscriptions import MOST_SUBSCRIPTIONS, Wanted, wanted
from geo.anomaly import PRIORITIES
from store import areas, audit, subscriptions

MOST_BYTES = 8_000_000


class SharedArea(Area, forbid_unknown_fields=True, kw_only=True):
    """`id` is the file's own."""

    id: int


class SharedSubscription(Wanted, forbid_unknown_fields=True, kw_only=True):
    """`area` is an area of the file."""

    area: int | None = None


class File(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["skysift-sharing-1"]
    areas: Annotated[list[SharedArea], msgspec.Meta(max_length=MOST_AREAS)] = []
    subscriptions: Annotated[list[SharedSubscription], msgspec.Meta(max_length=MOST_SUBSCRIPTIONS)] = []


@route("/sharing", ANALYST)
async def export_sharing(request: AnyRequest) -> Response[bytes]:
    """One's own areas and subscriptions, as POST takes them."""
    pool, account = request.app.state.pool, caller(request).account
    own = await areas.owned(pool, account)
    ids = {row["id"] for row in own}
    told = await subscriptions.listed(pool, account, False, 0, MOST_SUBSCRIPTIONS)
    value = {
        "format": "skysift-sharing-1",
        "areas": [_area(row) for row in own],
        "subscriptions": [_subscription(row) for row in told if row["area"] is None or row["area"] in ids],
    }
    answer = await replies.json(request, value)
    answer.headers["content-disposition"] = 'attachment; filename="skysift-sharing.json"'
    return answer


def _area(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: row[name] for name in ("id", "name", "floor_ft", "ceiling_ft", "active")}
    return plain | {"shape": {"geometry": orjson.loads(row["geometry"])}}


def _subscription(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "area", "trigger", "minutes", "classes", "fleet", "delivery")
    confidence = round(row["confidence"], 4)
    return {name: row[name] for name in names} | {"confidence": confidence, "priority": PRIORITIES[row["priority"]]}


@action("/sharing", "POST", ANALYST, status=201)
async def import_sharing(request: AnyRequest) -> Response[bytes]:
    """All of a file, or nothing: its areas and subscriptions become one's own, the subscriptions paused."""
    who, asked = caller(request), await body(request, File, most=MOST_BYTES)
    made: dict[int, int] = {}
    numbers = []
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await room(connection, "areas", who, MOST_AREAS - len(asked.areas))
        await room(connection, "subscriptions", who, MOST_SUBSCRIPTIONS - len(asked.subscriptions))
        for area in asked.areas:
            made[area.id] = await areas.create(connection, owner_of(who), await checked(connection, area))
        for k, one in enumerate(asked.subscriptions):
            values = wanted(request, one) | {"area": _known(one, made, k)}
            numbers.append(await subscriptions.create(connection, owner_of(who), values))
            await subscriptions.pause(connection, numbers[-1], True)
        detail = {"areas": list(made.values()), "subscriptions": numbers}
        await audit.note(connection, who, "sharing.import", f"{len(made)} areas", detail)
        await areas.changed(connection)
    return await created(request, detail)


def _known(one: SharedSubscription, made: Mapping[int, int], place: int) -> int | None:
    """The number that its area has now. Raises Problem 400."""
    if (one.area is None) != (one.trigger == "service") or (one.area is not None and one.area not in made):
        raise bad(f"subscriptions[{place}].area", "the area of a subscription must be one of the file's")
    return None if one.area is None else made[one.area]

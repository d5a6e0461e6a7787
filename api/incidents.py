"""Incidents over HTTP: one whole, with its anomalies and reviews; whose queue it is in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
import orjson
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.bodies import body
from api.caller import ANALYST, caller
from api.clock import rfc3339_of
from api.incident_collection import SAID
from api.links import GEOJSON
from api.problems import Problem, bad
from api.queues import QUEUES
from api.replies import AnyRequest
from api.routes import action, route
from geo.anomaly import PRIORITIES
from store import audit, reviews
from store.incidents import in_turn

MOST_ANOMALIES = 1_000
"""Of one incident, as features; `anomaly_ids` names all."""

_ONE = f"SELECT {SAID} FROM incidents WHERE id = $1"
_IDS = "SELECT anomaly FROM incident_anomalies WHERE incident = $1 ORDER BY 1"
_ANOMALIES = "SELECT feature FROM anomalies WHERE id = ANY($1) ORDER BY start_time, id LIMIT $2"
_QUEUE = "UPDATE incidents SET queue = $2, seq = nextval('incident_seq') WHERE id = $1 RETURNING id"


class Assigned(msgspec.Struct, forbid_unknown_fields=True):
    """A queue of /queues, or null."""

    queue: str | None


@route("/incidents/{incident_id:str}")
async def show_incident(request: AnyRequest, incident_id: FromPath[str]) -> Response[bytes]:
    """The feature, with `anomalies` as a collection of features and `reviews`, newest first."""
    pool = request.app.state.pool
    text = await pool.fetchval(_ONE, checked(incident_id))
    if text is None:
        raise Problem(404, f"there is no incident {incident_id[:60]!r}")
    ids = [row["anomaly"] for row in await pool.fetch(_IDS, incident_id)]
    features = [row["feature"] for row in await pool.fetch(_ANOMALIES, ids, MOST_ANOMALIES)]
    whole = orjson.loads(text)
    whole["properties"]["anomaly_ids"] = ids
    whole["anomalies"] = {"type": "FeatureCollection", "features": [orjson.Fragment(one) for one in features]}
    whole["reviews"] = [said(row) for row in await reviews.listed(pool, "incident", incident_id)]
    return await replies.json(request, whole, GEOJSON)


@action("/incidents/{incident_id:str}/queue", "PUT", ANALYST)
async def assign_incident(request: AnyRequest, incident_id: FromPath[str]) -> Response[bytes]:
    """Whose it is from now on."""
    who, asked = caller(request), await body(request, Assigned)
    if asked.queue is not None and asked.queue not in QUEUES:
        raise bad("queue", f"there is no queue {asked.queue[:40]!r}; there are: {', '.join(QUEUES)}")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await in_turn(connection)
        if await connection.fetchval(_QUEUE, checked(incident_id), asked.queue) is None:
            raise Problem(404, f"there is no incident {incident_id[:60]!r}")
        await audit.note(connection, who, "incident.assign", f"incident {incident_id}", {"queue": asked.queue})
        await reviews.changed(connection)
    return await replies.json(request, {"queue": asked.queue})


@route("/queues")
async def list_queues(request: AnyRequest) -> Response[bytes]:
    """For whom there is a queue, and which incidents are its business: a filter over the collection of incidents."""
    return await replies.json(request, {"queues": [_queue(one) for one in QUEUES]})


def _queue(own: str) -> dict[str, Any]:
    one = asdict(QUEUES[own])
    filters = {"band": one["bands"], "class": one["classes"], "priority": PRIORITIES[one["priority"] :]}
    asked = "&".join(f"{name}={','.join(words)}" for name, words in filters.items() if words)
    shown = {"priority": PRIORITIES[one["priority"]], "items": f"/collections/incidents/items?{asked}"}
    return one | shown


def checked(own: str) -> str:
    """An id that can be one. Raises Problem 404."""
    if not 0 < len(own) <= 200 or "\0" in own:
        raise Problem(404, f"there is nothing called {own[:60]!r}")
    return own


def said(row: Any) -> dict[str, Any]:
    """A review as it is shown."""
    names = ("id", "kind", "subject", "who", "status", "reason", "note")
    return {name: row[name] for name in names} | {"at": rfc3339_of(row["at"])}

"""The collection of incidents: their stored features, and what people say of them beside that."""

from __future__ import annotations

from collections.abc import Iterator

from api import filters
from api.collections import Collection, Property, coded
from api.identity import text_id
from api.queues import QUEUES
from geo.anomaly import PRIORITIES
from geo.incident import BANDS, STATES
from store.words import STATUSES

SAID = """concat(left(feature, -2), ',"status":', to_json(status), ',"queue":', coalesce(to_json(queue)::text, 'null'),
  '}}')"""
"""SQL: an incident's ready feature, which ends with its properties, and what people say of it."""

_STORED = (
    ("summary", "string", "What happened, in one sentence"),
    ("raised", "string", "The natures that raise the priority"),
    ("cleared", "string", "Why it was cleared"),
    ("merged_into", "string", "The incident that it has become part of"),
    ("anomalies", "integer", "How many anomalies"),
    ("aircraft", "integer", "How many aircraft"),
    ("members", "json", "Addresses of aircraft, a list", "string"),
    ("timeline", "json", "Its anomalies by time: time, anomaly, class, text", "object"),
)


def _stored() -> Iterator[Property]:
    """What stands in the feature alone."""
    for name, kind, title, *listed in _STORED:
        arrow = "->>" if kind == "string" else "->"
        sql = f"feature::jsonb -> 'properties' {arrow} '{name}'"
        yield Property(name, kind, title, sql=sql, queryable=False, sortable=False, listed="".join(listed))


INCIDENTS = Collection(
    "incidents", "Incidents",
    "Anomalies that belong together, with what people say of them; without cleared and merged ones", "incidents",
    key=[("start_time", "timestamptz"), ("id", "text")], identify=text_id, identity=[("id", "text")],
    feature=SAID, newest_first=True, geometry="Polygon", placeless=True, time=("start_time", "end_time"),
    properties=(
        Property("classes", "json", "Classes of its anomalies, the weightiest first", sql="to_json(classes)",
                 queryable=False, listed="string"),
        Property("start", "date-time", "First evidence", sql="start_time"),
        Property("end", "date-time", "Last evidence", sql="end_time"),
        Property("state", "string", "open, closed, cleared, or merged into another one", allowed=STATES),
        coded("priority", "low to critical; one step higher where natures combine", PRIORITIES, "priority"),
        Property("confidence", "number", "How sure, 0 to 1, of all anomalies together", cast="real"),
        Property("band", "string", "alert, review or monitor: who looks first", allowed=BANDS),
        Property("status", "string", "new, seen, confirmed, dismissed or resolved: what people say",
                 allowed=STATUSES),
        Property("queue", "string", "Whose it is", allowed=tuple(QUEUES)),
        *_stored(),
    ),
    filters=(
        filters.ANOMALY, filters.BAND, filters.STATUS, filters.QUEUE, filters.INCIDENT_STATE, filters.CONFIDENCE,
        filters.PRIORITY, filters.CLASSES,
    ),
    unless={"state": "state IN ('open', 'closed')"}, since="SELECT min(start_time) FROM incidents",
)  # fmt: skip

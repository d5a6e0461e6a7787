"""The collections that there are: all anomalies, one per class of the registry, and what they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api import filters, heights
from api.address_property import ADDRESS
from api.cell_collections import CELLS, COVERAGE, DENSITY, H3, INTERFERENCE, hourly
from api.collections import Collection, Property, coded
from api.identity import ID, MS, address, no_such, text_id, timed_id
from api.incident_collection import INCIDENTS
from api.json_sql import escaped, joined
from api.problems import Problem
from api.session_collection import SESSIONS
from detectors._registry import Detector
from geo.anomaly import PRIORITIES
from geo.schema import COLUMNS, EMERGENCIES, SOURCES
from store.squares import SQUARE

_AIRCRAFT_ID = (ID, "CASE WHEN sub > 0 THEN concat('/', sub) END")
_POSITION_ID = (ID, "'-'", MS.format("time"))


_SERVED = {
    "time": "time of the last message",
    "position_time": "time of the position itself",
    "on_ground": "whether it is on the ground",
    "callsign": "flight identification as sent, trimmed, upper case",
    "source": "what heard or computed the position",
    "emergency": "ADS-B emergency status",
}
"""What columns mean that are served in another form than they are kept in: a time as text, a number as its word."""


_CATEGORIES = ("nic", "nac_p")
"""Columns of whole numbers that are kept as others, to be able to be missing."""


def column(name: str) -> Property:
    """A property straight from a schema column, whose meaning and unit are declared there."""
    declared = COLUMNS[name]
    kind = {"i": "date-time", "S": "string", "b": "boolean", "u": "integer"}.get(declared.kind, "number")
    kind = "integer" if name in _CATEGORIES else kind
    cast = "real" if declared.dtype == "f4" else ""
    # Both tables of observations get their texts as printable ASCII (store/binary.py).
    body, missing = (escaped(name), f"{name} IS NULL") if kind == "string" else ("", "")
    always = name == "time"
    title, unit = _SERVED.get(name, declared.meaning), "" if kind == "date-time" else declared.unit
    return Property(name, kind, title, unit, cast=cast, body=body, missing=missing, always=always)


_SOURCE = coded("source", _SERVED["source"], SOURCES, "source")
_EMERGENCY = coded("emergency", _SERVED["emergency"], EMERGENCIES, "emergency")
_FLIGHT = Property("flight", "string", "Which flight", sql="flight::text", body="flight", missing="flight IS NULL")
_STATE = (
    ADDRESS,
    *map(column, ("callsign", "squawk", "baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate")),
    *map(column, ("on_ground", "type_code", "registration", "category")),
    _SOURCE,
    *map(column, ("time", "position_time", "nic", "nac_p")),
    _EMERGENCY,
)

_MEMBERS = "ARRAY(SELECT jsonb_array_elements_text(feature::jsonb -> 'properties' -> 'members'))"
_EVIDENCE = "feature::jsonb -> 'properties' -> 'evidence'"
_EXPLANATION = "feature::jsonb -> 'properties' ->> 'explanation'"

_ANOMALY = (
    ADDRESS,
    Property("members", "json", "The other aircraft, a list of addresses", sql=_MEMBERS, listed="string"),
    Property("callsign", "string", "Its callsign"),
    Property("start", "date-time", "First evidence", sql="start_time"),
    Property("end", "date-time", "Last evidence", sql="end_time"),
    Property("state", "string", "open, closed or cleared", allowed=filters.STATES),
    coded("priority", "low, medium, high or critical", PRIORITIES, "priority"),
    Property("confidence", "number", "How sure, 0 to 1", cast="real"),
    Property("explanation", "string", "What happened, in one sentence", sql=_EXPLANATION, sortable=False),
    Property("cleared", "string", "Why it was cleared"),
    Property("evidence", "json", "Values, thresholds and sample rows that fired it", sql=_EVIDENCE, queryable=False),
    H3,
)

_ROLLED = {
    "priority": f"(ARRAY[{', '.join(repr(word) for word in PRIORITIES)}])[max(priority) + 1]",
    "confidence": "max(confidence)",
    "class": "CASE WHEN min(class) = max(class) THEN min(class) END",
}
"""Of many anomalies the highest priority and confidence, and the class where there is only one."""


def _number_id(text: str) -> Sequence[Any]:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise no_such(text)
    return [int(text)]


def _aircraft_id(text: str) -> Sequence[Any]:
    match = re.fullmatch(r"([~x]?[0-9a-fA-F]{6,10})(?:/([1-9][0-9]?))?", text)
    try:
        return [address(match[1]), int(match[2] or 0)] if match else text_id("")
    except Problem:
        raise no_such(text) from None


def _position_id(text: str) -> Sequence[Any]:
    own, at = timed_id(text, r"([~x]?[0-9a-f]{6,10})")
    try:
        return [address(own), at]
    except Problem:
        raise no_such(text) from None


_ASKED = (filters.ICAO24, filters.STATE, filters.CONFIDENCE, filters.PRIORITY, filters.KIND)
_KINDS = (("points", "Point", "a point"), ("lines", "LineString", "a line"), ("areas", "Polygon", "an area"))
"""QGIS and others hold one kind of geometry in a layer, and guess it from the first features: one collection each."""


_FIRST_ANOMALY = "SELECT min(start_time) FROM anomalies"


def _anomalies(own: str, title: str, description: str, classes: Sequence[str], **more: Any) -> Collection:
    its_class = Property("class", "string", "Which class of anomaly", allowed=classes)
    return Collection(
        own, title, description, "anomalies",
        key=[("start_time", "timestamptz"), ("id", "text")],
        identify=text_id, identity=[("id", "text")],
        feature="feature", properties=(its_class, *_ANOMALY), code="tile", rolled=_ROLLED, newest_first=True,
        time=("start_time", "end_time"), height=heights.SAMPLES, placeless=True,
        **{"since": _FIRST_ANOMALY, "filters": _ASKED, "unless": {"state": "state <> 'cleared'"}} | more,
    )  # fmt: skip


def _of_class(spec: Detector) -> Collection:
    own = (("class = {}", spec.id, "text"),)
    first = f"{_FIRST_ANOMALY} WHERE class = '{spec.id}'"
    return _anomalies(
        spec.id, spec.title, spec.describe.definition, [spec.id], fixed=own, since=first, color=spec.style.color
    )


_MIXED = "#8ea4bd"
"""Of what stands for anomalies of several classes."""


def _colors(classes: Mapping[str, Detector]) -> Iterator[Any]:
    """Class and colour in turn, each class as a list of one: QGIS 3.22 takes no other."""
    for one in classes.values():
        yield from ([one.id], one.style.color)


def _all(classes: Mapping[str, Detector]) -> Sequence[Collection]:
    of_class = filters.class_filter(list(classes))
    color = ["match", ["get", "class"], *_colors(classes), _MIXED]
    asked = (of_class, *_ASKED)
    cleared = (of_class, filters.ICAO24, filters.CONFIDENCE, filters.PRIORITY, filters.KIND)
    return (
        _anomalies("anomalies", "Anomalies", "Episodes of every class, without the cleared ones", list(classes),
            filters=asked, color=color,
        ),
        *(
            _anomalies(
                f"anomalies-{kind}", f"Anomalies that are {kind}", f"The anomalies whose geometry is {what}",
                list(classes), filters=asked, geometry=geometry, color=color,
                fixed=[("ST_Dimension(geom) = {}", dimension, "int")],
            )
            for dimension, (kind, geometry, what) in enumerate(_KINDS)
        ),
        _anomalies(
            "cleared", "Cleared anomalies", "What looked like an anomaly and turned out not to be one, with the reason",
            list(classes), filters=cleared, unless={}, color=color, fixed=[("state = {}", "cleared", "text")],
        ),
    )  # fmt: skip


_NOW = "(SELECT to_timestamp((value #>> '{}')::float8 / 1000) FROM meta WHERE key = 'data_time')"

AIRCRAFT = Collection(
    "aircraft", "Aircraft", "The latest state of every aircraft, or that of a past time", "aircraft_now",
    only_points=True,
    key=[("icao24", "bigint"), ("sub", "smallint")],
    identify=_aircraft_id, identity=[("icao24", "bigint"), ("sub", "smallint")],
    feature_id=joined(_AIRCRAFT_ID), id_pieces=_AIRCRAFT_ID, properties=_STATE, geometry="Point", time=("time", "time"),
    filters=(filters.ICAO24, filters.AT), height=heights.STATE,
)  # fmt: skip

TRACKS = Collection(
    "tracks", "Tracks", "The ways flown, in pieces of ten minutes; Z is metres of pressure altitude", "track_segments",
    key=[("id", "bigint")], identify=_number_id, identity=[("id", "bigint")], id_kind="integer",
    properties=(
        ADDRESS, Property("callsign", "string", _SERVED["callsign"]), _FLIGHT,
        Property("sub", "integer", "0 for the airframe itself, 1 and more for an intruder under its address"),
        Property("start", "date-time", "First fix", sql="start_time"),
        Property("end", "date-time", "Last fix", sql="end_time"),
    ),
    geom="ST_Force3DZ(geom)", upright=True, geometry="LineString", several=False, time=("start_time", "end_time"),
    filters=(filters.ICAO24, filters.FLIGHT), countable=False, latest=f"end_time > {_NOW} - interval '1 day'",
    height=heights.WAY, since="SELECT min(start_time) FROM track_segments",
)  # fmt: skip

POSITIONS = Collection(
    "positions", "Positions", "Stored observations, thinned, by time", "positions",
    only_points=True, square=SQUARE,
    key=[("time", "timestamptz"), ("icao24", "bigint"), ("ctid", "tid")],
    identify=_position_id, identity=[("icao24", "bigint"), ("time", "timestamptz")],
    feature_id=joined(_POSITION_ID), id_pieces=_POSITION_ID,
    properties=(
        *_STATE,
        *map(column, ("rssi", "feed", "heard")), _FLIGHT,
    ),
    geometry="Point", time=("time", "time"), filters=(filters.ICAO24, filters.FLIGHT), countable=False,
    latest=f"time > {_NOW} - interval '1 hour'", height=heights.STATE, since="SELECT min(time) FROM positions",
)  # fmt: skip

ZONES = Collection(
    "zones", "Zones", "Restricted and other airspace that is loaded", "zones",
    key=[("id", "text")], identify=text_id, identity=[("id", "text")],
    properties=(
        Property("name", "string", "Name"), Property("kind", "string", "What it is"),
        Property("title", "string", "What its source calls it"),
        Property("floor", "number", "Lower limit", "ft", "floor_ft", cast="real"),
        Property("floor_ref", "string", "What the lower limit refers to"),
        Property("ceiling", "number", "Upper limit", "ft", "ceiling_ft", cast="real"),
        Property("ceiling_ref", "string", "What the upper limit refers to"),
        Property("active", "json", "When it is active", queryable=False),
    ),
    geometry="Polygon", spread=("zones",), color="#d8647e", height=heights.LIMITS,
)  # fmt: skip

AREAS = Collection(
    "areas", "Areas of interest", "What people watch: one's own areas and the shared ones", "areas",
    key=[("id", "bigint")], identify=_number_id, identity=[("id", "bigint")], id_kind="integer", owned=True,
    properties=(
        Property("name", "string", "Name"),
        Property("floor", "number", "Lower limit", "ft", "floor_ft", cast="real"),
        Property("ceiling", "number", "Upper limit", "ft", "ceiling_ft", cast="real"),
        Property("shared", "boolean", "Whether everybody sees it"),
        Property("active", "json", "Periods and weekly hours in which it counts", queryable=False),
        Property("changed", "date-time", "When it was changed last"),
    ),
    geometry="Polygon", spread=(),
)  # fmt: skip

AIRPORTS = Collection(
    "airports", "Airports", "The aerodromes that are built in: 28,298 of the world", "airports",
    key=[("code", "text")], identify=text_id, identity=[("code", "text")], feature_id="code",
    properties=(
        Property("code", "string", "ICAO location indicator, or a national code"),
        Property("iata", "string", "IATA code"), Property("name", "string", "Name"),
        Property("kind", "string", "airline: has an IATA code; aerodrome: has a location indicator; strip: neither",
                 allowed=("airline", "aerodrome", "strip")),
        Property("elevation", "number", "Field elevation", "ft", "elevation_ft", cast="real"),
        Property("time_zone", "string", "Time zone, by its name in the tz database"),
    ),
    geometry="Point", spread=("airports",), height=heights.ELEVATION,
)  # fmt: skip


_SEA = "/oceanic"


def _region_id(text: str) -> Sequence[Any]:
    return [*text_id(text.removesuffix(_SEA)), text.endswith(_SEA)]


FIRS = Collection(
    "firs", "Flight information regions", "The regions that are loaded: `skysift reference add firs FILE`", "firs",
    key=[("id", "text"), ("oceanic", "boolean")],
    identify=_region_id, identity=[("id", "text"), ("oceanic", "boolean")],
    feature_id=f"concat(id, CASE WHEN oceanic THEN '{_SEA}' END)",
    properties=(
        Property("region", "string", "ICAO location indicator, or what its source calls it", sql="id"),
        Property("name", "string", "Name"), Property("oceanic", "boolean", "Whether it is the oceanic part"),
    ),
    geometry="Polygon", spread=("firs",),
)  # fmt: skip


def collections(classes: Mapping[str, Detector]) -> dict[str, Collection]:
    """All collections by id; one per class, so that a class adds no route."""
    cells = (CELLS, DENSITY, INTERFERENCE, COVERAGE, hourly(list(classes)))
    moving, places = (INCIDENTS, AIRCRAFT, TRACKS, POSITIONS, SESSIONS), (ZONES, FIRS, AREAS, AIRPORTS)
    found = (*_all(classes), *map(_of_class, classes.values()), *moving, *places, *cells)
    return {one.id: one for one in found}

"""Flights as moving points (OGC Moving Features Encoding Extension - JSON, 19-045r3): where they were, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import asyncpg
import numpy as np
from litestar import Response
from litestar.params import FromPath

from api import formats, pages, pages_tiles
from api.asked import Asked
from api.clock import rfc3339
from api.collections import Collection
from api.finding import find
from api.identity import ICAO24, no_such
from api.links import GEOJSON, base, link
from api.links import query as query_string
from api.parameters import after, token
from api.problems import Problem, bad
from api.query import Statement, conditions
from api.replies import AnyRequest
from api.routes import given, route
from geo.schema import Array

QUERY = (
    "limit", "after", "bbox", "bbox-crs", "datetime", "icao24", "flight", "filter", "filter-lang", "filter-crs", "f",
)  # fmt: skip
DEFAULT, MOST = 10, 100
"""Flights in one answer: a long one has some ten thousand points."""

CRS = {"type": "Name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
TRS = {"type": "Link", "properties": {"type": "OGCDEF", "href": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}}

_PIECES = f"""
SELECT flight, sub, {ICAO24} AS icao24, callsign, ST_AsBinary(geom, 'NDR') AS line FROM track_segments
WHERE (flight, sub) IN (SELECT * FROM unnest($1::bigint[], $2::smallint[])) ORDER BY flight, sub, start_time, slot, part
"""
_HEAD = 9
"""Bytes of well-known binary before a line's numbers."""


def links(collection: Collection, root: str) -> list[dict[str, str]]:
    """Where the description of the tracks points to the flights."""
    own = f"{root}/collections/{collection.id}/moving"
    return [link(own, "alternate", GEOJSON, "Flights as moving points (MF-JSON)")] if collection.id == "tracks" else []


def _tracks(request: AnyRequest, collection_id: str) -> Collection:
    """The collection, if it is that of the tracks. A path with its name would hide their items from the router."""
    found = find(request, collection_id)
    if found.id != "tracks":
        raise Problem(404, f"{found.id} has no moving features; tracks have", "collectionId")
    return found


@route("/collections/{collection_id:str}/moving", query=QUERY)
async def show_flights(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """Flights with all their pieces, those that a filter finds; a page by flight number."""
    tracks, asked_text = _tracks(request, collection_id), pages.typed(given(request, QUERY))
    form = {name: asked_text.pop(name) for name in ("f",) if name in asked_text}
    page = {name: asked_text.pop(name) for name in ("after",) if name in asked_text}
    asked = Asked.of(tracks, asked_text)
    most = min(asked.limit, MOST) if "limit" in asked_text else DEFAULT
    statement = Statement()
    held = conditions(tracks, asked, statement)
    if page:
        flight, sub = (statement.bind(number, "bigint") for number in _numbers(page["after"]))
        held.append(f"(flight, sub) > ({flight}, {sub})")
    where = f" WHERE {' AND '.join(held)}" if held else ""
    sql = f"SELECT DISTINCT flight, sub FROM track_segments{where} ORDER BY flight, sub LIMIT {most + 1}"
    pool = request.app.state.pool
    keys = [(row["flight"], row["sub"]) for row in await pool.fetch(sql, *statement.values)]
    root = f"{base(request)}/collections/tracks"
    links = [link(f"{root}/moving{query_string(asked_text | page)}", "self", GEOJSON)]
    if len(keys) > most:
        further = asked_text | form | {"after": token([str(value) for value in keys[most - 1]])}
        links.append(link(f"{root}/moving{query_string(further)}", "next", GEOJSON))
    found = await _flights(pool, keys[:most])
    value: dict[str, Any] = {"type": "FeatureCollection", "crs": CRS, "trs": TRS, "features": found, "links": links}
    value |= {"numberReturned": len(found)}
    return await pages.answer(
        request, value, partial(pages_tiles.flights, asked=asked_text | page | form, value=value), formats.FEATURE
    )


@route("/collections/{collection_id:str}/moving/{flight:str}", query=["f"])
async def show_flight(request: AnyRequest, collection_id: FromPath[str], flight: FromPath[str]) -> Response[bytes]:
    """One flight by its number; `-1` and so on behind it for an intruder under its address."""
    _tracks(request, collection_id)
    number, dash, sub = flight.partition("-")
    known = _is_number(number) and (not dash or re.fullmatch(r"[1-9][0-9]?", sub))
    found = await _flights(request.app.state.pool, [(int(number), int(sub or 0))]) if known else []
    if not found:
        raise no_such(flight)
    root = f"{base(request)}/collections/tracks"
    links = [link(f"{root}/moving/{flight}", "self", GEOJSON), link(root, "collection", "application/json")]
    value = found[0] | {"crs": CRS, "trs": TRS, "links": links}
    return await pages.answer(request, value, partial(pages_tiles.flight, value=value), formats.FEATURE)


def _is_number(text: str) -> bool:
    """Whether it can be a flight's: of 63 bits."""
    return bool(re.fullmatch("[0-9]{1,19}", text)) and int(text) < 1 << 63


def _numbers(text: str) -> Sequence[int]:
    """Flight and sub-track of a token. Raises Problem 400 for one of another page."""
    values = after(text, 2)
    if not all(value is not None and _is_number(value) for value in values):
        raise bad("after", "after is what a next link carries; start again without it")
    return [int(value or 0) for value in values]


async def _flights(pool: asyncpg.Pool, keys: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """The features of these flights, in their order."""
    rows = await pool.fetch(_PIECES, [key[0] for key in keys], [key[1] for key in keys])
    pieces: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        pieces.setdefault((row["flight"], row["sub"]), []).append(row)
    return [_feature(key, pieces[key]) for key in keys if key in pieces]


def _feature(key: tuple[int, int], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    fixes = [np.frombuffer(row["line"], dtype="<f8", offset=_HEAD).reshape(-1, 4) for row in rows]
    ways = _ways(np.concatenate(fixes))
    callsigns = [row["callsign"] for row in rows if row["callsign"]]
    points = [_moving(way) for way in ways]
    return {
        "type": "Feature",
        "id": f"{key[0]}-{key[1]}" if key[1] else str(key[0]),
        "geometry": _drawn(ways),
        "temporalGeometry": points[0] if len(points) == 1 else {"type": "MovingGeometryCollection", "prisms": points},
        "temporalProperties": _heights(np.concatenate(ways)),
        "time": [points[0]["datetimes"][0], points[-1]["datetimes"][-1]],
        "properties": {
            "icao24": rows[0]["icao24"], "callsign": callsigns[-1] if callsigns else None, "flight": str(key[0]),
            "sub": key[1],
        },
    }  # fmt: skip


def _ways(fixes: Array) -> list[Array]:
    """Fixes (n, 4) of longitude, latitude, metres and seconds in order of time, each time once, cut where the way
    crosses the antimeridian: between two points on either side of it lies, as numbers go, the whole world."""
    fixes = fixes[np.argsort(fixes[:, 3], kind="stable")]
    over = np.flatnonzero(np.abs(np.diff(fixes[:, 0])) > 180) + 1
    ways = (_once(way) for way in np.split(fixes, over))
    return [way for way in ways if len(way)]


def _once(way: Array) -> Array:
    """Pieces of a flight share the fix at which they meet, and times are told in milliseconds."""
    ms = np.rint(way[:, 3] * 1000)
    return way[np.append(True, np.diff(ms) > 0)] if len(way) else way


def _moving(way: Array) -> dict[str, Any]:
    return {
        "type": "MovingPoint", "datetimes": _times(way), "coordinates": np.round(way[:, :2], 6).tolist(),
        "interpolation": "Linear",
    }  # fmt: skip


def _drawn(ways: Sequence[Array]) -> dict[str, Any]:
    """The whole way as GeoJSON, for who does not read movement."""
    lines = [np.round(way[:, :2], 6).tolist() for way in ways if len(way) > 1]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _heights(way: Array) -> list[dict[str, Any]]:
    """Pressure altitude where it is known. It is no coordinate: no height above the ellipsoid follows from it."""
    known = _once(way[way[:, 2] != 0])
    if not len(known):
        return []
    values = {
        "type": "Measure", "form": "MTR", "values": np.round(known[:, 2], 1).tolist(), "interpolation": "Linear",
        "description": "Pressure altitude, standard setting",
    }  # fmt: skip
    return [{"datetimes": _times(known), "pressure_altitude": values}]


def _times(way: Array) -> list[str]:
    return [str(rfc3339(ms)) for ms in np.rint(way[:, 3] * 1000).astype(np.int64).tolist()]

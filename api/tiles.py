"""Vector tiles of every collection over HTTP (OGC API - Tiles), with the filters of its items."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

from litestar import Response
from litestar.params import FromPath

from api import formats, pages, pages_tiles, replies, standard, tile_sql, tile_styles, tilesets
from api.answer import Answer
from api.asked import Asked
from api.collections import Collection
from api.finding import find
from api.formats import Format
from api.links import base
from api.links import query as query_string
from api.problems import Problem
from api.replies import AnyRequest
from api.routes import given, route
from api.tile_cache import Kept
from geo.mercator import Tile

UNTOLD_S = 10.0
"""Of changes to other data than anomalies nobody tells: their tiles are made again after this long."""

_NOT_HERE = ("limit", "offset", "after", "resulttype", "resultType", "crs", "bbox", "bbox-crs", "sortby")
MVT_FORM = Format("mvt", tilesets.MVT, "Vector tile", ".mvt", ("pbf",), ("application/x-protobuf",))
TILEJSON_FORM = Format("tilejson", tilesets.TILEJSON, "TileJSON", ".json")


@route("/tileMatrixSets", query=["f"])
async def list_matrix_sets(request: AnyRequest) -> Response[bytes]:
    """The tile matrix sets."""
    value = tilesets.matrix_sets(base(request))
    return await pages.answer(request, value, partial(pages_tiles.matrix_sets, value=value))


@route("/tileMatrixSets/{matrix_set:str}", query=["f"])
async def show_matrix_set(request: AnyRequest, matrix_set: FromPath[str]) -> Response[bytes]:
    """One tile matrix set."""
    _check_set(matrix_set)
    value = tilesets.matrix_set(base(request))
    return await pages.answer(request, value, partial(pages_tiles.matrix_set, value=value))


@route("/collections/{collection_id:str}/tiles", query=["f"])
async def list_tilesets(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """A collection's tile sets."""
    collection = find(request, collection_id)
    value = tilesets.tilesets(collection, base(request))
    return await pages.answer(request, value, partial(pages_tiles.tilesets, collection=collection, value=value))


@route("/collections/{collection_id:str}/tiles/{matrix_set:str}", query=["*"])
async def show_tileset(request: AnyRequest, collection_id: FromPath[str], matrix_set: FromPath[str]) -> Response[bytes]:
    """One tile set; filters given here go on to its tiles."""
    collection = find(request, collection_id)
    _check_set(matrix_set)
    asked = given(request, names(collection))
    form = formats.chosen(request, (formats.JSON_FORM, TILEJSON_FORM, formats.HTML_FORM), asked.pop("f", None))
    Asked.of(collection, asked)
    root, more = base(request), query_string(asked)
    if form is TILEJSON_FORM:
        version = request.app.state.settings.version
        return await replies.json(request, tilesets.tilejson(collection, root, version, more), tilesets.TILEJSON)
    value = tilesets.tileset(collection, root, more)
    return await pages.answer(
        request, value, partial(pages_tiles.tileset, collection=collection, asked=asked, value=value)
    )


@route("/collections/{collection_id:str}/tiles/{matrix_set:str}/{zoom:str}/{row:str}/{column:str}", query=["*"])
async def show_tile(
    request: AnyRequest,
    collection_id: FromPath[str],
    matrix_set: FromPath[str],
    zoom: FromPath[str],
    row: FromPath[str],
    column: FromPath[str],
) -> Response[bytes]:
    """One tile: Mapbox vector tile 2.1, with one layer named like the collection; 204 where there is nothing."""
    _check_set(matrix_set)
    return await _answer(request, find(request, collection_id), _tile(zoom, row, column))


@route("/collections/{collection_id:str}/xyz/{zoom:str}/{column:str}/{file:str}", query=["*"])
async def show_xyz(
    request: AnyRequest,
    collection_id: FromPath[str],
    zoom: FromPath[str],
    column: FromPath[str],
    file: FromPath[str],
) -> Response[bytes]:
    """The same tile as `zoom/column/row.pbf`, the layout of a folder of tiles, which GDAL opens as one."""
    row, _, ending = file.partition(".")
    if ending not in ("pbf", "mvt"):
        raise Problem(404, f"there is no tile file {file[:60]!r}; they end in .pbf")
    return await _answer(request, find(request, collection_id), _tile(zoom, row, column))


@route("/collections/{collection_id:str}/xyz/metadata.json", query=["*"])
async def show_metadata(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """TileJSON beside the folders of tiles, where GDAL looks for it; filters given here go on to the tiles."""
    collection = find(request, collection_id)
    asked = given(request, names(collection))
    formats.chosen(request, (TILEJSON_FORM,), asked.pop("f", TILEJSON_FORM.name))
    Asked.of(collection, asked)
    value = tilesets.tilejson(collection, base(request), request.app.state.settings.version, query_string(asked))
    return await replies.json(request, value, tilesets.TILEJSON)


@route("/collections/{collection_id:str}/style.json", query=["*"])
async def show_style(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """How the tiles may be drawn, for MapLibre, QGIS and ArcGIS; filters given here go on to the tiles."""
    collection = find(request, collection_id)
    asked = given(request, names(collection))
    formats.chosen(request, (formats.JSON_FORM,), asked.pop("f", "json"))
    Asked.of(collection, asked)
    value = tile_styles.style(collection, base(request), query_string(asked))
    return await replies.json(request, value, tilesets.STYLE)


async def _answer(request: AnyRequest, collection: Collection, at: Tile) -> Response[bytes]:
    """The tile from the cache, as long as the data are the same, else from the database."""
    state, asked = request.app.state, given(request, names(collection))
    formats.chosen(request, (MVT_FORM,), asked.pop("f", "mvt"))
    key, version = (collection.id, at, tuple(sorted(asked.items()))), _version(state, collection)
    kept = state.tiles.get(key, version)
    if kept is None:
        content = await tile_sql.tile(
            state.pool, state.steady, collection, Asked.of(collection, asked), at, state.crowds
        )
        kept = state.tiles.put(key, version, content)
    return await _sent(request, key, kept)


def names(collection: Collection) -> tuple[str, ...]:
    """The query parameters that a collection's tiles take: those of its items that say which features and what of."""
    return tuple(name for name in standard.names(collection) if name not in _NOT_HERE)


def _check_set(text: str) -> None:
    if text != tilesets.SET:
        raise Problem(404, f"there is no tile matrix set {text[:60]!r}; there is {tilesets.SET}", "tileMatrixSetId")


def _tile(*texts: str) -> Tile:
    """The tile of zoom, row and column. Raises Problem 404 for one that there is not."""
    numbers = [int(text) if re.fullmatch(r"[0-9]{1,6}", text) else -1 for text in texts]
    at = Tile(*numbers)
    if not 0 <= at.zoom <= tilesets.MOST_ZOOM or not at.exists:
        raise Problem(404, f"there is no tile {'/'.join(texts)[:60]}: zoom 0 to {tilesets.MOST_ZOOM}, then row, column")
    return at


def _version(state: Any, collection: Collection) -> Hashable:
    """What stays the same as long as the data do; None where nobody would tell of a change."""
    hub = state.hub
    if not hub.up or collection.owned:
        return None
    if collection.source == "anomalies":
        return hub.told["anomaly"], hub.told["everything"]
    return hub.told.total(), int(time.monotonic() / UNTOLD_S)


async def _sent(request: AnyRequest, key: Hashable, kept: Kept) -> Response[bytes]:
    headers: Mapping[str, str] = {"etag": kept.tag, "cache-control": replies.REVALIDATE, "vary": "Accept-Encoding"}
    if replies.unchanged(request, kept.tag):
        return Answer(b"", headers, tilesets.MVT, 304)
    if not kept.content:
        return Answer(b"", headers, tilesets.MVT, 204)
    how = replies.coding(request) if len(kept.content) > replies.SMALL else ""
    if not how:
        return replies.whole(request, kept.content, tilesets.MVT, headers)
    packed = kept.packed.get(how)
    if packed is None:
        packed = await asyncio.to_thread(replies.packed, kept.content, how)
        request.app.state.tiles.pack(key, kept, how, packed)
    return replies.whole(request, packed, tilesets.MVT, {**headers, "content-encoding": how})

"""A whole collection, or what a filter leaves of it, as one download in any format: /collections/{id}/export."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

from litestar import Response
from litestar.params import FromPath

from api import formats, reading, standard
from api.asked import Asked
from api.collections import Collection
from api.filters import whole
from api.finding import find
from api.formats import AnyRequest, Format
from api.layer import Layer
from api.links import link
from api.problems import MOMENT_S, Problem
from api.routes import given, route
from api.streamed import Streamed, of_file, packing
from api.texts import ENCODERS

Texts = AsyncIterator[list[str]]


def names(collection: Collection) -> tuple[str, ...]:
    """The query parameters of an export: those of items, without the paging."""
    return ("limit", *(name for name in standard.names(collection) if name not in standard.PAGING))


@route("/collections/{collection_id:str}/export", query=["*"])
async def show_export(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """All features that are asked for, however many; `limit` gives the most."""
    collection = find(request, collection_id)
    asked_text = given(request, names(collection))
    form = formats.chosen(request, formats.EXPORTS, asked_text.get("f"))
    most = whole("limit", 1, reading.EVERYTHING)(asked_text.pop("limit")) if "limit" in asked_text else None
    asked = Asked.of(collection, asked_text)
    shown, layer = reading.fitting(form, collection, asked)
    headers = {
        "content-disposition": formats.disposition(form, collection.id),
        "content-crs": f"<{asked.system.uri}>",
        "cache-control": "no-store",
        "vary": "Accept, Accept-Encoding",
    }
    if request.method == "HEAD":
        # How long it would be, nobody knows; 0 it is not.
        return Streamed(_nothing(), form.media, headers)
    slots: asyncio.Semaphore = request.app.state.exports
    texts = await _begun(_limited(slots, reading.features(request.app.state.pool, collection, shown, most)))
    if form.name in ENCODERS:
        pieces = packing(request, _encoded(form, layer, texts), headers)
    else:
        pieces = await _file(form, layer, texts, headers)
    return Streamed(pieces, form.media, headers)


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


async def _limited(slots: asyncio.Semaphore, texts: Texts) -> Texts:
    """Exports keep a connection for long: some are left for everybody else."""
    if slots.locked():
        raise Problem(503, "as many exports as may run at once are under way: try again in a moment", again_s=MOMENT_S)
    async with slots, aclosing(cast("Any", texts)):
        async for each in texts:
            yield each


async def _begun(texts: Texts) -> Texts:
    """The same batches, of which the first is there already: what is wrong is known before the answer begins."""
    first: list[str] = await anext(texts, [])

    async def all_of_them() -> Texts:
        async with aclosing(cast("Any", texts)):
            yield first
            async for each in texts:
                yield each

    return all_of_them()


async def _encoded(form: Format, layer: Layer, texts: Texts) -> AsyncIterator[bytes]:
    encoder = ENCODERS[form.name](layer)
    async with aclosing(cast("Any", texts)):
        yield encoder.start()
        async for each in texts:
            yield await asyncio.to_thread(encoder.more, each)
    yield encoder.end()


async def _file(form: Format, layer: Layer, texts: Texts, headers: dict[str, str]) -> AsyncIterator[bytes]:
    """Formats that need the end before the beginning are written to a file first."""
    folder = tempfile.TemporaryDirectory(prefix="skysift-export-")
    try:
        path = Path(folder.name, f"export{form.suffix}")
        async with aclosing(cast("Any", texts)):
            await reading.save(form.name, path, layer, texts)
        headers["content-length"] = str(path.stat().st_size)
    except BaseException:
        folder.cleanup()
        raise
    return _sent(folder, path)


async def _sent(folder: Any, path: Path) -> AsyncIterator[bytes]:
    with folder:
        async for piece in of_file(path):
            yield piece


def links(collection: Collection, root: str) -> list[dict[str, str]]:
    """Where to download all of a collection, in each format."""
    own = f"{root}/collections/{collection.id}/export"
    return [
        link(f"{own}?f={one.name}", "enclosure", one.media, f"All features as {one.title}") for one in formats.EXPORTS
    ]

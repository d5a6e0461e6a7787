"""A page of features as the bytes of any format that is no page and no GeoJSON."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from api import files
from api.formats import Format
from api.layer import Layer
from api.texts import ENCODERS


async def content(form: Format, layer: Layer, texts: Sequence[str]) -> bytes:
    """The features in this format, made beside the event loop."""
    return await asyncio.to_thread(_content, form, layer, texts)


def _content(form: Format, layer: Layer, texts: Sequence[str]) -> bytes:
    batches = [texts] if texts else []
    if form.name in ENCODERS:
        return b"".join(files.pieces(form.name, layer, batches))
    with tempfile.TemporaryDirectory(prefix="skysift-page-") as folder:
        path = Path(folder, f"page{form.suffix}")
        files.write(form.name, path, layer, batches)
        return path.read_bytes()

"""Bytes read as a file of that name would be."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from feeds import open_source
from feeds._given import Given
from feeds._registry import find
from feeds._source import Source
from geo.batch import Batch


def read(data: Any, name: str = "sample.json", format: str | None = None) -> Batch:
    """One Batch from bytes, text, or what is to be written as JSON."""
    raw = data if isinstance(data, bytes) else (data if isinstance(data, str) else json.dumps(data)).encode()
    given = Given(name, data=raw)
    return Batch.concat(find(given, format).read(given))


def read_path(path: Path) -> tuple[Source, Batch]:
    """A file or folder with its source, whose counts stand after the reading."""
    source = open_source(str(path))
    return source, Batch.concat(source.batches())


def counts(batch: Batch) -> Counter[str]:
    return +batch.rejected

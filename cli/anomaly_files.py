"""Features to a file whose ending says the format; the file appears whole or not at all."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from cli.ui import FAILED, USAGE, Failure

Feature = Mapping[str, Any]

FORMATS = {
    ".geojson": "geojson", ".json": "geojson", ".geojsonl": "lines", ".geojsons": "geojsonseq", ".csv": "csv",
    ".parquet": "geoparquet", ".fgb": "flatgeobuf", ".gpkg": "gpkg", ".kml": "kml", ".kmz": "kmz",
}  # fmt: skip
"""Ending: name of the format."""


def check_suffix(path: Path) -> None:
    """Raises Failure for an ending that no format has: before hours of work, not after."""
    if path.suffix.lower() not in FORMATS:
        raise Failure(f"{path}: the ending says the format; known: {', '.join(FORMATS)}", USAGE)
    check_folder(path)


def check_folder(path: Path) -> None:
    """Raises Failure for a file whose folder is not there: before the work as well."""
    if not path.absolute().parent.is_dir():
        raise Failure(f"{path}: the folder {path.parent} does not exist", USAGE)


def format_of(path: Path) -> str:
    """The format that the ending names."""
    return FORMATS[path.suffix.lower()]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write: it becomes `path` when the block ends well, and is removed when it does not.

    Raises Failure where the disk refuses; what a database or a network refuses is passed on.
    """
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    except (ConnectionError, TimeoutError, socket.gaierror):
        raise
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror or error}", FAILED) from error
    finally:
        part.unlink(missing_ok=True)


def write_features(path: Path, features: Sequence[Feature], collection_id: str = "anomalies") -> None:
    """Write features of a collection in the format that the ending names."""
    from api import files
    from api.catalogue import collections
    from api.layer import Layer
    from detectors._registry import registry

    texts = [orjson.dumps(one).decode() for one in features]
    with whole(path) as part:
        files.write(format_of(path), part, Layer(collections(registry())[collection_id]), [texts] if texts else [])


def collection(features: Iterable[Feature]) -> bytes:
    """An RFC 7946 FeatureCollection, one feature a line."""
    lines = b",\n".join(orjson.dumps(f) for f in features)
    return b'{"type":"FeatureCollection","features":[\n' + lines + b"\n]}\n"

"""Anomalies to a file: GeoJSON, or Parquet, FlatGeobuf and CSV with nested values as JSON text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from cli.ui import USAGE, Failure

Feature = Mapping[str, Any]

NESTED = ("members", "evidence")
SUFFIXES = (".geojson", ".json", ".geojsonl", ".parquet", ".fgb", ".csv")


def check_suffix(path: Path) -> None:
    """Raises Failure for an ending that no format has: before hours of work, not after."""
    if path.suffix.lower() not in SUFFIXES:
        raise Failure(f"{path}: the ending says the format; known: {', '.join(SUFFIXES)}", USAGE)
    if not path.absolute().parent.is_dir():
        raise Failure(f"{path}: the folder {path.parent} does not exist", USAGE)


def write_features(path: Path, features: Sequence[Feature]) -> None:
    """Write all features in the format that the ending names; the file appears whole or not at all."""
    part = path.with_name(f".{path.name}.part{path.suffix}")
    suffix = path.suffix.lower()
    if suffix == ".geojsonl":
        part.write_bytes(b"".join(orjson.dumps(f) + b"\n" for f in features))
    elif suffix in (".geojson", ".json"):
        part.write_bytes(collection(features))
    else:
        _write_table(part, suffix, features)
    part.replace(path)


def collection(features: Iterable[Feature]) -> bytes:
    """An RFC 7946 FeatureCollection, one feature a line."""
    lines = b",\n".join(orjson.dumps(f) for f in features)
    return b'{"type":"FeatureCollection","features":[\n' + lines + b"\n]}\n"


def _write_table(path: Path, suffix: str, features: Sequence[Feature]) -> None:
    """Through geopandas: the columns are the properties and the id."""
    import geopandas
    import shapely.geometry

    rows = [{"anomaly_id": f["id"]} | {k: _flat(k, v) for k, v in f["properties"].items()} for f in features]
    shapes = [f["geometry"] and shapely.geometry.shape(f["geometry"]) for f in features]
    names = list(rows[0]) if rows else ["anomaly_id"]
    frame = geopandas.GeoDataFrame(rows, columns=names, geometry=shapes, crs="EPSG:4326")
    if suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix == ".csv":
        wkt = frame.geometry.to_wkt(rounding_precision=6)
        frame.drop(columns="geometry").assign(geometry=wkt).to_csv(path, index=False)
    else:
        frame.to_file(path, driver="FlatGeobuf", engine="pyogrio", SPATIAL_INDEX="YES" if rows else "NO")


def _flat(name: str, value: Any) -> Any:
    return orjson.dumps(value).decode() if name in NESTED else value

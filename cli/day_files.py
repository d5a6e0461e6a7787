"""Observations of a day as one GeoParquet file, which appears whole or not at all, and which `feeds/` reads again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from feeds.observations import NAMES
from geo.batch import Batch
from geo.schema import COLUMNS, EMERGENCIES, NON_ICAO, SOURCES, SYNTHETIC, Array, present

GROUP_ROWS = 200_000
_WORDS = {"source": SOURCES, "emergency": EMERGENCIES}


def path_of(folder: Path, day: str, name: str) -> Path:
    """YYYY-MM-DD_NAME.parquet."""
    return folder / f"{day}_{name}.parquet"


def day_of(ms: int) -> str:
    """The day (UTC) of an epoch time."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def write_day(path: Path, rows: Batch) -> None:
    """Rows in order of time, with `flight` and `sub` where they are known."""
    rows = rows.take(np.lexsort((rows["icao24"], rows["time"])))
    table = pa.table(_columns(rows)).replace_schema_metadata({"geo": orjson.dumps(_geo(rows))})
    part = path.with_name(f".{path.name}.part")
    pq.write_table(table, part, compression="zstd", row_group_size=GROUP_ROWS)
    part.replace(path)


def _columns(rows: Batch) -> dict[str, pa.Array]:
    icao24 = rows["icao24"]
    out = {"icao24": _addresses(icao24)}
    if (icao24 >= SYNTHETIC).any():
        out["identity"] = pa.array([rows.labels.get(key) if key >= SYNTHETIC else None for key in icao24.tolist()])
    out |= {n: _column(n, rows[n]) for n in NAMES if n != "icao24" and n in rows.columns}
    out |= {n: pa.array(rows.columns[n]) for n in ("flight", "sub") if n in rows.columns}
    located = ~np.isnan(rows["lat"])
    points = np.full(len(rows), None, dtype=object)
    points[located] = shapely.to_wkb(shapely.points(rows["lon"][located], rows["lat"][located]))
    return out | {"geometry": pa.array(points, pa.binary())}


def _addresses(icao24: Array) -> pa.Array:
    """Hex text, `~` before a non-ICAO address; null where there is none."""
    known, at = np.unique(icao24, return_inverse=True)
    texts = [None if k >= SYNTHETIC else f"{'~' if k & NON_ICAO else ''}{k & 0xFFFFFF:06x}" for k in known.tolist()]
    return pa.array(texts, pa.string()).take(pa.array(at))


def _column(name: str, values: Array) -> pa.Array:
    """A column of the schema as a reader of Parquet expects it: null for missing, words for codes, UTC times."""
    kind, there = COLUMNS[name].kind, present(name, values)
    if kind == "i":
        return pa.array(values, pa.timestamp("ms", tz="UTC"), mask=~there)
    if kind == "S":
        return pa.array(np.strings.decode(values, "ascii", "replace").astype(object), pa.string(), mask=~there)
    if kind == "u":
        words = np.array(_WORDS[name], dtype=object)
        return pa.array(words[values], pa.string(), mask=~there)
    return pa.array(values == 1 if kind == "b" else values, mask=~there)


def _geo(rows: Batch) -> Mapping[str, Any]:
    """What GeoParquet 1.1 says of the geometry column; without a reference system it is WGS84, longitude first."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    lat, lon = rows["lat"], rows["lon"]
    if not np.isnan(lat).all():
        column["bbox"] = [float(f(v)) for f in (np.nanmin, np.nanmax) for v in (lon, lat)]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}

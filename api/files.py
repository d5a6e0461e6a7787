"""Features into a file: texts as they come, and FlatGeobuf, GeoPackage, GeoParquet and KMZ from Arrow batches."""

from __future__ import annotations

import errno
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from api.layer import Layer
from api.texts import ENCODERS

Batches = Iterable[Sequence[str]]
GROUP_BYTES = 16 << 20
"""A row group of a Parquet file: this much is held at once."""

MOST_INDEXED = 50_000
"""Features of a FlatGeobuf with an index on places: GDAL sorts it in memory, 160 bytes for each."""


def write(name: str, path: Path, layer: Layer, batches: Batches) -> None:
    """Write batches of GeoJSON features to `path` in this format, in constant memory."""
    _WRITERS.get(name, _write_text)(name, path, layer, batches)


def _write_text(name: str, path: Path, layer: Layer, batches: Batches) -> None:
    with path.open("wb") as file:
        for piece in pieces(name, layer, batches):
            file.write(piece)


def pieces(name: str, layer: Layer, batches: Batches) -> Iterator[bytes]:
    """A text format, piece by piece."""
    encoder = ENCODERS[name](layer)
    yield encoder.start()
    yield from map(encoder.more, batches)
    yield encoder.end()


def _write_kmz(name: str, path: Path, layer: Layer, batches: Batches) -> None:
    # Not straight into the archive: what is packed before its length is known, libkml cannot read.
    with tempfile.TemporaryDirectory(prefix="skysift-kmz-") as folder:
        plain = Path(folder, "doc.kml")
        _write_text("kml", plain, layer, batches)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            archive.write(plain, plain.name)


def _write_gdal(name: str, path: Path, layer: Layer, batches: Batches) -> None:
    import pyarrow as pa
    import pyogrio

    tables: Iterator[Any] = (_promoted(layer.batch(texts), layer) for texts in batches)
    driver, options = _DRIVERS[name]
    first = next(tables, layer.batch([]))
    tables = chain([first], tables)
    if driver == "FlatGeobuf":
        tables, indexed = _looked_ahead(tables)
        options = {"SPATIAL_INDEX": "YES" if indexed else "NO"}
    rows = [0]
    stream = pa.RecordBatchReader.from_batches(layer.schema(), _counted(tables, rows))
    try:
        pyogrio.write_arrow(
            stream, path, layer=layer.collection.id, driver=driver, geometry_name="geometry",
            geometry_type=_kind(first, layer), crs=_authority(layer), layer_options=dict(options),
            dataset_options={"VERSION": "1.3"} if driver == "GPKG" else None,  # what GDAL 3.6 and QGIS 3.22 know
        )  # fmt: skip
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        # GeoPackage's names the whole SQL first.
        raise OSError(errno.EIO, str(error).rpartition("failed: ")[2][-200:], str(path)) from error
    if options.get("SPATIAL_INDEX") == "NO":
        _check_whole(path, rows[0])


def _counted(tables: Iterable[Any], rows: list[int]) -> Iterator[Any]:
    for one in tables:
        rows[0] += one.num_rows
        yield one


def _check_whole(path: Path, rows: int) -> None:
    """Raises OSError where a FlatGeobuf without an index holds other than so many features: of a full disk GDAL says
    nothing there. After mark and header each feature has its length before it."""
    size, at, found = path.stat().st_size, 8, -1
    with path.open("rb") as file:
        while at + 4 <= size:
            file.seek(at)
            at += 4 + struct.unpack("<I", file.read(4))[0]
            found += 1
    if at != size or found != rows:
        raise OSError(errno.ENOSPC, "it was cut off while it was written", str(path))


def _looked_ahead(tables: Iterator[Any]) -> tuple[Iterator[Any], bool]:
    """The same batches, and whether they get an index on places: they are few, and each has one. Without any features,
    and of one without a geometry, the driver says with an error that it cannot be indexed."""
    held, rows, placed = [], 0, True
    for one in tables:
        held.append(one)
        rows += one.num_rows
        placed = placed and not one.column("geometry").null_count
        if rows > MOST_INDEXED:
            return chain(held, tables), False
    return iter(held), placed and rows > 0


_DRIVERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "flatgeobuf": ("FlatGeobuf", {}),
    "gpkg": ("GPKG", {"FID": "fid", "GEOMETRY_NAME": "geom"}),
}


def _kind(first: Any, layer: Layer) -> str:
    """The kind of geometry in GDAL's words; Mercator's edge may cut a line in two, and so has mixed ones."""
    import shapely

    own, many = layer.collection.geometry, _in_parts(layer)
    if own == "Geometry" or (own == "LineString" and not many and layer.system.srid != 4326):
        return "Unknown"
    high = any(one is not None and one.has_z for one in shapely.from_wkb(first.column("geometry").to_pylist()))
    return ("Multi" if many else "") + own + (" Z" if high else "")


def _in_parts(layer: Layer) -> bool:
    """Whether some features are lines or areas of several parts."""
    return layer.collection.several and layer.collection.geometry in ("LineString", "Polygon")


def _promoted(batch: Any, layer: Layer) -> Any:
    """Where some features are of several parts all as such: a layer has one kind."""
    import pyarrow as pa
    import shapely

    if not _in_parts(layer):
        return batch
    own = layer.collection.geometry
    gather = {"LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}[own]
    shapes = shapely.from_wkb(batch.column("geometry").to_pylist())
    whole = [gather([one]) if one is not None and one.geom_type == own else one for one in shapes]
    wkb = pa.array(list(shapely.to_wkb(whole, flavor="iso")), pa.binary())
    return batch.set_column(batch.num_columns - 1, batch.schema.field("geometry"), wkb)


def _authority(layer: Layer) -> str:
    return f"EPSG:{layer.system.srid}"


def _write_parquet(name: str, path: Path, layer: Layer, batches: Batches) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds: set[str] = set()
    with pq.ParquetWriter(path, layer.schema(), compression="zstd") as writer:
        for group in _groups(map(layer.batch, batches)):
            writer.write_table(pa.Table.from_batches(group, layer.schema()))
            kinds |= _kinds(group)
        writer.add_key_value_metadata({"geo": orjson.dumps(_geo(layer, kinds))})


def _groups(tables: Iterable[Any]) -> Iterator[list[Any]]:
    """Batches in groups of about GROUP_BYTES."""
    held: list[Any] = []
    for one in tables:
        held.append(one)
        if sum(each.nbytes for each in held) > GROUP_BYTES:
            yield held
            held = []
    if held:
        yield held


def _kinds(group: Sequence[Any]) -> set[str]:
    import shapely

    shapes = chain.from_iterable(shapely.from_wkb(one.column("geometry").to_pylist()) for one in group)
    return {f"{one.geom_type} Z" if one.has_z else one.geom_type for one in shapes if one is not None}


def _geo(layer: Layer, kinds: set[str]) -> dict[str, Any]:
    """GeoParquet 1.1: without `crs` the coordinates are longitude and latitude."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(kinds)}
    if layer.system.srid != 4326:
        import pyproj

        column["crs"] = pyproj.CRS(layer.system.srid).to_json_dict()
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


_WRITERS: Mapping[str, Callable[[str, Path, Layer, Batches], None]] = {
    "flatgeobuf": _write_gdal, "gpkg": _write_gdal, "geoparquet": _write_parquet, "kmz": _write_kmz,
}  # fmt: skip

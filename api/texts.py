"""Features as text that is written as it is read, in constant memory: GeoJSON, GeoJSON text sequence, CSV, KML."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson

from api.kml import Kml
from api.layer import Layer, flat, parsed


class Encoder(Protocol):
    """A head, pieces for each batch of features, and a tail."""

    def start(self) -> bytes: ...
    def more(self, texts: Sequence[str]) -> bytes: ...
    def end(self) -> bytes: ...


class GeoJson:
    """One FeatureCollection (RFC 7946), a feature a line; features pass through as the database wrote them."""

    def __init__(self, layer: Layer) -> None:
        self._between = b""

    def start(self) -> bytes:
        return b'{"type":"FeatureCollection","features":[\n'

    def more(self, texts: Sequence[str]) -> bytes:
        found = self._between + ",\n".join(texts).encode()
        self._between = b",\n"
        return found

    def end(self) -> bytes:
        return b"\n]}\n"


class Sequences:
    """RFC 8142: each feature between a record separator and a line feed."""

    def __init__(self, layer: Layer) -> None:
        pass

    def start(self) -> bytes:
        return b""

    def more(self, texts: Sequence[str]) -> bytes:
        return "".join(f"\x1e{text}\n" for text in texts).encode()

    def end(self) -> bytes:
        return b""


class Lines(Sequences):
    """Newline-delimited GeoJSON: the same without separators."""

    def more(self, texts: Sequence[str]) -> bytes:
        return "".join(f"{text}\n" for text in texts).encode()


class Csv:
    """RFC 4180. Points have columns `lon` and `lat` (`x` and `y` in metres), everything else `WKT`."""

    def __init__(self, layer: Layer) -> None:
        self._names = [one.name for one in layer.columns]
        self._points = layer.collection.geometry == "Point"
        self._places = ("x", "y") if layer.system.srid != 4326 else ("lon", "lat")
        if layer.system.latitude_first:
            self._places = ("lat", "lon")

    def start(self) -> bytes:
        return _lines([["id", *(self._places if self._points else ("WKT",)), *self._names]])

    def more(self, texts: Sequence[str]) -> bytes:
        features = list(map(parsed, texts))
        shapes = self._points_of(features) if self._points else _wkt(features)
        return _lines(
            [_safe(str(one["id"])), *shape, *(_safe(flat(one["properties"].get(name))) for name in self._names)]
            for one, shape in zip(features, shapes, strict=True)
        )

    def end(self) -> bytes:
        return b""

    @staticmethod
    def _points_of(features: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Any]]:
        return (one["geometry"]["coordinates"][:2] if one["geometry"] else ("", "") for one in features)


def _wkt(features: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    import shapely

    shapes = shapely.from_geojson([one["geometry"] and orjson.dumps(one["geometry"]) for one in features])
    return ([text or ""] for text in shapely.to_wkt(shapes, rounding_precision=6))


def _lines(rows: Any) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


ENCODERS: Mapping[str, Callable[[Layer], Encoder]] = {
    "geojson": GeoJson, "geojsonseq": Sequences, "lines": Lines, "csv": Csv, "kml": Kml,
}  # fmt: skip
"""By the name of the format; `lines` is for files alone."""

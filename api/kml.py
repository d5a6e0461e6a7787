"""Features as KML 2.3: name, times, typed data and geometry of each, in constant memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from api.collections import Property
from api.layer import Feature, Layer, flat, parsed

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {"number": "double", "integer": "int", "boolean": "bool"}
_TITLES = ("name", "callsign", "registration", "icao24", "h3")
"""What a placemark is called: the first of these that the feature has."""


def text(value: Any) -> str:
    """As XML may hold it: signs that it cannot are left out."""
    return escape(_NO_XML.sub("", str(value)))


class Kml:
    """A document with one placemark for each feature."""

    def __init__(self, layer: Layer) -> None:
        self._layer, self._empty = layer, True

    def start(self) -> bytes:
        one = self._layer.collection
        fields = "".join(map(_field, self._layer.columns))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'
            f"<name>{text(one.title)}</name>\n<description>{text(one.description)}</description>\n"
            f'<Schema name={quoteattr(one.id)} id="feature">'
            f'<SimpleField type="string" name="feature_id"/>{fields}</Schema>\n'
        ).encode()

    def more(self, texts: Sequence[str]) -> bytes:
        self._empty = self._empty and not texts
        return "".join(map(self._placemark, map(parsed, texts))).encode()

    def end(self) -> bytes:
        # GDAL finds no layer in a document of no placemarks, but in a folder of none.
        folder = f"<Folder><name>{text(self._layer.collection.title)}</name></Folder>\n" if self._empty else ""
        return f"{folder}</Document>\n</kml>\n".encode()

    def _placemark(self, one: Feature) -> str:
        # Readers take a field `id` for the attribute, which may not hold every sign.
        values = {"feature_id": one["id"]} | {
            each.name: one["properties"].get(each.name) for each in self._layer.columns
        }
        data = "".join(
            f"<SimpleData name={quoteattr(name)}>{text(_said(value))}</SimpleData>"
            for name, value in values.items()
            if value is not None
        )
        said = values.get("explanation")
        return (
            f"<Placemark><name>{text(_title(values))}</name>"
            f"{f'<description>{text(said)}</description>' if said else ''}{_times(values)}"
            f'<ExtendedData><SchemaData schemaUrl="#feature">{data}</SchemaData></ExtendedData>'
            f"{_shape(one['geometry'])}</Placemark>\n"
        )


def _field(one: Property) -> str:
    unit = f" ({one.unit})" if one.unit else ""
    return (
        f'<SimpleField type="{_KINDS.get(one.kind, "string")}" name={quoteattr(one.name)}>'
        f"<displayName>{text(one.title + unit)}</displayName></SimpleField>"
    )


def _said(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else flat(value)


def _title(values: Mapping[str, Any]) -> str:
    found = next((values[name] for name in _TITLES if values.get(name)), values["feature_id"])
    return f"{found} ({values['class']})" if values.get("class") else str(found)


def _times(values: Mapping[str, Any]) -> str:
    if values.get("start") and values.get("end"):
        return f"<TimeSpan><begin>{text(values['start'])}</begin><end>{text(values['end'])}</end></TimeSpan>"
    at = values.get("time") or values.get("start")
    return f"<TimeStamp><when>{text(at)}</when></TimeStamp>" if at else ""


def _shape(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return ""
    kind, places = one["type"], one.get("coordinates")
    if kind == "GeometryCollection":
        return f"<MultiGeometry>{''.join(map(_shape, one['geometries']))}</MultiGeometry>"
    if kind.startswith("Multi"):
        parts = ({"type": kind.removeprefix("Multi"), "coordinates": each} for each in places or ())
        return f"<MultiGeometry>{''.join(map(_shape, parts))}</MultiGeometry>"
    if not places:
        return ""
    if kind == "Polygon":
        outer, *inner = (f"<LinearRing>{_places(ring)}</LinearRing>" for ring in places)
        holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in inner)
        return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"
    points = [places] if kind == "Point" else places
    mode = "<altitudeMode>absolute</altitudeMode>" if len(points[0]) > 2 else ""
    return f"<{kind}>{mode}{_places(points)}</{kind}>"


def _places(points: Sequence[Sequence[float]]) -> str:
    return f"<coordinates>{' '.join(','.join(map(str, each)) for each in points)}</coordinates>"

"""KML and KMZ: placemarks with polygons, and their properties. Documents with a DOCTYPE are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np
import shapely

from feeds._errors import FeedError
from geo import antimeridian
from geo.schema import Array

LARGEST = 256 << 20
"""Bytes of one unpacked document."""


def read(data: bytes, name: str) -> Iterator[tuple[int, Any, dict[str, Any]]]:
    """(number of the placemark, area or a ValueError, properties). FeedError for a hostile or broken document."""
    root = _parsed(_unzipped(data, name), name)
    for number, placemark in enumerate(root.iterfind(".//{*}Placemark"), 1):
        if placemark.find(".//{*}Polygon") is not None:
            yield number, _area(placemark), _properties(placemark)


def _parsed(data: bytes, name: str) -> ElementTree.Element:
    """The document. Entities are how an XML file of a kilobyte becomes gigabytes: no DOCTYPE, no entities."""
    parser = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise FeedError(
            "declares a DOCTYPE, which KML has no use for", source=name, line=parser.CurrentLineNumber,
            hint="save it again as plain KML",
        )  # fmt: skip

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return ElementTree.fromstring(data)
    except (expat.ExpatError, ElementTree.ParseError) as error:
        line = getattr(error, "lineno", None) or getattr(error, "position", (None,))[0]
        raise FeedError(f"damaged XML: {error}", source=name, line=line, hint="save it again") from error


def _unzipped(data: bytes, name: str) -> bytes:
    """The document inside a KMZ."""
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            inside = next((one for one in packed.infolist() if one.filename.lower().endswith(".kml")), None)
            if inside is None:
                raise FeedError("holds no .kml", source=name, hint="give the KML itself")
            with packed.open(inside) as file:
                document = file.read(LARGEST + 1)
    except zipfile.BadZipFile as error:
        raise FeedError(f"damaged archive: {error}", source=name, hint="fetch it again") from error
    if len(document) > LARGEST:
        raise FeedError(f"unpacks to more than {LARGEST:,} bytes", source=name, hint="split it")
    return document


def _area(placemark: ElementTree.Element) -> Any:
    """All polygons of a placemark together; a ValueError (returned) where a ring is none."""
    try:
        return shapely.union_all([_polygon(one) for one in placemark.iterfind(".//{*}Polygon")])
    except ValueError as error:
        return error


def _polygon(element: ElementTree.Element) -> Any:
    outer = element.find("{*}outerBoundaryIs//{*}coordinates")
    if outer is None:
        raise ValueError("a polygon without outer boundary")
    area = antimeridian.polygon(*_ring(outer))
    for hole in element.iterfind("{*}innerBoundaryIs//{*}coordinates"):
        area = shapely.difference(shapely.make_valid(area), shapely.make_valid(antimeridian.polygon(*_ring(hole))))
    return shapely.make_valid(area)


def _ring(element: ElementTree.Element) -> tuple[Array, Array]:
    """Longitudes and latitudes of "lon,lat,height lon,lat,height ..."."""
    try:
        points = np.array([[float(v) for v in one.split(",")[:2]] for one in (element.text or "").split()])
    except ValueError:
        raise ValueError("coordinates that are no numbers") from None
    if points.ndim != 2 or len(points) < 4 or not (np.abs(points) <= [360, 90]).all():
        raise ValueError("a ring that is none")
    return points[:, 0], points[:, 1]


def _properties(placemark: ElementTree.Element) -> dict[str, Any]:
    """Name, description and extended data."""
    found: dict[str, Any] = {}
    for data in placemark.iterfind(".//{*}Data"):
        found[str(data.get("name"))] = (data.findtext("{*}value") or "").strip()
    for data in placemark.iterfind(".//{*}SimpleData"):
        found[str(data.get("name"))] = (data.text or "").strip()
    if placemark.get("id"):
        found.setdefault("id", placemark.get("id"))
    found["name"] = (placemark.findtext("{*}name") or "").strip()
    return {key: value for key, value in found.items() if value}

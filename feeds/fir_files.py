"""Flight information regions from GeoJSON polygons, and their names from VATSpy.dat; what was refused is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from feeds._areas import area_of, shape_from
from feeds._given import Given
from geo.firs import Firs

MOST_REGIONS = 20_000
_MOST_PROBLEMS = 1_000
_TEXT_LENGTH = 60
_ID = ("id", "icao", "icao_code", "ident", "fir", "firname", "designator")
_NAME = ("name", "fir_name", "firname", "title", "label")
_DAT_FIELDS = 4


@dataclass(frozen=True)
class _Region:
    id: str
    name: str
    shape: Any
    oceanic: bool


def load_firs(paths: Iterable[Path]) -> Firs:
    """The regions of all GeoJSON files, named by the VATSpy.dat files among them.

    A part of a region (`LFFF-LOW` where `LFFF` is there) is left out: it is a sector. Raises FeedError for a file that
    cannot be read, or where there is not one usable region; single features that are of no use are in `problems`.
    """
    regions: list[_Region] = []
    names: dict[str, str] = {}
    problems: list[str] = []
    given = [Given(str(path), Path(path)) for path in paths]
    for one in given:
        if b"[Countries]" in one.head[:4_096] or b"[FIRs]" in one.head:
            names |= _names(one)
        else:
            _read(one, regions, problems)
    if given and not regions:
        why = problems[0] if problems else "no polygons in it"
        raise given[0].error(f"no usable region: {why}", hint="regions are GeoJSON polygons in degrees, with an id")
    return _packed(_whole(regions), names, problems[:_MOST_PROBLEMS])


def _read(given: Given, regions: list[_Region], problems: list[str]) -> None:
    """The regions of one GeoJSON file."""
    try:
        document = orjson.loads(given.read())
    except orjson.JSONDecodeError as error:
        raise given.error(f"damaged JSON: {error.msg}", line=error.lineno, hint="fetch or save it again") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise given.error("no GeoJSON FeatureCollection", hint="VATSpy's Boundaries.geojson is one")
    for number, feature in enumerate(features, 1):
        whole = feature if isinstance(feature, dict) else {}
        try:
            regions.append(_region(whole))
        except ValueError as error:
            problems.append(f"{Path(given.name).name}, feature {number}: {error}")
        if len(regions) > MOST_REGIONS:
            raise given.error(f"more than {MOST_REGIONS:,} regions", hint="FIRs of the world are some 400")


def _region(feature: Mapping[str, Any]) -> _Region:
    """One feature. Raises ValueError with the reason why it is of no use."""
    given = feature.get("properties")
    properties = {str(k).lower(): v for k, v in given.items()} if isinstance(given, dict) else {}
    own = _text(properties, _ID)
    if not own:
        raise ValueError("no id")
    oceanic = str(properties.get("oceanic", "0")).lower() in ("1", "true", "yes")
    return _Region(own, _text(properties, _NAME), area_of(shape_from(feature.get("geometry"))), oceanic)


def _text(properties: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of the keys that holds text: printable, and not longer than a name is."""
    for key in keys:
        value = properties.get(key)
        if isinstance(value, str) and value.strip():
            return "".join(c for c in value.strip() if c.isprintable())[:_TEXT_LENGTH]
    return ""


def _names(given: Given) -> dict[str, str]:
    """Names by boundary id from the [FIRs] part of a VATSpy.dat: ICAO|NAME|PREFIX|BOUNDARY."""
    section = ""
    names: dict[str, str] = {}
    for line in given.read().decode("utf-8-sig", "replace").splitlines():
        if line.startswith("["):
            section = line.strip()
        fields = line.split("|")
        if section == "[FIRs]" and len(fields) == _DAT_FIELDS and not line.startswith(";"):
            names.setdefault(fields[3].strip() or fields[0].strip(), fields[1].strip()[:_TEXT_LENGTH])
    return names


def _whole(regions: Sequence[_Region]) -> Sequence[_Region]:
    """Without the parts of regions that are there as a whole; features of one id, on land or at sea, are one region."""
    ids = {one.id for one in regions}
    kept: dict[tuple[str, bool], _Region] = {}
    for one in regions:
        if "-" in one.id and one.id.partition("-")[0] in ids:
            continue
        before = kept.get((one.id, one.oceanic))
        shape = one.shape if before is None else shapely.union(before.shape, one.shape)
        kept[one.id, one.oceanic] = _Region(one.id, one.name, shape, one.oceanic)
    return list(kept.values())


def _packed(regions: Sequence[_Region], names: Mapping[str, str], problems: Sequence[str]) -> Firs:
    shapes = np.empty(len(regions), dtype=object)
    shapes[:] = [one.shape for one in regions]
    ids = [one.id for one in regions]
    said = [one.name or names.get(one.id, one.id) for one in regions]
    oceanic = np.array([one.oceanic for one in regions], dtype=bool)
    return Firs(np.array(ids, dtype=str), np.array(said, dtype=str), shapes, oceanic, tuple(problems))

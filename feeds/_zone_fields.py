"""What the properties of a zone mean: its kind, its floor and ceiling, its name, whatever the source calls them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]

_KINDS = {
    "prohibited": "prohibited p llp אסור verboten interdit",
    "restricted": "restricted r llr מוגבל reglementee tra tsa rsa",
    "danger": "danger dangerous q lld מסוכן dangereux",
    "warning": "warning",
    "alert": "alert a-area",
    "moa": "moa military",
    "nsa": "nsa",
    "tfr": "tfr security vip",
    "uav": 'uav uas drone llu כטב"ם',
    "ctr": "ctr ctz atz tma cta a b c d class_a class_b class_c class_d",
}
_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_BY_NUMBER = {1: "restricted", 2: "danger", 3: "prohibited", 4: "ctr", 7: "ctr", 8: "restricted", 9: "restricted"}
"""Type codes of openAIP."""

_KIND_KEYS = ("kind", "type", "category", "class", "type_code", "airspace_type", "icaoclass")
_NAME_KEYS = ("name", "title", "designator", "identifier", "id")
_ID_KEYS = ("identifier", "designator", "notam_key", "id", "guid")
_FLOOR_KEYS = ("floor", "lower_limit", "lowerlimit", "lower", "floor_ft", "bottom", "min_altitude", "lower_ft", "base")
_CEILING_KEYS = ("ceiling", "upper_limit", "upperlimit", "upper", "ceiling_ft", "top", "max_altitude", "upper_ft")

_UNLIMITED_FT = 99_999.0
FEET_PER_M = 1 / 0.3048


def kind_of(properties: Properties, file_hint: str) -> tuple[str, str]:
    """Kind and the source's own word. Without a word: what the file's name says, else restricted (someone gave it)."""
    if "_kind" in properties:
        return str(properties["_kind"]), str(properties["_title"])
    if "notam_key" in properties:
        return "tfr", str(properties.get("legal") or "TFR")
    for key in _KIND_KEYS:
        word = properties.get(key)
        if word not in (None, ""):
            return _kind(word), str(word)
    hint = next((kind for kind in ("prohibited", "danger", "warning", "moa", "tfr") if kind in file_hint.lower()), None)
    return hint or "restricted", ""


def _kind(word: Any) -> str:
    if isinstance(word, int | float):
        return _BY_NUMBER.get(int(word), "other")
    text = str(word).strip().lower()
    first = re.split(r"[\s/_-]+", text)[0]
    return _BY_WORD.get(text) or _BY_WORD.get(first) or "other"


def lower_keys(properties: Properties) -> dict[str, Any]:
    """Properties with keys in lower case; openAIP's and OpenSky's nested limits lifted out."""
    flat = {str(key).lower(): value for key, value in properties.items()}
    limits = flat.get("alt_limits")
    return {**flat, **limits} if isinstance(limits, dict) else flat


def name_of(properties: Properties) -> str:
    return next((str(properties[k]) for k in _NAME_KEYS if properties.get(k) not in (None, "")), "")


def id_of(properties: Properties) -> str:
    return next((str(properties[k]) for k in _ID_KEYS if properties.get(k) not in (None, "")), "")


def floor_of(properties: Properties) -> tuple[float, str]:
    """Feet and reference (SFC, AGL, MSL, STD); from the surface where nothing is said. ValueError for nonsense."""
    given = next((properties[k] for k in _FLOOR_KEYS if properties.get(k) is not None), None)
    return (0.0, "SFC") if given is None else height(given)


def ceiling_of(properties: Properties) -> tuple[float, str]:
    """Feet and reference; unlimited where nothing is said. ValueError for nonsense."""
    given = next((properties[k] for k in _CEILING_KEYS if properties.get(k) is not None), None)
    return (math.inf, "UNL") if given is None else height(given)


_TEXT = re.compile(
    r"^(FL|F)?\s*(-?\d+(?:\.\d+)?)\s*(FT|FEET|M|MTR|METERS)?\s*(MSL|AMSL|ALT|QNH|AGL|ASFC|SFC|GND|STD|QNE)?$"
)
_REFERENCES = {
    "AMSL": "MSL", "ALT": "MSL", "QNH": "MSL", "ASFC": "AGL", "GND": "AGL", "SFC": "AGL", "QNE": "STD",
}  # fmt: skip


def height(given: Any) -> tuple[float, str]:
    """A limit as feet and reference, from a number (ft MSL), a text ("FL 95", "500ft AGL", "GND", "UNL"), a mapping."""
    if isinstance(given, dict):
        return _mapped({str(k).lower(): v for k, v in given.items()})
    if isinstance(given, int | float):
        return _limited(float(given), "MSL")
    text = str(given).strip().upper().replace(",", "")
    if text in ("GND", "SFC", "SURFACE", "GROUND", "0"):
        return 0.0, "SFC"
    if text == "MSL":
        return 0.0, "MSL"
    if text in ("UNL", "UNLTD", "UNLIM", "UNLIMITED"):
        return math.inf, "UNL"
    found = _TEXT.match(text)
    if not found:
        raise ValueError(f"{str(given)[:40]!r} is no height")
    level, number, unit, reference = found.groups()
    if level == "FL":
        return _limited(100 * float(number), "STD")
    feet = float(number) * (FEET_PER_M if unit in ("M", "MTR", "METERS") else 1)
    return _limited(feet, _REFERENCES.get(reference or "", reference or "MSL"))


def _mapped(limit: dict[str, Any]) -> tuple[float, str]:
    """The limits of FAA extracts (valueft, reference), of tar1090 (value, ref) and of openAIP (value, unit, datum)."""
    if "valueft" in limit:
        feet, reference = float(limit["valueft"]), str(limit.get("reference") or "MSL").upper()
        return _grounded(feet, _REFERENCES.get(reference, reference))
    if "value" not in limit:
        raise ValueError(f"{str(limit)[:60]} is no height")
    if "referencedatum" in limit or isinstance(limit["value"], int | float):
        unit = {0: FEET_PER_M, 1: 1.0, 6: 100.0}.get(limit.get("unit", 1), 1.0)
        reference = {0: "AGL", 1: "MSL", 2: "STD"}.get(limit.get("referencedatum", 1), "MSL")
        return _grounded(float(limit["value"]) * unit, reference)
    reference = str(limit.get("ref") or limit.get("reference") or "").upper()
    feet, own = height(limit["value"])
    return _grounded(feet, _REFERENCES.get(reference, reference) or own)


def _grounded(feet: float, reference: str) -> tuple[float, str]:
    """A height of nothing above ground is the surface itself."""
    return (0.0, "SFC") if reference == "AGL" and feet == 0 else _limited(feet, reference)


def _limited(feet: float, reference: str) -> tuple[float, str]:
    if math.isnan(feet) or feet < -2_000:
        raise ValueError(f"{feet} ft is no height")
    return (math.inf, "UNL") if feet >= _UNLIMITED_FT else (feet, reference)

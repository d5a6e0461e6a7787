"""Values of the configuration by type: from TOML or from text, checked, and back into TOML."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from cli.option_keys import Key

LONGEST, MOST = 4_000, 1_000
"""Characters of a text, and entries of a list."""

LEVELS = ("debug", "info", "warning", "error")
_FLAGS = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}


def checked(key: Key, value: Any) -> Any:
    """The value as the service takes it. Raises ValueError that says what would be right."""
    return _CHECKS[key.type](key, value)


def from_text(key: Key, text: str) -> Any:
    """The value that an environment variable or `--set` gives: lists with ; between their parts. Raises ValueError."""
    if key.type in ("number", "whole"):
        return checked(key, _as_number(text))
    if key.type == "flag":
        return checked(key, _FLAGS.get(text.strip().lower(), text))
    if key.type in ("texts", "paths", "places"):
        return checked(key, [part.strip() for part in text.split(";") if part.strip()])
    if key.type == "headers":
        pairs = (part.partition("=") for part in text.split(";") if part.strip())
        return checked(key, {name.strip(): value.strip() for name, _, value in pairs})
    return checked(key, text)


def _as_number(text: str) -> Any:
    """An integer where it is one, as in TOML; the text where it is no number."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def toml(value: Any) -> str:
    """The value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "inf" if value == math.inf else "-inf" if value == -math.inf else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_quoted(name)} = {toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return _quoted(str(value)) if not isinstance(value, int) else str(value)


def bounds(key: Key) -> str:
    """The bounds of a number in words; '' where it has none."""
    low, high = math.isfinite(key.low), math.isfinite(key.high)
    if low and high:
        return f"{key.low:,.10g} to {key.high:,.10g}"
    return f"at least {key.low:,.10g}" if low else f"at most {key.high:,.10g}" if high else ""


def _quoted(text: str) -> str:
    # A basic string of TOML is a string of JSON, but for DEL.
    return orjson.dumps(text).decode().replace("\x7f", "\\u007f")


def _text(key: Key, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    if len(value) > LONGEST or any(ord(c) < 32 for c in value):
        raise ValueError(f"must be of at most {LONGEST:,} characters, none of them a control character")
    return value.strip()


def _number(key: Key, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise ValueError(f"must be a number{_within(key)}")
    if not key.low <= value <= key.high:
        raise ValueError(f"= {value:g} is outside{_within(key)}")
    return value


def _whole(key: Key, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number{_within(key)}")
    return int(_number(key, value))


def _within(key: Key) -> str:
    words = bounds(key)
    unit = f" {key.unit}" if key.unit else ""
    return f" {words}{unit}" if words else f" in{unit}" if unit else ""


def _flag(key: Key, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _level(key: Key, value: Any) -> str:
    if value not in LEVELS:
        raise ValueError(f"must be one of {', '.join(LEVELS)}")
    return str(value)


def _texts(key: Key, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST:
        raise ValueError(f"must be a list of at most {MOST:,} texts")
    return [_text(key, one) for one in value]


def _place(key: Key, value: Any) -> str:
    try:
        lat, lon = (float(part) for part in _text(key, value).split(","))
    except ValueError:
        raise ValueError('must be LATITUDE,LONGITUDE in degrees, such as "48.21,11.64"') from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("must be a latitude of -90 to 90 and a longitude of -180 to 180")
    return f"{lat:.10g},{lon:.10g}"


def _places(key: Key, value: Any) -> list[str]:
    return [_place(key, one) for one in _texts(key, value)]


def _headers(key: Key, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("must be a table of texts")
    return {name: _text(key, text) for name, text in value.items()}


_CHECKS: Mapping[str, Callable[[Key, Any], Any]] = {
    "text": _text, "number": _number, "whole": _whole, "flag": _flag, "level": _level, "texts": _texts,
    "path": _text, "paths": _texts, "place": _place, "places": _places, "headers": _headers,
}  # fmt: skip

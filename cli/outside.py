"""The services that a live service may ask, from the configuration file: [weather] and [notams], off unless enabled."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.ui import INPUT, USAGE, Failure
from feeds import notam_api, weather_api
from feeds._asking import BODY_LIMIT, GAP_S, TIMEOUT_S, Asking
from geo.context import Context
from pipeline.outside import Outside

_NUMBERS = {"every_s": (30.0, 86_400.0), "timeout_s": (0.1, 120.0), "gap_s": (0.1, 3_600.0), "most_mb": (0.01, 256.0)}
"""Settings that are numbers, and their bounds: how old an answer may be, how long one may take, seconds between two
requests, megabytes of an answer."""


def outside(config: Path | None, context: Context) -> Outside | None:
    """The clients that the file enables; None where it enables none. Raises Failure for a bad setting."""
    tables = _tables(config) if config else {}
    try:
        weather = _weather(tables.get("weather", {}), context)
        notams = _notams(tables.get("notams", {}))
    except ValueError as error:
        raise Failure(f"{config}: {error}", USAGE) from error
    return Outside(context, weather, notams) if weather or notams else None


def _tables(config: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Failure(f"{config}: not TOML: {error}", INPUT) from error


def _weather(table: Any, context: Context) -> weather_api.WeatherClient | None:
    given = _checked("weather", table)
    if not given.get("enabled"):
        return None
    url = given.get("url", weather_api.URL)
    return weather_api.WeatherClient(
        context.reports, url, given.get("every_s", weather_api.FRESH_S), _asking("weather", given)
    )


def _notams(table: Any) -> notam_api.NotamClient | None:
    given = _checked("notams", table)
    if not given.get("enabled"):
        return None
    if "url" not in given:
        raise ValueError("[notams] is enabled and has no url: there is no source that everyone may use")
    return notam_api.NotamClient(given["url"], given.get("every_s", notam_api.FRESH_S), _asking("notams", given))


def _checked(name: str, table: Any) -> Mapping[str, Any]:
    """A table of known settings, each of its type and within its bounds. Raises ValueError."""
    if not isinstance(table, dict):
        raise ValueError(f"[{name}] must be a table, such as enabled = true")
    known = {"enabled", "url", "headers", *_NUMBERS}
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"[{name}] {key}: no such setting; known: {', '.join(sorted(known))}")
        if key in _NUMBERS:
            low, high = _NUMBERS[key]
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise ValueError(f"[{name}] {key} must be a number from {low:g} to {high:g}")
        elif key == "headers":
            if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
                raise ValueError(f"[{name}] headers must be a table of texts")
        elif not isinstance(value, bool if key == "enabled" else str):
            raise ValueError(f"[{name}] {key} must be {'true or false' if key == 'enabled' else 'a text'}")
    return table


def _asking(name: str, given: Mapping[str, Any]) -> Asking:
    return Asking(
        name, given.get("headers", {}), given.get("timeout_s", TIMEOUT_S),
        int(given["most_mb"] * 1e6) if "most_mb" in given else BODY_LIMIT, given.get("gap_s", GAP_S),
    )  # fmt: skip

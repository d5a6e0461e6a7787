"""The services that a live service may ask, from the configuration file: [weather] and [notams], off unless enabled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.configuration import Configuration
from cli.ui import USAGE, Failure
from feeds import notam_api, weather_api
from feeds._asking import BODY_LIMIT, GAP_S, TIMEOUT_S, Asking
from geo.context import Context
from pipeline.outside import Outside


def outside(config: Configuration, context: Context) -> Outside | None:
    """The clients that it enables; None where it enables none. Raises Failure for what does not fit together."""
    try:
        weather = _weather(config.table("weather"), context)
        notams = _notams(config.table("notams"))
    except ValueError as error:
        raise Failure(f"{config.path or 'configuration'}: {error}", USAGE) from error
    return Outside(context, weather, notams) if weather or notams else None


def _weather(given: Mapping[str, Any], context: Context) -> weather_api.WeatherClient | None:
    if not given.get("enabled"):
        return None
    url = given.get("url") or weather_api.URL
    return weather_api.WeatherClient(
        context.reports, url, given.get("every_s", weather_api.FRESH_S), _asking("weather", given)
    )


def _notams(given: Mapping[str, Any]) -> notam_api.NotamClient | None:
    if not given.get("enabled"):
        return None
    if not given.get("url"):
        raise ValueError("[notams] is enabled and has no url: there is no source that everyone may use")
    return notam_api.NotamClient(given["url"], given.get("every_s", notam_api.FRESH_S), _asking("notams", given))


def _asking(name: str, given: Mapping[str, Any]) -> Asking:
    return Asking(
        name, given.get("headers", {}), given.get("timeout_s", TIMEOUT_S),
        int(given["most_mb"] * 1e6) if "most_mb" in given else BODY_LIMIT, given.get("gap_s", GAP_S),
    )  # fmt: skip

"""Where recordings were heard: what is said, else the only place that is known of."""

from __future__ import annotations

from collections.abc import Iterable

import click

from cli.configuration import Configuration
from cli.ui import USAGE, Failure

Place = tuple[float, float] | None
"""Latitude and longitude in degrees."""


def degrees(text: str) -> tuple[float, float]:
    """`48.2,11.6` as latitude and longitude. Raises Failure."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        shown = text[:60]
        raise Failure(f"--receiver {shown!r}: give LATITUDE,LONGITUDE in degrees, such as 48.21,11.64", USAGE) from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Failure(f"--receiver {text[:60]!r}: latitude is -90 to 90, longitude -180 to 180", USAGE)
    return lat, lon


def _said(context: click.Context, parameter: click.Parameter, text: str | None) -> Place:
    return None if text is None else degrees(text)


receiver_option = click.option(
    "--receiver", "heard", metavar="LAT,LON", callback=_said, help="Where recordings of Mode S frames (Beast, raw) "
    "were heard: places on the ground need it.",
)  # fmt: skip


def only(places: Iterable[str]) -> Place:
    """The place where there is one alone; of several nobody knows which one heard a recording."""
    found = {degrees(text) for text in places}
    return found.pop() if len(found) == 1 else None


def configured(config: Configuration) -> Place:
    """The place of the only receiver that the configuration knows of."""
    return only([*config["judging.receivers"], *(table["receiver"] for table in config.feeds if table.get("receiver"))])

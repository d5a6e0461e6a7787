"""The options of the commands that judge, and the resources that some of them name; nothing is loaded here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cli.configured import config_options


@dataclass(frozen=True)
class Loader:
    """A resource that files are loaded into: the option's help, and the function (module:name) that takes the paths."""

    help: str
    function: str

    def __call__(self, paths: Sequence[Path]) -> Any:
        """Imported here: `--help` does not wait for GDAL."""
        module, _, name = self.function.partition(":")
        return getattr(importlib.import_module(module), name)(paths)


LOADERS: Mapping[str, Loader] = {
    "zones": Loader("Airspace: GeoJSON, OpenAir, KML, NOTAMs, or what GDAL reads.", "feeds.zones_files:load_zones"),
    "aircraft": Loader("Aircraft database: CSV or JSON of the known kinds.", "feeds.aircraft_files:load_aircraft"),
    "watch_list": Loader("Aircraft to look out for: CSV of plane-alert-db's columns.", "feeds.watch_files:load_watch"),
    "firs": Loader("Flight information regions: GeoJSON polygons.", "feeds.fir_files:load_firs"),
    "routes": Loader("Airports by callsign: CSV with Callsign and AirportCodes.", "feeds.route_files:load_routes"),
}
"""Resources by name; each is an option of the commands that judge."""

WEATHER = Loader("Weather reports (METAR) to show beside anomalies: JSON or text.", "feeds.weather:load_weather")


RECEIVERS = "Where a receiver stands: LATITUDE,LONGITUDE. One alone has heard the recordings of Mode S frames."


def judging_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """An option for every resource; --runways, --weather, --receiver, --classes, --config, --set, --no-reference."""
    path = click.Path(path_type=Path)
    options: tuple[Callable[[Any], Any], ...] = (
        *(
            click.option(f"--{name.replace('_', '-')}", name, multiple=True, type=path, help=loader.help)
            for name, loader in {**LOADERS, "weather": WEATHER}.items()
        ),
        click.option("--receiver", "receivers", multiple=True, help=RECEIVERS),
        click.option("--runways", type=path, help="Runways as OurAirports publishes them (CSV)."),
        click.option(
            "--classes", help="Anomaly classes, separated by commas; 'nine' for the first nine. Default: all."
        ),
        config_options,
        click.option("--no-reference", is_flag=True, help="Leave out what `skysift reference add` imported."),
    )
    for one in reversed(options):
        function = one(function)
    return function

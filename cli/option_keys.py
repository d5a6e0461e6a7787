"""Every key of the configuration, declared once: file, environment, options, checks and pages are loops over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import click

PREFIX = "SKYSIFT_"
"""Of every environment variable; then the key, in capitals, with _ for what is no letter or digit."""


@dataclass(frozen=True)
class Key:
    """One value. `type` is one of cli/option_values.py's; `low` and `high` bound a number, inclusive.

    `option`: the parameter of `serve` that takes it too. `secret`: it is shown nowhere. `live`: a change of the file
    takes effect without a restart. `source`: where a default comes from.
    """

    table: str
    name: str
    type: str
    default: Any
    help: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    option: str = ""
    secret: bool = False
    live: bool = False
    source: str = ""
    variable: str = ""

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def environment(self) -> str:
        """The environment variable that sets it."""
        return self.variable or PREFIX + "".join(c if c.isalnum() else "_" for c in self.path.upper())


TABLES: Mapping[str, str] = {
    "service": "What the page calls itself, and where it answers.",
    "database": "Where everything is stored.",
    "storage": "What is stored of what comes in, and for how long.",
    "judging": "What is judged, and what is known beside it.",
    "alerts": "How alerts leave the service.",
    "privacy": "Who is not to be seen, or not under their name (docs/operation.md).",
    "log": "What the service says of itself on standard error.",
    "weather": "Weather reports asked of a service, for what is known around an anomaly.",
    "notams": "NOTAMs asked of a service, for what is known around an anomaly.",
}
"""Tables with fixed keys, and what they are about. [[feeds]] and [detectors.CLASS] come beside them."""

_FILES = "file or folder; several may be given"


def _asked(table: str, url: str, every_s: float) -> tuple[Key, ...]:
    """The keys of a service that is asked for what is nice to have."""
    return (
        Key(table, "enabled", "flag", False, "whether it is asked at all"),
        Key(table, "url", "text", url, "address, with {stations}, {fir}, {airport}, {lat}, {lon} filled in; it may "
            "hold a key", secret=True),
        Key(table, "headers", "headers", {}, "headers of every request, such as a key", secret=True),
        Key(table, "every_s", "number", every_s, "how old an answer may be", "s", 30, 86_400),
        Key(table, "timeout_s", "number", 10.0, "how long an answer may take", "s", 0.1, 120),
        Key(table, "gap_s", "number", 1.0, "between two requests", "s", 0.1, 3_600),
        Key(table, "most_mb", "number", 16.777216, "of an answer", "MB", 0.01, 256),
    )  # fmt: skip


KEYS: tuple[Key, ...] = (
    Key("service", "title", "text", "Skysift", "what the page calls itself", option="title"),
    Key("service", "host", "text", "127.0.0.1", "address to answer at; beyond loopback everything asks for a login",
        option="host"),
    Key("service", "port", "whole", 8080, "port to answer at; 0 takes a free one", "", 0, 65_535, option="port"),
    Key("service", "public", "flag", None, "whether nobody may read without a login; unset: at this machine itself",
        option="open_reading"),
    Key("database", "url", "text", "", "a PostgreSQL database with PostGIS, in UTF8; empty: the private one",
        secret=True, variable="DATABASE_URL"),
    Key("storage", "store_every_s", "number", 5.0, "between stored positions of a flight; 0 stores all", "s", 0, 3_600,
        option="store_every_s"),
    Key("storage", "retention_days", "number", 30.0, "how long positions, tracks, alerts and half-hour counts are kept",
        "days", 0.25, 36_500, option="keep_days", source="the first requirements: 30 days detailed"),
    Key("storage", "hourly_days", "number", 365.0, "how long counts by hour, H3 cell and class are kept", "days", 1,
        36_500, source="the first requirements: a year aggregated"),
    Key("storage", "keep_raw", "flag", False, "keep what feeds send as it comes in, for debugging (`skysift raw`)",
        option="keep_raw"),
    Key("storage", "keep_raw_mb", "number", 1_000.0, "how much of that is kept, compressed; the oldest goes", "MB", 1,
        1_000_000),
    Key("storage", "keep_raw_days", "number", 3.0, "how long that is kept", "days", 0.25, 365),
    Key("judging", "poll_interval_s", "number", 1.0, "between two requests to a feed that does not say otherwise", "s",
        0.1, 3_600, option="poll_interval_s", source="the first requirements: every second"),
    Key("judging", "lateness_s", "number", 2.0, "how long late rows are waited for at most", "s", 0, 600,
        option="lateness_s"),
    Key("judging", "lateness_fixed", "flag", False, "wait that long for all rows; else only as long as each feed's own "
        "were late lately"),
    Key("judging", "patience_s", "number", 15.0, "how long the fastest of several feeds waits for slower ones", "s", 0,
        600, option="patience_s"),
    Key("judging", "classes", "texts", [], "anomaly classes to run; empty: all", option="classes"),
    Key("judging", "receivers", "places", [], "where receivers stand, as LATITUDE,LONGITUDE", option="receivers"),
    Key("judging", "no_reference", "flag", False, "leave out what `skysift reference add` imported",
        option="no_reference"),
    Key("judging", "zones", "paths", [], f"airspace: {_FILES}", option="zones"),
    Key("judging", "aircraft", "paths", [], f"aircraft database: {_FILES}", option="aircraft"),
    Key("judging", "watch_list", "paths", [], f"aircraft to look out for: {_FILES}", option="watch_list"),
    Key("judging", "firs", "paths", [], f"flight information regions: {_FILES}", option="firs"),
    Key("judging", "routes", "paths", [], f"airports by callsign: {_FILES}", option="routes"),
    Key("judging", "weather", "paths", [], f"weather reports: {_FILES}", option="weather"),
    Key("judging", "runways", "path", None, "runways as OurAirports publishes them", option="runways"),
    Key("alerts", "per_hour", "whole", 100, "alerts of all subscriptions together; the rest is counted and told later; "
        "0: no limit", "", 0, 1_000_000, option="alerts_per_hour", source="the first requirements"),
    Key("alerts", "allow_private_destinations", "flag", False, "send into private networks and to this machine too",
        option="allow_private_destinations"),
    Key("alerts", "allow_networks", "texts", [], "private networks to send to, such as 10.0.0.0/8",
        option="allow_network"),
    Key("privacy", "pseudonyms", "flag", False, "store keyed hashes for addresses and callsigns, no registrations"),
    Key("privacy", "opt_out", "texts", [], "addresses, registrations and callsigns of which nothing is kept"),
    Key("privacy", "opt_out_files", "paths", [], "the same from files: the first value of each line"),
    Key("privacy", "honour_pia", "flag", False, "keep nothing of aircraft with a privacy address (PIA)"),
    Key("privacy", "honour_ladd", "flag", False, "keep nothing of aircraft whose display is limited (LADD)"),
    Key("log", "level", "level", "info", "the least important lines that are written: debug, info, warning or error"),
    Key("log", "json", "flag", None, "JSON lines instead of text; unset: unless standard error is a terminal"),
    *_asked("weather", "", 600.0),
    *_asked("notams", "", 900.0),
)  # fmt: skip

FEED_KEYS: tuple[Key, ...] = (
    Key("feeds", "address", "text", None, "address, file or folder, or demo; required", secret=True),
    Key("feeds", "name", "text", "", "what it is called; else its address"),
    Key("feeds", "format", "text", "", "its format, where the content leaves it open (`skysift feeds`)"),
    Key("feeds", "receiver", "place", "", "where its receiver stands, as LATITUDE,LONGITUDE"),
    Key("feeds", "zone", "text", "", "of times that name no time zone (SBS), as Europe/Berlin; else found out, or UTC"),
    Key("feeds", "secrets", "headers", {}, "keys for the other side, by name", secret=True),
    Key("feeds", "key", "text", "", "which secret, or variable of the environment, an http address is sent"),
    Key("feeds", "header", "text", "", "the header that the key is sent in; else authorization"),
    Key("feeds", "base", "text", "", "another address of a public service"),
    Key("feeds", "auth", "text", "", "another address of a public service's tokens"),
    Key("feeds", "poll_interval_s", "number", None, "between two requests; else judging.poll_interval_s", "s", 0.1,
        3_600),
)  # fmt: skip
"""Of each table [[feeds]]."""


@cache
def thresholds() -> tuple[Key, ...]:
    """The parameters of all classes. Imports every class."""
    from detectors._registry import registry

    return tuple(
        Key(f"detectors.{own}", name, "number", one.default, one.help, one.unit, one.lo, one.hi, live=True,
            source=one.source)
        for own, spec in registry().items()
        for name, one in spec.params.items()
    )  # fmt: skip


@cache
def keys() -> Mapping[str, Key]:
    """All keys but those of feeds, by path."""
    return {one.path: one for one in (*KEYS, *thresholds())}


_STATIC = {one.path: one for one in KEYS}
_CLICK: Mapping[str, Any] = {"number": float, "whole": int}


def option(path: str, *names: str, **more: Any) -> Callable[[Any], Any]:
    """The option of a command that sets a key: help, default and bounds are the key's."""
    key = _STATIC[path]
    kind: Any = {"number": click.FloatRange, "whole": click.IntRange}.get(key.type)
    given = {"type": kind(key.low, key.high)} if kind and math.isfinite(key.high) else {}
    if key.default is not None:
        given |= {"default": key.default, "show_default": True}
    return click.option(*names, key.option, help=key.help[0].upper() + key.help[1:] + ".", **{**given, **more})

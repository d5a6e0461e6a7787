"""`skysift backtest FILE...`: what a subscription to an area would have told of recordings, before anybody is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from cli.anomaly_files import collection, whole
from cli.detect import recorded
from cli.inputs import judging, judging_options
from cli.reading import read
from cli.ui import INPUT, USAGE, Failure, err, json_option, print_json, progress, table
from geo.alert import Alert
from geo.anomaly import PRIORITIES, utc_text
from geo.batch import Batch
from geo.schema import NON_ICAO
from geo.zones import Zones
from pipeline.airframes import Airframes
from pipeline.backtest import backtest, confidence_for
from pipeline.subscriptions import TRIGGERS, Fleet, Subscription
from pipeline.watcher import Watcher

DAY_MS = 86_400_000.0


@click.command(name="backtest")
@click.argument("files", nargs=-1, required=True)
@click.option("--areas", multiple=True, required=True, type=click.Path(path_type=Path), help="GeoJSON, KML or OpenAir.")
@click.option(
    "--trigger",
    "triggers",
    multiple=True,
    type=click.Choice([name for name in TRIGGERS if name != "service"]),
    default=("anomaly-starts",),
    show_default=True,
    help="What is told; repeat for several.",
)
@click.option("--minutes", type=click.FloatRange(0, 43_200, min_open=True), help="For stays, returns and quiet.")
@click.option("--confidence", type=click.FloatRange(0, 1), default=0.0, help="Of anomalies, at least.")
@click.option("--priority", type=click.Choice(PRIORITIES[1:]), default="low", help="Of anomalies, at least.")
@click.option("--icao24", multiple=True, help="Only these addresses (hex); repeat for several.")
@click.option("--callsign", multiple=True, help="Only callsigns like this, with * and ?.")
@click.option("--type", "types", multiple=True, help="Only aircraft of this type, such as A320.")
@click.option("--operator", multiple=True, help="Only operators like this; asks for an aircraft database.")
@click.option("--military/--civil", default=None, help="Only military aircraft, or only others.")
@click.option("--budget", type=click.FloatRange(0, min_open=True), help="Alerts a day: which confidence keeps to it?")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the alerts as GeoJSON.")
@click.option("--format", "format_", help="Format of the files, where the content leaves it open.")
@judging_options
@json_option
def command(
    files: Sequence[str],
    areas: Sequence[Path],
    budget: float | None,
    output: Path | None,
    format_: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find out what watching AREAS would have told of FILES: recordings, snapshots, or folders of them."""
    if output and output.suffix.lower() not in (".geojson", ".json"):
        raise Failure(f"{output}: alerts are written as .geojson", USAGE)
    wanted = {name: options.pop(name) for name in _WANTED}
    watched = _areas(areas)
    subscriptions = _subscriptions(len(watched), **wanted)
    setup = judging(**options)
    if not any(one.startswith("anomaly") for one in wanted["triggers"]):
        setup = replace(setup, classes={})
    given = {name: setup.resources[key] for name, key in _ABOUT.items() if key in setup.resources}
    watcher = Watcher(watched, np.arange(len(watched)), subscriptions, Airframes(**given))
    rows = list(setup.private(read(recorded(files, format_, heard=setup.heard))))
    with progress("watching", sum(map(len, rows))) as advance:
        alerts = backtest(setup.engine(lateness_s=0.0), watcher, rows, advance)
    summary = _summary(alerts, watched, rows, budget)
    if output:
        _write(output, alerts)
    elif not as_json:
        click.echo(collection(one.feature() for one in alerts), nl=False)
    print_json(summary) if as_json else _show(summary, budget)


_WANTED = ("triggers", "minutes", "confidence", "priority", "icao24", "callsign", "types", "operator", "military")
_ABOUT = {"known": "aircraft", "listed": "watch_list"}


def _areas(paths: Sequence[Path]) -> Zones:
    from feeds.zones_files import load_zones

    areas = load_zones(paths)
    for problem in areas.problems[:5]:
        err.print(f"note: refused in areas: {problem}", markup=False, soft_wrap=True)
    return areas


def _subscriptions(
    areas: int, triggers: Sequence[str], minutes: float | None, confidence: float, priority: str, **fleet: Any
) -> list[Subscription]:
    """One of each trigger on each area."""
    one = Fleet(
        frozenset(_address(text) for text in fleet["icao24"]), fleet["callsign"],
        frozenset(t.upper() for t in fleet["types"]), frozenset(), fleet["operator"], fleet["military"],
    )  # fmt: skip
    pairs, least = [(trigger, area) for trigger in triggers for area in range(areas)], PRIORITIES.index(priority)
    return [
        Subscription(k, f"{trigger} {area}", trigger, area, minutes, frozenset(), confidence, least, one)
        for k, (trigger, area) in enumerate(pairs)
    ]


def _address(text: str) -> int:
    """A hex address; `~` marks one that is no ICAO address."""
    try:
        value = int(text.removeprefix("~"), 16)
    except ValueError:
        value = -1
    if not 0 <= value < NON_ICAO:
        raise Failure(f"--icao24 {text!r}: give six hex digits, such as 3c6444", USAGE)
    return value | (NON_ICAO if text.startswith("~") else 0)


def _summary(alerts: Sequence[Alert], areas: Zones, rows: Sequence[Batch], budget: float | None) -> dict[str, Any]:
    """How many alerts, of which trigger and area, on which day."""
    times = [t for b in rows if len(b) for t in (int(b["time"].min()), int(b["time"].max()))]
    if not times:
        raise Failure("the recordings hold no observation", INPUT)
    days = max((max(times) - min(times)) / DAY_MS, 1 / 24)
    out: dict[str, Any] = {
        "start": utc_text(min(times)), "end": utc_text(max(times)), "alerts": len(alerts),
        "alerts_a_day": round(len(alerts) / days, 1),
        "by_trigger": dict(Counter(one.trigger for one in alerts)),
        "by_area": dict(Counter(str(areas.names[one.area]) for one in alerts)),
        "by_day": dict(Counter(utc_text(one.time)[:10] for one in alerts)),
    }  # fmt: skip
    if budget is not None:
        out["confidence_for_budget"] = confidence_for(alerts, days, budget)
    return out


def _show(summary: Mapping[str, Any], budget: float | None) -> None:
    for title in ("trigger", "area", "day"):
        shown = table(title, "alerts")
        for name, count in summary[f"by_{title}"].items():
            shown.add_row(name, str(count))
        if summary["alerts"]:
            err.print(shown)
    span = f"{summary['start']} to {summary['end']}"
    err.print(f"{summary['alerts']:,} alerts, {summary['alerts_a_day']:,} a day; {span}")
    if budget is not None:
        least = summary["confidence_for_budget"]
        what = "no confidence keeps" if least is None else f"--confidence {least:g} keeps"
        err.print(f"{what} to {budget:g} a day")


def _write(path: Path, alerts: Sequence[Alert]) -> None:
    with whole(path) as part:
        part.write_bytes(collection(one.feature() for one in alerts))

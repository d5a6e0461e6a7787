"""`skysift scorecard`: what every class finds, misses and gets wrong, measured on planted attacks and real events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from api.measured import SHIPPED
from benchmarks.scorecard.markdown import page
from benchmarks.scorecard.summary import tuned_on
from cli.ui import INPUT, USAGE, Failure, out, progress, table

SECTIONS = ("attacks", "clean", "disturbed", "behaviours", "cities", "events", "innocent", "planted", "gpsjam")

COMPARED = SHIPPED.with_name("_compared.json")
"""Written by `skysift scorecard --learned --json`; docs/scorecard.md shows it."""


@click.command(name="scorecard")
@click.option("--nightly", is_flag=True, help="All attacks, 20 variants each, all recordings.")
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="Recordings. Default: synthetic flights.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option("--classes", help="Classes to run, separated by commas, or 'nine'. Default: all.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Processes that share the work.")
@click.option(
    "--section",
    "sections",
    multiple=True,
    type=click.Choice(SECTIONS),
    help="Measure this alone, and put it into the scorecard that --json names. More than once.",
)
@click.option(
    "--from",
    "other",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With --section: take it from this scorecard instead of measuring.",
)
@click.option("--markdown", is_flag=True, help="Measure nothing: print the shipped figures as Markdown.")
@click.option(
    "--learned",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Instead: learned scores "
    "beside each other and beside rules; a folder of features of normal traffic that the rivals learn from.",
)
@click.option(
    "--calibrate", is_flag=True, help="Instead: the verdict's weights, learned from attacks planted where it may learn."
)
def command(
    nightly: bool, data: Path | None, target: Path | None, classes: str | None, jobs: int, sections: tuple[str, ...],
    other: Path | None, markdown: bool, learned: Path | None, calibrate: bool,
) -> None:  # fmt: skip
    """Precision, recall, false alarms and delay of every class."""
    from benchmarks.scorecard.report import Setup, scorecard

    if other and not sections:
        raise Failure("--from: name with --section what is to be taken from it", USAGE)
    if sum((markdown, bool(learned), calibrate)) > 1:
        raise Failure("--markdown, --learned and --calibrate: give one of them", USAGE)
    if markdown:
        click.echo(page(orjson.loads(SHIPPED.read_bytes()), orjson.loads(COMPARED.read_bytes())), nl=False)
        return
    if learned or calibrate:
        setup = Setup(classes, data, nightly)
        _compare(setup, learned, target) if learned else _calibrate(setup, target)
        return
    old = _old(target) if sections else None
    if other and old is not None:
        _join(old, other, sections, target)
        return
    with progress("measuring") as advance:
        card = scorecard(Setup(classes, data, nightly), lambda text: advance(0, text), jobs, sections, old)
    show(card)
    if target:
        _write(target, card)


def _join(old: Mapping[str, Any], other: Path, sections: tuple[str, ...], target: Path | None) -> None:
    """Sections of another scorecard, into the target."""
    from benchmarks.scorecard.report import joined

    try:
        card = joined(old, _card(other), sections)
    except ValueError as error:
        raise Failure(f"--from {other}: {error}; its sections are its keys", INPUT) from error
    show(card)
    if target:
        _write(target, card)


def _old(target: Path | None) -> Mapping[str, Any]:
    """The scorecard that sections are put into. Raises Failure where there is none."""
    if target is None or not target.exists():
        raise Failure("--section puts what it measures into a scorecard: name its file with --json", USAGE)
    return _card(target)


def _card(target: Path) -> Mapping[str, Any]:
    """A scorecard's figures. Raises Failure where the file holds none."""
    try:
        card = orjson.loads(target.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Failure(f"{target}: not JSON ({error}); write it anew without --section", INPUT) from error
    missing = {"classes", "attacks", "clean", "planted"} - set(card if isinstance(card, dict) else ())
    if missing:
        raise Failure(f"{target}: not a scorecard: without {', '.join(sorted(missing))}", INPUT)
    return dict(card)


def _write(target: Path, value: Any) -> None:
    target.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY) + b"\n")


def _compare(setup: Any, folder: Path, target: Path | None) -> None:
    """Learned scores, as a table and into the file."""
    from benchmarks.scorecard.learned import measured
    from benchmarks.scorecard.learned_page import FALSE_SHARE
    from models.feature_days import FeatureFiles

    try:
        with progress("measuring") as advance:
            card = measured(setup, folder, lambda text: advance(0, text))
    except FeatureFiles as error:
        raise Failure(str(error), INPUT) from error
    shown = table("attack", "on", "score", "AUC", "F1", "recall", "false rows", "own F1", "own false rows")
    for one in card["rows"]:
        cells = (number(one[k]) for k in ("auc", "f1", "recall"))
        own = number(one.get("own_f1")), number(one.get("own_false_share"), 4)
        shown.add_row(one["attack"], one["recording"], one["scorer"], *cells, number(one["false_share"], 4), *own)
    out.print(shown)
    out.print(
        f"F1 and recall where at most {FALSE_SHARE:.0%} of the rows of other aircraft are flagged; own F1 at the "
        "threshold that the rules and the verdict have."
    )
    if target:
        _write(target, {"measured": datetime.now(UTC).date().isoformat(), **card})


def _calibrate(setup: Any, target: Path | None) -> None:
    """The verdict's weights, on the terminal and into the file."""
    from dataclasses import asdict

    from benchmarks.scorecard.fusion import tuned
    from models.verdict import EVIDENCE

    try:
        with progress("measuring") as advance:
            fusion = tuned(setup, lambda text: advance(0, text))
    except ValueError as error:
        raise Failure(f"--calibrate: {error}", INPUT) from error
    shown = table("evidence", "weight")
    for name, weight in zip(EVIDENCE, fusion.weights, strict=True):
        shown.add_row(name, number(weight, 3))
    out.print(shown)
    out.print(f"A verdict is SUSPICIOUS from a sum of {fusion.least:g} on.")
    if target:
        _write(target, asdict(fusion))


def show(card: Mapping[str, Any]) -> None:
    """The tables: attacks, classes, targets."""
    out.print(_attacks(card))
    out.print()
    out.print(_classes(card))
    out.print()
    out.print(_targets(card))
    out.print(f"Thresholds were tuned on: {', '.join(tuned_on())}; targets are judged on the others.", markup=False)


def _attacks(card: Mapping[str, Any]) -> Any:
    shown = table("attack", "on", "", "prec.", "recall", "F1", "missed", "delay s", "95 %", "clean FPR")
    for one in card["attacks"]:
        same = (c for c in card["clean"] if (c["recording"], c["cadence"]) == (one["recording"], one["cadence"]))
        fpr = next((c["fpr_rows"][one["attack"]] for c in same), None)
        found = one["found"]
        cells = (found["precision"], found["recall"], found["f1"])
        shown.add_row(
            one["attack"], one["recording"], one["cadence"], *(number(x) for x in cells), str(found["never"]),
            number(found["delay_median_s"], 0), number(found["delay_p95_s"], 0), number(fpr, 4),
        )  # fmt: skip
    return shown


def _classes(card: Mapping[str, Any]) -> Any:
    shown = table("class", "precision", "recall", "F1", "delay s", "95 %", "alerts/100 h", "measured on")
    for name, one in card["classes"].items():
        shown.add_row(
            name, *(number(one[k]) for k in ("precision", "recall", "f1")), number(one["delay_median_s"], 0),
            number(one["delay_p95_s"], 0), number(one["false_per_100h"]), one["basis"] or "",
        )  # fmt: skip
    return shown


def _targets(card: Mapping[str, Any]) -> Any:
    shown = table("target", "on", "wanted", "measured", "clean FPR", "")
    for one in card["targets"]:
        where = " ".join(str(one[k]) for k in ("recording", "cadence") if k in one)
        value = one.get("f1", one.get("value"))
        mark = "reached" if one["reached"] else "not reached"
        shown.add_row(one["target"], where, number(one["wanted"]), number(value), number(one.get("clean_fpr"), 4), mark)
    return shown


def number(value: float | None, digits: int = 2) -> str:
    """Short; a dash for what could not be measured."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"

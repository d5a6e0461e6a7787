"""`skysift train point|sequence`: a model of one's own from recordings or folders of features, with its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from cli.inputs import judging, judging_options
from cli.train_data import gather
from cli.train_sequence import command as sequence
from cli.ui import INPUT, Failure, err, json_option, print_json, progress
from geo.feature_table import SETS


@click.group(name="train")
def command() -> None:
    """Train a model on your own history; `skysift models use` lets it speak."""


command.add_command(sequence)


@command.command()
@click.option("--data", multiple=True, required=True, help="Recordings, or folders that `skysift features` wrote.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the model.")
@click.option(
    "--features", "set_", type=click.Choice(list(SETS)), default="anywhere", show_default=True, help="Features."
)
@click.option("--rules/--no-rules", default=True, show_default=True, help="Leave out flights at fault.")
@click.option("--trees", default=200, show_default=True, type=click.IntRange(10, 2_000), help="Of each group.")
@click.option("--contamination", default=0.01, show_default=True, type=click.FloatRange(1e-6, 0.5), help="Seed 000's.")
@click.option("--seed", default=42, show_default=True, type=click.IntRange(0, 2**31))
@click.option("--group-rows", default=3_000, show_default=True, type=click.IntRange(100), help="Least of a group.")
@click.option("--widen", default=0.0, show_default=True, type=click.FloatRange(0, 2), help="For made-up traffic alone.")
@judging_options
@json_option
def point(
    data: Sequence[str], out: Path, set_: str, rules: bool, trees: int, contamination: float, seed: int,
    group_rows: int, widen: float, as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """The point model: how odd a row is among normal rows of its phase of flight and class of aircraft.

    OUT gets the model, its normalisers, the hash of its features, what it was trained on, how good it is, pictures
    and a card. The same data and options give the same model.
    """
    from models.point_training import Plan

    plan = Plan(trees, contamination, seed, group_rows, max(group_rows // 10, 50), widen=widen)
    told = train_point(data, out, SETS[set_], judging(**options), plan, rules)
    if as_json:
        print_json(told)
        return
    err.print(f"trained on {told['data']['rows']:,} rows of {told['data']['flights']:,} flights")
    for share, part in told["metrics"]["share_of_rows_beyond"].items():
        err.print(f"score {share}: {part:.5%} of the held-back rows reach it")
    err.print(f"written to {out}; `skysift models use {out}` lets it speak", markup=False)


def train_point(
    data: Sequence[str], out: Path, names: Sequence[str], setup: Any, plan: Any, rules: bool = True
) -> dict[str, Any]:
    """Train, measure and write everything; data.json and metrics.json as they were written."""
    from models.measures import point_metrics
    from models.point_training import train, with_about
    from models.splits import split

    training = gather(data, names, setup, rules)
    try:
        parts = split(training.table)
    except ValueError as error:
        raise Failure(str(error), INPUT) from error
    with progress("training") as advance:
        model = train(training.table, parts, names, plan, lambda text: advance(1, text))
        model = with_about(model, data=training.about["digest"], set=list(names))
        advance(0, "measuring")
        metrics = point_metrics(model, training.table, parts, plan)
    model.save(out)
    write_report(out, model, training.about, metrics, training.table.take(parts.test))
    return {"data": training.about, "metrics": metrics}


def write_report(out: Path, model: Any, about: dict[str, Any], metrics: dict[str, Any], held: Any) -> None:
    """data.json, metrics.json, plots and the card."""
    from cli.model_charts import histogram, scatter
    from models.card import point_card
    from models.folder import CARD, DATA, METRICS, PLOTS, write_json

    write_json(out / DATA, about)
    write_json(out / METRICS, metrics)
    found = held.features()
    scores = model.scores(found)
    (out / PLOTS).mkdir(exist_ok=True)
    rarity = -np.log10(np.maximum(1 - scores, 1e-9))
    (out / PLOTS / "scores.svg").write_text(histogram(rarity, 3.0), encoding="utf-8")
    if {"alt", "gspeed"} <= set(found.values):
        drawn = found.take(np.arange(0, len(found), max(1, len(found) // 20_000)))
        odd = scores[:: max(1, len(found) // 20_000)] >= 0.999
        picture = scatter(drawn.values["gspeed"], drawn.values["alt"], odd)
        (out / PLOTS / "altitude-speed.svg").write_text(picture, encoding="utf-8")
    (out / CARD).write_text(point_card(out.name, model.about, about, metrics), encoding="utf-8")


SHIPPED = (
    "synthetic:seed=101,aircraft=300,hours=3,step=5,calm=1,rough=1,start=2026-01-05T06:00:00Z",
    "synthetic:seed=102,aircraft=300,hours=3,step=5,calm=1,rough=1,start=2026-01-06T06:00:00Z",
)
"""What the model that ships was trained on: `skysift train point --no-rules --no-reference --group-rows 5000
--widen 0.8` with each of them as --data."""


def shipped_plan() -> Any:
    """The options of that command."""
    from models.point_training import Plan

    return replace(Plan(), rows=5_000, check_rows=500, widen=0.8)

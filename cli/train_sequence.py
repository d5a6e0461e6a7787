"""`skysift train sequence --data ... --out FOLDER`: a model of whole stretches of flights, learned with PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from cli.inputs import judging, judging_options
from cli.ui import INPUT, USAGE, Failure, err, json_option, print_json, progress, table
from geo.feature_table import SETS
from models.sequence import MOST_FEATURES, NAMES

MOTION = "motion"
NETS = ("gru", "transformer", "both")
DRAWN = ("alt", "gspeed")
"""Features that the drawings need beside the model's own."""


SHIPPED = (
    "synthetic:seed=21,hours=4,step=5,aircraft=200,vectored=180,calm=1,rough=1",
    "synthetic:seed=22,hours=4,step=15,aircraft=200,vectored=180,calm=1,rough=1,start=2026-02-10T06:00:00Z",
)
"""What the model that ships was trained on: `skysift train sequence --no-rules --no-reference --epochs 6` with each of
them as --data."""


@click.command(name="sequence")
@click.option("--data", multiple=True, required=True, help="Recordings, or folders that `skysift features` wrote.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into.")
@click.option(
    "--net",
    type=click.Choice(NETS),
    default="both",
    show_default=True,
    help="What to train; of both the better one is kept.",
)
@click.option(
    "--features", "set_", type=click.Choice([MOTION, *SETS]), default=MOTION, show_default=True, help="Which features."
)
@click.option("--epochs", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option(
    "--windows", default=40_000, show_default=True, type=click.IntRange(100, 10_000_000), help="Windows of an epoch."
)
@click.option("--seed", default=42, show_default=True, type=click.IntRange(0, 2**31 - 1))
@click.option(
    "--rules/--no-rules", default=True, show_default=True, help="Leave out flights that rules find fault with."
)
@judging_options
@json_option
def command(
    data: Sequence[str], out: Path, net: str, set_: str, epochs: int, windows: int, seed: int, rules: bool,
    as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Learn what five minutes of normal flight are like, with a GRU and a small Transformer.

    Needs PyTorch: pip install "skysift[train]". The folder is used with `skysift models use`.
    """
    if find_spec("torch") is None:
        raise Failure('training needs PyTorch: pip install "skysift[train]"; a trained model does not', INPUT)
    names = NAMES if set_ == MOTION else SETS[set_]
    if len(names) > MOST_FEATURES:
        raise Failure(
            f"--features {set_}: {len(names)} features; a sequence model reads at most {MOST_FEATURES}", USAGE
        )
    from models.sequence_training import Plan

    kinds = NETS[:2] if net == "both" else (net,)
    plan = Plan(kinds=kinds, epochs=epochs, windows=windows, seed=seed)
    metrics = train(data, out, names, plan, judging(**options), rules)
    print_json(metrics) if as_json else _show(metrics, out)


def train(data: Sequence[str], out: Path, names: Sequence[str], plan: Any, setup: Any, rules: bool) -> dict[str, Any]:
    """Train and write the folder; its metrics. Raises Failure where the data is too little."""
    from cli.train_data import gather
    from models.sequence_report import write
    from models.sequence_training import train as trained
    from models.splits import split

    training = gather(data, tuple(dict.fromkeys((*names, *DRAWN))), setup, rules)
    try:
        parts = split(training.table)
        with progress("training", len(plan.kinds) * plan.epochs) as advance:
            tried = trained(training.table, parts, names, plan, lambda text: advance(1, text))
    except ValueError as error:
        raise Failure(f"--data: {error}", INPUT) from error
    return write(out, tried, training.table, parts, training.about)


def _show(metrics: Mapping[str, Any], out: Path) -> None:
    shown = table("net", "missed", "bytes")
    for kind, one in metrics["tried"].items():
        shown.add_row(kind, f"{one['missed']:.4f}", f"{one['bytes']:,}")
    err.print(shown)
    test = metrics["test"]
    others = f"of {test['flights']:,} other flights ({test['hours']:,} h) it tells of {test['flights_told']:,}"
    err.print(f"{metrics['net']} is kept: {others}")
    err.print(f"written to {out}", markup=False)

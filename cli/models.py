"""`skysift models list|use|compare`: which learned models speak, others in their place, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from cli.ui import INPUT, USAGE, Failure, err, json_option, out, print_json, table
from models import active
from models.folder import DATA, KINDS, METRICS, MODEL, ModelError, read_json
from store.cluster import default_state_dir


@click.group(name="models")
def command() -> None:
    """Learned models: what speaks through ml-point and ml-sequence."""


@command.command(name="list")
@json_option
def show(as_json: bool) -> None:
    """The model of each kind that speaks, and what it was trained on."""
    state = default_state_dir()
    found = [told for kind in KINDS if (told := _told(state, kind)) is not None]
    if as_json:
        print_json(found)
        return
    shown = table("kind", "which", "features", "hash", "groups", "rows", "trained on")
    for one in found:
        sources = ", ".join(one["sources"][:2])
        shown.add_row(*(str(one[k]) for k in ("kind", "which", "features", "hash", "groups", "rows")), sources)
    out.print(shown)


@command.command()
@click.argument("folder")
@click.option("--kind", type=click.Choice(KINDS), help="With 'shipped': only this kind.")
def use(folder: str, kind: str | None) -> None:
    """Let the model in FOLDER speak from the next start on; 'shipped' goes back to those that came with Skysift."""
    state = default_state_dir()
    if folder == "shipped":
        for one in [kind] if kind else KINDS:
            active.use_shipped(state, one)
        err.print("the shipped models speak again, from the next start on")
        return
    try:
        found = active.use(state, Path(folder))
    except ModelError as error:
        raise Failure(str(error), INPUT) from error
    err.print(f"{folder}: the {found} model from the next start on", markup=False)


@command.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--data", required=True, type=click.Path(path_type=Path), help="A folder that `skysift features` wrote.")
@json_option
def compare(first: Path, second: Path, data: Path, as_json: bool) -> None:
    """Two models of a kind on the same rows: how many each finds odd, and how far they agree."""
    from models.feature_days import FeatureFiles, read_days

    try:
        rows = read_days(data).features()
        (kind, one), (same, other) = _pair(first, second)
    except (ModelError, FeatureFiles) as error:
        raise Failure(str(error), INPUT) from error
    if kind != same:
        raise Failure(f"{first} is a {kind} model, {second} a {same} model: give two of a kind", USAGE)
    lacking = sorted((set(one.names) | set(other.names)) - set(rows.values))
    if lacking:
        raise Failure(f"{data} lacks the features {', '.join(lacking)}: write it with --features all", INPUT)
    told = compared(*(_scores(kind, model, rows) for model in (one, other)))
    print_json(told) if as_json else _show(told, (first.name, second.name))


def compared(one: Any, other: Any) -> dict[str, Any]:
    """Shares of rows that reach a score in each, in both, and the rank correlation of all."""
    shares = {
        str(p): {
            "first": float((one >= p).mean()), "second": float((other >= p).mean()),
            "both": float(((one >= p) & (other >= p)).mean()),
        }
        for p in (0.9, 0.99, 0.999, 0.9999)
    }  # fmt: skip
    first, second = (np.argsort(np.argsort(v)) for v in (one, other))
    alike = float(np.corrcoef(first, second)[0, 1]) if len(one) > 1 else None
    return {"rows": len(one), "rank_correlation": alike, "share_of_rows": shares}


def _pair(first: Path, second: Path) -> Sequence[tuple[str, Any]]:
    """Kind and model of both; `shipped` is the one of the other's kind."""
    known = {str(path): active.load(path) for path in (first, second) if str(path) != "shipped"}
    kind = next(iter(known.values()))[0] if known else KINDS[0]
    return [known.get(str(path)) or active.load(active.SHIPPED / kind) for path in (first, second)]


def _scores(kind: str, model: Any, rows: Any) -> Any:
    """Of rows; of a sequence model those of the windows that end at them."""
    return model.scores(rows)[1] if kind == "sequence" else model.scores(rows)


def _told(state: Path, kind: str) -> dict[str, Any] | None:
    """What speaks of a kind; None where nothing of it ships and none was chosen."""
    own = active.chosen(state, kind)
    folder = own or active.SHIPPED / kind
    if not (folder / MODEL).exists():
        return None
    try:
        head = read_json(folder / MODEL)
        data = read_json(folder / DATA) if (folder / DATA).exists() else {}
        metrics = read_json(folder / METRICS) if (folder / METRICS).exists() else {}
    except ModelError as error:
        raise Failure(str(error), INPUT) from error
    return {
        "kind": kind, "which": "your own" if own else "shipped", "features": len(head.get("features", ())),
        "hash": head.get("hash"), "groups": len(head.get("groups", ())), "rows": data.get("rows"),
        "sources": data.get("sources", []), "metrics": metrics,
    }  # fmt: skip


def _show(told: Mapping[str, Any], names: Sequence[str]) -> None:
    shown = table("score", *names, "both")
    for score, shares in told["share_of_rows"].items():
        shown.add_row(score, *(f"{shares[k]:.4%}" for k in ("first", "second", "both")))
    out.print(shown)
    out.print(f"{told['rows']:,} rows; rank correlation {told['rank_correlation']}")

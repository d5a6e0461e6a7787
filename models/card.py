"""The model card: what a model is, what it was trained on, how good it is and what it is not for, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def point_card(name: str, about: Mapping[str, Any], data: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """README.md of a point model's folder."""
    beyond, alerts = metrics["share_of_rows_beyond"], metrics["alerts_per_100_h"]
    lines = [
        f"# {name}: a point model\n",
        "Says of one row of a flight, each ten seconds, how odd it is among normal rows of the same phase and class of",
        "aircraft: 0.99 means that one normal row in a hundred is at least as odd. Isolation forests, one for each",
        "block of features, scored as the oddest of them.\n",
        "## Trained on\n",
        *(f"- `{one}`" for one in data["sources"]),
        f"- {data['start']} to {data['end']}: {data['rows']:,} rows of {data['flights']:,} flights by "
        f"{data['aircraft']:,} aircraft",
        f"- left out: {data['flights_left_out']:,} flights that rules found fault with"
        + ("" if data["judged_by_rules"] else " (rules were not asked)"),
        f"- features `{data['hash']}`, digest of their values `{data['digest']}`",
        f"- plan: {', '.join(f'{k} {v}' for k, v in about['plan'].items())}\n",
        "## Held-back rows (other aircraft, later)\n",
        "| score | rows that reach it | alerts in 100 flight hours (3 rows in 60 s) |\n|---|---|---|",
        *(f"| {p} | {beyond[p]:.5%} | {'-' if alerts[p] is None else alerts[p]} |" for p in beyond),
        "",
        *_oddities(metrics["planted"]),
        "## Not for\n",
        "Rare is not wrong: training flights, calibration and holding are rare too. A model knows what is usual in the",
        "place it was trained for. It sees one row and the row before: a path that is odd only as a whole needs the",
        "sequence model.",
    ]
    return "\n".join(lines) + "\n"


def _oddities(planted: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    if not planted:
        return []
    methods = list(next(iter(planted.values())))
    return [
        "Oddities planted in them: AUC, and the share found where one normal row in a thousand would be flagged too.\n",
        f"| planted | {' | '.join(methods)} |\n|---|{'---|' * len(methods)}",
        *(
            f"| {oddity} | " + " | ".join(f"{m['auc']:.3f} / {m['found_at_0.001']:.2f}" for m in by.values()) + " |"
            for oddity, by in planted.items()
        ),
        "",
    ]

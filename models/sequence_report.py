"""What is known of a sequence model that was trained: figures, drawings, and the card for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geo.feature_rows import SLOT_S
from geo.schema import Array
from geo.windows import STEPS, windows
from models.feature_days import FeatureTable
from models.folder import CARD, DATA, METRICS, PLOTS, write_json
from models.plots import dots, lines
from models.sequence import SPARED, SequenceModel, lasting
from models.sequence_training import Trained, ends_within
from models.splits import Split

SHARES = (0.9, 0.99, 0.999, 0.9999)
EXAMPLES = 2
"""Windows that are drawn: the most usual one, and the oddest of those held back."""


def write(
    folder: Path, tried: Sequence[Trained], table: FeatureTable, parts: Split, data: Mapping[str, Any]
) -> dict[str, Any]:
    """The best model's folder, with data.json, metrics.json, plots and the card; the metrics."""
    model = tried[0].model
    model.save(folder)
    found = table.features()
    ends, score = model.scores(found)
    held = np.isin(ends, ends_within(ends, parts.test, len(table)))
    alarm = lasting(found, ends, score)
    faulty = table.flagged[ends]
    metrics = {
        "net": tried[0].kind, "tried": {one.kind: _told(one) for one in tried},
        "windows": {n: len(ends_within(ends, getattr(parts, n), len(table))) for n in ("train", "validation", "test")},
        "test": _figures(table, ends, score, held, alarm), "at_fault": _figures(table, ends, score, faulty, alarm),
        "auc_at_fault": auc(score[held], score[faulty]),
    }  # fmt: skip
    write_json(folder / METRICS, metrics)
    write_json(folder / DATA, data)
    (folder / PLOTS).mkdir(exist_ok=True)
    for name, drawing in _plots(model, tried, table, ends, score, held, alarm).items():
        (folder / PLOTS / f"{name}.svg").write_text(drawing, encoding="utf-8")
    (folder / CARD).write_text(card(model, metrics, data), encoding="utf-8")
    return metrics


def auc(normal: Array, odd: Array) -> float | None:
    """How often an odd score is above a normal one, ties counted half; None where there are none of either."""
    if not len(normal) or not len(odd):
        return None
    both = np.concatenate([normal, odd])
    _, of, count = np.unique(both, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[of]
    above = rank[len(normal) :].sum() - len(odd) * (len(odd) + 1) / 2
    return round(float(above / (len(normal) * len(odd))), 4)


def _told(one: Trained) -> dict[str, Any]:
    return {"missed": one.missed, "by_epoch": [list(pair) for pair in one.history], "bytes": len(one.model.graph)}


def _figures(table: FeatureTable, ends: Array, score: Array, some: Array, alarm: Array) -> dict[str, Any]:
    """Of some of the windows: how many reach which score, and the flights that the class would tell of."""
    hours = float(some.sum()) * SLOT_S / 3600
    flights = len(np.unique(table.flight[ends][some & alarm]))
    return {
        "windows": int(some.sum()), "flights": len(np.unique(table.flight[ends][some])), "hours": round(hours, 1),
        "at_least": {str(s): round(float((score[some] >= s).mean()), 6) if some.any() else None for s in SHARES},
        "flights_told": flights, "told_per_100_h": round(flights / hours * 100, 2) if hours else None,
    }  # fmt: skip


def _plots(
    model: SequenceModel,
    tried: Sequence[Trained],
    table: FeatureTable,
    ends: Array,
    score: Array,
    held: Array,
    alarm: Array,
) -> dict[str, str]:
    """Drawings by name."""
    at = np.linspace(0, 1, 101)
    groups = {"held back": score[held], "at fault": score[table.flagged[ends]]}
    shares = {name: np.array([(some >= s).mean() for s in at]) for name, some in groups.items() if len(some)}
    epochs = np.arange(1, len(tried[0].history) + 1)
    out = {
        "scores": lines("Share of windows with at least this score", at, shares, ("score", "share"), log_y=True),
        "epochs": lines("Missed of what was not learned from, by epoch", epochs, {
            one.kind: np.array([check for _, check in one.history]) for one in tried}, ("epoch", "missed")),
    }  # fmt: skip
    if {"alt", "gspeed"} <= set(table.values):
        rows = {"all": np.arange(len(table)), "told of": ends[alarm]}
        speed, height = table.values["gspeed"], table.values["alt"]
        out["altitude_speed"] = dots("Height against speed", {
            name: (speed[some], height[some]) for name, some in rows.items() if len(some)}, ("kt", "ft"))  # fmt: skip
    some = ends[held]
    order = some[np.argsort(score[held], kind="stable")]
    for name, end in (("usual", order[len(order) // 2]), ("odd", order[-1])) if len(order) else ():
        out[f"made_{name}"] = _made_again(model, table, int(end), name)
    return out


def _made_again(model: SequenceModel, table: FeatureTable, end: int, name: str) -> str:
    """The feature that was missed most of one window, as it was and as it was made again."""
    scaled = windows(
        model.scales.apply(table.take(np.arange(end - STEPS + 1, end + 1)).features()), np.array([STEPS - 1])
    )
    worst = int(model.missed(scaled)[0].mean(axis=0).argmax())
    seconds = np.arange(1 - STEPS, 1) * SLOT_S
    curves = {"as it was": scaled[0, :, worst], "made again": model.made(scaled)[0, :, worst]}
    return lines(f"The most {name} window: {model.names[worst]}, scaled", seconds, curves, ("s", ""))


def card(model: SequenceModel, metrics: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """README.md of the folder."""
    test, plan = metrics["test"], model.about.get("plan", {})
    said = {
        "net": metrics["net"], "rows": f"{data['rows']:,}", "flights": f"{data['flights']:,}",
        "left_out": f"{data['flights_left_out']:,}", "start": data["start"], "end": data["end"],
        "sources": ", ".join(data["sources"]), "windows": f"{test['windows']:,}", "hours": f"{test['hours']:,}",
        "usual": _percent(test["at_least"]["0.99"]), "rare": _percent(test["at_least"]["0.9999"]),
        "told": test["flights_told"], "of": test["flights"], "hash": model.scales.hash, "steps": STEPS,
        "slot": SLOT_S, "spared": SPARED, **{name: plan.get(name, "?") for name in ("epochs", "batch", "rate", "seed")},
        "some": f"{plan.get('windows', 0):,}", "features": "\n".join(f"- `{name}`" for name in model.names),
        "tried": "\n".join(f"| {k} | {one['missed']:.4f} | {one['bytes']:,} |" for k, one in metrics["tried"].items()),
    }  # fmt: skip
    return _CARD.format(**said)


_CARD = """# Sequence model ({net})

Reads the last {steps} rows of a flight, {slot} s apart, and makes them again from a few numbers; what it cannot make
again is unlike what it learned. The worst {spared} steps do not count, so that one wrong row says nothing.

A score of 0.99 means that one normal window in a hundred, of aircraft of the class, is missed by more.

## Data

{rows} rows of {flights} flights, {start} to {end}, from {sources}. {left_out} flights that rules found
fault with were not learned from. Held back: one aircraft in five, and the last quarter of the time
of each recording.

## Figures

| net | missed (1: every feature's mean) | bytes |
|---|---|---|
{tried}

Of {windows} windows of other aircraft at a later time ({hours} flight hours) {usual} reach 0.99, {rare} 0.9999.
The class `ml-sequence` would tell of {told} of their {of} flights at its defaults.

## Made with

{epochs} epochs of {some} windows, batches of {batch}, Adam at {rate}, seed {seed}. Features (hash `{hash}`):

{features}

## Use and limits

For traffic like that of the data: another region, receiver or fleet may be odd to it as a whole; `skysift train
sequence` on a history of one's own is the remedy. It says what is rare, not what is wrong.
"""


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{share:.3%}"

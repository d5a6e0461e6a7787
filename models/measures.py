"""How good a point model is: whether its scores mean what they say, how often it alarms, and what it finds of oddities
planted in held-back rows, beside its rivals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from geo.features import Features
from geo.schema import Array
from models.feature_days import FeatureTable
from models.point import PointModel
from models.point_training import Plan
from models.rivals import RIVALS
from models.splits import Split

SHARES = (0.9, 0.99, 0.999, 0.9999, 0.99999)
GAP_MS = 600_000
MOST_ROWS = 5_000
"""Rows that oddities are planted in, and that rivals are asked about."""

Values = Mapping[str, Array]

PLANTED: Mapping[str, Callable[[Values], Values]] = {
    "descent of 9,000 ft/min": lambda v: {"vspeed": v["vspeed"] * 0 - 9_000, "d_alt": v["d_alt"] * 0 - 1_500},
    "turn of 8 degrees a second": lambda v: {"turn_rate_deg_per_s": v["turn_rate_deg_per_s"] * 0 + 8},
    "a third of the speed": lambda v: {"gspeed": v["gspeed"] / 3},
    "positions 600 kt too fast": lambda v: {"speed_gap": v["speed_gap"] * 0 + 600},
    "vertical rate that lies": lambda v: {"climb_gap": v["climb_gap"] * 0 + 5_000},
    "at 1,000 ft": lambda v: {"alt": v["alt"] * 0 + 1_000},
}
"""Oddities as changes of one or two features; those of features that the model does not read are left out."""


def point_metrics(model: PointModel, table: FeatureTable, parts: Split, plan: Plan) -> dict[str, Any]:
    """metrics.json: on rows of the test, which is of other aircraft at a later time than training."""
    held = table.take(parts.test)
    found = held.features()
    scores = model.scores(found)
    return {
        "rows": {n: len(getattr(parts, n)) for n in ("train", "validation", "test")},
        "flight_hours_of_test": round(hours(found), 2),
        "share_of_rows_beyond": {str(p): round(float((scores >= p).mean()), 7) for p in SHARES},
        "alerts_per_100_h": {str(p): alerts_per_100_h(found, scores, p) for p in SHARES},
        "planted": _planted(model, table, parts, plan),
        "groups": [g.name for g in model.groups],
    }  # fmt: skip


def hours(found: Features) -> float:
    """Flight hours that the rows cover, gaps above ten minutes left out."""
    step = np.diff(found.time)
    same = (np.diff(found.flight) == 0) & (step <= GAP_MS)
    return float(step[same].sum()) / 3.6e6


def alerts_per_100_h(
    found: Features, scores: Array, threshold: float, rows: int = 3, window_s: float = 60
) -> float | None:
    """How often a class that wants so many odd rows within so long would speak, in 100 flight hours."""
    flown = hours(found)
    hit = persistent(found, scores >= threshold, rows, window_s)
    at = np.flatnonzero(hit)
    new = np.ones(len(at), dtype=bool)
    new[1:] = (np.diff(found.flight[at]) != 0) | (np.diff(found.time[at]) > 120_000)
    return round(100 * int(new.sum()) / flown, 3) if flown else None


def persistent(found: Features, odd: Array, rows: int, window_s: float) -> Array:
    """Rows (n,) that are odd and have so many odd rows in the window before them, themselves included."""
    if not len(odd):
        return odd
    key = np.cumsum(np.append(True, found.flight[1:] != found.flight[:-1])) * (1 << 44) + found.time - found.time.min()
    total = np.concatenate([[0], np.cumsum(odd)])
    low = np.searchsorted(key, key - int(window_s * 1000))
    out: Array = odd & (total[1:] - total[low] >= rows)
    return out


def auc(odd: Array, normal: Array) -> float:
    """The chance that an odd row scores higher than a normal one; ties count half (Mann and Whitney)."""
    ranked = np.sort(normal)
    below = np.searchsorted(ranked, odd, "left") + np.searchsorted(ranked, odd, "right")
    return round(float(below.mean() / (2 * max(len(normal), 1))), 4)


def found_at(odd: Array, normal: Array, share: float) -> float:
    """Of the odd rows, those beyond all but this share of the normal ones."""
    return round(float((odd > np.quantile(normal, 1 - share)).mean()), 4)


def _planted(model: PointModel, table: FeatureTable, parts: Split, plan: Plan) -> dict[str, Any]:
    """By oddity and method: AUC, and what is found where one normal row in a thousand would be flagged."""
    held = table.take(_some(parts.test, MOST_ROWS)).features()
    learned = model.scales.apply(table.take(_some(parts.train, 10 * MOST_ROWS)).features())
    methods: dict[str, Callable[[Features], Array]] = {"point model": model.scores}
    for name, make in RIVALS.items():
        methods[name] = _asking(make(learned, plan), model)
    usual = {name: method(held) for name, method in methods.items()}
    out: dict[str, Any] = {}
    for oddity, change in PLANTED.items():
        try:
            values = {n: v.astype(np.float32) for n, v in change(_filled(held)).items()}
        except KeyError:
            continue
        if not set(values) <= set(model.names):
            continue
        odd = replace(held, values={**held.values, **values})
        scored = {name: method(odd) for name, method in methods.items()}
        out[oddity] = {
            n: {"auc": auc(s, usual[n]), "found_at_0.001": found_at(s, usual[n], 0.001)} for n, s in scored.items()
        }
    return out


def _filled(found: Features) -> Values:
    return {n: np.nan_to_num(v) for n, v in found.values.items()}


def _asking(odd: Callable[[Array], Array], model: PointModel) -> Callable[[Features], Array]:
    return lambda found: odd(model.scales.apply(found))


def _some(rows: Array, most: int) -> Array:
    """So many of them, evenly."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]

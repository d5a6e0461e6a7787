"""The part of docs/scorecard.md about learned scores, from what `skysift scorecard --learned --json` wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.scorecard.summary import tuned_on

RULES, URGENT, FUSION = "any rule", "rules of medium priority and up", "fusion"
SEQUENCE, POINT, TOO = "sequence", "point", ", doubtful rows too"
"""Names of scorers."""

FALSE_SHARE = 0.01
"""F1 is taken at the threshold that this share of the rows of bystanders reaches."""

Compared = Mapping[str, Any]
Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Heading, titles of the columns, rows."""

OWN = (URGENT, RULES, FUSION)
"""Scorers that have a threshold of their own."""

HEAD = """## Learned scores and the fusion

Measured on {measured} by `skysift scorecard --learned FEATURES --data FOLDER --nightly --json
detectors/_compared.json`. Rivals learned from a day of the made-up traffic that the shipped sequence model learned from
([learned.md](learned.md)). {variants} variants of each attack of set A, planted in {recordings}.
Rows are a flight's first of each ten seconds; AUC and F1 are of the rows of attacked tracks. The fusion is the weighted
sum that the verdict on a flight rests on, its weights {weights} learned from attacks planted in
{tuned} alone (`skysift scorecard --calibrate`), so none of what is judged here.
"""


def sections(compared: Compared) -> Iterator[Table | str]:
    """Text and tables in order."""
    on = (f"{name} ({one['about']}{_hours(one['window'])})" for name, one in compared["recordings"].items())
    told = {"recordings": "; ".join(on), "weights": ", ".join(f"{w:g}" for w in compared["weights"])}
    yield HEAD.format(**{**compared, **told}, tuned=", ".join(tuned_on()))
    plain = [name for name in _scorers(compared) if not name.endswith(TOO)]
    title = f"AUC / F1, where {FALSE_SHARE:.0%} of the rows of other aircraft are flagged too"
    yield _beside(compared, title, plain, ("auc", "f1"))
    own = [name for name in plain if name in OWN]
    yield _beside(
        compared, "F1 / share of the rows of other aircraft, at own thresholds", own, ("own_f1", "own_false_share")
    )
    both = [name for name in _scorers(compared) if name.split(" (")[0].removesuffix(TOO) in _doubted(compared)]
    yield _beside(
        compared, "AUC / recall at the same share, with doubtful rows judged and not", both, ("auc", "recall")
    )


def _beside(compared: Compared, title: str, scorers: Sequence[str], keys: tuple[str, str]) -> Table:
    """A row for each attack and recording, two figures of each scorer."""
    known: dict[tuple[str, str], dict[str, str]] = {}
    for one in compared["rows"]:
        cell = " / ".join(_number(one.get(key), 4 if "share" in key else 2) for key in keys)
        known.setdefault((one["attack"], one["recording"]), {})[one["scorer"]] = cell
    rows = [(*key, *(by.get(name, "-") for name in scorers)) for key, by in known.items()]
    return title, ("attack", "on", *scorers), rows


def _scorers(compared: Compared) -> list[str]:
    return list(dict.fromkeys(one["scorer"] for one in compared["rows"]))


def _doubted(compared: Compared) -> set[str]:
    """Scorers that were also measured with doubtful rows."""
    return {name.removesuffix(TOO) for name in _scorers(compared) if name.endswith(TOO)}


def _hours(window: Sequence[int]) -> str:
    low, high = window
    return f"; {low} to {high} h UTC" if (low, high) != (0, 24) else ""


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"

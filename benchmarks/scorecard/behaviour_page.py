"""The part of docs/scorecard.md on planted behaviours: what was asked, what was found, and what limits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.scorecard.limits import BEHAVIOUR_LIMITS

Card = Mapping[str, Any]

ABOUT = """Each class's own behaviour, planted by `benchmarks/scorecard/behaviours/` into real clean tracks, and beside
each episode an innocent twin, in another track of the same world, that must raise no alert. The severity goes
evenly from the first number, which is the least that the definition asks, to the second; beginning, track and
place are drawn with fixed seeds. Precision is over the class's alerts on the tracks of both, recall over the
episodes; "others" are alerts of the class on all other aircraft of those worlds. The delay begins when the
definition is met; 0 is a report before that. Message counters and signal strengths are given to real tracks
by the law of a real receiver: no recording of many aircraft has them. Classes that learn first are given days
of the same flows. Nothing was changed in a class after its figures were seen; planters were mended where they
were seen to plant something else than their class is about."""

TITLES = (
    "class", "on", "severity", "begins at", "found", "95 %", "missed at", "twins alarmed", "alerts, right", "others",
)  # fmt: skip


def parts(card: Card, section: Callable[..., str]) -> Iterator[str]:
    entries = card.get("behaviours", ())
    table = section("Planted behaviours", TITLES, (_row(e) for e in entries))
    if table:
        yield table.replace("\n\n", f"\n\n{ABOUT}\n\n", 1)
        yield section(
            "The innocent twins", ("class", "twins"), ((f"`{e['class']}`", e["twin"]) for e in entries), level=3
        )
        short = [e["class"] for e in entries if e["standing"]["found"] < e["standing"]["planted"]]
        known = ((f"`{c}`", BEHAVIOUR_LIMITS[c]) for c in short if c in BEHAVIOUR_LIMITS)
        yield section("What limits them", ("class", "why"), known, level=3)


def _row(one: Card) -> Sequence[Any]:
    low, high, unit = one["severity"]
    found = one["standing"]
    span = " to ".join("-" if x is None else f"{x:.2f}" for x in found["recall_interval"])
    missed = ", ".join(f"{severity:.3g}" for severity in sorted({s for _, s in one["missed"]}))
    severity = f"{low:g} to {high:g} {unit}".strip() if unit else "-"
    return (
        f"`{one['class']}`", ", ".join(one["recordings"]), severity, one["asked"],
        f"{found['found']} of {found['planted']}", span, missed if unit else "",
        f"{found['on_twins']} of {one['twins']}",
        f"{found['alerts']}, {found['right']}", one["other_alerts"],
    )  # fmt: skip

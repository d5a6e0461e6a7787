"""What the figures come to: one line per class, and the targets with what was reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.scorecard.answers import ANSWERS
from benchmarks.scorecard.corpora import ATTACKED, METROPOLITAN
from benchmarks.scorecard.measures import rounded
from detectors._registry import Detector

FIGURES = ("precision", "recall", "f1", "delay_median_s", "delay_p95_s")

CLEAN_FPR = 0.005
"""At most this share of the rows of clean traffic may be flagged."""

WANTED: Mapping[str, float] = {
    "icao_collision": 0.85, "position_drift": 0.80, "ghost": 0.60, "replay": 0.98, "track_hijack": 0.98,
}  # fmt: skip
"""F1 on set A; published without an oracle: 0.62, 0.22, 0.26, 0.93 and 0.92 at 1.7 % false positives."""

Card = Mapping[str, Any]


def by_class(card: Card, classes: Mapping[str, Detector]) -> dict[str, dict[str, Any]]:
    """Figures of every class, judged recordings only, and what they rest on; None where nothing could be measured."""
    return {name: _one_class(name, card) for name in classes}


def _one_class(name: str, card: Card) -> dict[str, Any]:
    entry: dict[str, Any] = {"false_per_100h": _alerts(name, card)}
    for one in (e for e in card.get("behaviours", ()) if e["class"] == name):
        entry |= {"behaviours": one["standing"], "behaviours_with_cleared": one["with_cleared"]}
    if name in card["planted"]:
        one = card["planted"][name]
        entry["planted"] = one["standing"]
        entry["planted_with_cleared"] = one["with_cleared"]
    attacks = {f"{e['attack']}, {e['cadence']}": _short(e["classes"][name]) for e in _judged(card, name)}
    if attacks:
        entry["attacks"] = attacks
    events = [e for e in card.get("events", ()) if name in e["classes"]]
    if events:
        entry["events"] = {"listed": sum(e["events"] for e in events), "found": sum(e["found"] for e in events)}
    return entry | _shown(entry)


def _judged(card: Card, name: str) -> Iterator[Card]:
    """Attacks that the class should answer; on recordings whose attacks were not looked at before, if there are any."""
    mine = [e for e in card["attacks"] if e["set"] == "A" and name in ANSWERS[e["attack"]]]
    yield from [e for e in mine if e["role"] == "judged"] or mine


def _short(found: Card) -> dict[str, Any]:
    return {k: found[k] for k in (*FIGURES, "never", "variants")}


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that the class's card shows: of its own behaviour or its episodes, planted, else of the attack that
    it
    answers best. `cleared_*` are those with cleared alerts counted; `episodes` and `found` say on how much they
    rest."""
    best, cleared, basis = entry.get("behaviours"), entry.get("behaviours_with_cleared", {}), "planted behaviours"
    if not best:
        best, cleared, basis = entry.get("planted", {}), entry.get("planted_with_cleared", {}), "planted episodes"
    if not best and entry.get("attacks"):
        basis, best = max(entry["attacks"].items(), key=lambda item: item[1]["f1"] or 0.0)
    episodes = best.get("planted", best.get("variants"))
    found = best["variants"] - best["never"] if "never" in best else best.get("found")
    return {
        "basis": basis if best else None, "episodes": episodes, "found": found, **{k: best.get(k) for k in FIGURES},
        **{f"cleared_{k}": cleared.get(k) for k in ("precision", "recall")},
    }  # fmt: skip


def _alerts(name: str, card: Card) -> float | None:
    """Alerts per 100 flight hours of clean tracks: an upper bound of the false ones."""
    clean = [e for e in card["clean"] if e["hours"]]
    hours = sum(e["hours"] for e in clean)
    alerts = sum(e["alerts_per_100h"].get(name, 0.0) * e["hours"] for e in clean)
    return rounded(alerts / hours, 2) if hours else None


def targets(card: Card) -> list[dict[str, Any]]:
    """Each target with the figure on judged recordings, and whether it is reached.

    `counts` is false where a figure is only reported: a drift is held to its target at 1 Hz.
    """
    return [*_attack_targets(card), *_other_targets(card)]


def _attack_targets(card: Card) -> Iterator[dict[str, Any]]:
    for entry in card["attacks"]:
        attack = entry["attack"]
        if entry["set"] != "A" or attack not in WANTED:
            continue
        part, note = entry["found"], ""
        if attack == "position_drift":
            part, note = (
                entry["beyond_926_m"],
                " beyond 926 m" + ("" if entry["cadence"] != "15 s" else " (1 Hz wanted)"),
            )
        same = (e for e in card["clean"] if (e["recording"], e["cadence"]) == (entry["recording"], entry["cadence"]))
        fpr = next((e["fpr_rows"][attack] for e in same), None)
        yield {
            "target": f"{attack}{note}" + (", tuned here" if entry["role"] == "tuning" else ""),
            "recording": entry["recording"], "cadence": entry["cadence"],
            "wanted": WANTED[attack], "f1": part["f1"], "f1_interval": part["f1_interval"], "clean_fpr": fpr,
            "reached": part["f1"] is not None and part["f1"] >= WANTED[attack] and (fpr or 0.0) <= CLEAN_FPR,
            "counts": attack != "position_drift" or entry["cadence"] != "15 s",
        }  # fmt: skip


def _other_targets(card: Card) -> Iterator[dict[str, Any]]:
    for city in card.get("cities", ()):
        share = city["coverage"]["any"]
        yield _target("aircraft analysed", city, 0.9, share, share >= 0.9)
        daily = city["urgent_per_day"]
        yield _target("alerts a day, high and medium: 5 to 20", city, 20, daily, 5 <= daily <= 20)
    yield from _precision(card)
    listed = sum(e["events"] for e in card.get("events", ()))
    found = sum(e["found"] for e in card.get("events", ()))
    if listed:
        late = sorted(s for e in card["events"] for s in e["delays_s"])
        middle = late[len(late) // 2] if late else None
        yield {"target": "real events found", "wanted": listed, "value": found, "reached": found == listed}
        yield {"target": "median delay of real events, s", "wanted": 30, "value": middle,
               "reached": middle is not None and middle < 30}  # fmt: skip
    if "gpsjam" in card:
        one = card["gpsjam"]
        yield {"target": "GPSJam's colours", "wanted": one["cells"], "value": one["same_colour"],
               "reached": one["cells"] == one["same_colour"]}  # fmt: skip


def _precision(card: Card) -> Iterator[dict[str, Any]]:
    """Of the judged alerts of all cities, and all those on innocent flights: wrong by what they are, if not judged."""
    tallies = [c["judged"] for c in card.get("cities", ())]
    innocent = [e["judged"] for e in card.get("innocent", ())]
    right, wrong = (sum(t[k] for t in [*tallies, *innocent]) for k in ("right", "wrong"))
    wrong += sum(t["not judged"] for t in innocent)
    if right + wrong:
        value = rounded(right / (right + wrong))
        yield {"target": f"high and medium alerts that are right ({right} of {right + wrong} judged)", "wanted": 0.8,
               "value": value, "reached": right >= 0.8 * (right + wrong)}  # fmt: skip


def _target(what: str, city: Card, wanted: float, value: float, reached: bool) -> dict[str, Any]:
    return {"target": what, "recording": city["recording"], "wanted": wanted, "value": value, "reached": reached}


def tuned_on() -> Sequence[str]:
    """Recordings whose attacks were looked at while thresholds were set, whether they were measured or not."""
    return [name for name, one in {**ATTACKED, **METROPOLITAN}.items() if one.role == "tuning"]

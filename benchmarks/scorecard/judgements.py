"""Alerts of high and medium priority on real recordings, judged by hand: right or wrong, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from geo.anomaly import PRIORITIES, Anomaly, utc_text
from geo.schema import icao24_text


@dataclass(frozen=True)
class Judgement:
    """All alerts of a class on an aircraft (any of the alert's) in a recording, or in a set of innocent flights."""

    recording: str
    class_id: str
    icao24: str
    right: bool
    why: str


RESAMPLED = "the recording was resampled across a gap: the course turns the long way round while the path is straight"

IN_ZONE = "inside the zone's outline and heights; whether it was in use is not known, as the sentence says"

JUDGEMENTS: Sequence[Judgement] = (
    Judgement("paris", "loiter", "39b002", True, "a helicopter at work over fields 6 nmi from the next aerodrome"),
    Judgement("monterey", "loiter", "a9da33", True, "circles over one valley for 20 minutes, twice in a day"),
    Judgement("monterey", "loiter", "a5314e", True, "1,450 degrees within 2.1 km: listed with the recording"),
    Judgement("monterey", "loiter", "a68847", True, "eight turns within 7 km, away from an airfield"),
    Judgement("monterey", "restricted-zone", "a4dd41", True, IN_ZONE),
    Judgement("monterey", "restricted-zone", "add7f1", True, IN_ZONE),
    Judgement(
        "monterey", "restricted-zone", "~2b0c40", False,
        "four radar positions of something slow at 1,500 ft: as likely a helicopter of the range itself",
    ),
    Judgement(
        "surveys", "loiter", "39b861", True,
        "eight circles within 3 km in a quarter of an hour, off the survey's lines: what loiter is for",
    ),
    Judgement("watsonville", "loiter", "a32bf6", False, "circuits at the airport, then it leaves"),
    Judgement(
        "japan", "track-splice", "71c086", False, "an ordinary turn, heard through seven rows that are seconds late"
    ),
    Judgement("switzerland", "position-drift", "3c4b4e", False, RESAMPLED),
    Judgement("switzerland", "position-drift", "4b8670", False, RESAMPLED),
    Judgement("switzerland", "position-drift", "4ca2bf", False, RESAMPLED),
    Judgement("switzerland", "position-drift", "3424d4", False, RESAMPLED),
)  # fmt: skip
"""Made by reading the rows of each alert."""


def judged(recording: str, found: Iterable[Anomaly]) -> dict[str, Any]:
    """Standing alerts of high and medium priority: how many are right, wrong, or not judged, each with the reason."""
    told = {(j.class_id, j.icao24): j for j in JUDGEMENTS if j.recording == recording}
    out = [_one(a, told) for a in found if not a.cleared and PRIORITIES[a.priority] != "low"]
    count = {name: sum(one["verdict"] == name for one in out) for name in ("right", "wrong", "not judged")}
    return {**count, "alerts": out}


def _one(anomaly: Anomaly, told: dict[tuple[str, str], Judgement]) -> dict[str, Any]:
    involved = [icao24_text(k) or "" for k in (anomaly.icao24, *anomaly.members) if k is not None]
    known = [told[key] for key in ((anomaly.class_id, a) for a in involved) if key in told]
    verdict = ("right" if known[0].right else "wrong") if known else "not judged"
    return {
        "class": anomaly.class_id, "aircraft": involved[:2], "start": utc_text(anomaly.start),
        "what": anomaly.explanation, "verdict": verdict, "why": known[0].why if known else "",
    }  # fmt: skip

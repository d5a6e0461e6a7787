"""Whether the servers say the same: how many features match, and which, for every fourth of the questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from benchmarks.gis_questions import QUESTIONS, Question, told
from benchmarks.gis_servers import Running
from benchmarks.gis_world import Places

COMPARED = (
    "items, bbox, limit 10,000", "items, property filter, limit 100", "single item", "anomalies, bbox, limit 1,000",
)  # fmt: skip
STEP = 4


class Disagreement(Exception):
    """Two servers gave different answers to one question; the message says which."""


def compare(servers: Sequence[Running], places: Places) -> dict[str, int]:
    """How many answers were compared, by question. Raises Disagreement: figures of wrong answers are none."""
    questions = [one for one in QUESTIONS if one.name in COMPARED]
    with httpx.Client(timeout=120) as client:
        return {one.name: _compare(client, one, servers, places) for one in questions}


def _compare(client: httpx.Client, question: Question, servers: Sequence[Running], places: Places) -> int:
    asked = [(one, question.paths(one.name, places)[::STEP]) for one in servers]
    compared = 0
    for i, first in enumerate(asked[0][1]):
        own = _told(client, asked[0][0], first)
        for one, paths in asked[1:]:
            other = _told(client, one, paths[i])
            if not _same(own, other):
                raise Disagreement(
                    f"{question.name}: {first} and {one.name}'s {paths[i]}: {_said(own)}, {_said(other)}"
                )
            compared += 1
    return compared


Told = tuple[int | None, set[str]]


def _told(client: httpx.Client, server: Running, path: str) -> Told:
    answer: Mapping[str, Any] = client.get(server.url + path).raise_for_status().json()
    if answer["type"] == "Feature":
        return told(server.name, {"features": [answer]})
    matched, features = told(server.name, answer)
    if matched is None and server.name == "skysift":
        matched = client.get(f"{server.url}{path}&resulttype=hits").raise_for_status().json()["numberMatched"]
    return matched, features


def _same(one: Told, other: Told) -> bool:
    """Where not all fit on a page each server may give others, but as many."""
    counts, features = (one[0], other[0]), (one[1], other[1])
    whole = None in counts or counts[0] == len(features[0])
    return (None in counts or counts[0] == counts[1]) and (
        features[0] == features[1] if whole else len(features[0]) == len(features[1])
    )


def _said(one: Told) -> str:
    return f"{one[0]} match, {len(one[1])} came"

"""Registration marks: from which states' address blocks an aircraft that bears one should have its address."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

_BARE = (
    (re.compile(r"N\d{1,5}[A-Z]{0,2}"), "US"),
    (re.compile(r"JA\d{2,4}[A-Z]{0,2}"), "JP"),
    (re.compile(r"HL\d{4}"), "KR"),
)
"""Marks without a hyphen (ICAO Annex 7): United States, Japan, Republic of Korea."""

_HYPHENED = re.compile(r"([A-Z0-9]{1,4})-([A-Z0-9]{2,6})")


def blocks_of(registration: str) -> frozenset[str]:
    """ISO 3166-1 codes of the states whose blocks fit the mark; none where its nationality cannot be told.

    A territory's aircraft have addresses of its state's block (Aruba: Netherlands, Bermuda: United Kingdom).
    """
    text = registration.strip().upper()
    for pattern, state in _BARE:
        if pattern.fullmatch(text):
            return frozenset((state,))
    parts = _HYPHENED.fullmatch(text)
    return _prefixes().get(parts[1], frozenset()) if parts else frozenset()


@cache
def _prefixes() -> dict[str, frozenset[str]]:
    """Nationality marks (ICAO Annex 7, supplement), and the blocks that go with them."""
    text = (Path(__file__).parent / "data" / "registrations.csv").read_text(encoding="utf-8")
    return {row["prefix"]: frozenset(row["blocks"].split()) for row in csv.DictReader(text.splitlines())}

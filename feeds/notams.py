"""NOTAMs from files and answers: ICAO text, or JSON that holds such text anywhere; as a table, and as zones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from feeds._given import Given
from feeds._notam_areas import area_of, written_area
from feeds._notam_text import Notam, blocks, parse
from geo.notams import EXERCISE, NotamTable

MOST_NOTAMS = 50_000
MOST_PROBLEMS = 1_000
LONGEST_TEXT = 400
_DEPTH = 12
_MARK = re.compile(rb"Q\)\s*[A-Z]{4}\s*/\s*Q[A-Z]{4}\s*/")

_OVER = ("CD", "CN", "AK", "AL", "HX", "CC", "TT", "XX")
"""Conditions of a Q-code that take a restriction away or announce nothing: deactivated, cancelled, resumed, ..."""

_RESTRICTIONS = {
    "RP": "prohibited", "RR": "restricted", "RD": "danger", "RT": "tfr", "RA": "tfr", "RO": "tfr", "RM": "moa",
}  # fmt: skip
_WARNINGS = {
    "WM": ("danger", "exercise: firing"), "WE": ("warning", "exercise"), "WD": ("danger", "demolition"),
    "WH": ("danger", "blasting"), "WC": ("danger", "captive balloon"), "WU": ("uav", "unmanned aircraft"),
    "WP": ("warning", "parachute jumping"), "WG": ("warning", "gliding"), "WA": ("warning", "air display"),
    "WB": ("warning", "aerobatics"), "WF": ("warning", "exercise: refuelling"), "WL": ("warning", "free balloon"),
    "WT": ("warning", "mass movement of aircraft"), "WV": ("warning", "exercise: formation flight"),
    "WY": ("warning", "aerial survey"),
}  # fmt: skip
"""Subject of the Q-code (Doc 8126, appendix B): kind of zone, and what goes on there."""


def is_notams(head: bytes) -> bool:
    """Whether the beginning of a file holds a Q-line."""
    return bool(_MARK.search(head))


def load_notams(paths: Iterable[Path]) -> NotamTable:
    """All NOTAMs of all files; those that cannot be read are in `problems`. FeedError for a file that holds none."""
    return NotamTable.merged([read_notams(Given(str(path), Path(path))) for path in paths])


def read_notams(given: Given) -> NotamTable:
    """The NOTAMs of one file or answer."""
    notams, problems = notams_of(given)
    if not notams:
        why = problems[0] if problems else "it has no line Q)"
        raise given.error(f"no NOTAM: {why}", hint="ICAO text, or JSON with such text in it, is read")
    return _packed(notams, problems)


def notams_of(given: Given) -> tuple[Sequence[Notam], Sequence[str]]:
    """What stands in the file, without those that others replaced; and what could not be read, in words."""
    found: dict[str, Notam] = {}
    problems: list[str] = []
    for number, block in enumerate(_blocks(given), 1):
        try:
            one = parse(block)
        except ValueError as error:
            problems.append(f"{Path(given.name).name}, NOTAM {number} ({' '.join(block[:24].split())}): {error}")
            continue
        found[one.id] = one
        if len(found) > MOST_NOTAMS:
            raise given.error(f"more than {MOST_NOTAMS:,} NOTAMs", hint="split the file")
    gone = {one.replaces for one in found.values()} | {one.id for one in found.values() if one.cancels}
    return [one for one in found.values() if one.id not in gone], problems[:MOST_PROBLEMS]


def _blocks(given: Given) -> Iterator[str]:
    data = given.read()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        yield from blocks(data.decode("utf-8-sig", "replace"))
        return
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise given.error(f"damaged JSON: {error.msg}", line=error.lineno, hint="fetch or save it again") from error
    for text in _texts(document, _DEPTH):
        yield from blocks(text)


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Every text in a document that holds a Q-line."""
    if isinstance(value, str):
        if _MARK.search(value.encode("utf-8", "replace")):
            yield value
    elif depth and isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, depth - 1)


def _packed(notams: Sequence[Notam], problems: Sequence[str]) -> NotamTable:
    def text(name: str) -> Any:
        return np.array([getattr(one, name)[:LONGEST_TEXT] for one in notams], dtype=str)

    def number(name: str, dtype: type = float) -> Any:
        return np.array([getattr(one, name) for one in notams], dtype=dtype)

    return NotamTable(
        text("id"), text("fir"), text("q_code"), text("locations"), text("text"), text("schedule"),
        number("lat"), number("lon"), number("radius_nmi"), number("lower_ft"), number("upper_ft"),
        number("start", np.int64), number("end", np.int64), number("estimated", bool),
        [one.active for one in notams], tuple(problems),
    )  # fmt: skip


def zone_features(given: Given) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Those NOTAMs that close, restrict or warn of a piece of airspace: id, area (or why there is none), properties."""
    notams, problems = notams_of(given)
    for one in notams:
        sort = sort_of(one)
        if sort is None:
            continue
        try:
            area = area_of(one)
        except ValueError as error:
            area = error
        yield one.id, area, _properties(one, *sort)
    for problem in problems:
        yield problem, ValueError("it cannot be read"), {}


def sort_of(one: Notam) -> tuple[str, str] | None:
    """Kind of zone and what goes on there, by the Q-code; None for a NOTAM that makes no zone.

    Closed airspace that the text does not outline makes none: the Q-line's circle is only drawn round it.
    """
    subject, condition = one.q_code[1:3], one.q_code[3:5]
    if condition in _OVER:
        return None
    if subject in _RESTRICTIONS:
        return _RESTRICTIONS[subject], "restriction"
    closed = "CLSD" in one.text and written_area(one) is not None
    if subject[0] == "W":
        kind, what = _WARNINGS.get(subject, ("warning", "warning"))
        return ("tfr" if closed and kind == "warning" and not what.startswith(EXERCISE) else kind), what
    return ("tfr", "closed airspace") if subject in ("AE", "AC", "AT", "AR") and closed else None


def _properties(one: Notam, kind: str, what: str) -> dict[str, Any]:
    upper = None if one.upper_ft == float("inf") else f"FL {one.upper_ft / 100:.0f}"
    return {
        "identifier": one.id, "name": f"{one.id} {one.text}"[:60].strip(),
        "_kind": kind, "_title": f"{what} (NOTAM {one.q_code})", "_activity": one.active,
        "floor": one.floor or ("SFC" if one.lower_ft <= 0 else f"FL {one.lower_ft / 100:.0f}"),
        "ceiling": one.ceiling or upper or "UNL",
    }  # fmt: skip

"""Aircraft addresses between text and number, in Python for parameters and in SQL for features."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.problems import Problem
from geo.schema import NON_ICAO, SYNTHETIC

_TEXT = re.compile(r"(~?)([0-9a-f]{6})|x([0-9a-f]{10})")

ICAO24 = (
    # Most have six digits by themselves.
    "CASE WHEN icao24 BETWEEN 1048576 AND 16777215 THEN to_hex(icao24) "
    f"WHEN icao24 < {SYNTHETIC} THEN concat(CASE WHEN icao24 & {NON_ICAO} <> 0 THEN '~' END, "
    "lpad(to_hex(icao24 & 16777215), 6, '0')) END"
)
"""SQL: six hex digits, `~` before a non-ICAO address, NULL where the identity is no address."""

ID = f"coalesce({ICAO24}, concat('x', lpad(to_hex(icao24 & {(1 << 40) - 1}), 10, '0')))"
"""SQL: the same, but `x` and ten hex digits for an identity that is no address."""


MS = "(date_part('epoch', {}) * 1000)::bigint"
"""SQL: a time as epoch ms, as ids say it. Not by way of extract(), whose numeric takes twice as long: times are stored
in whole ms, of which a double is exact for a hundred thousand years."""


def address(text: str, parameter: str = "icao24") -> int:
    """The number of an address written like `a1b2c3`, `~2b0d0d` or `x0123456789`."""
    match = _TEXT.fullmatch(text.lower())
    if match is None:
        raise Problem(400, f"{text[:20]!r} is no address; it has six hex digits, such as 4ca7b5", parameter)
    other, icao, synthetic = match.groups()
    if synthetic:
        return SYNTHETIC | int(synthetic, 16)
    return int(icao, 16) | (NON_ICAO if other else 0)


def no_such(text: str) -> Problem:
    """404 for an id that no feature can have."""
    return Problem(404, f"there is no feature {text[:60]!r}", "featureId")


def text_id(text: str) -> Sequence[Any]:
    """An id that may be any short text, as the values of an identity."""
    if not 0 < len(text) <= 200 or "\0" in text:
        raise no_such(text)
    return [text]


def timed_id(text: str, pattern: str) -> tuple[str, datetime]:
    """What stands before the time in an id, and the time. Raises Problem 404."""
    match = re.fullmatch(pattern + r"-([0-9]{12,13})", text)
    if match is None:
        raise no_such(text)
    return match[1], datetime.fromtimestamp(int(match[2]) / 1000, UTC)

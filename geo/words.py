"""Words put together into sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMES = re.compile(r"[0-9a-f]{6}\b|\w*\d")
"""What a sentence may begin with that is a name and no word: an address in hex digits, anything with a digit in it."""


def joined(words: Sequence[str]) -> str:
    """`a, b and c`; nothing of nothing."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def lasting(seconds: float) -> str:
    """`45 s`, `28 min`, `2 h 5 min`: nobody reads 3615 s as an hour."""
    minutes = round(seconds / 60)
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def above(feet: float, place: str) -> str:
    """`840 ft above the field`; or `the height of the field`, which pressure altitudes put some hundred feet off."""
    return f"{feet:,.0f} ft above {place}" if feet > 0 else f"the height of {place}"


def sentence(text: str) -> str:
    """The text with its first letter raised, and as it is where it begins with a name: abc123 is no Abc123."""
    return text if _NAMES.match(text) else text[:1].upper() + text[1:]

"""Units of what a class measured, read from the sentence in which it says it: `{lost:,.0f} ft` is in feet."""

from __future__ import annotations

import re
from collections.abc import Mapping

KNOWN = ("ft/min", "ft", "kt", "nmi", "km", "m", "s", "min", "degrees")
"""Units that sentences use, those that begin alike with the longer one first."""

USUAL = {
    "speed": "kt", "height": "ft", "altitude": "ft", "floor": "ft", "ceiling": "ft",
    "net_turn": "degrees", "percent": "%", "ago": "s", "minutes": "min", "seconds": "s", "metres": "m",
}  # fmt: skip
"""What the schema's own words (geo/schema.py), and words that name their unit, are measured in, where the sentence does
not say."""

_SAID = re.compile(r"\{(\w+)(?::[^{}]*)?\} (" + "|".join(KNOWN) + r")\b(?!/)")


def units_of(explain: str) -> Mapping[str, str]:
    """Name of a value to its unit, for the values of which the sentence, or the schema, says one."""
    return {**USUAL, **dict(_SAID.findall(explain))}

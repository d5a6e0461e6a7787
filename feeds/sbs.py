"""BaseStation messages, as receivers give them at port 30003. What an aircraft says is spread over eight kinds of line.

Height, speed, callsign and squawk of other lines are held beside a position for 15 or 60 s, as `feeds/_messages.py`
says. The lines name no time zone: `--zone` does, UTC otherwise; a live stream is compared with the clock.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from feeds._given import Given
from feeds._lines import line_blocks
from feeds._messages import Joiner
from feeds._registry import format_
from feeds._sbs import messages
from geo.batch import Batch

_LINE = re.compile(rb"\s*(?:(?:MSG|MLAT),[1-8]|SEL|ID|AIR|STA|CLK),(?:[^,\r\n]{0,40},){7}[^\r\n]*(?:\r?\n|\Z)")


def _sniff(given: Given) -> bool:
    return _LINE.match(given.head) is not None


@format_(
    id="sbs", title="BaseStation (SBS) lines of port 30003", units="ft, kt, ft/min", identity="icao24",
    example="MSG,3,1,1,40757F,1,2019/10/20,11:33:40.311,2019/10/20,11:33:40.311,,38000,,,46.65470,-2.77776,,,0,,0,0",
    sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """A row per position, and one per second of an aircraft that sends none."""
    joiner = Joiner()
    for lines in line_blocks(given):
        yield joiner.add(messages(lines, given.zone, Counter()))

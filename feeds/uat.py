"""JSON lines of dump978-fa (978 MHz, port 30979): a message per line, with the time at which it was received.

What an aircraft says in several messages is joined as for BaseStation. Addresses that are not ICAO's are marked so.
"""

from __future__ import annotations

from collections.abc import Iterator

from feeds._given import Given
from feeds._lines import line_blocks
from feeds._messages import Joiner
from feeds._registry import format_
from feeds._uat import messages
from geo.batch import Batch


def _sniff(given: Given) -> bool:
    return given.shape.top == "{" and {"address", "address_qualifier"} <= given.shape.at()


@format_(
    id="uat", title="JSON lines of dump978-fa (978 MHz)", units="ft, kt, ft/min", identity="icao24",
    example='{"address": "a66ef1", "address_qualifier": "adsb_icao", "metadata": {"received_at": 1558396800.5}}',
    sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """A row per position, and one per second of an aircraft that sends none. A line without a time is refused."""
    joiner = Joiner()
    for lines in line_blocks(given):
        yield joiner.add(messages(lines, given))

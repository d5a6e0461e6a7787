"""What was told before a stop is not told again after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.resume import untold
from geo.alert import Alert

ONE = Alert("1-enters-7-1000", 1, "enters", 1_000_000, 5, "came", 0x3C0007)


@pytest.mark.parametrize(
    ("told", "again"),
    [
        ((1, "enters", 0x3C0007, 1_004_000), False), ((1, "enters", 0x3C0007, 1_100_000), True),
        ((2, "enters", 0x3C0007, 1_000_000), True), ((1, "leaves", 0x3C0007, 1_000_000), True),
        ((1, "enters", 0x3C0008, 1_000_000), True),
    ],
)  # fmt: skip
def test_the_same_event_some_seconds_off_is_the_same(told: tuple[int, str, int | None, int], again: bool) -> None:
    assert untold([replace(ONE)], [told]) == ([ONE] if again else [])

"""Quiet hours over midnight, over weeks and over the change to summer time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from delivery.hours import quiet_until

NIGHTS = {"hours": [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "22:00", "to": "07:00"}], "zone": "Europe/Zurich"}


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-29T20:59:59", None),
        ("2026-11-29T21:00:00", "2026-11-30T06:00:00"),
        ("2026-11-30T05:59:59", "2026-11-30T06:00:00"),
        ("2026-11-30T06:00:00", None),
        ("2026-03-28T23:00:00", "2026-03-29T05:00:00"),
    ],
    ids=["before", "begins", "in the morning", "over", "the night of the change"],
)
def test_nights(now: str, until: str | None) -> None:
    found = quiet_until(NIGHTS, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (until and datetime.fromisoformat(until).replace(tzinfo=UTC))


def test_windows_that_follow_each_other_are_one() -> None:
    weekend: dict[str, Any] = {"hours": [{"days": [5, 6], "from": "00:00", "to": "24:00"}]}
    found = quiet_until(weekend, datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert found == datetime(2026, 11, 30, tzinfo=UTC)


def test_no_hours_no_quiet() -> None:
    assert quiet_until({}, datetime.now(UTC)) is None


def test_always_quiet_ends_somewhere() -> None:
    always: dict[str, Any] = {"hours": [{"from": "00:00", "to": "24:00"}]}
    assert quiet_until(always, datetime(2026, 11, 28, 12, tzinfo=UTC))

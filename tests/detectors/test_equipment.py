"""Transponders that declare something else than before, or than their type."""

from typing import Any

import numpy as np
import pytest

from detectors._equipment import confirm_ms, differences
from detectors._examples import during, fly, together
from geo.batch import Batch
from tests.detectors.at_work import found

NOW = {"days": 0.0}
N = 200


def plane(icao24: int = 0xABC123, start_s: float = 0.0, **columns: Any) -> Batch:
    given: dict[str, Any] = {"version": 2.0, "sil": 3.0, "sda": 2.0, "type_code": b"A320"}
    return fly(icao24, N, start_s=start_s, **(given | columns))


def row(start_s: float, **columns: Any) -> Batch:
    return plane(start_s=start_s, **columns).take(np.arange(1))


def words(*batches: Batch, **overrides: float) -> list[str]:
    return [a.explanation for a in found("equipment-signature", batches, **(NOW | overrides))]


def test_a_change_between_flights_is_told() -> None:
    day = 86_400.0
    assert words(plane(), plane(start_s=day, version=0.0)) == ["This address now declares ADS-B version 0 instead of 2"]
    assert words(plane(), plane(start_s=day)) == []
    assert words(plane(), plane(start_s=40 * day, version=0.0)) == []


def test_several_fields_and_several_changes() -> None:
    (one,) = words(plane(sil=during(1.0, 3.0, 60, N, N), sda=during(0.0, 2.0, 60, N, N)))
    assert one == "This address now declares SIL 1 instead of 3, SDA 0 instead of 2"
    back = words(plane(), plane(start_s=300, version=0.0), plane(start_s=600))
    assert back[-1].endswith("2 changes in 30 days")


def test_streams_that_alternate_confirm_nothing() -> None:
    flicker = np.where(np.arange(N) % 2 == 0, 2.0, 0.0)
    assert words(plane(version=flicker)) == []


def test_an_old_standard_stands_out_only_among_enough_of_its_type() -> None:
    def world(others: int, kind: bytes = b"A320") -> Batch:
        fleet = [plane(0x400000 + k, lat=45 + 0.2 * k, type_code=kind) for k in range(others)]
        return together(*fleet, plane(start_s=300, version=0.0))

    (one,) = words(world(25))
    assert one == "ADS-B version 0 on type A320, nearly all of which have version 2"
    assert words(world(10)) == []
    assert words(world(25, b"B738")) == []


def test_it_learns_first() -> None:
    day = 86_400.0
    days = [plane(start_s=k * day) for k in range(4)]
    assert words(*days, plane(start_s=5 * day, version=0.0), days=3) != []
    assert words(plane(), plane(start_s=day, version=0.0), days=3) == []


def test_only_what_was_declared_both_times_differs() -> None:
    assert differences(232, 32) == {"version": (2, 0)}
    assert differences(232, 299) == {}


def test_who_declares_nothing_is_not_of_version_0() -> None:
    assert differences(29, 232) == {}  # version 0 and a SIL, as decoders say before an operational status is heard
    assert differences(232, 29) == {"version": (2, 0)}
    assert confirm_ms(np.array([29, 32, 232])).tolist() == [600_000, 20_000, 20_000]


@pytest.mark.parametrize(("apart_s", "told"), [(100, True), (200, False)])
def test_a_silence_is_borne_by_rows_that_follow_each_other(apart_s: int, told: bool) -> None:
    quiet: dict[str, Any] = {"version": 0.0, "sil": 2.0, "sda": np.nan}
    rows = (row(N + k * apart_s, **quiet) for k in range(12))

    assert bool(words(plane(), *rows)) == told


def test_a_silence_is_of_one_stretch() -> None:
    """What was heard before a gap does not count; ten minutes after it do."""
    quiet: dict[str, Any] = {"version": 0.0, "sil": 2.0, "sda": np.nan}
    gap = [row(N + s, **quiet) for s in (*range(0, 500, 50), *range(800, 1_300, 50))]

    assert words(plane(), *gap) == []
    assert words(plane(), *gap, *(row(N + s, **quiet) for s in range(1_300, 1_500, 50))) != []


def test_a_declaration_stands_by_itself() -> None:
    assert words(plane(), row(N, version=0.0), row(N + 700, version=0.0)) != []

"""Columns of any type: numbers, times and flags, each bad value counted, none invented."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds._convert import column, epoch_ms, flags, numbers, times
from geo.schema import NO_TIME

MOMENT = 1_633_608_773_000


@pytest.mark.parametrize(
    "written",
    [
        1_633_608_773, 1_633_608_773.0, MOMENT, MOMENT * 1_000, MOMENT * 1_000_000, "1633608773", "1633608773.000",
        "2021-10-07T12:12:53Z", "2021-10-07 12:12:53", "2021-10-07T14:12:53+02:00", "2021-10-07T12:12:53.000000Z",
    ],
)  # fmt: skip
def test_a_moment_however_it_is_written(written: Any) -> None:
    bad = Counter[str]()

    assert times(column([written, None]), "time", bad).tolist() == [MOMENT, NO_TIME]
    assert +bad == {}


def test_times_of_several_spellings_in_one_column() -> None:
    bad = Counter[str]()

    found = times(column(["2021-10-07T12:12:53Z", "1633608773", "yesterday", "now", "", None]), "time", bad)

    assert found.tolist() == [MOMENT, MOMENT, NO_TIME, NO_TIME, NO_TIME, NO_TIME]
    assert bad == {"time not a time": 2}


@given(st.integers(1_000_000_000_000, 3_786_912_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)))
def test_time_text_and_epoch_agree(moment: datetime) -> None:
    ms = int(moment.timestamp() * 1000)

    assert abs(int(times(column([moment.isoformat()]), "time", Counter())[0]) - ms) <= 1
    assert epoch_ms(np.array([ms / 1000, float(ms)])).tolist() == [ms, ms]


def test_absurd_numbers_are_no_time() -> None:
    assert (epoch_ms(np.array([np.nan, np.inf, -np.inf, 1e300])) == NO_TIME).all()


@pytest.mark.parametrize(
    ("values", "expected", "refused"),
    [
        ([1, 2.5, None], [1, 2.5, np.nan], 0), (["1", " 2.5 ", "NA", "", None], [1, 2.5, np.nan, np.nan, np.nan], 0),
        (["1", "fast"], [1, np.nan], 1), ([1, "2", [3], {}, True], [1, 2, np.nan, np.nan, np.nan], 3),
        ([True, False, None], [np.nan] * 3, 2), ([10**40, 1], [1e40, 1], 0), (["-Inf", "1e3"], [-np.inf, 1000], 0),
        (["1_000"], [np.nan], 1), ([None, None], [np.nan, np.nan], 0), ([], [], 0),
    ],
)  # fmt: skip
def test_numbers(values: list[Any], expected: list[float], refused: int) -> None:
    bad = Counter[str]()

    np.testing.assert_array_equal(numbers(column(values), "x", bad), expected)
    assert sum(bad.values()) == refused


@pytest.mark.parametrize(
    ("values", "expected", "refused"),
    [
        ([1, "2", "x", None], [1, 2, np.nan, np.nan], 1), ([3, [2], {"a": 1}], [3, np.nan, np.nan], 2),
        ([2**70, 5, 1.5], [2.0**70, 5, 1.5], 0), (["\ud800", "7"], [np.nan, 7], 1),
    ],
)  # fmt: skip
def test_what_no_arrow_type_holds_is_read_value_by_value(
    values: list[Any], expected: list[float], refused: int
) -> None:
    bad = Counter[str]()

    np.testing.assert_array_equal(numbers(column(values), "x", bad), expected)
    assert sum(bad.values()) == refused


def test_bytes_that_are_no_text_are_no_number() -> None:
    bad = Counter[str]()

    found = numbers(pa.array([b"1.5", b"\xff\xfe", None, b""], pa.binary()), "x", bad)

    np.testing.assert_array_equal(found, [1.5, np.nan, np.nan, np.nan])
    assert bad == {"x not a number": 1}


def test_flags_in_words() -> None:
    bad = Counter[str]()

    found = flags(column(["False", "TRUE", "0", "1", "", "maybe", None]), "on_ground", bad)

    assert found.tolist() == [0, 1, 0, 1, -1, -1, -1]
    assert bad == {"on_ground not a flag": 1}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.lists(anything, max_size=12))
def test_any_json_is_a_column(values: list[Any]) -> None:
    made, bad = column(values), Counter[str]()

    assert len(numbers(made, "x", bad)) == len(times(made, "t", bad)) == len(flags(made, "f", bad)) == len(values)

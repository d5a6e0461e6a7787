"""Memory: rows by key, defaults for the unknown, bounded in time and number."""

from __future__ import annotations

import numpy as np
import pytest

from geo.memory import DAY_MS, Keep, Memory, Slot
from geo.schema import NO_TIME

KEEP = Keep({"count": Slot("i8"), "state": Slot("f8", np.nan, 3)}, ttl_s=10, most=3)


def test_an_unknown_key_has_defaults() -> None:
    got = Memory(KEEP).get(np.array([5, 7]))

    assert got["count"].tolist() == [0, 0]
    assert got["state"].shape == (2, 3) and np.isnan(got["state"]).all()


def test_what_was_put_comes_back_in_the_order_asked_for() -> None:
    memory = Memory(KEEP)
    memory.put(np.array([9, 2]), 1_000, count=np.array([90, 20]))
    memory.put(np.array([5]), 1_000, count=np.array([50]), state=np.array([[1.0, 2.0, 3.0]]))

    got = memory.get(np.array([2, 5, 9, 4]))

    assert got["count"].tolist() == [20, 50, 90, 0]
    assert got["state"][1].tolist() == [1, 2, 3] and np.isnan(got["state"][0]).all()


def test_columns_not_named_are_kept() -> None:
    memory = Memory(KEEP)
    memory.put(np.array([1]), 0, count=np.array([7]))
    memory.put(np.array([1]), 0, state=np.ones((1, 3)))

    assert memory.get(np.array([1]))["count"].tolist() == [7]


def test_the_untouched_are_forgotten() -> None:
    memory = Memory(KEEP)
    memory.put(np.array([1, 2]), np.array([0, 5_000]), count=np.array([1, 2]))

    memory.forget(12_000)

    assert memory.keys.tolist() == [2]


def test_when_a_key_was_last_put() -> None:
    memory = Memory(KEEP)
    assert memory.last_put(np.array([3])).tolist() == [NO_TIME]
    memory.put(np.array([1, 2]), np.array([50, 90]), count=np.array([1, 2]))
    memory.put(np.array([2]), 70, count=np.array([3]))

    assert memory.last_put(np.array([2, 3, 1])).tolist() == [90, NO_TIME, 50]


def test_too_many_keys_lose_those_untouched_for_longest() -> None:
    memory = Memory(KEEP)
    memory.put(np.arange(5), np.array([50, 40, 30, 20, 10]), count=np.arange(5))

    memory.forget(60)

    assert memory.keys.tolist() == [0, 1, 2]


def test_days_are_counted_once_each() -> None:
    memory = Memory(KEEP)
    for time in (0, 1, DAY_MS, 3 * DAY_MS):
        memory.note_day(time)

    assert len(memory.days) == 3


def test_what_was_kept_in_another_layout_is_refused_whole() -> None:
    before = Memory(KEEP)
    before.put(np.array([5]), 1_000, count=np.array([50]))
    same, wider, floats = (
        Memory(KEEP),
        *(
            Memory(Keep({"count": Slot("i8"), "state": slot}, ttl_s=10))
            for slot in (Slot("f8", 0, 4), Slot("f4", 0, 3))
        ),
    )

    taken = [one.restore(before.state()) for one in (same, wider, floats)]

    assert taken == [True, False, False]
    assert [one.keys.tolist() for one in (same, wider, floats)] == [[5], [], []]


def test_records_come_back_whole_and_only_those_that_were_put() -> None:
    record = np.dtype([("count", "i8"), ("known", "?"), ("place", "f8", (2,))], align=True)
    memory = Memory(Keep({"one": Slot(record, np.zeros((), dtype=record))}, ttl_s=10))
    put = np.array([(7, True, (1.5, np.nan)), (8, False, (2.5, 3.5))], dtype=record)
    memory.put(np.array([4, 2]), 0, one=put)

    got = memory.get(np.array([2, 3, 4]))["one"]

    assert got["count"].tolist() == [8, 0, 7] and got["known"].tolist() == [False, False, True]
    assert got["place"][0].tolist() == [2.5, 3.5]


def test_the_same_keys_are_found_anew_once_others_have_come() -> None:
    memory, keys = Memory(KEEP), np.array([5])
    memory.put(keys, 0, count=np.array([50]))
    memory.put(np.array([1]), 0, count=np.array([10]))

    assert memory.get(keys)["count"].tolist() == [50]


def test_where_keys_stand_is_not_to_be_written_into() -> None:
    memory, keys = Memory(KEEP), np.array([5])
    memory.put(keys, 0, count=np.array([50]))

    with pytest.raises(ValueError, match="read-only"):
        memory.find(keys)[0] = 7

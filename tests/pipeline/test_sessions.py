"""Sessions: ten minutes of silence end one, however the rows were cut; a checkpoint changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo.batch import Batch, checked
from geo.schema import COLUMNS
from pipeline.sessions import Sessions

EPOCH = 1_700_000_000_000


def rows(*each: tuple[float, int], **columns: Any) -> Batch:
    """(second, aircraft) a row."""
    given: dict[str, Any] = {
        "time": [EPOCH + round(s * 1000) for s, _ in each],
        "icao24": [a for _, a in each],
    } | columns
    return checked({name: np.array(v, dtype=COLUMNS[name].dtype) for name, v in given.items()})


def told(*batches: Batch, now: float = 10_000) -> list[tuple[int, int, int, int]]:
    """Aircraft, first and last second, messages of each session, told after each batch; the last word counts."""
    sessions, found = Sessions(), {}
    for batch in batches:
        sessions.add(batch)
        some = sessions.take(EPOCH + round(now * 1000))
        for i, own in enumerate(some["icao24"].tolist()):
            first, last = ((int(some[n][i]) - EPOCH) // 1000 for n in ("first", "last"))
            found[own, first] = (own, first, last, int(some["messages"][i]))
    return sorted(found.values())


def test_ten_minutes_of_silence_end_a_session() -> None:
    assert told(rows((0, 1), (600, 1), (1201, 1), (5, 2))) == [(1, 0, 600, 2), (1, 1201, 1201, 1), (2, 5, 5, 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_however_the_rows_are_cut(size: int) -> None:
    rng = np.random.default_rng(5)
    each = sorted((float(t), int(a)) for t, a in zip(rng.uniform(0, 6_000, 120), rng.integers(1, 6, 120), strict=True))

    cut = [rows(*each[i : i + size]) for i in range(0, len(each), size)]

    assert told(*cut, now=0) == told(rows(*each), now=0)


def test_what_was_offered_once_was_offered_and_the_last_value_stays() -> None:
    sessions = Sessions()
    sessions.add(rows((0, 1), (1, 1), callsign=[b"", b"ABC1"], baro_altitude=[5_000, 6_000]))
    sessions.add(rows((2, 1), lat=[47.0], lon=[8.0]))
    sessions.add(rows((3, 1), (3, 2), geo_altitude=[np.nan, 100], rssi=[np.nan, -9]))

    out = sessions.take(EPOCH + 4_000)

    assert [out[f"has_{n}"].tolist() for n in ("position", "altitude", "callsign", "signal")] == [
        [True, False], [True, True], [True, False], [False, True],
    ]  # fmt: skip
    assert [out[n][0] for n in ("callsign", "baro_altitude", "lat", "lon", "messages")] == [
        b"ABC1",
        6_000,
        47.0,
        8.0,
        4,
    ]


def test_only_what_changed_is_told_and_who_is_long_silent_is_let_go() -> None:
    sessions = Sessions()
    sessions.add(rows((0, 1), (0, 2)))
    assert len(sessions.take(EPOCH)["icao24"]) == 2
    assert len(sessions.take(EPOCH)["icao24"]) == 0

    sessions.add(rows((900, 2)))

    assert sessions.take(EPOCH + 900_000)["icao24"].tolist() == [2, 2]
    assert sessions.open["icao24"].tolist() == [2]


def test_a_stop_in_between_changes_nothing() -> None:
    before, after = rows((0, 1), (0, 2), (1_000, 3)), rows((300, 1), (700, 2))
    whole = Sessions()
    whole.add(before)
    stopped = Sessions()
    stopped.restore({name: np.array(values) for name, values in whole.state().items()})
    for one in (whole, stopped):
        one.add(after)

    a, b = whole.take(EPOCH), stopped.take(EPOCH)

    assert {name: values.tolist() for name, values in a.items() if values.dtype.kind != "f"} == {
        name: values.tolist() for name, values in b.items() if values.dtype.kind != "f"
    }
    assert sorted(a["icao24"].tolist()) == [1, 2, 2, 3]


def test_who_is_left_out_has_no_session() -> None:
    sessions = Sessions()
    sessions.add(rows((0, 1), (0, 2), (700, 1), (700, 2)))

    sessions.leave_out([1])

    assert set(sessions.take(EPOCH + 700_000)["icao24"].tolist()) == {2}

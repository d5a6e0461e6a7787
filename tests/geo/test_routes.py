import numpy as np

from geo.routes import ABSENT, KNOWN, NO_DATABASE, PLAN_WORDS, UNCOVERED, Routes, plan_of


def three() -> Routes:
    """Two routes of one operator, of which one has a stop and one ends at an airport that is not known."""
    return Routes(
        np.array([b"ELY1", b"ELY2", b"SWR8"], dtype="S8"), np.array([0, 2, 5, 7]), np.array([7, 8, 8, 9, 7, 3, -1])
    )


def test_first_and_last_airport() -> None:
    origin, destination = three().airports(np.array([b"ELY2", b"SWR8", b"ELY1", b"ELY3", b""], dtype="S8"))

    assert origin.tolist() == [8, 3, 7, -1, -1]
    assert destination.tolist() == [7, -1, 8, -1, -1]


def test_stops_are_kept() -> None:
    assert three().stops_of(1).tolist() == [8, 9, 7]


def test_nothing_loaded_knows_nothing() -> None:
    assert Routes.none().airports(np.array([b"ELY1"]))[0].tolist() == [-1]
    assert plan_of(Routes.none(), np.array([b"ELY1"])).tolist() == [UNCOVERED]


def test_a_plan_is_known_absent_uncovered_or_nobody_can_say() -> None:
    asked = np.array([b"ELY1", b"ELY9", b"BAW1", b""], dtype="S8")

    assert plan_of(three(), asked).tolist() == [KNOWN, ABSENT, UNCOVERED, UNCOVERED]
    assert plan_of(None, asked).tolist() == [NO_DATABASE] * 4
    assert set(PLAN_WORDS) == {KNOWN, ABSENT, UNCOVERED, NO_DATABASE}

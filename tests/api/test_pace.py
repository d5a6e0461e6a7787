"""Until when the rows of a page will have come, guessed by how each square begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.asked import Asked
from api.catalogue import POSITIONS
from api.pace import LOOKS, MARGIN, Seen, reached, shares

START = datetime(2026, 1, 5, tzinfo=UTC)


def seen(count: int, seconds: float, late_s: float = 0) -> Seen:
    first = START + timedelta(seconds=late_s)
    return Seen(count, first, first + timedelta(seconds=seconds))


def test_squares_go_on_as_they_began() -> None:
    """Two rows a second here, half of them in the box, and one there, from five seconds later on."""
    end = reached({1: seen(20, 9), 2: seen(20, 19, 5)}, {1: 0.5, 2: 1.0}, 20, 200)
    assert end == START + timedelta(seconds=100 * MARGIN)


def test_of_a_square_with_few_rows_all_are_known() -> None:
    end = reached({1: seen(20, 19), 2: seen(10, 1)}, {1: 1.0, 2: 1.0}, 20, 110)
    assert end == START + timedelta(seconds=100 * MARGIN)


@pytest.mark.parametrize(
    "squares", [{}, {1: seen(19, 5)}, {1: seen(20, 19), 2: seen(19, 1), 3: seen(19, 1)}],
    ids=["nothing", "few", "enough of what is known"],
)  # fmt: skip
def test_where_all_rows_may_be_needed_there_is_no_end(squares: dict[int, Seen]) -> None:
    assert reached(squares, {1: 1.0, 2: 1.0, 3: 1.0}, 20, 30) is None


def test_rows_that_came_at_once_and_rows_for_ever_have_an_end() -> None:
    assert reached({1: seen(20, 0)}, {1: 1.0}, 20, 40) == START + timedelta(seconds=2 * MARGIN)
    slow = reached({1: seen(20, 3e8)}, {1: 1e-3}, 20, 10_000)
    assert slow is not None and slow < START + timedelta(days=4_000)


def test_how_much_of_a_square_lies_in_the_boxes() -> None:
    asked = Asked.of(POSITIONS, {"bbox": "-0.5,0.25,1.5,1"})
    assert shares(asked, (-1, 0, 1, 2, 359, 360)) == {-1: 0.375, 0: 0.75, 1: 0.375, 2: 0, 359: 0, 360: 0}
    edge = Asked.of(POSITIONS, {"bbox": "-180,-2,-179,-1"})
    assert shares(edge, (-2 * 360 - 180, -2 * 360 + 179)) == {-900: 1.0, -541: 0}


@pytest.mark.parametrize(("limit", "squares", "rows"), [(1_000, 16, 15), (10_000, 16, 64), (500, 128, 8)])
def test_few_rows_are_looked_at(limit: int, squares: int, rows: int) -> None:
    assert LOOKS.of(limit, squares) == rows

"""Parsers of the standard's parameters: every text gives a checked value or a 400 that names the parameter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import parameters
from api.identity import address
from api.parameters import Span
from api.problems import Problem

TIME = datetime(2026, 11, 20, 13, 0, 0, tzinfo=UTC)
PARSERS: list[tuple[str, Callable[[str], Any]]] = [
    ("limit", parameters.limit),
    ("bbox", parameters.bbox),
    ("datetime", parameters.span),
    ("after", lambda text: parameters.after(text, 2)),
    ("icao24", address),
]


@pytest.mark.parametrize(("name", "parse"), PARSERS)
@given(text=st.one_of(st.text(max_size=40), st.text("0123456789.,-/:TZ+e", max_size=40)))
def test_any_text_is_parsed_or_refused_by_name(name: str, parse: Callable[[str], Any], text: str) -> None:
    try:
        parse(text)
    except Problem as problem:
        assert (problem.status, problem.parameter) == (400, name)


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.booleans())
def test_boxes_never_wrap(west: float, south: float, east: float, north: float, with_heights: bool) -> None:
    south, north = sorted((south, north))
    numbers = [west, south, 0.0, east, north, 9.0] if with_heights else [west, south, east, north]
    boxes = parameters.bbox(",".join(map(repr, numbers)))
    assert all(one.edges[0] <= one.edges[2] and one.edges[1] <= one.edges[3] for one in boxes)
    assert all(one.heights == ((0.0, 9.0) if with_heights else None) for one in boxes)
    assert len(boxes) == (2 if west > east else 1)


def test_the_antimeridian_is_two_boxes() -> None:
    boxes = [one.edges for one in parameters.bbox("170,-10,-170,10")]
    assert boxes == [(170, -10, 180, 10), (-180, -10, -170, 10)]


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,10,1,-10", "0,0,181,1", "0,0,1,inf", "1_0,0,20,1", "١,0,2,1"],
)
def test_broken_boxes(text: str) -> None:
    with pytest.raises(Problem):
        parameters.bbox(text)


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("2026-11-20T13:00:00Z", Span(TIME, TIME)),
        ("2026-11-20t13:00:00z", Span(TIME, TIME)),
        ("2026-11-20T15:00:00+02:00", Span(TIME, TIME)),
        ("2026-11-20T13:00:00.000Z/..", Span(TIME, None)),
        ("../2026-11-20T13:00:00Z", Span(None, TIME)),
        ("/2026-11-20T13:00:00Z", Span(None, TIME)),
        ("../..", Span(None, None)),
        ("2016-12-31T18:59:60-05:00", Span(datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 1, 1, tzinfo=UTC))),
    ],
)
def test_times(text: str, expect: Span) -> None:
    assert parameters.span(text) == expect


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "2026", "2026-11-20", "2026-13-01T00:00:00Z", "2026-11-20T13:00:00", "a/b"),
        *("2026-11-20T13:00:60Z", "9999-12-31T23:59:60Z"),
        *("2026-11-20T13:00:00Z/" * 2, "2026-11-20T13:00:00Z/2026-11-20T12:00:00Z", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_broken_times(text: str) -> None:
    with pytest.raises(Problem):
        parameters.span(text)


@pytest.mark.parametrize(
    ("text", "expect"), [("1", 1), ("007", 7), ("10000", 10_000), ("999999", 10_000), ("9" * 5_000, 10_000)]
)
def test_limit_is_clamped(text: str, expect: int) -> None:
    assert parameters.limit(text) == expect


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2))
def test_tokens_come_back(values: list[str]) -> None:
    assert parameters.after(parameters.token(values), 2) == values

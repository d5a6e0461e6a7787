"""Sentences: lists read as people write them, and names at the beginning stay as they are."""

from __future__ import annotations

import pytest

from geo.words import above, joined, lasting, sentence


@pytest.mark.parametrize(
    ("words", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_words_are_joined_as_people_write_them(words: tuple[str, ...], text: str) -> None:
    assert joined(words) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("circling: 5 turns", "Circling: 5 turns"),
        ("abc123 is on the watch list", "abc123 is on the watch list"),
        ("abcdef: a position", "abcdef: a position"),
        ("4ca001 is heard twice", "4ca001 is heard twice"),
        ("defaced", "Defaced"),
        ("", ""),
    ],
)
def test_a_sentence_begins_with_a_capital_but_an_address_stays_as_it_is(text: str, said: str) -> None:
    assert sentence(text) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(45.4, "45 s"), (119, "119 s"), (1651, "28 min"), (3615, "60 min"), (7500, "2 h 5 min")]
)
def test_durations_are_told_in_the_unit_that_people_use(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


@pytest.mark.parametrize(("feet", "said"), [(1840.0, "1,840 ft above the field"), (-260.0, "the height of the field")])
def test_nothing_flies_below_the_field(feet: float, said: str) -> None:
    assert above(feet, "the field") == said

"""Sentences: lists read as people write them, and names at the beginning stay as they are."""

from __future__ import annotations

import pytest

from geo.words import joined, sentence


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

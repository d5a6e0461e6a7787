"""Addresses, squawks and callsigns from text that anybody may have sent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds._text import addresses, printable, squawks, synthetic_key
from geo.schema import NON_ICAO, SYNTHETIC


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("4baad9", 0x4BAAD9), ("4BAAD9", 0x4BAAD9), (" 4baad9 ", 0x4BAAD9), ("0x8467d8", 0x8467D8), ("000000", 0),
        ("~2b0d0d", 0x2B0D0D | NON_ICAO), ("", -1), ("4baad", -1), ("4baad9f", -1), ("xyzxyz", -1), ("~~2b0d0d", -1),
        ("4ba_d9", -1), ("-baad9", -1), ("４baad9", -1), ("4baad9\x00f", -1), ("0x8467d8ff", -1),
    ],
)  # fmt: skip
def test_an_address_is_six_hex_digits(text: str, key: int) -> None:
    assert addresses([text, "a00001"]).tolist() == [key, 0xA00001]


@pytest.mark.parametrize(
    ("text", "code", "refused"),
    [
        ("0656", b"0656", 0), ("656", b"0656", 0), ("656.0", b"0656", 0), ("7700", b"7700", 0), ("0000", b"0000", 0),
        ("0", b"", 0), ("", b"", 0), ("7608", b"", 1), ("77000", b"", 1), ("-656", b"", 1), ("65x", b"", 1),
    ],
)  # fmt: skip
def test_a_squawk_is_four_octal_digits(text: str, code: bytes, refused: int) -> None:
    found, count = squawks([text, "1200"])

    assert (found.tolist(), count) == ([code, b"1200"], refused)


@given(st.lists(st.text(max_size=20), max_size=30))
def test_whatever_was_sent_comes_out_printable_and_bounded(values: list[str]) -> None:
    for text in printable(values, 8).tolist():
        assert len(text) <= 8 and text == text.strip() and text == text.upper()
        assert all(0x20 <= letter < 0x7F for letter in text)


@given(st.lists(st.text(max_size=12), max_size=30))
def test_every_address_is_one_or_none(values: list[str]) -> None:
    keys = addresses(values)

    assert len(keys) == len(values)
    assert ((keys == -1) | ((keys >= 0) & (keys < 2 * NON_ICAO))).all()


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_an_address_written_and_read_is_the_same(address: int, other: bool) -> None:
    text = f"{'~' if other else ''}{address:06x}"

    assert addresses([text])[0] == address | (NON_ICAO if other else 0)


@given(st.integers(1, 0o7777))
def test_a_code_written_as_a_number_is_the_same(code: int) -> None:
    text = f"{code:04o}"

    assert squawks([text, str(int(text)), f"{int(text)}.0"])[0].tolist() == [text.encode()] * 3


def test_a_synthetic_identity_never_looks_like_an_address() -> None:
    keys = np.array([synthetic_key(f"flight {i}") for i in range(1000)])

    assert (keys >= SYNTHETIC).all() and len(np.unique(keys)) == 1000

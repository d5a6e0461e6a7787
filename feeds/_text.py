"""Text columns: strings from the air become fixed-width, bounded, printable ASCII; addresses become integers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from geo.schema import EMERGENCIES, NON_ICAO, SOURCES, SYNTHETIC, Array

_UPPER = np.full(256, ord(" "), dtype=np.uint8)
_UPPER[0x21:0x7F] = np.frombuffer(bytes(range(0x21, 0x7F)).upper(), dtype=np.uint8)

_NIBBLE = np.full(256, 16, dtype=np.int64)
for _value, _digit in enumerate("0123456789abcdef"):
    _NIBBLE[[ord(_digit), ord(_digit.upper())]] = _value

_PLACE = 16 ** np.arange(5, -1, -1, dtype=np.int64)

SOURCE_CODE = {name: code for code, name in enumerate(SOURCES)}
EMERGENCY_CODE = {name: code for code, name in enumerate(EMERGENCIES)} | {"medical": EMERGENCIES.index("lifeguard")}
"""`medical`: as dump978 calls it."""


def fixed(values: Sequence[str], width: int) -> Array:
    """The strings as bytes of one width; what is not ASCII becomes `?`, what is longer is cut."""
    try:
        return np.array(values, dtype=f"S{width}")
    except UnicodeEncodeError:
        return np.array([v.encode("ascii", "replace") for v in values], dtype=f"S{width}")


def printable(values: Sequence[str], width: int) -> Array:
    """Trimmed, upper-case, printable ASCII of at most `width` letters; blanks and `@` padding are empty."""
    if not len(values):
        return np.empty(0, dtype=f"S{width}")
    wide = fixed(values, width + 8)
    letters = _UPPER[wide.view(np.uint8).reshape(len(wide), -1)]
    cut = np.strings.strip(letters.view(wide.dtype).ravel(), b" @").astype(f"S{width}")
    return np.strings.rstrip(cut, b" @").astype(f"S{width}")


def addresses(values: Sequence[str]) -> Array:
    """24-bit addresses from six hex digits; `~` before them marks a non-ICAO one, `0x` is allowed. -1 where neither."""
    if not len(values):
        return np.empty(0, dtype=np.int64)
    text: Array = np.strings.strip(fixed(values, 10))
    hashed = np.strings.startswith(text, b"~")
    prefixed = np.strings.startswith(text, b"0x") | np.strings.startswith(text, b"0X")
    letters = text.astype("S10").view(np.uint8).reshape(len(text), 10).copy()
    letters[hashed, :-1] = letters[hashed, 1:]
    letters[prefixed, :-2] = letters[prefixed, 2:]
    nibbles = _NIBBLE[letters[:, :6]]
    good = (nibbles < 16).all(axis=1) & (letters[:, 6:8] == 0).all(axis=1)
    out: Array = np.where(good, nibbles @ _PLACE + hashed * NON_ICAO, -1)
    return out


def squawks(values: Sequence[str]) -> tuple[Array, int]:
    """Four octal digits as text, leading zeros restored, and how many were refused. A bare 0 means none sent."""
    if not len(values):
        return np.empty(0, dtype="S4"), 0
    text: Array = np.strings.strip(fixed(values, 8))
    text = np.where(np.strings.endswith(text, b".0"), np.strings.replace(text, b".0", b"", 1), text)
    text = np.where(text == b"0", b"", text)
    sent = text != b""
    text = np.where(sent, np.strings.zfill(text, 4), text).astype("S8")
    letters = text.view(np.uint8).reshape(len(text), 8)
    octal = ((letters[:, :4] >= ord("0")) & (letters[:, :4] <= ord("7"))).all(axis=1) & (letters[:, 4] == 0)
    return np.where(octal, text, b"").astype("S4"), int((sent & ~octal).sum())


def codes(values: Sequence[str], table: dict[str, int]) -> Array:
    """Codes of words; 0 for a word that is not in the table."""
    return np.array([table.get(v, 0) for v in values], dtype=np.uint8)


def synthetic_key(label: str) -> int:
    """An identity that is no address, from a flight id or a file name: bit 48 and 40 bits of its hash."""
    return SYNTHETIC | int.from_bytes(hashlib.blake2b(label.encode(), digest_size=5).digest())

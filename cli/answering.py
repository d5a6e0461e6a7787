"""Where the service over a database answers: `serve` writes it down, for whoever makes links to it."""

from __future__ import annotations

import re

from cli.database import state_file

USUAL = "http://127.0.0.1:8080"
_LONGEST = 300


def keep_address(url: str, address: str) -> None:
    """Write down where the service over the database of this URL answers."""
    state_file(url, "address").write_text(address, encoding="ascii")


def kept_address(url: str) -> str:
    """Where it answers, or last did; where nothing is known, or no address, where it does unless told otherwise."""
    try:
        with state_file(url, "address").open(encoding="ascii") as file:
            said = file.read(_LONGEST)
    except (FileNotFoundError, UnicodeDecodeError):
        return USUAL
    return said if re.fullmatch(r"http://[\w.:\[\]-]+/?", said) else USUAL

"""Where the service over a database answers: `serve` writes it down, for whoever makes links to it."""

from __future__ import annotations

import re

from cli.database import state_file
from cli.ui import err

USUAL = "http://127.0.0.1:8080"
_LONGEST = 300


def keep_address(url: str, address: str) -> None:
    """Write down where the service over the database of this URL answers; where that cannot be, say so and go on."""
    try:
        state_file(url, "address").write_text(address, encoding="ascii")
    except OSError as error:
        err.print(f"links of skysift accounts will not know the address: {error}", markup=False, soft_wrap=True)


def kept_address(url: str) -> str:
    """Where it answers, or last did; where that is not known here, where it does unless told otherwise."""
    try:
        with state_file(url, "address").open(encoding="ascii") as file:
            said = file.read(_LONGEST)
    except (OSError, UnicodeDecodeError):
        return USUAL
    return said if re.fullmatch(r"http://[\w.:\[\]-]+/?", said) else USUAL

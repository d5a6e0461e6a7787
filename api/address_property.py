"""The property that says whose a feature is: its 24-bit address."""

from __future__ import annotations

from api.collections import Property
from api.identity import ICAO24, address
from api.problems import Problem
from geo.schema import SYNTHETIC


def _address_code(text: str) -> int | None:
    """The number of an address; None for what is none."""
    try:
        return address(text)
    except Problem:
        return None


ADDRESS = Property(
    "icao24", "string", "24-bit address in hex; ~ marks a non-ICAO address",
    sql=ICAO24, column="icao24", cast="bigint", encode=_address_code,
    body=ICAO24, missing=f"(icao24 < {SYNTHETIC}) IS NOT TRUE",
)  # fmt: skip

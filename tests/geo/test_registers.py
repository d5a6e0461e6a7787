import csv
import json
from pathlib import Path

import numpy as np
import pytest

from geo.registers import Registers
from geo.schema import NON_ICAO, SYNTHETIC

BLOCKS = Registers.builtin()


def found(address: int) -> tuple[str, str, bool] | None:
    at = int(BLOCKS.find(np.array([address]))[0])
    return None if at < 0 else (str(BLOCKS.country[at]), str(BLOCKS.name[at]), bool(BLOCKS.military[at]))


def test_blocks_are_in_order_and_apart() -> None:
    assert len(BLOCKS) > 200
    assert (BLOCKS.lo <= BLOCKS.hi).all()
    assert (BLOCKS.hi[:-1] < BLOCKS.lo[1:]).all()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (0x3C6444, ("DE", "Germany", False)),
        (0x3FBFFF, ("DE", "Germany", True)),
        (0x3FC000, ("DE", "Germany", False)),
        (0xA00001, ("US", "United States", False)),
        (0xADF7C7, ("US", "United States", False)),
        (0xADF7C8, ("US", "United States", True)),
        (0xAE1234, ("US", "United States", True)),
        (0x43C123, ("GB", "United Kingdom", True)),
        (0x43D000, ("GB", "United Kingdom", False)),
        (0x738A10, ("IL", "Israel", True)),
        (0x896001, ("AE", "United Arab Emirates", False)),
        (0x000000, None),
        (0xFFFFFF, None),
        (0x200000, None),
        (NON_ICAO | 0x3C6444, None),
        (SYNTHETIC | 5, None),
        (-1, None),
    ],
)
def test_addresses(address: int, expected: tuple[str, str, bool] | None) -> None:
    assert found(address) == expected


def test_agrees_with_the_published_code_blocks(shared: Path) -> None:
    """Every state's block there is one here, and nothing else is."""
    file = shared / "data/reference/standing-data/code-blocks/schema-01/code-blocks.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    blocks = [(int(r["Start"], 16), int(r["Finish"], 16), r["CountryISO2"]) for r in rows]
    theirs = {(lo, hi): state for lo, hi, state in blocks if hi - lo >= 1023 and state not in ("ZZ", "XA", "IM")}

    wrong = {}
    for (lo, hi), state in theirs.items():
        for address in (lo, (lo + hi) // 2, hi):
            mine = found(address)
            if mine is None or mine[0] != state:
                wrong[f"{address:06X} {state}"] = mine
    named = {str(c) for c in BLOCKS.country}
    assert wrong == {}
    assert named - {"ZZ"} == set(theirs.values())


def test_military_parts_agree_with_readsbs(shared: Path) -> None:
    file = shared / "data/reference/aircraft-db/tar1090-db/ranges.json"
    ranges = [(int(a, 16), int(b, 16)) for a, b in json.loads(file.read_text())["military"]]
    inside = np.array([a for lo, hi in ranges for a in (lo, (lo + hi) // 2, hi)])
    outside = np.array([a for lo, hi in ranges for a in (lo - 1, hi + 1) if not any(x <= a <= y for x, y in ranges)])

    assert BLOCKS.military[BLOCKS.find(inside)].all()
    at = BLOCKS.find(outside)
    assert not BLOCKS.military[at[at >= 0]].any()

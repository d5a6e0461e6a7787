import csv
from pathlib import Path

import pytest

from geo.batch import Batch
from geo.registers import Registers
from geo.registrations import blocks_of
from tests.recordings import recording


@pytest.mark.parametrize(
    ("mark", "states"),
    [
        ("D-AIBD", {"DE"}), ("N123AB", {"US"}), ("JA13XJ", {"JP"}), ("HL7615", {"KR"}), ("P4-BBJ", {"NL"}),
        ("vp-bcd", {"GB"}),
        ("B-18901", {"CN", "TW"}), ("A9C-FG", {"BH"}), ("57-1427", set()), ("FAC1282", set()), ("MM62243", set()),
        ("", set()),
        ("NATO01", set()), ("D-", set()),
    ],
)  # fmt: skip
def test_marks(mark: str, states: set[str]) -> None:
    assert blocks_of(mark) == states


def test_every_state_has_blocks() -> None:
    states = set(Registers.builtin().country.tolist())
    text = (Path(__file__).parents[2] / "geo/data/registrations.csv").read_text()
    assert {s for row in csv.DictReader(text.splitlines()) for s in row["blocks"].split()} <= states


def test_agrees_with_published_prefixes(shared: Path) -> None:
    file = shared / "data/reference/standing-data/registration-prefixes/schema-01/reg-prefixes.csv"
    states = set(Registers.builtin().country.tolist())
    rows = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    theirs = {r["Prefix"]: r["CountryISO2"] for r in rows if r["HasHyphen"] == "1" and r["CountryISO2"] in states}
    wrong = {p: c for p, c in theirs.items() if c not in blocks_of(f"{p}-ABC")}
    assert wrong == {"4U": "ZZ", "CNA": "MA", "JA": "JP"}, "the United Nations, a military series, marks without hyphen"


def test_marks_fit_addresses_worldwide(shared: Path) -> None:
    """Of 7,390 airframes whose mark and block can both be told, two do not fit: both are known to be wrong units."""
    rows = Batch.concat(recording(shared / "data/adsbx-snapshot-20220430/aircraft.json"))
    blocks = Registers.builtin()
    at = blocks.find(rows["icao24"])
    pairs = [
        (f"{a:06x}", r.decode(), str(blocks.country[i]), blocks_of(r.decode()))
        for a, r, i in zip(rows["icao24"].tolist(), rows["registration"].tolist(), at.tolist(), strict=True)
        if i >= 0 and not blocks.military[i]
    ]
    told = [(a, r) for a, r, state, marks in pairs if marks]
    wrong = [(a, r) for a, r, state, marks in pairs if marks and state not in marks]
    assert len(told) > 7_000
    assert sorted(wrong) == [("012345", "I-B203"), ("017073", "RP-C803")]

"""Military and government aircraft."""

from pathlib import Path

import numpy as np
import pytest

from detectors._examples import fly
from feeds.watch_files import load_watch
from geo.aircraft import MILITARY, AircraftTable
from geo.watch import WatchList
from tests.detectors.at_work import again, found, recorded


def table(flags: int) -> AircraftTable:
    text = np.array([b"D-ABCD"])
    return AircraftTable(np.array([0x3C1000]), text, np.array([b"A310"]), text, text, np.array([flags], dtype=np.uint8))


@pytest.mark.parametrize(
    ("icao24", "country"),
    [(0xAE1234, "United States"), (0x43C001, "United Kingdom"), (0x3F4001, "Germany"), (0x3B7777, "France")],
)
def test_military_blocks(icao24: int, country: str) -> None:
    (one,) = found("sighting", [fly(icao24, 60)])
    assert one.explanation == f"A military aircraft: its address lies in a military block ({country})"
    assert one.priority == 1


def test_every_source_is_named() -> None:
    listed = WatchList.of([(0x3C1000, {"group": "gov"})])
    (one,) = found("sighting", [fly(0x3C1000, 60, db_flags=1)], {"aircraft": table(MILITARY), "watch_list": listed})
    assert one.explanation == (
        "A military aircraft (D-ABCD, A310): the feed's database marks it, the aircraft database marks it, "
        "the watch list has it as government"
    )
    assert found("sighting", [fly(0x3C1000, 60)], {"aircraft": table(0)}) == []


def test_police_and_government_are_called_so() -> None:
    for group, words in (("pol", "police"), ("gov", "government")):
        (one,) = found("sighting", [fly(0x3C1000, 60)], {"watch_list": WatchList.of([(0x3C1000, {"group": group})])})
        assert one.explanation == f"A {words} aircraft: the watch list has it as {words}"


def test_one_aircraft_never_gives_two_medium_alerts() -> None:
    listed = WatchList.of([(0xAE1234, {"operator": "Somebody"})])
    both = [a for c in ("sighting", "watch-list") for a in found(c, [fly(0xAE1234, 60)], {"watch_list": listed})]
    assert sorted(a.priority for a in both) == [1, 2]


def test_the_whole_world(shared: Path) -> None:
    """107 marked by the feed's database and 98 in military blocks, most of them the same."""
    rows = again(recorded(shared / "data/adsbx-snapshot-20220430/aircraft.json"), 4)
    listed = load_watch([shared / "data/reference/plane-alert-db/plane-alert-db.csv"])

    plain, more = found("sighting", [rows]), found("sighting", [rows], {"watch_list": listed})

    assert 107 <= len(plain) <= 112
    assert {a.icao24 for a in plain} < {a.icao24 for a in more}
    assert all(a.priority == 1 for a in more)

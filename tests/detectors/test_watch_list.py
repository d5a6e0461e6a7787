"""Watch list sightings."""

from pathlib import Path

import pytest

from detectors._examples import fly, together
from feeds.watch_files import load_watch
from geo.watch import WatchList
from tests.detectors.at_work import again, found, recorded

LIST = WatchList.of(
    [
        (0xA12345, {"registration": "N1", "operator": "Somebody", "group": "gov", "tags": "a joke"}),
        (0xABC123, {"tags": "mine"}),
    ]
)


def test_one_episode_a_flight_with_what_the_list_says() -> None:
    (one,) = found("watch-list", [fly(0xA12345, 1_800, step_s=5)], {"watch_list": LIST})

    assert one.explanation == "N1 is on the watch list: government, Somebody"
    assert (one.confidence, one.evidence["values"]["tags"]) == (0.95, "a joke")
    assert one.end - one.start > 1_700_000


def test_an_entry_of_ones_own_is_an_alert_and_shows_its_note() -> None:
    (one,) = found("watch-list", [fly(0xABC123, 60)], {"watch_list": LIST})
    assert (one.explanation, one.priority) == ("abc123 is on the watch list: mine", 2)


@pytest.mark.parametrize("group", ["mil", "gov", "pol", "civ"])
def test_entries_of_a_public_list_are_low(group: str) -> None:
    public = WatchList.of([(0xA12345, {"registration": "N1", "group": group, "category": "Vanity Plate"})])
    (one,) = found("watch-list", [fly(0xA12345, 60)], {"watch_list": public})
    assert (one.priority, one.confidence) == (1, 0.95)


def test_one_message_says_little() -> None:
    (one,) = found("watch-list", [fly(0xA12345, 1)], {"watch_list": LIST})
    assert (one.priority, one.confidence) == (1, 0.5)


def test_a_pause_does_not_make_a_second_episode() -> None:
    rows = together(fly(0xA12345, 300), fly(0xA12345, 300, start_s=700, lon=10.9))
    assert len(found("watch-list", [rows], {"watch_list": LIST})) == 1


def test_plane_alert_db_over_the_whole_world(shared: Path) -> None:
    listed = load_watch([shared / "data/reference/plane-alert-db/plane-alert-db.csv"])
    rows = again(recorded(shared / "data/adsbx-snapshot-20220430/aircraft.json"), 4)

    seen = found("watch-list", [rows], {"watch_list": listed})

    there = {int(a) for a in rows["icao24"]} & set(listed.icao24.tolist())
    assert {one.icao24 for one in seen} == there
    assert len(seen) == len(there) == 148

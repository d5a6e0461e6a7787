"""BaseStation lines: what is spread over them stands together, and nothing of their traps gets through."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from feeds import Feed, FeedError
from feeds._local import utc
from geo.schema import NO_TIME, SOURCES, present
from tests.feeds.reading import counts, read

NOON = 1_579_521_600_000
"""2020-01-20 12:00 UTC."""


def line(kind: int, at: str = "12:00:00.000", hex: str = "A1629D", logged: str | None = None, name: str = "MSG",
         **fields: object) -> str:  # fmt: skip
    """One line of that type; fields by their names in feeds/_sbs.py."""
    order = ("callsign", "altitude", "speed", "track", "lat", "lon", "vertical_rate", "squawk", "alert", "emergency",
             "spi", "ground")  # fmt: skip
    date = "2020/01/20"
    cells = [name, kind, 1, 1, hex, 1, date, at, date, logged or at, *(fields.get(n, "") for n in order)]
    return ",".join(map(str, cells)) + "\r\n"


HERE = {"altitude": 38000, "lat": 43.1, "lon": -75.9}


def test_a_position_stands_beside_what_other_lines_said() -> None:
    batch = read(
        line(1, "12:00:00.000", callsign="SKW3974 ")
        + line(4, "12:00:01.000", speed=362, track=272, vertical_rate=-64)
        + line(6, "12:00:01.100", squawk="0412", alert=-1, spi=0, ground=0)
        + line(3, "12:00:01.500", **HERE)
    )

    row = batch.take(present("lat", batch["lat"]))
    assert [row[n][0] for n in ("ground_speed", "track", "vertical_rate", "baro_altitude")] == [362, 272, -64, 38000]
    assert [row[n][0] for n in ("callsign", "squawk", "alert", "spi", "on_ground")] == [b"SKW3974", b"0412", 1, 0, 0]
    assert row["position_time"][0] == row["time"][0] == NOON + 1_500
    assert row["messages"][0] == 4


def test_every_position_is_a_row_and_a_second_without_one_is_one() -> None:
    batch = read(
        line(3, "12:00:00.100", **HERE) + line(3, "12:00:00.600", **HERE) + line(8, "12:00:00.900")
        + line(8, "12:00:01.100") + line(5, "12:00:01.900", altitude=38025)
    )  # fmt: skip

    assert (batch["time"] - NOON).tolist() == [100, 600, 1_900]
    assert np.isnan(batch["lat"]).tolist() == [False, False, True]
    assert batch["position_time"][2] == NO_TIME
    assert batch["messages"].tolist() == [1, 2, 5]


@pytest.mark.parametrize(
    ("seconds", "speed", "callsign"), [(14, 362, b"ABC1"), (16, np.nan, b"ABC1"), (59, np.nan, b"ABC1")]
)
def test_what_was_said_long_ago_holds_no_longer(seconds: int, speed: float, callsign: bytes) -> None:
    said = line(4, speed=362, track=272) + line(1, callsign="ABC1")
    row = read(said + line(3, f"12:00:{seconds}.000", **HERE)).take(np.array([-1]))

    assert row["ground_speed"][0] == pytest.approx(speed, nan_ok=True)
    assert row["callsign"][0] == callsign


def test_an_hour_later_nothing_holds() -> None:
    row = read(line(1, callsign="ABC1") + line(3, "13:00:00.000", **HERE)).take(np.array([-1]))

    assert row["callsign"][0] == b""


def test_what_one_aircraft_said_is_not_given_to_another() -> None:
    batch = read(line(1, callsign="ABC1") + line(3, "12:00:00.500", hex="A1629E", **HERE))

    assert batch["callsign"][batch["icao24"] == 0xA1629E].tolist() == [b""]


@pytest.mark.parametrize(("cell", "flag"), [("-1", 1), ("1", 1), ("0", 0), ("", -1)])
def test_minus_one_is_yes(cell: str, flag: int) -> None:
    assert read(line(5, altitude=0, ground=cell))["on_ground"].tolist() == [flag]


def test_a_surface_position_is_on_the_ground_also_where_the_line_does_not_say() -> None:
    assert read(line(2, lat=47.1, lon=-1.6, speed=4))["on_ground"].tolist() == [1]


def test_a_flag_of_another_kind_is_counted() -> None:
    batch = read(line(5, altitude=1000, ground="yes?"))

    assert (batch["on_ground"].tolist(), counts(batch)) == ([-1], {"ground not a flag": 1})


def test_the_time_is_when_it_was_generated_unless_that_clock_is_wrong() -> None:
    right = read(line(8, "12:00:01.000", logged="12:00:01.500"))
    wrong = read(line(8, "07:00:01.000", logged="12:00:01.500"))
    without = read(line(8, "", logged="12:00:02.000"))

    assert [int(b["time"][0]) - NOON for b in (right, wrong, without)] == [1_000, 1_500, 2_000]
    assert counts(wrong) == {"generated long before or after it was logged: taken as logged": 1}


def test_a_line_without_any_time_or_address_is_refused() -> None:
    batch = read(line(8) + line(8, " ", logged=" ") + line(8, hex="XYZ"))

    assert len(batch) == 1
    assert counts(batch) == {"no identity": 1, "no time": 1}


def test_lines_about_the_receiver_are_no_observations() -> None:
    status = "STA,,1,1,A1629D,1,2020/01/20,12:00:00.000,2020/01/20,12:00:00.000,RM\n"
    batch = read(line(8) + status + line(8, name="XYZ") + line(9) + "MSG,3,1\n\n")

    assert len(batch) == 1
    assert counts(batch) == {"line that is no BaseStation message": 2, "line of too few or too many fields": 1}


def test_short_lines_are_what_they_say() -> None:
    batch = read(line(8) + "MSG,1,1,1,A1629E,1,2020/01/20,12:00:00.0,2020/01/20,12:00:00.0,ABC1\n")

    assert batch["callsign"].tolist() == [b"", b"ABC1"]


def test_a_computed_position_and_a_height_above_the_ellipsoid_are_told_apart() -> None:
    batch = read(line(3, name="MLAT", **HERE) + line(3, "12:00:00.500", **HERE | {"altitude": "38100H"}))

    assert [SOURCES[i] for i in batch["source"]] == ["mlat", "adsb_icao"]
    assert batch["geo_altitude"][1] == 38100
    assert batch["baro_altitude"].tolist() == [38000, 38000], "the pressure altitude of the line before still holds"


def test_quotation_marks_hold_no_lines_together() -> None:
    assert len(read(line(1, callsign='"AB') + line(1, "12:00:02.000", callsign='C"'))) == 2


def test_local_time_becomes_utc_by_the_zone() -> None:
    summer, winter = 1_720_000_000_000, 1_705_000_000_000
    bad = Counter[str]()

    made = utc(np.array([summer, winter, NO_TIME]), "America/New_York", bad)

    assert (made - [summer, winter, NO_TIME]).tolist() == [4 * 3_600_000, 5 * 3_600_000, 0]


def test_the_hour_that_comes_twice_is_told_apart_by_order_and_the_missing_one_is_counted() -> None:
    twice = np.arange(0, 3 * 3_600_000, 600_000) + 1_730_593_800_000
    """2024-11-03 00:30 local and on, as if it were UTC."""
    wall = np.concatenate([twice[twice < 1_730_599_200_000], twice[twice >= 1_730_595_600_000]])
    bad = Counter[str]()

    made = utc(wall, "America/New_York", bad)
    gone = utc(np.array([1_710_037_800_000]), "America/New_York", bad)

    assert (np.diff(made) == 600_000).all()
    assert (gone[0], bad) == (NO_TIME, {"time of day that the zone leaves out": 1})


def test_a_feed_is_written_with_name_place_and_options() -> None:
    feed = Feed.of("roof=sbs://10.0.0.5:30003#at=47.4,8.5&every=2&zone=Europe/Zurich")

    assert (feed.name, feed.address) == ("roof", "sbs://10.0.0.5:30003")
    assert (feed.receiver, feed.interval_s, feed.zone) == ((47.4, 8.5), 2.0, "Europe/Zurich")


@pytest.mark.parametrize(
    ("text", "why"),
    [("sbs://h:1#at=99,0", "no place"), ("sbs://h:1#zone=Mars", "no time zone"), ("sbs://h:1#every=0", "no interval"),
     ("sbs://h:1#evry=1", "no option 'evry'"), ("sbs://h:1#every=nan", "no interval"),
     ("sbs://h:1#at=here", "no place")],
)  # fmt: skip
def test_an_option_that_is_none_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(FeedError, match=why):
        Feed.of(text)

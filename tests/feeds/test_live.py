"""A poll that goes on whatever the other side does, and says what it did."""

from __future__ import annotations

import gzip

import pytest

from feeds import FeedError, open_source
from tests.feeds.receiver import NOW, Answer, poll, receiver, sky

GOOD = Answer(sky())


def test_a_good_receiver_gives_a_batch_per_answer() -> None:
    with receiver([Answer(sky(NOW + i, 3)) for i in range(5)]) as url:
        source, got = poll(url, lambda source, got: len(got) >= 3)

    assert [len(batch) for batch in got[:3]] == [3, 3, 3]
    assert [int(batch["time"][0]) for batch in got[:2]] == [1_699_999_999_500, 1_700_000_000_500]
    assert (source.format, source.health()["state"], source.errors) == ("readsb", "ok", {})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Answer(status=500, body=b"oops"), "HTTP 500"),
        (Answer(status=404), "HTTP 404"),
        (Answer(sky(aircraft=50), sent=100), "connection broken"),
        (Answer(sky(aircraft=50)[:100]), "answer that cannot be read"),
        (Answer(b""), "answer that cannot be read"),
        (Answer(b"<!doctype html><p>tar1090"), "answer that cannot be read"),
        (Answer(b'{"now": "soon", "aircraft": []}'), "answer that cannot be read"),
        (Answer(b'{"now": 1700000000, "aircraft": 7}'), "answer that cannot be read"),
        (Answer(b"\x1f\x8b broken"), "answer that cannot be read"),
        (Answer(b"not packed at all", headers={"Content-Encoding": "gzip"}), "connection broken"),
    ],
)
def test_a_bad_answer_is_counted_and_the_next_one_read(bad: Answer, reason: str) -> None:
    with receiver([GOOD, bad, Answer(sky(NOW + 1))]) as url:
        source, _ = poll(url, lambda source, got: len(got) >= 2 and bool(source.errors))

    assert source.errors == {reason: 1}
    assert source.last_error.startswith(("http://127.0.0.1", reason))
    assert source.health()["state"] == "ok"


def test_a_receiver_that_hangs_is_not_waited_for() -> None:
    with receiver([Answer(sky(), wait_s=3.0), GOOD]) as url:
        source, _ = poll(url, lambda source, got: len(got) >= 1, timeout_s=1.0)

    assert set(source.errors) == {"timeout"}


def test_wrong_types_cost_their_field_only() -> None:
    body = sky(aircraft=2).replace(b'"alt_baro": 1000', b'"alt_baro": [1]')
    with receiver([Answer(body)]) as url:
        source, got = poll(url, lambda source, got: len(got) >= 1)

    assert len(got[0]) == 2
    assert source.rejected["alt_baro not a number"] >= 1


def test_a_restarted_receiver_without_clock_or_aircraft_is_waited_for() -> None:
    answers = [GOOD, Answer(sky(NOW, 0)), Answer(sky(5.0)), Answer(sky(400_000_000.0)), Answer(sky(NOW + 60))]
    with receiver(answers) as url:
        source, got = poll(url, lambda source, got: len(got) >= 2, clock=lambda: NOW + 60)

    assert int(got[1]["time"][0]) == 1_700_000_059_500
    assert source.errors == {"answer that cannot be read": 1}
    assert source.rejected["time out of range"] == 1


def test_rows_from_the_future_are_refused() -> None:
    with receiver([Answer(sky(NOW + 3600)), GOOD]) as url:
        source, got = poll(url, lambda source, got: len(got) >= 1)

    assert int(got[0]["time"][0]) == 1_699_999_999_500
    assert source.rejected["in the future"] == 1


def test_a_clock_that_goes_back_is_noted_and_its_rows_are_given() -> None:
    with receiver([GOOD, Answer(sky(NOW - 3600))]) as url:
        source, got = poll(url, lambda source, got: len(got) >= 2)

    assert source.errors["clock went back"] == 1
    assert int(got[1]["time"][0]) == 1_699_996_399_500


def test_a_dead_address_is_down_and_costs_nothing_else() -> None:
    with receiver([GOOD]) as url:
        pass
    source, got = poll(url, lambda source, got: source.health()["failures_in_a_row"] >= 3)

    assert got == []
    assert source.health()["state"] == "down"
    assert source.errors["no connection"] >= 3
    assert "no connection: " in source.last_error


def test_a_sky_that_stands_still_is_silent() -> None:
    now = [NOW]

    def later() -> float:
        now[0] += 5
        return now[0]

    with receiver([GOOD]) as url:
        source, _ = poll(url, lambda source, got: len(got) >= 1 and source.health()["state"] == "silent", clock=later)

    assert source.last_time == 1_699_999_999_500


def test_too_large_an_answer_is_not_swallowed() -> None:
    with receiver([Answer(sky(aircraft=5_000)), GOOD]) as url:
        source, _ = poll(url, lambda source, got: len(got) >= 1, body_limit=10_000)

    assert source.errors == {"answer that cannot be read": 1}
    assert "more than 10,000 bytes" in source.last_error


def test_a_packed_bomb_is_not_unpacked() -> None:
    with receiver([Answer(gzip.compress(b" " * 50_000_000)), GOOD]) as url:
        source, _ = poll(url, lambda source, got: len(got) >= 1, body_limit=1_000_000)

    assert source.errors == {"answer that cannot be read": 1}


def test_opensky_is_polled_too() -> None:
    state = b'{"time": 1700000000, "states": [["4b1814", "SWR7EA", "CH", 1699999990, 1699999999, 8.5, 47.4]]}'
    with receiver([Answer(state)]) as url:
        source, got = poll(url, lambda source, got: len(got) >= 1)

    assert (source.format, len(got[0])) == ("opensky-states", 1)


def test_a_recording_behind_an_address_says_what_to_do() -> None:
    with receiver([Answer(b"flight_id,timestamp,latitude,longitude,vert_speed\n")]) as url:
        source, _ = poll(url, lambda source, got: bool(source.errors))

    assert "euctrl is a recording. download it" in source.last_error


def test_the_name_keeps_keys_and_passwords_to_itself() -> None:
    with receiver([Answer(status=403)]) as url:
        secret = url.replace("127.0.0.1", "user:hunter2@127.0.0.1") + "?key=hunter2"
        source, _ = poll(secret, lambda source, got: bool(source.errors))

    assert "hunter2" not in str(source.health())


@pytest.mark.parametrize("url", ["http://", "http://:80/x", "http://host:port/", "https:///data"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(FeedError, match="address"):
        open_source(url)


def test_a_live_source_has_no_end_and_a_recording_no_poll() -> None:
    with pytest.raises(FeedError, match="live"):
        open_source("http://127.0.0.1:9/data/aircraft.json").batches()

"""A receiver's port: lines cut anywhere, connections that break, silence, and other protocols."""

from __future__ import annotations

import pytest

from feeds import FeedError, open_source
from geo.batch import Batch
from tests.feeds.streaming import Sent, heard
from tests.feeds.test_sbs import HERE, NOON, line

GOOD = (line(1, callsign="ABC1") + line(3, "12:00:00.500", **HERE)).encode()
LATER = line(3, "12:00:02.000", **HERE).encode()


def at_noon() -> float:
    return NOON / 1000 + 3


def test_lines_cut_anywhere_are_whole_again() -> None:
    pieces = [GOOD[:30], GOOD[30:31], GOOD[31:], LATER]
    source, got = heard([Sent(pieces, stays=True)], lambda s, g: s.rows >= 2, clock=at_noon, interval_s=0.01)

    whole = Batch.concat(got)
    assert whole["callsign"].tolist() == [b"ABC1", b"ABC1"]
    assert (whole["time"] - NOON).tolist() == [500, 2_000]
    assert source.health()["state"] == "ok"
    assert not source.rejected


def test_a_broken_connection_is_made_again_and_what_was_known_holds() -> None:
    source, got = heard([Sent([GOOD, LATER[:40]]), Sent([LATER], stays=True)], lambda s, g: s.rows >= 2, clock=at_noon)

    assert Batch.concat(got)["callsign"].tolist() == [b"ABC1", b"ABC1"]
    assert source.errors == {"connection broken": 1}
    assert "closed the connection" in source.last_error


def test_local_time_is_found_out_from_the_clock() -> None:
    """The sender's clock shows noon in New York; here it is five in the afternoon, UTC."""
    _, got = heard([Sent([GOOD], stays=True)], lambda s, g: bool(g), clock=lambda: NOON / 1000 + 5 * 3600 + 2)

    assert int(got[0]["time"][0]) == NOON + 5 * 3_600_000 + 500


def test_a_zone_that_was_said_is_taken() -> None:
    _, got = heard(
        [Sent([GOOD], stays=True)], lambda s, g: bool(g), zone="America/New_York", clock=lambda: NOON / 1000 + 18_002
    )

    assert int(got[0]["time"][0]) == NOON + 5 * 3_600_000 + 500


def test_an_endless_line_is_left_out_to_its_end() -> None:
    flood = b"MSG,3," + b"9" * 60_000
    source, _ = heard(
        [Sent([flood, flood + b",1\n" + GOOD], stays=True)], lambda s, g: bool(g), clock=at_noon, interval_s=0.005
    )

    assert source.rejected == {"line longer than 4,096 bytes": 1}
    assert len(source.decoder.lines.rest) == 0


@pytest.mark.parametrize(
    "body", [b"<html>not here</html>\n" * 2_000, bytes(range(256)) * 200, b"\x1a3" + b"x\n" * 20_000]
)
def test_another_protocol_is_said_to_be_one(body: bytes) -> None:
    source, got = heard([Sent([body])], lambda s, g: "answer that cannot be read" in s.errors, clock=at_noon)

    assert not got
    assert "no BaseStation" in source.last_error


def test_silence_is_waited_for_only_so_long() -> None:
    source, _ = heard([Sent([GOOD], stays=True)], lambda s, g: bool(s.errors), clock=at_noon, quiet_s=0.2)

    assert "nothing came for 0.2 s" in source.last_error


def test_empty_lines_are_a_sign_of_life() -> None:
    source, _ = heard([Sent([b"\r\n"] * 20 + [GOOD], stays=True)], lambda s, g: bool(g), clock=at_noon, quiet_s=0.3)

    assert not source.errors


def test_a_port_is_opened_under_its_name_and_place() -> None:
    source = open_source("roof=sbs://127.0.0.1:1#at=47.4,8.5")

    assert (source.live, source.format, source.name) == (True, "sbs", "roof")
    assert source.health()["receiver"] == {"lat": 47.4, "lon": 8.5}


@pytest.mark.parametrize("address", ["sbs://", "sbs://host", "sbs://:30003", "sbs://host:port", "ftp://host:1/x"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(FeedError, match=r"names no host and port|nothing is known of"):
        open_source(address)

"""Public services: asked as they want to be, keys kept, limits kept, and their misbehaviour got over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from feeds import Feed, FeedError, open_feed, told_apart
from feeds.live import LiveSource
from geo.batch import Batch
from tests.feeds.receiver import NOW, Answer, polled, sky
from tests.feeds.service import serving

STATE = [
    "4b1814",
    "SWR7EA ",
    "CH",
    1699999990,
    1699999999,
    8.5,
    47.4,
    3048.0,
    False,
    100.0,
    95.6,
    -5.0,
    None,
    33.8,
    "01",
]
STATES = json.dumps({"time": 1700000000, "states": [STATE]}).encode()
POSITIONS = json.dumps({"data": [
    {"fr24_id": "321a0cc3", "flight": "AF1463", "callsign": "AFR1463", "lat": 47.4, "lon": 8.5, "track": 219,
     "alt": 38000, "gspeed": 500, "vspeed": 0, "squawk": "6135", "timestamp": "2023-11-14T22:13:19Z", "source": "ADSB",
     "hex": "394C19", "type": "A321", "reg": "F-GTAZ"},
]}).encode()  # fmt: skip
GOOD = Answer(STATES, headers={"X-Rate-Limit-Remaining": "3999"})
CLIENT = {"OPENSKY_CLIENT_ID": "me", "OPENSKY_CLIENT_SECRET": "hunter2"}


def asked(feed: Feed, until: Callable[[LiveSource, list[Batch]], bool]) -> tuple[LiveSource, list[Batch]]:
    """Poll the feed's own source, fast, until a condition holds."""
    source = open_feed(feed)
    assert isinstance(source, LiveSource)
    source.interval_s, source.clock, source.web.timeout_s = 0.01, lambda: NOW, 2.0
    return polled(source, until)


def opensky(base: str, **options: Any) -> Feed:
    given = {"secrets": CLIENT, "base": base, "auth": base.replace("/api", "/token")} | options
    return Feed("opensky://45.8,5.9,47.8,10.5", **given)


def test_opensky_is_asked_for_a_box_with_a_token() -> None:
    with serving([GOOD], guarded=True) as service:
        source, got = asked(opensky(service.base), lambda s, g: len(g) >= 2)

    path, headers = service.asked[0]
    assert path == "/api/states/all?lamin=45.8&lomin=5.9&lamax=47.8&lomax=10.5&extended=1"
    assert headers["authorization"] == "Bearer token-1"
    assert service.forms == ["grant_type=client_credentials&client_id=me&client_secret=hunter2"]
    assert (source.name, source.format, len(got[0])) == ("opensky 45.8,5.9,47.8,10.5", "opensky-states", 1)
    assert source.health()["requests_left"] == 3999


def test_a_token_that_is_refused_is_replaced() -> None:
    with serving([GOOD], guarded=True) as service:
        asked_for = []

        def until(source: LiveSource, got: list[Batch]) -> bool:
            if got and not asked_for:
                asked_for.append(service.good.pop())
            return len(service.forms) >= 2 and len(got) >= 4

        source, _ = asked(opensky(service.base), until)

    assert source.errors == {"HTTP 401": 1}
    assert source.health()["state"] == "ok"


def test_a_token_is_renewed_before_it_ends() -> None:
    with serving([GOOD], guarded=True, lasts_s=0.0) as service:
        source, _ = asked(opensky(service.base), lambda s, g: len(service.forms) >= 2)

    assert not source.errors


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(b'{"error": "invalid_client"}', status=401), "no token: HTTP 401"),
        (Answer(b"<html>maintenance</html>"), "no token: the answer holds none"),
        (Answer(b'{"access_token": null, "expires_in": []}'), "no token"),
        (Answer(b'{"access_token": "a\\nb"}'), "no token: it holds what no header may"),
        (Answer(b"[]"), "no token"),
    ],
)
def test_no_token_is_said_and_no_secret(answer: Answer, why: str) -> None:
    with serving([GOOD], guarded=True, token_answer=answer) as service:
        source, _ = asked(opensky(service.base), lambda s, g: bool(s.errors))

    assert why in source.last_error
    assert "hunter2" not in str(source.health()) + repr(source.web)
    assert not service.asked, "nothing is asked without the token"


def test_without_a_client_opensky_is_asked_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CLIENT:
        monkeypatch.delenv(name, raising=False)
    with serving([GOOD]) as service:
        asked(opensky(service.base, secrets={}), lambda s, g: bool(g))

    assert "authorization" not in service.asked[0][1]


@pytest.mark.parametrize("feed", ["opensky://world", "fr24://world"])
def test_half_a_key_or_none_is_said_by_name(feed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSKY_CLIENT_ID", "me")
    for name in ("OPENSKY_CLIENT_SECRET", "FR24_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(FeedError, match=r"OPENSKY_CLIENT_SECRET|FR24_API_TOKEN"):
        open_feed(Feed.of(feed))


def test_flightradar24_is_asked_with_its_token_and_version() -> None:
    with serving([Answer(POSITIONS)], guarded=True, good={"s3cret"}) as service:
        feed = Feed("fr24://45.8,5.9,47.8,10.5", base=service.base, secrets={"FR24_API_TOKEN": "s3cret"})
        source, got = asked(feed, lambda s, g: bool(g))

    path, headers = service.asked[0]
    assert path == "/api/live/flight-positions/full?bounds=47.8,45.8,5.9,10.5"
    assert headers["accept-version"] == "v1"
    row = got[0]
    assert [row[n][0] for n in ("icao24", "callsign", "squawk", "registration", "type_code", "baro_altitude")] == [
        0x394C19, b"AFR1463", b"6135", b"F-GTAZ", b"A321", 38000,
    ]  # fmt: skip
    assert "s3cret" not in str(source.health()) + repr(source.web)


def test_an_empty_sky_is_no_error() -> None:
    with serving([Answer(b'{"data": []}'), Answer(POSITIONS)]) as service:
        feed = Feed("fr24://world", base=service.base, secrets={"FR24_API_TOKEN": "s3cret"})
        source, _ = asked(feed, lambda s, g: bool(g))

    assert not source.errors


@pytest.mark.parametrize("name", ["adsb.lol", "airplanes.live", "adsb.fi"])
def test_readsb_style_services_are_asked_for_a_circle(name: str) -> None:
    body = json.dumps({"ac": json.loads(sky())["aircraft"], "now": NOW * 1000, "msg": "No error"}).encode()
    with serving([Answer(body)]) as service:
        source, _ = asked(Feed(f"{name}://47.4,8.5,100", base=service.base), lambda s, g: bool(g))

    assert service.asked[0][0] == "/api/v2/point/47.4/8.5/100"
    assert source.format == "readsb"


def test_a_key_of_the_environment_goes_into_the_header_that_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADSBX_KEY", "hunter2")
    with serving([Answer(sky())]) as service:
        feed = Feed.of(f"{service.base}/v2/point/1/2/3#key=ADSBX_KEY&header=X-RapidAPI-Key")
        source, _ = asked(feed, lambda s, g: bool(g))

    assert service.asked[0][1]["x-rapidapi-key"] == "hunter2"
    assert "hunter2" not in str(source.health()) + repr(source.web) + repr(feed)


def test_a_key_goes_to_no_other_host() -> None:
    with serving([Answer(sky())]) as other:
        there = {"Location": f"{other.base}/stolen"}
        with serving([Answer(status=302, headers=there)]) as service:
            feed = Feed(f"{service.base}/x", key="K", header="x-key", secrets={"K": "hunter2"})
            source, _ = asked(feed, lambda s, g: bool(s.errors))

    assert not other.asked
    assert set(source.errors) == {"HTTP 302"}


@pytest.mark.parametrize(
    "headers",
    [
        lambda: {"Retry-After": "3600"},
        lambda: {"X-Rate-Limit-Retry-After-Seconds": "3600"},
        lambda: {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)},
    ],
    ids=["seconds", "OpenSky's", "date"],
)
def test_too_often_is_waited_out_for_as_long_as_the_service_says(headers: Callable[[], dict[str, str]]) -> None:
    with serving([Answer(status=429, headers=headers())]) as service:
        source, _ = asked(opensky(service.base), lambda s, g: bool(s.errors))

    assert 3_400 < float(str(source.health()["paused_s"])) <= 3_600
    assert len(service.asked) == 1


@pytest.mark.parametrize("word", ["", "soon", "-5", "1e99", "9" * 400, "Wed, 99 Foo 2026"])
def test_too_often_without_a_sensible_word_is_a_minute(word: str) -> None:
    with serving([Answer(status=429, headers={"Retry-After": word})]) as service:
        source, _ = asked(opensky(service.base), lambda s, g: bool(s.errors))

    assert 50 < float(str(source.health()["paused_s"])) <= 60


def test_after_a_short_wait_it_goes_on() -> None:
    with serving([Answer(status=429, headers={"Retry-After": "0.2"}), GOOD]) as service:
        source, _ = asked(opensky(service.base), lambda s, g: bool(g))

    assert source.errors == {"HTTP 429": 1}
    assert source.health()["failures_in_a_row"] == 0


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Answer(status=500), "HTTP 500"),
        (Answer(status=502, body=b"<html>Bad Gateway"), "HTTP 502"),
        (Answer(STATES[:60]), "answer that cannot be read"),
        (Answer(STATES, sent=40), "connection broken"),
        (Answer(b"<!doctype html><p>Just a moment..."), "answer that cannot be read"),
        (Answer(b'{"states": 7}'), "answer that cannot be read"),
        (Answer(STATES, wait_s=2.5), "timeout"),
    ],
)
def test_what_a_service_does_wrong_is_counted_and_it_is_asked_again(bad: Answer, reason: str) -> None:
    with serving([bad, GOOD]) as service:
        source, _ = asked(opensky(service.base), lambda s, g: bool(g))

    assert source.errors == {reason: 1}


@pytest.mark.parametrize(
    "address",
    ["opensky://", "opensky://1,2,3", "opensky://47,5,46,8", "opensky://1,2,3,nan", "opensky://46,170,47,-170",
     "adsb.lol://47,8", "adsb.lol://47,8,251", "adsb.lol://world", "adsb.fi://47,8,0", "opensky://91,0,92,1"],
)  # fmt: skip
def test_an_area_that_is_none_is_refused_with_how_to_write_it(address: str) -> None:
    with pytest.raises(FeedError, match=r"write (SOUTH|LAT)"):
        open_feed(Feed(address, secrets=CLIENT))


@pytest.mark.parametrize("secret", ["with blank", "new\nline", "umläut"])
def test_a_key_that_no_header_may_hold_is_refused(secret: str) -> None:
    with pytest.raises(FeedError, match="FR24_API_TOKEN holds") as caught:
        open_feed(Feed("fr24://world", secrets={"FR24_API_TOKEN": secret}))

    assert secret not in str(caught.value)


def test_two_addresses_that_would_be_shown_as_one_want_names() -> None:
    """What follows the question mark may hold a key, and is never part of a name."""
    two = [Feed(f"http://127.0.0.1/data.json?box={n}") for n in (1, 2)]
    with pytest.raises(FeedError, match=r"two feeds are called 'http://127.0.0.1/data.json'"):
        told_apart(two)

"""The past from services that misbehave: each answer once, limits kept, and on again after a break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feeds import Feed, FeedError, open_source
from feeds._fetching import MOST_FAILURES, Fetcher, Stopped
from feeds._history import Span, past
from feeds._web import Web
from geo.batch import Batch
from tests.feeds.receiver import Answer
from tests.feeds.service import Served, serving

BEGIN = 1_700_000_000
BOX = "45.8,5.9,47.8,10.5"
KEYS = {"OPENSKY_CLIENT_ID": "me", "OPENSKY_CLIENT_SECRET": "secret", "FR24_API_TOKEN": "token"}


class Time:
    """A clock that a sleep moves on, so that pauses cost nothing and are seen."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def states(at: int = BEGIN, **more: Any) -> Answer:
    plane = ["4b1814", "SWR1", "CH", at - 1, at, 8.5, 47.4, 3048.0, False, 100.0, 95.6, -5.0, None, 3380.0, "1000"]
    return Answer(json.dumps({"time": at, "states": [plane], **more}).encode())


def fetched(
    address: str, served: Served, folder: Path, span: Span, patience_s: float = 900.0
) -> tuple[Fetcher, Time, Stopped | None]:
    feed = Feed(address, base=served.base, auth=f"{served.base}/token", secrets=KEYS)
    found, time = past(feed, span), Time()
    web = Web(found.name, found.access, clock=time)
    fetcher = Fetcher(web, folder, found.gap_s, patience_s, time.sleep, time)
    try:
        asyncio.run(fetcher.run(found.requests))
    except Stopped as error:
        return fetcher, time, error
    return fetcher, time, None


def read(folder: Path) -> Batch:
    return Batch.concat(open_source(str(folder)).batches())


def test_an_area_step_by_step_becomes_a_folder_that_is_read(tmp_path: Path) -> None:
    answers = [states(BEGIN + n * 10) for n in range(3)]
    with serving(answers, guarded=True) as served:
        fetcher, time, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 30))

    assert stopped is None
    assert [query.partition("time=")[2] for query, _ in served.asked] == [str(BEGIN + n * 10) for n in range(3)]
    assert "lamin=45.8" in served.asked[0][0]
    assert time.slept[1:] == pytest.approx([1.0, 1.0])
    assert (read(tmp_path)["time"] // 1000).tolist() == [BEGIN, BEGIN + 10, BEGIN + 20]
    assert fetcher.counts == {"fetched": 3, "found from before": 0}


def test_what_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    span = Span(BEGIN, BEGIN + 40)
    with serving([states(BEGIN), states(BEGIN + 10), Answer(status=403)]) as served:
        _, _, stopped = fetched(f"opensky://{BOX}", served, tmp_path, span)
    with serving([states(BEGIN + 20), states(BEGIN + 30)]) as again:
        fetcher, _, _ = fetched(f"opensky://{BOX}", again, tmp_path, span)

    assert stopped and "HTTP 403" in str(stopped)
    assert len(again.asked) == 2
    assert fetcher.counts == {"fetched": 2, "found from before": 2}
    assert len(read(tmp_path)) == 4


def test_a_busy_service_is_left_alone_for_as_long_as_it_says(tmp_path: Path) -> None:
    busy = [Answer(status=429, headers={"Retry-After": "30"}), Answer(status=503),
            Answer(status=429, headers={"X-Rate-Limit-Retry-After-Seconds": "45"})]  # fmt: skip
    with serving([*busy, states()]) as served:
        fetcher, time, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 10))

    assert stopped is None
    assert time.slept[1] == pytest.approx(30) and time.slept[3] == pytest.approx(45)
    assert fetcher.failures == {"HTTP 429": 2, "HTTP 503": 1}
    assert not list(tmp_path.glob(".*.part"))


def test_credits_that_come_back_tomorrow_are_not_waited_for(tmp_path: Path) -> None:
    gone = Answer(status=429, headers={"X-Rate-Limit-Retry-After-Seconds": "40000"})
    with serving([states(), gone]) as served:
        fetcher, time, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 60))

    assert stopped and "asked again in 40,000 s" in str(stopped) and "goes on" in str(stopped)
    assert len(served.asked) == 2
    assert sum(time.slept) < 60
    assert fetcher.counts["fetched"] == 1


@pytest.mark.parametrize(
    "bad",
    [Answer(states().body, sent=20), Answer(b'{"time": 5, "states": "none"}'), Answer(b"<html>busy</html>"),
     Answer(b""), Answer(b'{"error": "internal"}'), states(BEGIN + 7_200)],
    ids=["cut off", "wrong type", "html", "empty", "error", "another time"],
)  # fmt: skip
def test_a_bad_answer_is_asked_for_again_and_never_kept(tmp_path: Path, bad: Answer) -> None:
    with serving([bad, bad, states()]) as served:
        fetcher, time, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 10))

    assert stopped is None
    assert sum(fetcher.failures.values()) == 2
    assert [path.read_bytes() for path in tmp_path.glob("opensky*")] == [states().body]
    assert time.slept[2] > time.slept[1] * 0.9


def test_who_only_fails_is_given_up_and_gone_back_to(tmp_path: Path) -> None:
    with serving([Answer(status=502)]) as served:
        _, time, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 10))

    assert stopped and "HTTP 502" in str(stopped)
    assert len(served.asked) == MOST_FAILURES
    assert max(time.slept) <= 60
    assert not any(tmp_path.iterdir())


def test_a_token_that_ends_is_renewed_and_one_that_is_never_taken_is_not_asked_for_for_ever(tmp_path: Path) -> None:
    with serving([Answer(status=401), states(), Answer(status=401)], guarded=True) as served:
        _, _, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 40))

    assert stopped and "HTTP 401" in str(stopped)
    assert len(served.forms) >= 2
    assert len(served.asked) == 3


def test_a_wrong_client_is_said_at_once(tmp_path: Path) -> None:
    with serving([states()], guarded=True, token_answer=Answer(status=401)) as served:
        _, _, stopped = fetched(f"opensky://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 10))

    assert stopped and "no token" in str(stopped) and "secret" not in str(stopped).partition(". ")[0]
    assert not served.asked


def track(start: int) -> Answer:
    path = [[start, 50.0, 8.5, 300.0, 270.5, False], [start + 100, 50.0, 8.4, 900, 271, False]]
    return Answer(json.dumps({"icao24": "4b1814", "callsign": "SWR1", "startTime": start, "path": path}).encode())


def test_flights_of_an_aircraft_are_found_and_then_their_tracks(tmp_path: Path) -> None:
    flights = [{"icao24": "4b1814", "firstSeen": BEGIN + n, "lastSeen": BEGIN + n + 200} for n in (0, 5_000)]
    answers = [Answer(json.dumps(flights).encode()), track(BEGIN), Answer(status=404)]
    span = Span(BEGIN, BEGIN + 6_000)
    with serving(answers) as served:
        fetcher, _, _ = fetched("opensky://aircraft/4B1814", served, tmp_path, span)
    with serving([Answer(status=500)]) as again:
        second, _, stopped = fetched("opensky://aircraft/4b1814", again, tmp_path, span)

    assert [query.split("?")[0].removeprefix("/api") for query, _ in served.asked] == [
        "/flights/aircraft", "/tracks/all", "/tracks/all"
    ]  # fmt: skip
    assert f"time={BEGIN + 100}" in served.asked[1][0]
    assert fetcher.counts["nothing there"] == 1
    assert len(read(tmp_path)) == 2
    # Neither the list, nor the track, nor that there is none is asked for a second time.
    assert (stopped, again.asked, second.counts["found from before"]) == (None, [], 3)


@pytest.mark.parametrize("body", [b"{}", b'[{"icao24": "4b1814"}]', b'[{"firstSeen": "x", "lastSeen": 1}]', b"[5]"])
def test_a_list_of_flights_that_is_none_is_not_kept(tmp_path: Path, body: bytes) -> None:
    with serving([Answer(body), Answer(b"[]")]) as served:
        fetcher, _, stopped = fetched("opensky://aircraft/4b1814", served, tmp_path, Span(BEGIN, BEGIN + 60))

    assert (stopped, fetcher.counts["fetched"], sum(fetcher.failures.values())) == (None, 1, 1)


def positions(at: int) -> Answer:
    point = {"fr24_id": "2ed2a9", "hex": "4B1814", "callsign": "SWR1", "lat": 47.4, "lon": 8.5, "track": 90,
             "alt": 9_000, "gspeed": 300, "vspeed": 0, "squawk": "1000", "timestamp": at, "source": "ADSB"}  # fmt: skip
    return Answer(json.dumps({"data": [point]}).encode())


def test_flightradar24_is_asked_ten_times_a_minute_at_most(tmp_path: Path) -> None:
    steps = list(range(BEGIN - BEGIN % 60 + 60, BEGIN + 200, 60))
    with serving([positions(at) for at in steps]) as served:
        _, time, stopped = fetched(f"fr24://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 200))

    assert stopped is None
    assert served.asked[0][0].startswith("/api/historic/flight-positions/full?bounds=47.8,45.8,5.9,10.5")
    assert [int(query.partition("timestamp=")[2]) for query, _ in served.asked] == steps
    assert served.asked[0][1]["accept-version"] == "v1"
    assert served.asked[0][1]["authorization"] == "Bearer token"
    assert time.slept[1:] == pytest.approx([6.0] * (len(steps) - 1))
    assert len(read(tmp_path)) == len(steps)


def test_an_empty_sky_is_an_answer(tmp_path: Path) -> None:
    with serving([Answer(b'{"data": []}')]) as served:
        fetcher, _, stopped = fetched(f"fr24://{BOX}", served, tmp_path, Span(BEGIN, BEGIN + 60))
    with serving([Answer(json.dumps({"time": BEGIN, "states": None}).encode())]) as other:
        second, _, also = fetched(f"opensky://{BOX}", other, tmp_path, Span(BEGIN, BEGIN + 10))

    assert (stopped, also) == (None, None)
    assert (fetcher.failures, second.failures) == ({}, {})


def test_a_flight_of_flightradar24_by_its_id(tmp_path: Path) -> None:
    point = {"timestamp": "2023-11-14T22:13:20Z", "lat": 47.4, "lon": 8.5, "alt": 9_000, "gspeed": 300, "vspeed": 0,
             "track": 90, "squawk": "1000", "callsign": "SWR1", "source": "ADSB"}  # fmt: skip
    with serving([Answer(json.dumps([{"fr24_id": "2ed2a9ff", "tracks": [point]}]).encode())]) as served:
        _, _, stopped = fetched("fr24://flights/2ed2a9ff", served, tmp_path, Span(BEGIN, BEGIN + 60))

    assert stopped is None
    assert served.asked[0][0] == "/api/flight-tracks?flight_id=2ed2a9ff"
    assert len(read(tmp_path)) == 1


def test_days_of_a_globe_history(tmp_path: Path) -> None:
    trace = json.dumps({"icao": "4b1814", "timestamp": float(BEGIN), "trace": [[1.5, 47.4, 8.5, 35000, 440, 90]]})
    with serving([Answer(trace.encode()), Answer(status=404)]) as served:
        feed, time = Feed(f"{served.base}/globe_history/4b1814"), Time()
        found = past(feed, Span(BEGIN, BEGIN + 86_400))
        fetcher = Fetcher(Web(found.name, found.access, clock=time), tmp_path, found.gap_s, 900, time.sleep, time)
        asyncio.run(fetcher.run(found.requests))

    assert [query for query, _ in served.asked] == [
        f"/api/globe_history/2023/11/{day}/traces/14/trace_full_4b1814.json" for day in (14, 15)
    ]  # fmt: skip
    assert (fetcher.counts["fetched"], fetcher.counts["nothing there"]) == (1, 1)
    assert read(tmp_path)["baro_altitude"].tolist() == [35_000]


@pytest.fixture
def _without_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.mark.usefixtures("_without_keys")
@pytest.mark.parametrize(
    ("address", "why"),
    [(f"opensky://{BOX}", "only to a client"), (f"fr24://{BOX}", "needs FR24_API_TOKEN"),
     ("adsb.lol://47,8,50", "known:"), ("opensky://aircraft/xyz", "'xyz' is no address"),
     ("opensky://aircraft/", "no address"), ("opensky://1,2", "no area"),
     ("fr24://flights/!", "no flight id"), ("https://host/globe_history/zz", "no address")],
)  # fmt: skip
def test_an_address_that_is_none_is_said_before_anything_is_asked(address: str, why: str) -> None:
    secrets = {} if why in ("only to a client", "needs FR24_API_TOKEN") else KEYS

    with pytest.raises(FeedError, match=why):
        past(Feed(address, secrets=secrets), Span(BEGIN, BEGIN + 60))

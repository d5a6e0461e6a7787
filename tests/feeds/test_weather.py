"""METARs from files and from a service that misbehaves; NOTAMs from one: what goes wrong is counted, never raised."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds._asking import Asking
from feeds._errors import FeedError
from feeds._given import Given
from feeds.notam_api import NotamClient
from feeds.weather import load_weather, read_weather
from feeds.weather_api import WeatherClient
from geo.weather import Reports
from tests.feeds.receiver import Answer, receiver
from tests.feeds.test_notams import FIRING

TIME = int(datetime(2026, 8, 22, 21, 20, tzinfo=UTC).timestamp())
METAR = "METAR LLBG 222120Z 22004KT 9999 FEW024 28/23 Q1009 NOSIG"
GOOD = json.dumps([{"icaoId": "LLBG", "obsTime": TIME, "rawOb": METAR}, {"rawOb": 3}, None]).encode()


def saved(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "weather"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_israeli_file(shared: Path) -> None:
    reports = load_weather([shared / "data/reference/israel-aip-notam-metar/weather.json"])
    assert reports.at("LLBG", TIME * 1000 + 60_000) == (TIME * 1000, METAR)
    assert reports.at("LLHA", TIME * 1000) is None, "NIL is no report"
    assert len(reports) == 2


def test_the_service_s_json_and_lines_with_dates(tmp_path: Path) -> None:
    assert list(load_weather([saved(tmp_path, GOOD.decode())])) == [("LLBG", TIME * 1000, METAR)]
    noaa = f"2026/08/22 21:20\n{METAR[6:]}\n\n2026/08/22 21:50\nLLER 222150Z NIL\n"
    assert [(s, t) for s, t, _ in load_weather([saved(tmp_path, noaa)])] == [("LLBG", TIME * 1000)]
    archive = f"202608222120 {METAR}=\n202699222120 {METAR}\nLLBG without a time\n"
    assert next(iter(load_weather([saved(tmp_path, archive)]))) == ("LLBG", TIME * 1000, METAR)


@pytest.mark.parametrize("made", ["2026-09-01T00:10:00Z", "2026-08-31T23:50:00Z"])
def test_the_day_of_the_month_is_the_nearest(tmp_path: Path, made: str) -> None:
    one = {"generated_at": made, "reports": [{"text": "METAR LLBG 312355Z CAVOK"}]}
    ((_, at, _),) = load_weather([saved(tmp_path, json.dumps(one))])
    assert datetime.fromtimestamp(at / 1000, UTC).isoformat() == "2026-08-31T23:55:00+00:00"


@pytest.mark.parametrize("text", ["", "{", "hello", "{}", '{"reports": 3}'])
def test_a_file_without_weather_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError):
        load_weather([saved(tmp_path, text)])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers(-(2**60), 2**60) | st.text(max_size=30)
    | st.just(METAR),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["rawOb", "obsTime", "reports", "text", "generated_at"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200)
@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        found = read_weather(Given("x", data=json.dumps(value).encode()))
    except FeedError:
        return
    assert all(isinstance(at, int) for _, at, _ in found)


def asking(**options: Any) -> Asking:
    return Asking("test", **({"gap_s": 0.01, "timeout_s": 5.0} | options))


def weather(url: str, **options: Any) -> WeatherClient:
    return WeatherClient(Reports(), url + "?ids={stations}", asking=asking(**options))


def once(client: WeatherClient | NotamClient) -> None:
    asyncio.run(client.once())


def test_a_station_is_asked_for_once_and_its_report_kept() -> None:
    with receiver([Answer(GOOD)]) as url:
        client = weather(url)
        client.want(["LLBG", "not a station", "K1G"])
        assert list(client.wanted) == ["LLBG"] and client.version == 0
        once(client)
        client.want(["LLBG"])
        assert client.reports.at("LLBG", TIME * 1000) == (TIME * 1000, METAR)
        assert not client.wanted, "it was asked for just now"
        assert client.health()["rows"] == 1 and client.health()["state"] == "ok" and client.version == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"no", status=500), "HTTP 500"),
        (Answer(b"no", status=429), "HTTP 429"),
        (Answer(b"<html>sorry</html>"), "no METAR with a time in it"),
        (Answer(b'[{"rawOb": '), "damaged JSON"),
        (Answer(GOOD, wait_s=1.5), "timeout"),
        (Answer(b"[" + b"1," * 400_000 + b"1]"), "more than 100,000 bytes"),
        (Answer(GOOD, sent=10), "connection broken"),
    ],
)
def test_a_service_that_misbehaves_is_left_alone(answer: Answer, reason: str) -> None:
    with receiver([answer]) as url:
        client = weather(url, timeout_s=0.5 if answer.wait_s else 20.0, body_limit=100_000)
        client.want(["LLBG"])
        once(client)
        assert client.asking.last_error.startswith(reason)
        assert len(client.reports) == 0 and client.asking.paused
        once(client)
        assert sum(client.asking.failures.values()) == 1, "not asked again while it is left alone"


def test_nobody_there_and_longer_and_longer_pauses() -> None:
    now = 0.0
    one = Asking("test", clock=lambda: now)
    pauses = []
    for _ in range(14):
        assert asyncio.run(one.get("http://127.0.0.1:9/x")) is None
        pauses.append(one.not_before - now)
        now = one.not_before + 0.001
    assert pauses[:3] == pytest.approx([2, 4, 8]) and max(pauses) == pytest.approx(900.0)
    assert one.failures == {"no connection": 14} and one.health()["state"] == "down"


def test_a_key_is_not_carried_to_another_host() -> None:
    with receiver([Answer(GOOD)]) as other, receiver([Answer(b"", 302, headers={"Location": other})]) as url:
        bare, keyed = asking(), asking(headers={"x-api-key": "secret"})
        assert asyncio.run(bare.get(url)) == GOOD
        assert asyncio.run(keyed.get(url)) is None and keyed.failures == {"HTTP 302": 1}


def test_an_empty_list_is_an_answer() -> None:
    with receiver([Answer(b"[]")]) as url:
        client = weather(url)
        client.want(["LLBG"])
        once(client)
        assert client.asking.in_a_row == 0 and not client.wanted


def test_requests_keep_their_distance() -> None:
    with receiver([Answer(GOOD)]) as url:
        client = weather(url, gap_s=30.0)
        client.want(["LLBG"])
        once(client)
        client.want(["LLHA"])
        once(client)
        assert list(client.wanted) == ["LLHA"] and client.asking.answers == 1


def notams(url: str, query: str = "", **options: Any) -> NotamClient:
    return NotamClient(url + query, asking=asking(**options))


def test_notams_are_asked_for_by_place_and_merged() -> None:
    with receiver([Answer(FIRING.encode()), Answer(json.dumps([FIRING.replace("C1558", "C1559")]).encode())]) as url:
        client = notams(url, "?fir={fir}&at={lat},{lon}")
        client.want([{"airport": {"code": "LLBG"}, "position": {"lat": 32.1, "lon": 34.9}}])
        assert not client.wanted, "no region is known for it"
        place = {"fir": {"id": "LLLL"}, "position": {"lat": 32.1, "lon": 34.9}}
        client.want([place, place, {**place, "position": {"lat": 30.0, "lon": 34.9}}])
        assert [u.split("?")[1] for u in client.wanted] == ["fir=LLLL&at=32,35", "fir=LLLL&at=30,35"]
        once(client)
        time.sleep(0.02)
        once(client)
        assert sorted(client.table.ids.tolist()) == ["C1558/26", "C1559/26"] and client.version == 2


@pytest.mark.parametrize("answer", [Answer(b"garbage"), Answer(b"", status=503), Answer(b"{" * 200_000)])
def test_a_notam_service_that_misbehaves(answer: Answer) -> None:
    with receiver([answer]) as url:
        client = notams(url, body_limit=100_000)
        client.want([{}])
        once(client)
        assert len(client.table) == 0 and client.asking.in_a_row == 1 and client.version == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: WeatherClient(Reports(), "ftp://x/{stations}"),
        lambda: WeatherClient(Reports(), "https://x/"),
        lambda: NotamClient("file:///etc/passwd"),
        lambda: NotamClient("https://x/{password}"),
    ],
)
def test_addresses_that_cannot_work_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\[(weather|notams)\] url"):
        make()

"""What comes from outside reaches anomalies that are there already, and never stands in the way of detection."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import pytest

from detectors._examples import EPOCH, fly
from detectors._registry import registry
from feeds._asking import Asking
from feeds.notam_api import NotamClient
from feeds.weather_api import WeatherClient
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.context import Context
from geo.registers import Registers
from pipeline.engine import Engine
from pipeline.live import Live
from pipeline.outside import Outside
from tests.feeds.receiver import Answer, receiver


class Quiet:
    """A sink that keeps the anomalies and forgets the rest."""

    def __init__(self) -> None:
        self.saved: dict[str, Anomaly] = {}
        self.told: list[Mapping[str, Any]] = []

    async def save(self, anomalies: Sequence[Anomaly], *_: Any) -> int:
        self.saved |= {a.id: a for a in anomalies}
        return len(anomalies)

    async def health(self, feeds: Sequence[Mapping[str, Any]], at: int) -> None:
        self.told = list(feeds)

    def __getattr__(self, name: str) -> Any:
        async def nothing(*_: Any) -> int:
            return 0

        return nothing


class Source:
    """Rows at once, and then nothing until what is waited for has come about."""

    name = "rows"

    def __init__(self, rows: Batch, enough: Callable[[], bool]) -> None:
        self.rows, self.enough = rows, enough

    async def poll(self) -> AsyncIterator[Batch]:
        yield self.rows
        for _ in range(1_500):
            if self.enough():
                return
            await asyncio.sleep(0.02)

    def health(self) -> dict[str, Any]:
        return {"name": self.name}


def played(context: Context, outside: Outside, enough: Callable[[Quiet], bool]) -> Quiet:
    """An emergency near Ben Gurion through the live door, until the sink has had enough."""
    rows = fly(0x738065, 120, lat=32.0, lon=34.9, squawk=b"7700")
    engine = Engine({"squawk": registry()["squawk"]}, enrich=context.enrich)
    sink = Quiet()
    live = Live(engine, [Source(rows, lambda: enough(sink))], sink, tick_s=0.02, outside=outside)  # type: ignore[arg-type]
    asyncio.run(live.run())
    return sink


def known(sink: Quiet) -> Mapping[str, Any]:
    """The context of the anomaly, as far as there is one."""
    return next((one.evidence["context"] for one in sink.saved.values()), {})


@pytest.fixture
def context() -> Context:
    return Context(Airports.builtin(), Registers.builtin())


def asking(**options: Any) -> Asking:
    return Asking("test", **({"gap_s": 0.01, "timeout_s": 2.0} | options))


def report(at_ms: int) -> bytes:
    clock = time.strftime("%d%H%M", time.gmtime(at_ms / 1000))
    text = f"METAR LLBG {clock}Z 22004KT 9999 28/23 Q1009"
    return json.dumps([{"rawOb": text, "obsTime": at_ms // 1000}]).encode()


def test_weather_and_notams_reach_an_open_anomaly(context: Context) -> None:
    day = time.strftime("%y%m%d", time.gmtime(EPOCH / 1000))
    notam = f"A0001/26 NOTAMN Q) LLLL/QGWAU/IV/NBO/E/000/999/3200N03454E050 A) LLLL B) {day}0000 C) PERM E) GNSS U/S."
    with receiver([Answer(report(EPOCH), wait_s=0.1)]) as metars, receiver([Answer(notam.encode())]) as notices:
        weather = WeatherClient(context.reports, metars + "?{stations}", asking=asking())
        outside = Outside(context, weather, NotamClient(notices, asking=asking()))
        sink = played(context, outside, lambda sink: {"metar", "notams"} <= known(sink).keys() and len(sink.told) == 3)

    (one,) = sink.saved.values()
    found = one.evidence["context"]
    assert found["metar"]["station"] == "LLBG" and found["metar"]["qnh_hpa"] == 1009
    assert found["notams"][0]["text"] == "GNSS U/S."
    assert [feed["name"] for feed in sink.told][:1] == ["rows"] and len(sink.told) == 3


@pytest.mark.parametrize(
    "answer", [Answer(b"", wait_s=1.0), Answer(b"no", status=500), Answer(b"\x00garbage"), Answer(b"x" * 3_000_000)]
)
def test_a_service_that_misbehaves_is_not_noticed(context: Context, answer: Answer) -> None:
    with receiver([answer]) as url:
        limits = {"timeout_s": 0.3, "body_limit": 1_000_000}
        weather = WeatherClient(context.reports, url + "?{stations}", asking=asking(**limits))
        began = time.monotonic()
        sink = played(context, Outside(context, weather), lambda sink: bool(sink.saved and weather.asking.failures))
        took = time.monotonic() - began

    (one,) = sink.saved.values()
    assert one.class_id == "squawk" and "metar" not in one.evidence["context"]
    assert sum(weather.asking.failures.values()) >= 1 and took < 15


def test_a_client_with_a_fault_is_started_again(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.outside.RESTART_S", 0.01)
    weather = WeatherClient(context.reports, "http://127.0.0.1:9/{stations}", asking=asking())

    async def broken() -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(weather, "run", broken)
    failed = weather.asking.failures
    sink = played(context, Outside(context, weather), lambda sink: bool(sink.saved) and failed.total() > 1)

    assert len(sink.saved) == 1 and weather.asking.failures["RuntimeError: a fault"] > 1


def test_what_waits_is_bounded(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.outside.MOST_KEPT", 10)
    outside = Outside(context, WeatherClient(context.reports, "http://127.0.0.1:9/{stations}"))
    one = Anomaly("a", "x", 1, "", (), EPOCH, EPOCH, "open", 1, 1.0, "", None, "", "", {})
    for k in range(40):
        outside.note([context.enrich(Anomaly(**vars(one) | {"id": f"a{k}", "end": EPOCH + k * 600_000}))])
    assert len(outside.waiting) == 10 and outside.changed() == ()
    context.reports.add("LLBG", EPOCH, "METAR LLBG 142220Z CAVOK")
    assert outside.changed() == [] and len(outside.waiting) <= 10

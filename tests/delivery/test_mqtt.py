"""MQTT against a broker of a few lines that speaks just as much of the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from delivery import mqtt
from delivery._registry import Failed, Invalid
from delivery.reach import Reach, guarded
from tests.delivery.conftest import ANYWHERE, FEATURE, MESSAGE, Taking, listening, sent, values

CONNECT, PUBLISH = 1, 3


def broker(seen: list[tuple[int, bytes]], connack: bytes = b"\x20\x02\x00\x00", answers: bool = True) -> Taking:
    """Notes what comes as (first byte, rest), takes connections and acknowledges what is published."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readexactly(1))[0]
                body = await reader.readexactly(await _length(reader))
                seen.append((head, body))
                if head >> 4 == CONNECT:
                    writer.write(connack)
                elif head >> 4 == PUBLISH and answers:
                    long = int.from_bytes(body[:2], "big")
                    writer.write(b"\x40\x02" + body[2 + long : 4 + long])
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return take


async def _length(reader: asyncio.StreamReader) -> int:
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 127) << shift
        if byte < 128:
            return length
        shift += 7


def through(take: Taking, **given: Any) -> str:
    async def go() -> str:
        async with listening(take) as port:
            with guarded(ANYWHERE):
                return await sent("mqtt", host="127.0.0.1", port=port, tls=False, **given)

    return asyncio.run(go())


def test_a_broker_of_blanks_is_none() -> None:
    with pytest.raises(Invalid, match="missing"):
        values("mqtt", host="  ")


def test_published_at_least_once_with_its_topic() -> None:
    seen: list[tuple[int, bytes]] = []

    assert through(broker(seen), retain=True, username="me", password="word") == "acknowledged"

    (head, body), *_ = [one for one in seen if one[0] >> 4 == PUBLISH]
    long = int.from_bytes(body[:2], "big")
    assert (head >> 1 & 3, head & 1) == (1, 1)
    assert body[2 : 2 + long] == b"skysift/enters/4ca7b5"
    assert orjson.loads(body[4 + long :]) == FEATURE
    assert b"\x00\x02me\x00\x04word" in seen[0][1]


@pytest.mark.parametrize(
    ("take", "why"),
    [
        (lambda: broker([], connack=b"\x20\x02\x00\x05"), "refuses"),
        (lambda: broker([], answers=False), "did not answer"),
    ],
    ids=["not let in", "no acknowledgement"],
)
def test_what_is_not_acknowledged_has_failed(
    take: Callable[[], Taking], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "TIMEOUT_S", 1.0)

    with pytest.raises(Failed, match=why):
        through(take())


@pytest.mark.parametrize("host", ["mqtt://broker.example", "broker.example/x", "me@broker.example", "two words"])
def test_a_host_is_a_name_or_an_address_alone(host: str) -> None:
    with pytest.raises(Invalid, match="alone"):
        values("mqtt", host=host)


def test_a_private_broker_is_not_reached() -> None:
    with pytest.raises(Failed, match="not a public address"):
        asyncio.run(sent("mqtt", reach=Reach(), host="127.0.0.1"))


def test_a_value_cannot_open_another_topic() -> None:
    feature = FEATURE | {"properties": {"callsign": "a/+/#", "text": "x"}}
    message = replace(MESSAGE, feature=orjson.dumps(feature))

    assert mqtt.topic("s/{callsign}/{icao24}", message) == "s/a____/none"


@pytest.mark.parametrize("topic", ["a/#", "+/b", "/", "{nothing}"])
def test_topics_that_are_refused(topic: str) -> None:
    with pytest.raises(Invalid):
        values("mqtt", host="broker.example", topic=topic)

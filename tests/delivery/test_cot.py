"""Cursor-on-Target to local sockets."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import orjson
import pytest

from delivery import cot
from delivery._registry import Failed, Invalid
from delivery.reach import Reach
from tests.delivery.conftest import FEATURE, MESSAGE, free_port, listening, sent, values


def test_over_tcp_with_everything_escaped() -> None:
    async def go() -> bytes:
        got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.set_result(await reader.read())
            writer.close()

        async with listening(take) as port:
            assert await sent("cot", host="127.0.0.1", port=port, transport="tcp", stale_s=120) == "written"
            return await got

    event = ElementTree.fromstring(asyncio.run(go()))
    point, remarks = event.find("point"), event.find("detail/remarks")
    assert (event.get("uid"), event.get("type"), event.get("version")) == ("skysift.4ca7b5", "a-u-A", "2.0")
    assert point is not None and (point.get("lat"), point.get("lon")) == ("47.400000", "8.500000")
    assert remarks is not None and remarks.text == 'EIN12 <&> "came" into Home {key}'
    sent_at, stale = (datetime.fromisoformat(event.get(name, "")) for name in ("time", "stale"))
    assert (stale - sent_at).total_seconds() == 120


def test_over_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        asyncio.run(sent("cot", host="127.0.0.1", port=server.getsockname()[1], transport="udp"))
        assert ElementTree.fromstring(server.recv(65_536)).get("how") == "m-g"


def test_without_an_aircraft_it_is_a_spot() -> None:
    feature = FEATURE | {"geometry": None, "properties": {"text": "nobody\x00 was there", "icao24": None}}
    event = ElementTree.fromstring(cot.event(replace(MESSAGE, feature=orjson.dumps(feature)), 60))

    assert (event.get("type"), event.get("uid")) == ("b-m-p-s-m", "skysift.k1")
    assert (event.findtext("detail/remarks")) == "nobody was there"


def test_nobody_listens() -> None:
    with pytest.raises(Failed, match="cannot be reached"):
        asyncio.run(sent("cot", host="127.0.0.1", port=free_port(), transport="tcp"))


def test_a_private_server_is_not_reached() -> None:
    with pytest.raises(Failed, match="not a public address"):
        asyncio.run(sent("cot", reach=Reach(), host="localhost"))


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(Invalid, match="needs its key"):
        values("cot", host="tak.example", certificate="-----BEGIN CERTIFICATE-----")

"""Cursor-on-Target: the alert as an event for TAK clients and servers, over TCP, UDP or TLS."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from delivery import tls
from delivery._registry import Failed, Field, Kind, Values
from delivery.message import Message
from delivery.reach import Reach, Unreachable

TIMEOUT_S = 10.0
UNKNOWN = "9999999.0"
"""What Cursor-on-Target writes for a height or an error that nobody knows."""

AIRCRAFT, SPOT = "a-u-A", "b-m-p-s-m"
FIELDS = (
    Field("host", "Host", "Name or address of a TAK server or client", required=True, most=253),
    Field("port", "Port", "Usually 8087 for TCP, 8089 for TLS, 6969 for UDP", type="number", default=8_089, low=1,
          high=65_535),
    Field("transport", "Transport", "Only TLS is safe from listeners", type="choice", default="tls",
          choices=("tls", "tcp", "udp")),
    Field("stale_s", "Stale after", "Seconds that it stays on the map", type="number", default=600, low=10,
          high=86_400),
    *tls.FIELDS,
)  # fmt: skip


def shown(values: Values) -> str:
    return f"{values['transport']}://{values['host']}:{values['port']:.0f}"


def event(message: Message, stale_s: float) -> bytes:
    """One aircraft is one object on the map, whatever is told of it; the XML writer escapes every value."""
    own, words, place = message.properties, message.words(), message.place
    now = datetime.now(UTC)
    who = words["icao24"]
    root = ElementTree.Element("event", {
        "version": "2.0", "uid": f"skysift.{who or message.key}", "type": AIRCRAFT if who else SPOT, "how": "m-g",
        "time": _stamp(now), "start": own.get("time") or _stamp(now), "stale": _stamp(now + timedelta(seconds=stale_s)),
    })  # fmt: skip
    lon, lat = place or (0.0, 0.0)
    point = {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "hae": UNKNOWN, "ce": UNKNOWN, "le": UNKNOWN}
    ElementTree.SubElement(root, "point", point)
    detail = ElementTree.SubElement(root, "detail")
    ElementTree.SubElement(detail, "contact", {"callsign": _plain(words["callsign"] or who or words["title"])})
    ElementTree.SubElement(detail, "remarks", {"source": "Skysift"}).text = _plain(words["text"])
    ElementTree.SubElement(detail, "skysift", {"key": message.key, "trigger": message.trigger})
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold at all."""
    return "".join(one for one in text if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff"))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


async def send(values: Values, message: Message, reach: Reach) -> str:
    """Neither TCP nor UDP says whether somebody read it: written is the most that can be known."""
    content, port = event(message, values["stale_s"]), int(values["port"])
    try:
        address = await reach.address(values["host"], port)
        async with asyncio.timeout(TIMEOUT_S):
            if values["transport"] == "udp":
                await _datagram(address, port, content)
            else:
                await _written(values, address, port, content)
    except Unreachable as error:
        raise Failed(str(error)) from None
    except (OSError, TimeoutError) as error:
        raise Failed(f"cannot be reached: {error or 'no answer in time'}") from None
    return "written"


async def _datagram(address: str, port: int, content: bytes) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        await asyncio.get_running_loop().sock_connect(own, (address, port))
        await asyncio.get_running_loop().sock_sendall(own, content)


async def _written(values: Values, address: str, port: int, content: bytes) -> None:
    more: dict[str, Any] = {}
    if values["transport"] == "tls":
        more = {"ssl": tls.context(values), "server_hostname": values["host"].strip("[]")}
    _, writer = await asyncio.open_connection(address, port, **more)
    try:
        writer.write(content)
        await writer.drain()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


KIND = Kind("cot", "Cursor-on-Target", "For TAK: ATAK, WinTAK, TAK servers", FIELDS, tls.check, shown, send)

"""MQTT: the alert's GeoJSON feature, published at least once under a topic made from it."""

from __future__ import annotations

import asyncio
import re
import time

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from delivery import tls
from delivery._registry import Failed, Field, Invalid, Kind, Values
from delivery.message import Message, filled, unknown
from delivery.reach import Reach, Unreachable

TIMEOUT_S = 10.0
FIELDS = (
    Field("host", "Broker", "Name or address", required=True, most=253),
    Field("port", "Port", "Usually 8883 with TLS, 1883 without", type="number", default=8_883, low=1, high=65_535),
    Field("tls", "TLS", "Encrypted, with the broker's certificate checked", type="flag", default=True),
    Field("topic", "Topic", "Names in braces are replaced", default="skysift/{trigger}/{icao24}", most=500),
    Field("retain", "Retain", "The broker keeps the last one of each topic", type="flag", default=False),
    Field("username", "Name", "", most=200),
    Field("password", "Password", "", secret=True),
    *tls.FIELDS,
)
_NOT_IN_TOPIC = re.compile(r"[+#/\x00]")


def check(values: Values, reach: Reach) -> None:
    if wrong := unknown(values["topic"]):
        raise Invalid("topic", f"{{{wrong[0][:40]}}} stands for nothing; docs/alerts.md lists the names")
    if "#" in values["topic"] or "+" in values["topic"] or not values["topic"].strip("/"):
        raise Invalid("topic", "a topic to publish under is not empty and holds neither + nor #")
    tls.check(values, reach)


def shown(values: Values) -> str:
    return f"{'mqtts' if values['tls'] else 'mqtt'}://{values['host']}:{values['port']:.0f}/{values['topic']}"


def topic(template: str, message: Message) -> str:
    """What stands for a name is one level: it cannot open another or become a wildcard."""
    words = {name: _NOT_IN_TOPIC.sub("_", word) or "none" for name, word in message.words().items()}
    return filled(template, words)


async def send(values: Values, message: Message, reach: Reach) -> str:
    try:
        await reach.address(values["host"], int(values["port"]))
    except Unreachable as error:
        raise Failed(str(error)) from None
    try:
        await asyncio.to_thread(_publish, values, message)
    except (OSError, ValueError) as error:
        raise Failed(f"the broker cannot be reached: {error}") from None
    return "acknowledged"


def _publish(values: Values, message: Message) -> None:
    """One connection for one message, in this thread alone: so the guard sees the address, and the broker's
    acknowledgement is waited for. Raises OSError, ssl.SSLError, Failed."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311, reconnect_on_failure=False)
    refused: list[str] = []
    client.on_connect = lambda _c, _u, _f, code, _p: refused.append(str(code)) if code.is_failure else None
    client.connect_timeout = TIMEOUT_S / 2
    if values["tls"]:
        client.tls_set_context(tls.context(values))
    if values["username"]:
        client.username_pw_set(values["username"], values["password"])
    until = time.monotonic() + TIMEOUT_S
    try:
        client.connect(values["host"], int(values["port"]), keepalive=30)
        _looped(client, until, refused)
        info = client.publish(topic(values["topic"], message), message.feature, qos=1, retain=values["retain"])
        _looped(client, until, refused, info)
    finally:
        client.disconnect()
        client.loop(0.1)


def _looped(client: Client, until: float, refused: list[str], info: MQTTMessageInfo | None = None) -> None:
    """Until connected, or until the message is acknowledged."""
    while not (info.is_published() if info else client.is_connected()):
        if refused:
            raise Failed(f"the broker refuses: {refused[0]}")
        if time.monotonic() > until:
            raise Failed(f"the broker did not answer within {TIMEOUT_S:.0f} s")
        if client.loop(0.2) != MQTTErrorCode.MQTT_ERR_SUCCESS and not refused:
            raise Failed("the broker closed the connection")


KIND = Kind("mqtt", "MQTT", "GeoJSON under a topic of your broker, QoS 1", FIELDS, check, shown, send)

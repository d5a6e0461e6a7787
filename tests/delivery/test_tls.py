"""MQTT and Cursor-on-Target over TLS: to servers with certificates of an authority of our own, and to none else."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from delivery import tls
from delivery._registry import Failed
from delivery.reach import guarded
from tests.delivery.authority import Authority
from tests.delivery.conftest import ANYWHERE, Taking, sent
from tests.delivery.test_mqtt import PUBLISH, broker

OURS, OTHERS = Authority(), Authority()


def asked(kind: str, take: Taking, context: ssl.SSLContext, **given: Any) -> str:
    """What a delivery to a local TLS server says."""

    async def go() -> str:
        server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with server:
            with guarded(ANYWHERE):
                return await sent(kind, host="127.0.0.1", port=port, **given)

    return asyncio.run(go())


def noting(got: list[bytes]) -> Taking:
    """A TAK server that keeps what is written to it."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read(65_536))
        writer.close()

    return take


def test_cot_reaches_a_server_of_an_authority_that_is_given(tmp_path: Path) -> None:
    got: list[bytes] = []
    said = asked("cot", noting(got), OURS.server(tmp_path), transport="tls", stale_s=60, ca=OURS.pem)
    assert said == "written" and b"skysift.4ca7b5" in got[0]


def test_cot_shows_its_own_certificate_where_the_server_asks(tmp_path: Path) -> None:
    got: list[bytes] = []
    certificate, key = OURS.sign("127.0.0.1")
    own = {"ca": OURS.pem, "certificate": certificate, "key": key}
    asked("cot", noting(got), OURS.server(tmp_path, asks=True), transport="tls", stale_s=60, **own)
    assert b"skysift.4ca7b5" in got[0]


@pytest.mark.parametrize("ca", [OTHERS.pem, ""], ids=["another authority", "the usual ones"])
def test_cot_writes_nothing_to_a_server_that_it_does_not_trust(tmp_path: Path, ca: str) -> None:
    got: list[bytes] = []
    with pytest.raises(Failed, match="certificate verify failed"):
        asked("cot", noting(got), OURS.server(tmp_path), transport="tls", stale_s=60, ca=ca)
    assert b"".join(got) == b""


def test_mqtt_is_acknowledged_by_a_broker_of_an_authority_that_is_given(tmp_path: Path) -> None:
    seen: list[tuple[int, bytes]] = []
    assert asked("mqtt", broker(seen), OURS.server(tmp_path), tls=True, ca=OURS.pem) == "acknowledged"
    assert PUBLISH in [head >> 4 for head, _ in seen]


def test_mqtt_shows_its_own_certificate_where_the_broker_asks(tmp_path: Path) -> None:
    certificate, key = OURS.sign("127.0.0.1")
    own = {"tls": True, "ca": OURS.pem, "certificate": certificate, "key": key}
    assert asked("mqtt", broker([]), OURS.server(tmp_path, asks=True), **own) == "acknowledged"


def test_mqtt_tells_nothing_to_a_broker_that_it_does_not_trust(tmp_path: Path) -> None:
    seen: list[tuple[int, bytes]] = []
    with pytest.raises(Failed, match="certificate verify failed"):
        asked("mqtt", broker(seen), OURS.server(tmp_path), tls=True, ca=OTHERS.pem)
    assert seen == []


def test_a_connection_that_is_not_trusted_is_closed_at_once() -> None:
    here, there = socket.socketpair()
    trusting = tls.context({"ca": OURS.pem, "certificate": "", "key": ""})
    wrapped = trusting.wrap_socket(here, server_hostname="127.0.0.1", do_handshake_on_connect=False)
    with there:
        there.sendall(b"220 not a word of TLS\r\n")
        with pytest.raises(ssl.SSLError):
            wrapped.do_handshake()
    assert wrapped.fileno() == -1

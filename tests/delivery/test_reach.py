"""Addresses that alerts may not be sent to, however they are written, resolved or changed behind one's back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from delivery._registry import Failed, Invalid
from delivery.reach import Reach, Unreachable, guarded, networks
from tests.delivery.conftest import ANYWHERE, answering, http, sent, values

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "::127.0.0.1", "2001:db8::1", "fec0::1",
    "3fff::1", "nonsense",
]  # fmt: skip


def resolving(*answers: Sequence[str]) -> Reach:
    """A resolver that gives one answer after the other."""
    waiting = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return waiting.pop(0)

    return Reach(resolver=resolve)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert Reach().refusal(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_what_is_public_is_not(address: str) -> None:
    assert Reach().refusal(address) == ""


def test_a_network_can_be_allowed() -> None:
    reach = Reach(networks(["10.0.0.0/8"]))
    assert reach.refusal("10.1.2.3") == reach.refusal("::ffff:10.1.2.3") == ""
    assert reach.refusal("192.168.1.1")


def test_a_name_that_leads_both_ways_is_refused() -> None:
    with pytest.raises(Unreachable, match=r"10\.0\.0\.1 is not a public address"):
        asyncio.run(resolving(["1.1.1.1", "10.0.0.1"]).address("both.example", 443))


def test_an_address_is_named_once_in_its_refusal() -> None:
    with pytest.raises(Unreachable, match=r"^10\.0\.0\.1 is not a public address; "):
        Reach().check_literal("10.0.0.1")


def test_a_name_is_judged_each_time_it_is_sent_to() -> None:
    reach = resolving(["1.1.1.1"], ["127.0.0.1"])
    assert asyncio.run(reach.address("rebind.example", 443)) == "1.1.1.1"
    with pytest.raises(Failed, match="not a public address"):
        asyncio.run(sent("webhook", reach=reach, url="https://rebind.example/x"))


def test_what_was_judged_is_what_is_connected_to() -> None:
    """The name resolves to the test's own server, and to nothing if it were asked again."""
    hosts: list[str] = []

    def take(line: bytes, headers: object, body: bytes) -> bytes:
        hosts.append(dict(headers)["host"])  # type: ignore[call-overload]
        return http("204 No Content")

    async def go() -> str:
        async with answering(take) as url:
            reach = resolving(["127.0.0.1"])
            reach = Reach(networks(["127.0.0.1"]), resolver=reach.resolver)
            return await sent("webhook", reach=reach, url=url.replace("127.0.0.1", "name.example"))

    assert asyncio.run(go()) == "204 No Content"
    assert hosts[0].startswith("name.example:")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://localhost./x", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "http://a.b:22/",
     "https://user:word@a.b/", "file:///etc/passwd", "gopher://a.b/", "http://169.254.169.254/latest"],
)  # fmt: skip
def test_addresses_that_are_not_even_stored(url: str) -> None:
    with pytest.raises(Invalid) as error:
        values("webhook", Reach(), url=url)
    assert error.value.field == "url"


def test_libraries_that_connect_by_themselves_are_held_back_in_threads() -> None:
    def connect(port: int) -> None:
        socket.create_connection(("127.0.0.1", port), 2).close()

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:
        port = server.getsockname()[1]
        with guarded(Reach()):
            connect(port)
            with pytest.raises(PermissionError, match="not a public address"):
                threads.submit(connect, port).result()
        with guarded(ANYWHERE):
            threads.submit(connect, port).result()

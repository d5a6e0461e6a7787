"""Which addresses alerts may be sent to: names are resolved and judged, and what was judged is what is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

RESOLVE_S = 5.0
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
MAIL_PORTS = (25, 465, 587)
LOWEST_PORT = 1_024
WELL_KNOWN = frozenset({80, 443, 1_883, 8_883, *MAIL_PORTS})
"""Ports below 1024 that alerts have business with, and the usual ones of MQTT."""


class Unreachable(Exception):
    """A host that alerts may not be sent to, or that has no address; the message says what to do."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system's own means."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@dataclass(frozen=True)
class Reach:
    """`allowed`: private networks that may be reached all the same; `everything` lifts the limits on addresses."""

    allowed: Sequence[Network] = ()
    everything: bool = False
    resolver: Resolver = system_resolver

    def refusal(self, text: str) -> str:
        """Why an address may not be connected to; empty where it may."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return f"{text[:60]!r} is no address"
        meant = _meant(address)
        if self.everything or any(one in net for one in (address, meant) for net in self.allowed):
            return ""
        return "" if _public(meant) else f"{text} is not a public address"

    def check_port(self, port: int) -> None:
        """Raises Unreachable for the ports of services that alerts have no business with."""
        if not 0 < port < 65_536 or (port < LOWEST_PORT and port not in WELL_KNOWN and not self.everything):
            known = ", ".join(map(str, sorted(WELL_KNOWN)))
            raise Unreachable(f"port {port} is not for alerts: take {known} or one from {LOWEST_PORT} up")

    def check_literal(self, host: str) -> None:
        """Judge a host that is written as an address, and names that always mean this machine. Raises Unreachable."""
        bare = host.strip("[]").rstrip(".").lower()
        if bare == "localhost" or bare.endswith(".localhost"):
            bare = "127.0.0.1"
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            return
        self._judge(host, [bare])

    async def address(self, host: str, port: int) -> str:
        """An address of the host that may be connected to. Raises Unreachable, also where one of several may not:
        a name that leads both ways is up to something."""
        self.check_port(port)
        bare = host.strip("[]")
        try:
            # What is an address already needs no thread to be found one for.
            async with asyncio.timeout(RESOLVE_S):
                found = [bare] if _written(bare) else await self.resolver(bare, port)
        except (OSError, UnicodeError, TimeoutError):
            raise Unreachable(f"{host[:100]} has no address") from None
        if not found:
            raise Unreachable(f"{host[:100]} has no address")
        self._judge(host, found)
        return found[0]

    def _judge(self, host: str, found: Sequence[str]) -> None:
        for one in found:
            if why := self.refusal(one):
                what = why if one == host else f"{host[:100]}: {why}"
                raise Unreachable(
                    f"{what}; skysift serve --allow-private-destinations, or a list of networks, allows it"
                )


def _written(host: str) -> bool:
    """Whether it is an address, in the one way of writing that leaves nothing to interpret."""
    try:
        return str(ipaddress.ip_address(host)) == host
    except ValueError:
        return False


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that stands for it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 or int(address) >> 32 == 0 else address


GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
NEWER = (ipaddress.IPv6Network("3fff::/20"),)
"""Ranges for documentation that Python before 3.13 does not know."""


def _public(address: Address) -> bool:
    """is_global knows private, loopback, link-local (metadata services too), shared and documentation ranges. Of IPv6
    only what is given out to the world: the site-local addresses of old (fec0::/10) count as global elsewhere."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address not in GLOBAL_UNICAST or any(address in one for one in NEWER)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def networks(texts: Sequence[str]) -> Sequence[Network]:
    """Networks as 10.0.0.0/8, or single addresses. Raises ValueError that names the one that is none."""
    return [ipaddress.ip_network(text.strip()) for text in texts]


_guards: list[tuple[Reach, int]] = []
"""Whose rules hold now, and the thread that they do not bind; the last counts."""


@contextmanager
def guarded(reach: Reach) -> Iterator[None]:
    """For libraries that connect by themselves: in all threads but this one, `reach` judges every address at the
    moment of the connection, whatever was resolved before. Theirs is every thread that sends."""
    _install()
    own = (reach, threading.get_ident())
    _guards.append(own)
    try:
        yield
    finally:
        _guards.remove(own)


def _install() -> None:
    # An audit hook cannot be taken back: one for the life of the process, which does nothing without a guard.
    if not getattr(_install, "done", False):
        _install.done = True  # type: ignore[attr-defined]
        sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto") or not _guards or threading.get_ident() == _guards[-1][1]:
        return
    family, to = arguments[0].family, arguments[1]
    why = "local sockets are not for alerts"
    if family in (socket.AF_INET, socket.AF_INET6):
        why = _guards[-1][0].refusal(str(to[0]))
    if why:
        raise PermissionError(f"alerts may not be sent there: {why}")

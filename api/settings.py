"""What the service is told at its start, as one value; nothing is read from the environment or at import."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from delivery.reach import Reach
from store.cluster import default_state_dir

if TYPE_CHECKING:
    from pipeline.airframes import Airframes
    from pipeline.privacy import Privacy

WEB = Path(__file__).resolve().parents[1] / "web"


class SettingsError(ValueError):
    """A setting that the service refuses to start with; the message says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """`overrides`: parameter values by class id, as configured. `port` 0 takes a free one.

    `open_reading`: whether nobody may read without a login; None: only at this machine itself, and only where `host` is
    loopback. Whoever changes something must always be known.
    """

    database_url: str
    title: str = "Skysift"
    host: str = "127.0.0.1"
    port: int = 8080
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    web: Path = WEB
    version: str = field(default_factory=lambda: version("skysift"))
    pool_size: int = 8
    statement_timeout_s: float = 10.0
    max_streams: int = 2_000
    """Open event streams at once; one more is answered with 503."""
    ping_s: float = 15.0
    open_reading: bool | None = None
    log: tuple[str, bool | None] = ("info", None)
    """The least level that is logged, and whether as JSON; None: unless standard error is a terminal."""

    demo: bool = False
    """Made-up traffic: one click logs in, at this machine alone."""
    state: Path = field(default_factory=default_state_dir)
    """Where the key for secrets of destinations lies."""

    reach: Reach = field(default_factory=Reach)
    """Where alerts may be sent to."""

    airframes: Callable[[], Airframes] | None = None
    """Loads what the engine knows of aircraft; None: nothing."""

    reference: Callable[[], Mapping[str, Any]] | None = None
    """Loads what classes judge by, as the engine has it, for what programs send; None: what is built in."""

    privacy: Callable[[], Privacy | None] | None = None
    """Loads who is not to be seen, or not under their name; None: nobody."""

    receivers: Sequence[tuple[float, float]] = ()
    """Where receivers stand beside those of feeds, (lat, lon) in degrees."""


_LONGEST_HOST = 100


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    return len(host) <= _LONGEST_HOST and _is_loopback(host)


@lru_cache(100)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def with_port(settings: Settings) -> Settings:
    """The same settings with a port that can be bound; 0 becomes a free one."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host.strip("[]"), settings.port))
        except OSError as error:
            raise SettingsError(
                f"{settings.host}:{settings.port} cannot be used ({error}); choose another --port"
            ) from None
        return replace(settings, port=probe.getsockname()[1])

"""Public services by scheme of address: what to ask them, how often, and with which keys. One entry each."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from feeds._access import Access, ClientCredentials, Key
from feeds._errors import FeedError
from feeds._feed import Feed, Secrets

OPENSKY_TOKEN = "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token"
OPENSKY_API = "https://opensky-network.org/api"
FR24_API = "https://fr24api.flightradar24.com/api"


@dataclass(frozen=True)
class Service:
    """`path` makes of the area what is asked for; `keys` are the environment variables that hold them.

    `interval_s` is how often it is asked unless the feed says otherwise, `least_s` how often at most.
    """

    title: str
    base: str
    format: str
    interval_s: float
    least_s: float
    area: str
    path: Callable[[Sequence[float]], str]
    keys: tuple[str, ...] = ()
    needs_key: bool = False
    access: Callable[[Mapping[str, str], str], Access] = lambda secrets, auth: Key()

    def url(self, area: Sequence[float], base: str = "") -> str:
        return f"{(base or self.base).rstrip('/')}{self.path(area)}"

    def as_whom(self, given: Secrets, auth: str = "") -> Access:
        """Access by keys that were given, else those of the environment. Raises FeedError where one is missing."""
        found = {name: given.get(name) or os.environ.get(name, "") for name in self.keys}
        missing = [name for name, value in found.items() if not value]
        if missing and (self.needs_key or len(missing) < len(found)):
            raise FeedError(f"{self.title} needs {' and '.join(missing)}", hint="set it in the environment")
        for name, value in found.items():
            if not value.isascii() or any(letter <= " " for letter in value):
                raise FeedError(f"{name} holds what no key holds: a blank, or a letter that is not ASCII")
        return Key() if missing else self.access(found, auth)


def _opensky(area: Sequence[float]) -> str:
    box = dict(zip(("lamin", "lomin", "lamax", "lomax"), (f"{v:g}" for v in area), strict=False))
    return f"/states/all?{urlencode({**box, 'extended': 1})}"


def _opensky_access(secrets: Mapping[str, str], auth: str) -> Access:
    return ClientCredentials(auth or OPENSKY_TOKEN, secrets["OPENSKY_CLIENT_ID"], secrets["OPENSKY_CLIENT_SECRET"])


def _fr24(area: Sequence[float]) -> str:
    south, west, north, east = (f"{v:g}" for v in area or (-90.0, -180.0, 90.0, 180.0))
    return f"/live/flight-positions/full?bounds={north},{south},{west},{east}"


def fr24_access(secrets: Mapping[str, str], auth: str = "") -> Access:
    """The API's token, and the version of it that is spoken here."""
    return Key({"authorization": f"Bearer {secrets['FR24_API_TOKEN']}", "accept-version": "v1"})


def _point(area: Sequence[float]) -> str:
    lat, lon, nmi = area
    return f"/v2/point/{lat:g}/{lon:g}/{nmi:g}"


_BOX = "SOUTH,WEST,NORTH,EAST or world"
_CIRCLE = "LAT,LON,NMI"

SERVICES: Mapping[str, Service] = {
    "opensky": Service("The OpenSky Network", OPENSKY_API, "opensky-states", 10.0, 5.0, _BOX, _opensky,
                       ("OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"), access=_opensky_access),
    "fr24": Service("The Flightradar24 API", FR24_API, "fr24-track", 30.0, 6.0, _BOX, _fr24, ("FR24_API_TOKEN",), True,
                    fr24_access),
    "adsb.lol": Service("adsb.lol", "https://api.adsb.lol", "readsb", 2.0, 1.0, _CIRCLE, _point),
    "airplanes.live": Service("airplanes.live", "https://api.airplanes.live", "readsb", 2.0, 1.0, _CIRCLE, _point),
    "adsb.fi": Service("adsb.fi", "https://opendata.adsb.fi/api", "readsb", 2.0, 1.0, _CIRCLE, _point),
}  # fmt: skip
"""OpenSky has something new every 10 s for nobody in particular, every 5 s for a client; Flightradar24's smallest plan
takes ten requests a minute, each of which costs credits; the others ask for one request a second at most."""


def is_service(address: str) -> bool:
    """Whether it is one of SERVICES."""
    return address.partition("://")[0] in SERVICES


MOST_NMI = 250.0
"""The radius up to which the readsb-style services answer."""


def area_of(service: Service, text: str) -> tuple[float, ...]:
    """The numbers of an address; none for the whole world. Raises FeedError that says how to write it."""
    wrong = FeedError(f"{text[:60]!r} is no area", hint=f"write {service.area}, in degrees")
    if text == "world" and service.area == _BOX:
        return ()
    if not re.fullmatch(r"-?[0-9.]+(,-?[0-9.]+)*", text):
        raise wrong
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise wrong from None
    if not (_is_box(found) if service.area == _BOX else _is_circle(found)):
        raise wrong
    return found


def _is_box(found: Sequence[float]) -> bool:
    """Not across the antimeridian: the services know no such boxes, and two feeds do."""
    return len(found) == 4 and -90 <= found[0] < found[2] <= 90 and -180 <= found[1] < found[3] <= 180


def _is_circle(found: Sequence[float]) -> bool:
    return len(found) == 3 and abs(found[0]) <= 90 and abs(found[1]) <= 180 and 0 < found[2] <= MOST_NMI


def key_access(feed: Feed) -> Access:
    """For any address: a key of the environment (`key=NAME`) in a header (`header=`). Raises FeedError without it."""
    if not feed.key:
        return Key()
    value = feed.secrets.get(feed.key) or os.environ.get(feed.key, "")
    if not value or not value.isascii() or not value.isprintable():
        raise FeedError(f"the environment holds no key {feed.key[:60]!r}", hint="set it, or leave out key=")
    name = feed.header or "authorization"
    return Key({name: f"Bearer {value}" if name == "authorization" and " " not in value else value})

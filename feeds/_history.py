"""What is to be asked of services about the past, by address: an area step by step, or aircraft and flights."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from feeds._access import Access, Key
from feeds._errors import FeedError
from feeds._feed import Feed
from feeds._fetching import Request
from feeds._given import Given
from feeds._json import tolerant
from feeds._services import SERVICES, Service, area_of, key_access

HOUR_S, DAY_S = 3_600, 86_400
MOST_NAMES = 1_000
FLIGHTS_S = 2 * DAY_S
"""OpenSky tells the flights of an aircraft for two days at once."""

HISTORY_GAP_S = {"opensky": 1.0, "fr24": 6.0, "globe": 1.0}
"""Between two questions: Flightradar24's smallest plan takes ten a minute; OpenSky counts credits, the others ask for
one a second."""

STEP_S = {"opensky": 10.0, "fr24": 60.0}
_GLOBE = re.compile(r"(https?://[^?#]+/globe_history)/([^/?#]+)/?")


@dataclass(frozen=True)
class Past:
    """What is asked for: questions in order, with whose key, how far apart."""

    name: str
    requests: Iterator[Request]
    access: Access
    gap_s: float


@dataclass(frozen=True)
class Span:
    """[start, end) in epoch seconds, and the step where an area is asked for."""

    start: int
    end: int
    step_s: float | None = None

    def steps(self, usual_s: float) -> Iterator[int]:
        """The instants, whole multiples of the step, so that another span of the same asks for the same."""
        step = max(1, round(self.step_s or usual_s))
        yield from range(-(-self.start // step) * step, self.end, step)

    def pieces(self, size_s: int) -> Iterator[tuple[int, int]]:
        """Pieces [a, b) that lie at multiples of a size."""
        for first in range(self.start // size_s * size_s, self.end, size_s):
            yield max(first, self.start), min(first + size_s, self.end)


def past(feed: Feed, span: Span) -> Past:
    """What an address stands for. Raises FeedError that says how to write it."""
    globe = _GLOBE.fullmatch(feed.address)
    if globe:
        name = f"{globe[1]}/{globe[2]}"
        requests = _globe(globe[1], _names(globe[2], r"~?[0-9a-f]{6}", "address"), span)
        return Past(name, requests, key_access(feed), feed.interval_s or HISTORY_GAP_S["globe"])
    scheme, _, text = feed.address.partition("://")
    if scheme not in _QUESTIONS:
        known = "opensky://, fr24:// and https://HOST/globe_history/HEX,HEX"
        raise FeedError(f"nothing is known of the past at {scheme[:20]}://", hint=f"known: {known}")
    service = SERVICES[scheme]
    gap = max(feed.interval_s or 0.0, HISTORY_GAP_S[scheme])
    access = service.as_whom(feed.secrets, feed.auth)
    if isinstance(access, Key) and not access.secret:
        raise FeedError(f"{service.title} tells the past only to a client", hint=f"set {' and '.join(service.keys)}")
    base = (feed.base or service.base).rstrip("/")
    questions = _QUESTIONS[scheme](service, base, text, span)
    return Past(feed.address, questions, access, gap)


def _names(text: str, pattern: str, what: str) -> Sequence[str]:
    found = [one.strip().lower() for one in text.split(",") if one.strip()]
    wrong = [one for one in found if not re.fullmatch(pattern, one)]
    if wrong or not 0 < len(found) <= MOST_NAMES:
        raise FeedError(f"{(wrong or [text])[0][:40]!r} is no {what}", hint=f"write up to {MOST_NAMES:,}, with commas")
    return found


def _at(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")


def _short(text: str) -> str:
    """What tells one area from another in a file's name."""
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _opensky(service: Service, base: str, text: str, span: Span) -> Iterator[Request]:
    kind, _, names = text.partition("/")
    if kind == "aircraft":
        return _flights(base, _names(names, r"[0-9a-f]{6}", "address"), span)
    url = service.url(area_of(service, text), base)
    own = _short(text)
    return (
        Request(f"opensky_{own}_{_at(at)}.json", f"{url}&time={at}", service.format, at * 1000)
        for at in span.steps(STEP_S["opensky"])
    )


def _flights(base: str, names: Sequence[str], span: Span) -> Iterator[Request]:
    """Which flights there were, and then the track of each."""
    for own in names:
        for begin, end in span.pieces(FLIGHTS_S):
            query = urlencode({"icao24": own, "begin": begin, "end": end})
            name = f".opensky_flights_{own}_{_at(begin)}_{_at(end)}.json"
            yield Request(name, f"{base}/flights/aircraft?{query}", more=partial(_tracks, base, own))


def _tracks(base: str, own: str, given: Given) -> Iterator[Request]:
    """The tracks of the flights that an answer lists. Raises FeedError where it lists none."""
    listed = tolerant(given, given.read())
    if not isinstance(listed, list):
        raise given.error("the answer is no list of flights")
    for flight in listed:
        first, last = _seen(flight, "firstSeen"), _seen(flight, "lastSeen")
        if not first or not last or last < first:
            raise given.error("a flight has no times", hint="does the address speak as OpenSky does?")
        query = urlencode({"icao24": own, "time": (first + last) // 2})
        yield Request(f"opensky_track_{own}_{_at(first)}.json", f"{base}/tracks/all?{query}", "opensky-track")


def _seen(flight: Any, name: str) -> int:
    value = flight.get(name) if isinstance(flight, dict) else None
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 40
    return int(value) if whole else 0  # type: ignore[arg-type]


def _fr24(service: Service, base: str, text: str, span: Span) -> Iterator[Request]:
    kind, _, names = text.partition("/")
    if kind == "flights":
        return (
            Request(f"fr24_flight_{own}.json", f"{base}/flight-tracks?{urlencode({'flight_id': own})}", service.format)
            for own in _names(names, r"[0-9a-f]{6,12}", "flight id")
        )
    south, west, north, east = (f"{v:g}" for v in area_of(service, text) or (-90.0, -180.0, 90.0, 180.0))
    url = f"{base}/historic/flight-positions/full?bounds={north},{south},{west},{east}"
    own = _short(text)
    return (
        Request(f"fr24_{own}_{_at(at)}.json", f"{url}&timestamp={at}", service.format)
        for at in span.steps(STEP_S["fr24"])
    )


def _globe(base: str, names: Sequence[str], span: Span) -> Iterator[Request]:
    """readsb's folder of days, as tar1090 serves it: one file per aircraft and day."""
    for begin, _ in span.pieces(DAY_S):
        day = datetime.fromtimestamp(begin, UTC)
        for own in names:
            path = f"{day:%Y/%m/%d}/traces/{own[-2:]}/trace_full_{own}.json"
            yield Request(f"trace_{own}_{day:%Y-%m-%d}.json", f"{base}/{path}", "trace-full")


_QUESTIONS: Mapping[str, Callable[[Service, str, str, Span], Iterator[Request]]] = {"opensky": _opensky, "fr24": _fr24}

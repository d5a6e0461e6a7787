"""Webhooks: an alert as a CloudEvent in JSON, signed, to the very address that was judged; no redirect is followed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from importlib.metadata import version

import httpx
import orjson

from delivery._registry import Failed, Field, Gone, Invalid, Kind, Refused, Values
from delivery.kept import Line, Place, kept
from delivery.message import Message
from delivery.reach import Reach, Unreachable

TYPE = "application/cloudevents+json; charset=utf-8"
TOTAL_S = 20.0
"""A receiver that sends a byte now and then still gets no more than this."""

DRAIN_S = 2.0
MOST_READ = 16_384
"""Bytes of an answer that are read: enough to keep the connection well-mannered, whatever the receiver sends."""

AGAIN = frozenset({408, 409, 421, 423, 425, 429})
"""Of the client errors those that another time may mend; the others refuse this message for good."""

FIELDS = (
    Field("url", "Address", "https://... that takes a POST; http:// only where nobody listens in between",
          required=True, secret=True),
    Field("signing_key", "Signing key", "Signs every message (docs/alerts.md); 16 characters or more", secret=True),
    Field("authorization", "Authorization", "Sent as this header, such as Bearer ...", secret=True),
)  # fmt: skip


def check(values: Values, reach: Reach) -> None:
    try:
        url = httpx.URL(values["url"])
    except (httpx.InvalidURL, ValueError):
        raise Invalid("url", "that is no web address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Invalid("url", "the address must begin with https:// or http:// and a host")
    if url.userinfo:
        raise Invalid("url", "name and password do not stand in the address: use the field for authorization")
    if values["signing_key"] and len(values["signing_key"]) < 16:
        raise Invalid("signing_key", "a signing key needs 16 characters or more")
    sent = values["authorization"] or ""
    if not (sent.isascii() and sent.isprintable()):
        raise Invalid("authorization", "a header takes printable ASCII alone")
    try:
        reach.check_literal(url.host)
        reach.check_port(_port(url))
    except Unreachable as error:
        raise Invalid("url", str(error)) from None


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def shown(values: Values) -> str:
    """Scheme and host: many services put a secret into the path."""
    url = httpx.URL(values["url"])
    return f"{url.scheme}://{url.netloc.decode()}/..."


def event(message: Message) -> bytes:
    """CloudEvents 1.0, structured mode; the GeoJSON feature is its data."""
    feature = message.whole
    told = {
        "specversion": "1.0", "id": message.key, "source": "urn:skysift", "type": f"skysift.alert.{message.trigger}",
        "time": feature["properties"].get("time"), "datacontenttype": "application/geo+json",
        "subject": message.subscription or None, "data": feature,
    }  # fmt: skip
    return orjson.dumps({name: value for name, value in told.items() if value is not None})


def signature(key: str, stamp: int, body: bytes) -> str:
    """HMAC-SHA256 over the epoch second, a full stop and the body: who checks the time too cannot be sent old ones."""
    signed = hmac.new(key.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={signed}"


@cache
def _agent() -> str:
    """Reading the version takes as long as sending."""
    return f"Skysift/{version('skysift')}"


def _headers(values: Values, message: Message, url: httpx.URL, body: bytes) -> dict[str, str]:
    headers = {
        "host": url.netloc.decode(), "content-type": TYPE, "user-agent": _agent(),
        "idempotency-key": message.key, "skysift-attempt": str(message.attempt), "accept-encoding": "identity",
    }  # fmt: skip
    if values["signing_key"]:
        headers["skysift-signature"] = signature(values["signing_key"], int(time.time()), body)
    if values["authorization"]:
        headers["authorization"] = values["authorization"]
    return headers


async def send(values: Values, message: Message, reach: Reach) -> str:
    url, body = httpx.URL(values["url"]), event(message)
    try:
        address = await reach.address(url.host, _port(url))
    except Unreachable as error:
        raise Failed(str(error)) from None
    headers = _headers(values, message, url, body)
    # The address stands in the place of the name; certificate and Host are the name's.
    request = httpx.Request(
        "POST", url.copy_with(host=address), headers=headers, content=body, extensions={"sni_hostname": url.host}
    )
    try:
        async with asyncio.timeout(TOTAL_S):
            return judged(*await _asked(request, (url.scheme, url.host, _port(url), address)))
    except (httpx.HTTPError, TimeoutError) as error:
        raise Failed(f"no answer: {_told(error)}") from None


async def _asked(request: httpx.Request, place: Place) -> tuple[int, str | None]:
    """Status and Retry-After. A kept connection may have been closed at the other end just now: then once more, over a
    new one; who keeps the idempotency keys knows whether it was taken."""
    async with kept() as lines:
        async with lines.line(place) as line:
            old = line.served
            try:
                return await _answered(line, request)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if not old:
                    raise
        await lines.drop(place)
        async with lines.line(place) as line:
            return await _answered(line, request)


async def _answered(line: Line, request: httpx.Request) -> tuple[int, str | None]:
    answer = await line.client.send(request, stream=True)
    try:
        # The status is the answer. What follows it may break off, or never end: the message has arrived all the same.
        with suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await _drained(answer)
    finally:
        await answer.aclose()
    line.served = True
    return answer.status_code, answer.headers.get("retry-after")


def _told(error: Exception) -> str:
    """What went wrong, never with the address, nor with a header that cannot be sent."""
    silent = isinstance(error, httpx.TimeoutException | TimeoutError | httpx.LocalProtocolError)
    said = "" if silent else str(error)[:200]
    return said or type(error).__name__


async def _drained(answer: httpx.Response) -> None:
    read = 0
    async for piece in answer.aiter_raw():
        read += len(piece)
        if read > MOST_READ:
            return


def judged(status: int, retry_after: str | None) -> str:
    """What the status says, as text. Raises Failed, Refused, Gone."""
    said = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus._value2member_map_ else str(status)
    if 200 <= status < 300:
        return said
    if status == HTTPStatus.GONE:
        raise Gone(said)
    if 300 <= status < 400:
        raise Refused(f"{said}: redirects are not followed; enter the new address")
    if 400 <= status < 500 and status not in AGAIN and status not in (401, 403, 404):
        raise Refused(said)
    raise Failed(said, _after_s(retry_after) if status in (429, 503) else None)


def _after_s(text: str | None) -> float | None:
    """Seconds of a Retry-After header, as a number or a date; at most a day."""
    if not text:
        return None
    try:
        seconds = float(text) if text.strip().isdigit() else _until(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), 86_400.0)


def _until(moment: datetime) -> float:
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (at - datetime.now(UTC)).total_seconds()


KIND = Kind("webhook", "Webhook", "A signed POST of a CloudEvent with the alert as GeoJSON", FIELDS, check, shown, send)

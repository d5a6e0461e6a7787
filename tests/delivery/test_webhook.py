"""Webhooks against receivers that behave, and against those that do not."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from delivery import webhook
from delivery._registry import Failed, Gone, Invalid, Refused
from delivery.kept import keeping
from tests.delivery.conftest import FEATURE, answering, http, listening, sent, values

KEY = "sixteen characters"


def outcome(answer: bytes, **given: Any) -> str:
    async def go() -> str:
        async with answering(lambda *_: answer) as url:
            return await sent("webhook", url=f"{url}/hook", **given)

    return asyncio.run(go())


def test_a_signed_cloud_event_arrives() -> None:
    seen: list[tuple[Mapping[str, str], bytes]] = []

    async def go() -> str:
        def take(line: bytes, headers: Mapping[str, str], body: bytes) -> bytes:
            seen.append((headers, body))
            return http("202 Accepted")

        async with answering(take) as url:
            return await sent("webhook", url=f"{url}/hook", signing_key=KEY, authorization="Bearer x")

    assert asyncio.run(go()) == "202 Accepted"
    headers, body = seen[0]
    told = orjson.loads(body)
    assert (told["specversion"], told["id"], told["type"]) == ("1.0", "k1", "skysift.alert.enters")
    assert told["data"] == FEATURE
    assert (headers["idempotency-key"], headers["authorization"]) == ("k1", "Bearer x")
    stamp, signed = (part.partition("=")[2] for part in headers["skysift-signature"].split(","))
    assert hmac.new(KEY.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == signed
    assert abs(int(stamp) - time.time()) < 10


def test_the_recipe_of_the_documentation_checks_signatures() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/alerts.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)
    now, body = int(time.time()), b'{"id":"k1"}'

    assert names["genuine"](KEY, webhook.signature(KEY, now, body), body)
    assert not names["genuine"](KEY, webhook.signature(KEY, now, body), body + b" ")
    assert not names["genuine"](KEY, webhook.signature(KEY, now - 600, body), body)
    assert not names["genuine"](KEY, "t=x,v1=", body)


@pytest.mark.parametrize(
    "status", ["500 Internal Server Error", "502 Bad Gateway", "408 Request Timeout", "404 Not Found"]
)
def test_what_may_work_another_time(status: str) -> None:
    with pytest.raises(Failed, match=status[:3]):
        outcome(http(status))


def test_a_payload_that_is_refused_is_not_sent_again() -> None:
    with pytest.raises(Refused, match="422"):
        outcome(http("422 Unprocessable Entity"))


def test_gone_is_gone() -> None:
    with pytest.raises(Gone):
        outcome(http("410 Gone"))


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_the_receiver_says_when(status: str) -> None:
    with pytest.raises(Failed) as error:
        outcome(http(status, retry_after="17"))
    assert error.value.after_s == 17


def test_the_receiver_says_when_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    with pytest.raises(Failed) as error:
        outcome(http("429 Too Many Requests", retry_after=later))
    assert 100 < (error.value.after_s or 0) <= 120


def test_a_redirect_to_another_place_is_not_followed() -> None:
    with pytest.raises(Refused, match="redirects are not followed"):
        outcome(http("307 Temporary Redirect", location="http://127.0.0.1:1/"))


def test_an_endless_body_is_not_read_to_its_end() -> None:
    async def go() -> tuple[str, float]:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    writer.write(b"x" * 4096)
                    await writer.drain()
            except ConnectionError:
                writer.close()

        server = await asyncio.start_server(take, "127.0.0.1", 0)
        began = time.monotonic()
        port = server.sockets[0].getsockname()[1]
        said = await asyncio.wait_for(sent("webhook", url=f"http://127.0.0.1:{port}/"), 10)
        server.close()
        return said, time.monotonic() - began

    said, took = asyncio.run(go())
    assert said == "200 OK" and took < 5


def test_the_status_counts_also_where_what_follows_breaks_off() -> None:
    assert outcome(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc") == "200 OK"


def test_the_status_counts_also_where_what_follows_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "DRAIN_S", 0.05)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
        await reader.read()
        writer.close()

    async def go() -> str:
        async with listening(take) as port:
            return await asyncio.wait_for(sent("webhook", url=f"http://127.0.0.1:{port}/"), 5)

    assert asyncio.run(go()) == "200 OK"


def test_who_hangs_up_does_not_double_what_is_under_way_to_another_hook_of_the_host() -> None:
    async def go() -> list[bytes]:
        asked: list[bytes] = []
        came, over = asyncio.Event(), asyncio.Event()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while not over.is_set() and (head := await reader.readuntil(b"\r\n\r\n")):
                asked.append(path := head.split()[1])
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
                if path == b"/cut":
                    break
                if path == b"/slow":
                    came.set()
                    await over.wait()
                writer.write(http("200 OK").replace(b"connection: close\r\n", b""))
            writer.close()

        async with listening(take) as port, keeping():
            url = f"http://127.0.0.1:{port}"
            await sent("webhook", url=f"{url}/first")
            slow = asyncio.ensure_future(sent("webhook", url=f"{url}/slow"))
            await came.wait()
            with pytest.raises(Failed):
                await sent("webhook", url=f"{url}/cut")
            over.set()
            await slow
        return asked

    assert asyncio.run(go()).count(b"/slow") == 1


def test_a_receiver_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TOTAL_S", 0.2)

    async def silent() -> bytes:
        await asyncio.sleep(3)
        return b""

    async def go() -> None:
        async with answering(lambda *_: silent()) as url:
            await sent("webhook", url=url)

    with pytest.raises(Failed, match="no answer"):
        asyncio.run(go())


def test_only_the_host_is_shown() -> None:
    assert webhook.shown(values("webhook", url="https://hooks.example/T0/secret")) == "https://hooks.example/..."


@pytest.mark.parametrize("header", ["Bearer x\x7f", "Bearer \u00e9"])
def test_a_header_that_cannot_be_sent_is_not_taken_nor_told(header: str) -> None:
    with pytest.raises(Invalid, match="printable ASCII"):
        values("webhook", url="https://a.example/x", authorization=header)
    assert webhook._told(httpx.LocalProtocolError(f"Illegal header value {header!r}")) == "LocalProtocolError"


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Invalid, match="16 characters"):
        values("webhook", url="https://a.example/", signing_key="short")

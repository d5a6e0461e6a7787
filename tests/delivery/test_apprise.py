"""Apprise: what is taken, what is not, and a message through one of its plugins to a local server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email import message_from_bytes
from pathlib import Path

import orjson
import pytest

from delivery import apprise
from delivery._registry import Failed, Invalid
from delivery.message import FIELDS, filled
from delivery.reach import Reach, guarded
from tests.delivery.conftest import ANYWHERE, MESSAGE, answering, http, listening, sent, values


def through(reach: Reach, status: str = "200 OK") -> list[bytes]:
    """What a local ntfy server was sent."""
    seen: list[bytes] = []

    def take(line: bytes, headers: Mapping[str, str], body: bytes) -> bytes:
        seen.append(body)
        return http(status, b"{}")

    async def go() -> None:
        async with answering(take) as url:
            with guarded(reach):
                await sent("apprise", url=url.replace("http", "ntfy") + "/alerts", body="{text} at {lat}")

    asyncio.run(go())
    return seen


def test_a_message_arrives() -> None:
    told = orjson.loads(through(ANYWHERE)[0])

    assert (told["title"], told["topic"]) == ("Over my house: enters", "alerts")
    assert told["message"] == 'EIN12 <&> "came" into Home {key} at 47.4'


def test_a_mail_is_plain_text_with_its_lines() -> None:
    came: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.lower().startswith(b"data"):
                writer.write(b"354 go on\r\n")
                came.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"250 yes\r\n")
        writer.close()

    async def go() -> None:
        async with listening(take) as port:
            url = f"mailto://127.0.0.1:{port}?from=a@a.example&to=b@a.example&mode=insecure"
            await sent("apprise", url=url, body="{text}\n{time}")

    asyncio.run(go())
    mail = message_from_bytes(came[0])
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes) and mail.get_content_type() == "text/plain"
    assert text.decode().splitlines()[:2] == ['EIN12 <&> "came" into Home {key}', "2026-11-29T12:00:00Z"]


def test_a_private_address_is_not_reached_by_a_plugin() -> None:
    with pytest.raises(Failed, match="ntfy"):
        through(Reach())


def test_a_service_that_refuses() -> None:
    with pytest.raises(Failed, match="did not take it"):
        through(ANYWHERE, "500 Internal Server Error")


@pytest.mark.parametrize(
    "url",
    ["json://a.example", "xmls://a.example", "form://a.example", "apprises://a.example/x", "syslog://", "dbus://",
     "rsyslog://a.example", "file:///etc/passwd", "exec://ls", "windows://", "vapid://a@b.example/c", "nothing",
     "mailtos://u:p@a.example?pgpkey=/etc/shadow", "ntfy://127.0.0.1/x", "ntfys://localhost/x", "slack://nonsense"],
)  # fmt: skip
def test_addresses_that_are_not_taken(url: str) -> None:
    with pytest.raises(Invalid) as error:
        values("apprise", Reach(), url=url)
    assert error.value.field == "url"


def test_an_address_without_a_service_is_told_so() -> None:
    with pytest.raises(Invalid, match=r"^an address without a service"):
        values("apprise", Reach(), url="nothing")


@pytest.mark.parametrize(
    "parameter",
    ["template=X", "a=1;template=X", "a=1&Template=X", "%74emplate=X", "%2574emplate=X", "%20template=X", "template+=X",
     "template%20=X", "a;pgpkey=X", "p%67pkey=X", "include=X", "smimecert=X"],
)  # fmt: skip
def test_no_way_of_writing_a_parameter_lets_a_plugin_open_a_file(parameter: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    told = parameter.replace("X", str(tmp_path / "secret.json"))
    for url in (f"workflows://a.example/b/c/?{told}", f"mailtos://u:p@a.example?{told}"):
        with pytest.raises(Invalid, match="parameters that name files"):
            values("apprise", Reach(), url=url)


def test_every_schema_is_one_that_apprise_knows() -> None:
    from apprise import Apprise

    known: set[str] = set()
    for one in Apprise().details()["schemas"]:
        known |= {*(one["protocols"] or ()), *(one["secure_protocols"] or ())}
    assert known >= apprise.SCHEMAS


def test_mqtt_works_through_apprise() -> None:
    assert values("apprise", url="mqtts://user:word@broker.example/topic")["url"]


@pytest.mark.parametrize("body", ["{text.__class__}", "{0}", "{text!r}", "{nothing}"])
def test_a_template_names_fields_and_nothing_else(body: str) -> None:
    with pytest.raises(Invalid) as error:
        values("apprise", url="ntfys://ntfy.example/x", body=body)
    assert error.value.field == "body"


def test_a_value_is_not_read_as_a_template() -> None:
    assert set(MESSAGE.words()) == set(FIELDS)
    assert filled("{text} {{x}}", {"text": "{key}", "key": "k"}) == "{key} {{x}}"

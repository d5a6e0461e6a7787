"""Last-Modified and If-Modified-Since: two contents of one address never share a date, and a tag goes before it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.changes import MOST, Changes, http_date, seconds
from store.writer import Writer
from tests.api.conftest import ONE

Client = TestClient[Litestar]
LONG_AGO = http_date(0)


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 100.5

    def __call__(self) -> float:
        return self.now


def test_a_content_keeps_the_date_at_which_it_came() -> None:
    clock = Clock()
    changes = Changes(clock)
    found = []
    for tag in ("one", "one", "two"):
        found.append(changes.since("a", tag))
        clock.now += 5
    assert found == [100, 100, 110]


def test_a_change_within_a_second_is_dated_to_the_next() -> None:
    clock = Clock()
    changes = Changes(clock)
    assert [changes.since("a", tag) for tag in ("one", "two", "two")] == [100, None, None]
    clock.now += 1
    assert changes.since("a", "two") == 101


def test_a_content_that_comes_back_is_a_change() -> None:
    clock = Clock()
    changes = Changes(clock)
    found = []
    for tag in ("one", "two", "one"):
        found.append(changes.since("a", tag))
        clock.now += 5
    assert found == [100, 105, 110]


def test_only_the_last_addresses_are_remembered() -> None:
    clock = Clock()
    changes = Changes(clock)
    changes.since("a", "one")
    for number in range(MOST):
        changes.since(str(number), "one")
    clock.now += 5
    assert changes.since("a", "one") == 105


@pytest.mark.parametrize("text", ["", "yesterday", "0", "Sat, 99 Nov 2026 00:00:00 GMT"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert seconds(text) is None


def test_dates_come_back() -> None:
    assert http_date(1_700_000_000) == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert seconds(http_date(1_700_000_000)) == 1_700_000_000


@pytest.mark.parametrize(
    "path",
    ["/collections", "/collections/loiter", "/collections/loiter/items", "/collections/loiter/items/l01",
     "/collections/loiter/items?f=csv", "/collections?f=html", "/conformance"],
)  # fmt: skip
def test_what_did_not_change_since_is_not_sent_again(client: Client, path: str) -> None:
    whole = client.get(path)
    date = whole.headers["last-modified"]
    again = client.get(path, headers={"if-modified-since": date})
    before = client.get(path, headers={"if-modified-since": LONG_AGO})

    assert parsedate_to_datetime(date).timestamp() <= time.time()
    assert (again.status_code, again.content, again.headers["last-modified"]) == (304, b"", date)
    assert (before.status_code, before.content) == (200, whole.content)


def test_a_tag_goes_before_a_date(client: Client) -> None:
    path = "/collections/loiter/items?limit=1"
    whole = client.get(path)
    dated = {"if-modified-since": whole.headers["last-modified"]}

    assert client.get(path, headers=dated | {"if-none-match": '"another"'}).status_code == 200
    tagged = {"if-modified-since": LONG_AGO, "if-none-match": whole.headers["etag"]}
    assert client.get(path, headers=tagged).status_code == 304


def test_a_nonsensical_date_is_passed_over(client: Client) -> None:
    assert client.get("/collections", headers={"if-modified-since": "soon"}).status_code == 200


def test_what_changed_is_sent(client: Client, seeded_url: str) -> None:
    async def close() -> None:
        writer = await Writer.open(seeded_url, store_every_s=0)
        await writer.save([replace(ONE, id="l03", state="closed")])
        await writer.close()

    path = "/collections/loiter/items/l03"
    first = client.get(path).headers["last-modified"]
    asyncio.run(close())
    changed = client.get(path, headers={"if-modified-since": first})

    assert changed.status_code == 200
    assert changed.json()["properties"]["state"] == "closed"
    until = time.monotonic() + 5
    while (date := client.get(path).headers.get("last-modified")) is None and time.monotonic() < until:
        time.sleep(0.05)
    assert date is not None and date != first

"""The login and the account page over the real server: from a link to a key that works."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from playwright.sync_api import Browser

from tests.api.conftest import Live
from tests.api.test_login import GOOD, link


@pytest.fixture(scope="module")
def secret(seeded_url: str) -> str:
    return asyncio.run(link(seeded_url, "ada", role="admin"))


def test_from_a_link_to_a_key(secret: str, live: Live, chromium: Browser) -> None:
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{live.url}/login?next=/account#link={secret}")
    page.get_by_label("New password").fill(GOOD)
    page.get_by_role("button", name="Log in with this link").click()
    page.wait_for_url("**/account")
    page.get_by_label("What it is for").fill("QGIS")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#keys code").inner_text()
    header = {"authorization": f"Bearer {key}"}

    assert httpx.get(f"{live.url}/me", headers=header).json()["name"] == "ada"
    assert "login" in page.locator("#audit").inner_text()
    assert secret not in page.url and errors == []
    page.close()

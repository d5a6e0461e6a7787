"""What the first picture does without: where it did not come the page says so, and has it once somebody wants it."""

from __future__ import annotations

import pytest

from tests.web.conftest import Desk
from tests.web.fake_server import FakeServer
from tests.web.sight import Sight, until


@pytest.mark.parametrize("name", ["js/panels.js", "js/rest.js", "js/detail.js", "css/watch.css"])
def test_a_part_that_did_not_come_is_told_and_there_when_it_is_wanted(
    name: str, desk: Desk, server: FakeServer
) -> None:
    page = desk.page(1280, 800)
    gone = [True]
    page.route(f"**/static/{name}*", lambda route: route.abort() if gone[0] else route.continue_())
    sight = Sight(page, server).open()

    toast = page.locator("#toast")
    toast.wait_for()
    assert "did not load" in toast.inner_text()
    gone.clear()
    gone.append(False)
    page.locator("#list .row").first.click()
    until(page, "!document.querySelector('#detail').hidden && document.querySelector('#timebar').children.length > 0")
    assert sight.refused == []

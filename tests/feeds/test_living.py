"""Waiting after failures: soon enough for who is asked each second, and for nobody more than a minute."""

from __future__ import annotations

import pytest

from feeds._living import Living


@pytest.mark.parametrize(("every", "longest"), [(0.1, 10.0), (1.0, 10.0), (2.0, 20.0), (30.0, 60.0), (300.0, 300.0)])
def test_who_failed_often_is_asked_again_in_time(every: float, longest: float) -> None:
    source = Living("roof", "readsb", every)
    for _ in range(50):
        source.failed("HTTP 503", "roof: HTTP 503")

    waits = [source.pause() for _ in range(200)]

    assert longest / 2 <= min(waits) < max(waits) <= longest

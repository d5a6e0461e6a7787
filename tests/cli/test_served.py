"""What `serve` was asked for: the demo is the demo whether it is named or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from cli.served import is_demo

DEMO = {"spec": "demo", "format": None, "usual_interval_s": 5.0}


@pytest.mark.parametrize(
    ("feeds", "demo"),
    [
        ([], True),
        ([DEMO], True),
        ([{"address": "demo", "usual_interval_s": 5.0}], True),
        ([DEMO, {"spec": "http://127.0.0.1/aircraft.json"}], False),
        ([{"spec": "synthetic:seed=3"}], False),
    ],
)
def test_named_alone_it_is_the_demo_with_its_past_and_its_database(
    feeds: Sequence[Mapping[str, object]], demo: bool
) -> None:
    assert is_demo(feeds) is demo

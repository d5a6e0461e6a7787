"""The text that Prometheus reads: names declared once, samples together, labels escaped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.metrics import METRICS, exposed

OPERATION = (Path(__file__).resolve().parents[2] / "docs" / "operation.md").read_text()


def test_samples_of_a_name_stand_together_under_its_type() -> None:
    text = exposed([
        ("feed_up", {"feed": "a"}, 1), ("lag_seconds", {}, 2.5), ("feed_up", {"feed": 'b"\\\n'}, 0),
    ])  # fmt: skip
    assert text.splitlines() == [
        f"# HELP skysift_feed_up {METRICS['feed_up'][1]}", "# TYPE skysift_feed_up gauge",
        'skysift_feed_up{feed="a"} 1', 'skysift_feed_up{feed="b\\"\\\\\\n"} 0',
        f"# HELP skysift_lag_seconds {METRICS['lag_seconds'][1]}", "# TYPE skysift_lag_seconds gauge",
        "skysift_lag_seconds 2.5",
    ]  # fmt: skip


def test_an_undeclared_name_is_not_given_out() -> None:
    with pytest.raises(KeyError):
        exposed([("no_such", {}, 1)])


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_documented_and_well_named(name: str) -> None:
    kind, help_ = METRICS[name]
    assert re.fullmatch(r"[a-z][a-z_]*", name) and name.endswith("_total") == (kind == "counter")
    assert f"| `skysift_{name}` | {kind} | {help_} |" in OPERATION

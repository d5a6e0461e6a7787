"""What a detector file may not declare."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from detectors import _registry
from detectors._registry import detector, registry


def refused(of: str, **changed: Any) -> str:
    """Why a class like this one, changed so, is not taken."""
    own = {one.name: getattr(registry()[of], one.name) for one in fields(registry()[of])}
    spec = {name: value for name, value in own.items() if name not in ("detect", "wants")}
    with pytest.raises(ValueError) as error:
        detector(**spec | changed)(registry()[of].detect)
    assert changed.get("id", of) == of or changed["id"] not in _registry._REGISTRY
    return str(error.value)


def test_two_of_one_name() -> None:
    assert "'squawk'" in refused("squawk")


@pytest.mark.parametrize(
    ("of", "changed", "why"),
    [
        ("squawk", {"scope": "planet"}, "'planet'"),
        ("squawk", {"priority": "urgent"}, "'urgent'"),
        ("squawk", {"spans": True}, "only a class with memory"),
        ("fir-entry", {"spans": True}, "days are counted slice by slice"),
        ("position-drift", {"spans": False, "lookback_s": 60, "gate": len}, "has no gate"),
    ],
)
def test_what_does_not_go_together(of: str, changed: dict[str, Any], why: str) -> None:
    assert why in refused(of, **changed, id="another")

"""Units of measured values, as the sentences of the classes say them."""

from __future__ import annotations

from string import Formatter

import pytest

from detectors._registry import Detector, registry
from detectors._units import KNOWN, USUAL, units_of


def test_a_unit_is_what_stands_behind_the_value() -> None:
    found = units_of("falling at {rate:,.0f} ft/min{through}, {lost:,.0f} ft lost in {held:.0f} s, {count} samples")
    assert {name: found[name] for name in ("rate", "lost", "held")} == {"rate": "ft/min", "lost": "ft", "held": "s"}
    assert "count" not in found and "through" not in found


def test_words_that_name_their_unit_have_it() -> None:
    found = units_of("closer than {limit} ft for {seconds:.0f} s")
    assert (found["seconds"], found["metres"], found["floor"], found["net_turn"]) == ("s", "m", "ft", "degrees")


@pytest.mark.parametrize("spec", registry().values(), ids=lambda spec: spec.id)
def test_every_class_gives_units_to_values_of_its_own_sentence(spec: Detector) -> None:
    names = {name for _, name, _, _ in Formatter().parse(spec.explain) if name}
    own = {name: unit for name, unit in spec.units.items() if USUAL.get(name) != unit}
    assert own.keys() <= names and set(own.values()) <= set(KNOWN)

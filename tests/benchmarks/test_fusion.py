"""The verdict on attacked flights: which rows each part and all together find fault with."""

from __future__ import annotations

import numpy as np

from benchmarks.scorecard.fusion import PARTS, parts_of
from benchmarks.scorecard.scoring import Flags


def test_the_verdict_is_any_part_or_several_rules() -> None:
    none = np.zeros(5)
    standing = {
        "squawk": np.array([0.9, 0, 0, 0, 0]), "loiter": np.array([0, 0.5, 0, 0, 0]),
        "signal": np.array([0, 0.5, 0, 0, 0.3]), "ml-point": np.array([0, 0, 0.7, 0, 0]),
    }  # fmt: skip
    urgent = {"squawk": standing["squawk"], "loiter": none, "signal": none, "ml-point": none}

    found = parts_of(Flags(standing=standing, urgent=urgent), 5)

    assert {name: np.flatnonzero(rows).tolist() for name, rows in found.items()} == {
        "rules": [0], "ml-point": [2], "ml-sequence": [], "verdict": [0, 1, 2],
    }  # fmt: skip
    assert tuple(found) == PARTS

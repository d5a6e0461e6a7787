"""kill -9 of the engine, again and again: nothing is lost, nobody is told twice. `bench kills` does it for longer."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.kills import Plan, run

KILLS = 3


def test_a_killed_engine_loses_nothing_and_tells_nothing_twice(migrated_url: str, tmp_path: Path) -> None:
    plan = Plan(migrated_url, tmp_path, KILLS, seed=random.randrange(1 << 30), least_s=3.0)

    found = run(plan)

    assert found["ended_well"] and found["kills"] == KILLS and found["aircraft"] >= 24
    assert found["told_before"], "nothing was told before the last kill: nothing was tried"
    wrong = {name: n for name, n in found.items() if name.endswith(("_missing", "_twice")) and n}
    assert not wrong, (plan.seed, wrong)
    assert sum(name.endswith("_missing") for name in found) == sum(name.endswith("_twice") for name in found) == 4

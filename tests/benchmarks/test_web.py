"""`skysift bench web`, small: every figure is there, and nothing of what it started is left."""

from __future__ import annotations

from dataclasses import replace

import psutil

from benchmarks.web.bench import TARGETS, Plan, run
from tests.size import daily


def started() -> set[int]:
    """Processes below this one that run, but for Python's own that stays for as long as it lives."""
    return {one.pid for one in psutil.Process().children(recursive=True) if "resource_tracker" not in command(one)}


def command(one: psutil.Process) -> str:
    """What it was started with; one that has ended counts as Python's own: nothing of it is left."""
    try:
        return " ".join(one.cmdline())
    except psutil.NoSuchProcess:
        return "resource_tracker"


def test_all_figures_of_a_small_world(migrated_url: str) -> None:
    before = started()

    world = Plan(migrated_url, 200, 60, hours=1, step_s=60, ticks=2, toggles=2, scrubs=3, life_s=60, looks=3)
    found = run(replace(world, visits=daily(1, 3), loading_s=1.0))

    assert set(TARGETS) <= set(found)
    assert (found["aircraft"], found["anomalies"]) == (200, 60)
    assert found["page_errors"] == []
    assert 0 < found["page_mb"] < TARGETS["page_mb"]
    assert 0 < found["tick_script_ms"] <= found["tick_ms"]
    assert found["toggle_ms"] > 0 and found["heap_mb"] > 1 and found["scrub_requests"] >= 3
    assert found["axe"] == []
    assert started() <= before

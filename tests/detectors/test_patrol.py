"""Patrol: a tanker's racetrack is found as one, and recorded work over a small area is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.detectors.at_work import found, recorded

SAMPLES = "data/traffic-samples/samples"


def test_a_tanker_on_its_racetrack(shared: Path) -> None:
    (one,) = found("patrol", [recorded(shared / SAMPLES / "military/inflight_refuelling.json.gz")])

    assert one.icao24 == 0x3B7777 and not one.cleared
    assert one.end - one.start > 3_600_000 and one.geometry is not None


@pytest.mark.parametrize(
    "name", ["firefighting/calfire", "surveys/liguria", "gliders/sisteron", "birddog273", "tv_relay/vasaloppet"]
)
def test_work_over_a_small_area_is_none(shared: Path, name: str) -> None:
    assert found("patrol", [recorded(shared / SAMPLES / f"{name}.json.gz")]) == []

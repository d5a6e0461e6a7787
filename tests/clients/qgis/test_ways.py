"""What QGIS asks of the service for pages, subsets, times and heights, seen in the requests. `./test --nightly`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.conftest import live, seeded_url
from tests.clients.conftest import Watched, watched
from tests.clients.qgis.test_qgis import qgis

__all__ = ["live", "seeded_url", "watched"]
LOOK = Path(__file__).with_name("ways.py")


def test_qgis_pages_filters_and_reads_times_and_heights(watched: Watched, tmp_path: Path) -> None:
    seen = json.loads(qgis(tmp_path, str(LOOK), watched.url))
    asked = watched.of("anomalies-points")
    everyone = ["s1", *(f"l{i:02}" for i in range(12))]

    assert (seen["paged"], seen["start"]) == (sorted(everyone), "2023-11-14T22:20:00.000Z")
    assert sum("after" in one and one["limit"] == "5" for one in asked) == 2
    # Of subsets QGIS 3.22 passes on times; others it looks through itself, after a thousand a page.
    assert seen["subsets"] == {"class": ["s1"], "start": ["l09", "l10"]}
    assert asked[-1]["datetime"] == "2023-11-14T22:29:30Z/2023-11-14T22:30:30Z"
    assert {round(metres, 1) for metres in seen["heights"]} == {9448.8}

"""QGIS draws vector tiles without a screen, with the style that goes with them. Part of `./test --nightly`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.conftest import live, seeded_url
from tests.clients.conftest import Watched, watched
from tests.clients.qgis.test_qgis import qgis

__all__ = ["live", "seeded_url", "watched"]
LOOK = Path(__file__).with_name("tiles.py")
COLORS = {"anomalies": "#8ea4bd", "loiter": "#ffd60a", "squawk": "#ff3b30", "zones": "#d8647e", "tracks": "#2f6fb0"}
"""What each is drawn in: its class's colour, or its collection's. QGIS 3.22 takes points of several classes alike."""


def near(one: str, other: str) -> bool:
    """Whether two colours are nearly the same: a line of a pixel is mixed with the paper."""
    return all(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) < 32 for i in (1, 3, 5))


def test_qgis_draws_tiles_in_their_colours(watched: Watched, tmp_path: Path) -> None:
    seen = json.loads(qgis(tmp_path, str(LOOK), watched.url, str(tmp_path), *COLORS))

    assert {name: (one["valid"], one["styled"], one["warnings"]) for name, one in seen.items()} == dict.fromkeys(
        COLORS, (True, True, [])
    )
    assert all(one["plain"] for one in seen.values())
    drawn = {name: [one for one in seen[name]["drawn"] if near(one, color)] for name, color in COLORS.items()}
    assert all(drawn.values()), drawn

"""QGIS without a screen against the real server: layers, fields, boxes and a picture. Part of `./test --nightly`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import live, seeded_url
from tests.clients.conftest import Watched, watched

__all__ = ["live", "seeded_url", "watched"]
LOOK = Path(__file__).with_name("look.py")


@pytest.fixture
def seen(watched: Watched, tmp_path: Path) -> dict[str, Any]:
    """What QGIS found. It runs in the Python of the system, for which Debian has it."""
    tmp_path.chmod(0o700)
    place = str(tmp_path)
    own = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": place, "HOME": place, "PATH": os.environ["PATH"]}
    words = ["/usr/bin/python3", str(LOOK), watched.url, place]
    done = subprocess.run(words, env=own, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_qgis_opens_filters_and_draws(seen: dict[str, Any], watched: Watched) -> None:
    layers = seen["layers"]
    points = layers["anomalies-points"]

    assert {name: one["geometry"] for name, one in layers.items() if one["read"]} == {
        "zones": "Polygon", "tracks": "LineStringZ", "anomalies-points": "Point", "anomalies": "Point",
        "aircraft": "Point",
    }  # fmt: skip
    assert (points["count"], points["read"], points["box"], points["asked"]) == (13, 13, 1, 1)
    assert points["crs"] in ("OGC:CRS84", "EPSG:4326")
    assert points["fields"] | {"start": "DateTime", "confidence": "Real", "class": "String"} == points["fields"]
    assert any(one.get("bbox", "").startswith("170,-10") for one in watched.of("anomalies-points"))

    assert seen["colours"] > 20

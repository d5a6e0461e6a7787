"""QGIS without a screen against the real server: layers, fields, boxes and a picture. Part of `./test --nightly`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.api.conftest import live, seeded_url
from tests.clients.conftest import Watched, watched
from tests.clients.test_recipes import ADDRESS, recipe

__all__ = ["live", "seeded_url", "watched"]
START = "from qgis.core import QgsApplication\napp = QgsApplication([], False)\napp.initQgis()\n"
LOOK = Path(__file__).with_name("look.py")


def qgis(folder: Path, *words: str) -> str:
    """What a program says in the Python of the system, for which Debian has QGIS."""
    folder.chmod(0o700)
    place = str(folder)
    own = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": place, "HOME": place, "PATH": os.environ["PATH"]}
    command = ["/usr/bin/python3", *words]
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_qgis_opens_filters_and_draws(watched: Watched, tmp_path: Path) -> None:
    seen: dict[str, Any] = json.loads(qgis(tmp_path, str(LOOK), watched.url, str(tmp_path)))
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


def test_the_recipe_of_the_documentation(watched: Watched, tmp_path: Path) -> None:
    text = recipe("pyqgis").replace(ADDRESS, watched.url)

    assert qgis(tmp_path, "-c", START + text).split("'")[1::2] == ["loiter"] * 12

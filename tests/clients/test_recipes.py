"""The recipes of docs/gis.md, and the commands of the pages beside it, run as they stand there, against the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import Live

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "gis.md"
ADDRESS = "http://127.0.0.1:8080"
RUN = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
ELSEWHERE = {"pyqgis": "tests/clients/qgis/test_qgis.py", "js": "tests/clients/test_maplibre.py"}


def recipes() -> Iterator[tuple[str, str, str]]:
    """Heading, language and text of each block of code."""
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        for language, text in re.findall(r"^```(\w+)\n(.*?)^```", part, flags=re.MULTILINE | re.DOTALL):
            yield part.splitlines()[0], language, text


def recipe(language: str) -> str:
    """The only block in this language."""
    (found,) = [text for _, own, text in recipes() if own == language]
    return found


HEADINGS = sorted({heading for heading, language, _ in recipes() if language in RUN})
EXPECTED = {
    "Large areas": ["12 anomalies within 8001 vertices"],
    "curl": ['"id":"s1"', '"numberMatched":1'],
    "GDAL": ["Feature Count: 13", "OGRFeature(anomalies)"],
    "geopandas": ["loiter", "squawk"],
    "DuckDB": ["loiter", "squawk"],
    "OWSLib": ["'anomalies'", "\n5\n"],
}
"""What each says, among other things, of the small database."""


def test_every_recipe_is_run_somewhere() -> None:
    assert sorted(EXPECTED) == HEADINGS
    assert {language for _, language, _ in recipes()} == {*RUN, *ELSEWHERE}
    assert all((PAGE.parents[1] / path).is_file() for path in ELSEWHERE.values())


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_recipe_does_what_it_promises(live: Live, heading: str, tmp_path: Path) -> None:
    said = ""
    for own, language, text in recipes():
        if own == heading:
            command = [*RUN[language], text.replace(ADDRESS, live.url)]
            done = subprocess.run(
                command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, done.stderr
            said += done.stdout

    assert [word for word in EXPECTED[heading] if word not in said] == [], said
    assert all(path.stat().st_size > 100 for path in tmp_path.iterdir())


@pytest.mark.parametrize("page", ["exports.md", "tiles.md"])
def test_the_commands_of_other_pages_run(live: Live, seeded_url: str, page: str, tmp_path: Path) -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", (DOCS / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    assert {language for language, _ in blocks} == {"sh"}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {**os.environ, "DATABASE_URL": seeded_url, "PATH": path}

    for _, text in blocks:
        command = [*RUN["sh"], text.replace(ADDRESS, live.url).replace("HOST", live.url)]
        done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr

    assert all(path.stat().st_size > 100 for path in tmp_path.iterdir())

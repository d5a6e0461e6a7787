"""Pages that are generated are what the code would generate now."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import COMMANDS
from detectors._markdown import classes_page, columns_page
from detectors._registry import registry

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("page", "text"), [("classes", classes_page(registry().values())), ("columns", columns_page())]
)
def test_generated_page_is_fresh(page: str, text: str) -> None:
    option = {"classes": "--markdown", "columns": "--columns"}[page]

    assert (ROOT / "docs" / f"{page}.md").read_text() == text, f"skysift classes {option} > docs/{page}.md"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}" in (ROOT / "README.md").read_text()

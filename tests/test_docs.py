"""Pages that are generated are what the code would generate now."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.config_pages import page as configuration_page
from cli.features import page as features_page
from cli.main import COMMANDS
from detectors._markdown import classes_page, columns_page
from detectors._registry import registry
from pipeline.subscriptions import TRIGGERS, Trigger

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("page", "text", "command"),
    [
        ("classes", classes_page(registry().values()), "classes --markdown"),
        ("columns", columns_page(), "classes --columns"),
        ("configuration", configuration_page(), "config default --markdown"),
    ],
)
def test_generated_page_is_fresh(page: str, text: str, command: str) -> None:
    assert (ROOT / "docs" / f"{page}.md").read_text() == text, f"skysift {command} > docs/{page}.md"


def test_the_page_of_features_is_fresh() -> None:
    text = (ROOT / "docs" / "features.md").read_text()

    assert text == features_page(), "skysift features --list --markdown > docs/features.md"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=TRIGGERS)
def test_every_trigger_is_explained(trigger: Trigger) -> None:
    (line,) = [
        one for one in (ROOT / "docs/areas.md").read_text().splitlines() if one.startswith(f"| `{trigger.id}` |")
    ]

    assert trigger.minutes is None or f"default {trigger.minutes:.0f}" in line

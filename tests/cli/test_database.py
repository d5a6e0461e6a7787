"""The database that a command works on: one that was named and does not answer."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cli import ui
from cli.main import main


@pytest.mark.parametrize("arguments", [["accounts", "list"], ["backfill"], ["backup", "here"]])
def test_one_that_does_not_answer_is_said_to_be_the_database(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments, env={"DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/x"})

    assert result.exit_code == ui.DATABASE
    assert "database of DATABASE_URL cannot be reached" in result.stderr and "secret" not in result.stderr

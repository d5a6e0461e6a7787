"""The command line as its user meets it: list, help, errors in words with exit codes that say something."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli import main as cli_main
from cli.main import COMMANDS, in_words, main
from cli.ui import DATABASE, INPUT, USAGE, Failure, confirmed, print_json


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_module_and_help(name: str) -> None:
    shown = run(name, "--help")
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: main {name} ")


def test_the_list_comes_without_loading_the_commands() -> None:
    assert all(line in run("--help").output for line in COMMANDS.values())


def test_an_unknown_command_is_wrong_usage() -> None:
    assert run("detekt").exit_code == USAGE


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that opens a file that is not there."""

    @click.command()
    def command() -> None:
        Path("no/such/file.json").read_text()

    monkeypatch.setattr(cli_main.Commands, "get_command", lambda *_: command)


@pytest.mark.usefixtures("failing")
def test_a_domain_error_is_one_sentence_and_an_exit_code() -> None:
    done = run("doctor")
    assert done.exit_code == INPUT
    assert done.stderr == "error: no/such/file.json: No such file or directory\n"


@pytest.mark.usefixtures("failing")
def test_traceback_shows_where_it_arose() -> None:
    assert isinstance(run("--traceback", "doctor").exception, FileNotFoundError)


def test_a_message_with_brackets_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Failure("[detectors.loiter] dwell = -1 is too small").show()
    assert "[detectors.loiter]" in capsys.readouterr().err


def test_system_errors_are_put_in_words() -> None:
    assert in_words(ConnectionRefusedError(111, "Connection refused")) == "Connection refused"


def test_without_a_terminal_a_question_needs_yes() -> None:
    with pytest.raises(Failure) as refused:
        confirmed("Delete all?", yes=False)
    assert refused.value.exit_code == USAGE
    confirmed("Delete all?", yes=True)


def test_names_in_tables_are_whole_however_narrow_it_is() -> None:
    shown = CliRunner().invoke(main, ["classes"], env={"COLUMNS": "60"}).output

    assert "drone-missile-profile " in shown and "…" not in shown


def test_json_turns_nan_into_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": float("nan")})
    assert json.loads(capsys.readouterr().out) == {"a": None}


def test_exit_codes_differ() -> None:
    assert len({USAGE, INPUT, DATABASE}) == 3

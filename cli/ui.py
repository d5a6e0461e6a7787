"""How the command line speaks: console, progress bars, JSON for programs, errors with exit codes that say something."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

OK, FAILED, USAGE, INPUT, DATABASE, SETUP = 0, 1, 2, 3, 4, 5
"""Exit codes: 2 wrong usage, 3 input unreadable, 4 database unreachable or refusing, 5 set-up incomplete, 1 others."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Failure(click.ClickException):
    """An error for the user: what, where, why, and what to do about it."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares a class default and reads the instance

    def show(self, file: Any = None) -> None:
        err.print("[red]error:[/red]", end=" ")
        err.print(self.message, markup=False, emoji=False, soft_wrap=True)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a program to read.")


def print_json(value: Any) -> None:
    """Indented JSON on standard output; NumPy numbers and arrays are fine, NaN becomes null."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def table(*columns: str) -> Table:
    """A plain table, for `out.print`."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        # What a row is called is whole, to be copied and searched for; other cells wrap.
        made.add_column(column, no_wrap=not number, overflow="fold")
    return made


class Advance(Protocol):
    """`advance(n)` counts n more done; `text` says what is at hand."""

    def __call__(self, n: float = 1, text: str | None = None) -> None: ...


@contextmanager
def progress(title: str, total: float | None = None, show: bool = True) -> Iterator[Advance]:
    """A bar on standard error while the block runs: only on a terminal, and gone when it ends."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not (show and err.is_terminal)) as bar:
        task = bar.add_task(title, total=total)

        def advance(n: float = 1, text: str | None = None) -> None:
            bar.update(task, advance=n, description=f"{title}: {text}" if text else title)

        yield advance


def confirmed(question: str, yes: bool) -> None:
    """Asks unless `yes`; without a terminal to ask on, says how to go on. Raises click.Abort on a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure(f"{question} Say so with --yes.", USAGE)
    click.confirm(question, abort=True)

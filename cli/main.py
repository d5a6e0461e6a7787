"""`skysift`: one group; each subcommand is one file of this folder, loaded when called. Domain errors end here."""

from __future__ import annotations

import errno
import importlib
import keyword
import os
import sys
from typing import Any

import click

from cli.ui import DATABASE, FAILED, INPUT, SETUP, USAGE, Failure
from cli.version import __version__

COMMANDS = {
    "serve": "Watch feeds and serve the map.",
    "deliver": "Send alerts that wait; serve does it by itself.",
    "detect": "Find anomalies in recordings; no database needed.",
    "backtest": "What watching an area would have told of recordings.",
    "replay": "Play recordings through the live door.",
    "backfill": "Judge stored history anew, or recordings on their way in.",
    "fetch": "Fetch the past from OpenSky, Flightradar24 or readsb's history.",
    "import": "Store recordings without judging them.",
    "feeds": "The formats, and what is in a source.",
    "raw": "Records of feeds that were kept for debugging.",
    "reference": "Import aircraft databases, airspace and the like, once for all.",
    "accounts": "Who may log in, and what they may do.",
    "keys": "API keys, for programs.",
    "export": "A collection, or what a filter leaves of it, into a file.",
    "features": "What learned models see of recordings, as Parquet by day.",
    "train": "Train a learned model on recordings.",
    "models": "Which learned models speak, and others in their place.",
    "report": "How good the data is: a page with maps and numbers.",
    "bench": "Measure speed on this machine.",
    "scorecard": "Measure what every class finds, misses and gets wrong.",
    "classes": "The anomaly classes and their parameters.",
    "config": "Show, check or write the configuration.",
    "service": "Keep it running: a systemd unit, or a compose file.",
    "backup": "Write database, keys and reference data into one file.",
    "restore": "Put a backup back.",
    "db": "Start, stop, show or reset the private PostGIS.",
    "doctor": "Check the installation, and say what to do about what is wrong.",
}
"""Subcommand (its module in cli/ holds a click command named `command`): its line in the list."""

ERRORS = {
    ("store.programs", "ClusterError"): DATABASE,
    ("web.assets", "MissingAsset"): SETUP,
    ("api.settings", "SettingsError"): USAGE,
    ("delivery.vault", "VaultError"): SETUP,
    ("feeds._errors", "FeedError"): INPUT,
    ("asyncpg", "PostgresError"): DATABASE,
    ("asyncpg", "InterfaceError"): DATABASE,
    ("asyncpg", "InternalClientError"): DATABASE,
    ("sqlalchemy.exc", "OperationalError"): DATABASE,
    ("builtins", "OSError"): INPUT,
}
"""Domain error (module, name): exit code. Only a module that was loaded can have raised one."""


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def known_errors() -> dict[type[BaseException], int]:
    return {getattr(sys.modules[m], name): code for (m, name), code in ERRORS.items() if m in sys.modules}


class Commands(click.Group):
    """Loads a subcommand's module when it is needed: `skysift db` does not wait for pandas."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = importlib.import_module(f"cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except tuple(known_errors()) as error:
            if ctx.params["traceback"]:
                raise
            raise Failure(in_words(error), code_of(error)) from error


def code_of(error: BaseException) -> int:
    """The exit code of a known error. A disk that is full is nothing about the input."""
    if isinstance(error, OSError) and error.errno in FULL:
        return FAILED
    return next(code for kind, code in known_errors().items() if isinstance(error, kind))


def in_words(error: BaseException) -> str:
    """The message; a system error as file and reason instead of its number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, package_name="skysift")
@click.option("--traceback", is_flag=True, help="On an error, show where in the code it arose.")
def main(traceback: bool) -> None:
    """Watches aircraft and says what is not normal, where, why, and how sure it is."""

"""`--config` and `--set` of a command: the configuration as one value, and below the command's own options."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from cli.configuration import Configuration, ConfigurationError, load
from cli.ui import INPUT, USAGE, Failure

_PATH, _SETS = "skysift.config.path", "skysift.config.sets"


def config_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--config and --set, as one `config`. Options of the command rank above it, by the keys that they set."""
    file = click.option(
        "--config", type=click.Path(path_type=Path), is_eager=True, callback=_file, envvar="SKYSIFT_CONFIG",
        help="skysift.toml: feeds, thresholds, everything; see `skysift config default`.",
    )  # fmt: skip
    sets = click.option(
        "--set", "sets", multiple=True, is_eager=True, expose_value=False, callback=_set, metavar="KEY=VALUE",
        help="One value, such as detectors.loiter.dwell=600; above file and environment.",
    )  # fmt: skip
    return file(sets(function))


def database_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """--config of a command that only wants to know of it where the service's database is, and where it answers."""
    return click.option(
        "--config", type=click.Path(path_type=Path), is_eager=True, expose_value=False, callback=_database,
        envvar="SKYSIFT_CONFIG", help="The service's skysift.toml, which may name its database and port.",
    )(function)  # fmt: skip


def _database(context: click.Context, option: click.Parameter, given: Path | None) -> None:
    if given:
        found = loaded(given)
        _looked_for(found)
        context.default_map = {**(context.default_map or {}), "url": address(found)}


def address(found: Configuration) -> str | None:
    """Where the service is reached from this machine, if it answers as configured; None where it takes a free port."""
    if not found["service.port"]:
        return None
    host = str(found["service.host"])
    near = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://{f'[{near}]' if ':' in near else near}:{found['service.port']}"


def _looked_for(found: Configuration) -> None:
    """All that need the database look where it says, and so do the processes that this one starts."""
    if url := found["database.url"]:
        os.environ["DATABASE_URL"] = url


def _file(context: click.Context, option: click.Parameter, given: Path | None) -> Configuration:
    context.meta[_PATH] = given
    # Where --set came first, it has filled the parameter already, without the file; click would leave it so.
    found = context.params["config"] = _known(context)
    return found


def _set(context: click.Context, option: click.Parameter, given: Sequence[str]) -> None:
    context.meta[_SETS] = given
    if given:
        context.params["config"] = _known(context)


def _known(context: click.Context) -> Configuration:
    """What is known so far of file and sets, whichever came first; as the defaults of the other options too."""
    found = loaded(context.meta.get(_PATH), context.meta.get(_SETS, ()))
    _looked_for(found)
    context.default_map = {**(context.default_map or {}), **found.options()}
    return found


def loaded(path: Path | None, sets: Sequence[str] = ()) -> Configuration:
    """The configuration. Raises Failure with all that is wrong."""
    try:
        return load(path, sets)
    except ConfigurationError as error:
        raise Failure(str(error), USAGE) from error
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", INPUT) from error

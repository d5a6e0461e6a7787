"""`skysift config show|check|default`: what the service would be told, from where; and whether a file is right."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from cli.config_values import strange
from cli.configuration import Configuration, ConfigurationError, load, rows
from cli.configured import config_options
from cli.option_values import toml
from cli.ui import USAGE, err, json_option, out, print_json

HIDDEN = "(hidden)"


@click.group(name="config")
def command() -> None:
    """The configuration: a file, above it the environment, above that the command line (docs/configuration.md)."""


@command.command()
@config_options
@click.option("--all", "everything", is_flag=True, help="Also the thresholds that are at their defaults.")
@json_option
def show(config: Configuration, everything: bool, as_json: bool) -> None:
    """Every value and where it came from; secrets are hidden."""
    found = [
        {"key": key.path, "value": _shown(value, key.secret), "unit": key.unit, "from": origin}
        for key, value, origin in rows(config)
        if everything or not key.live or origin != "default"
    ]
    feeds = [{name: _feed_value(name, value) for name, value in one.items()} for one in config.feeds]
    if as_json:
        print_json({"file": config.path and str(config.path), "feeds": feeds, "values": found})
        return
    for one in feeds:
        out.print(
            f"feed {', '.join(f'{k} {v}' for k, v in one.items())}  ({config.feeds_origin})",
            markup=False,
            soft_wrap=True,
        )
    width = max(len(str(one["key"])) for one in found)
    for one in found:
        value = one["value"] if one["value"] == HIDDEN else toml(one["value"]) if one["value"] is not None else "unset"
        click.echo(f"{one['key']:<{width}}  {value} {one['unit']}  ({one['from']})")


def _shown(value: Any, secret: bool) -> Any:
    return HIDDEN if secret and value else value


def _feed_value(name: str, value: Any) -> Any:
    return _public(value) if name in ("address", "spec") else _shown(value, name == "secrets")


def _public(value: str) -> str:
    """An address without what may be a key: user, password and query."""
    return re.sub(r"\?[^#]*", "", re.sub(r"//[^/@]*@", "//", value))


@command.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), envvar="SKYSIFT_CONFIG",
    help="The same as FILE.",
)  # fmt: skip
@json_option
def check(file: Path | None, config: Path | None, as_json: bool) -> None:
    """Whether FILE is right; all that is wrong with it otherwise. Exit code 2 then. The environment is left out."""
    file = file or config
    if file is None:
        raise click.UsageError("which file? skysift config check FILE, or name it by --config or SKYSIFT_CONFIG")
    try:
        found = load(file, environ={})
        faults = strange(found)
    except ConfigurationError as error:
        found, faults = Configuration(file), list(error.faults)
    if as_json:
        print_json({"ok": not faults, "faults": faults, "keys": sorted(found.given), "feeds": len(found.feeds)})
    elif not faults:
        out.print(
            f"{file}: {_many(len(found.given), 'key')} and {_many(len(found.feeds), 'feed')}, all right",
            markup=False,
            soft_wrap=True,
        )
    else:
        err.print("\n".join(faults), markup=False, soft_wrap=True)
    if faults:
        sys.exit(USAGE)


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


@command.command()
@click.option("--markdown", is_flag=True, help="As the page docs/configuration.md.")
def default(markdown: bool) -> None:
    """A file with every key, explained, at its default."""
    from cli.config_pages import default_file, page

    click.echo(page() if markdown else default_file(), nl=False)

"""`skysift db`: the private PostGIS, by hand."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from cli.ui import DATABASE, confirmed, err, json_option, out, print_json
from store.cluster import Cluster, default_state_dir


@click.group(name="db")
def command() -> None:
    """The private PostGIS of Skysift: its own server and data folder, reached through a unix socket.

    It lies in $SKYSIFT_STATE, else in .skysift of the checkout, else (as root) in /var/lib/skysift.
    """
    if os.environ.get("DATABASE_URL"):
        err.print("note: DATABASE_URL is set, so the other commands use that database, not the private one")


@command.command()
@json_option
def start(as_json: bool) -> None:
    """Start it, making it first where there is none, and print its URL."""
    cluster = Cluster(default_state_dir())
    url = cluster.start()
    cluster.keep(True)
    if as_json:
        print_json({"url": url})
    else:
        click.echo(url)


@command.command()
@json_option
def stop(as_json: bool) -> None:
    """Stop it, open connections or not."""
    cluster = Cluster(default_state_dir())
    stopped = cluster.stop()
    cluster.keep(False)
    if as_json:
        print_json({"stopped": stopped})
    else:
        out.print("stopped" if stopped else "it was not running")


@command.command()
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Show where it is and whether it runs. Exit code 4 when it does not."""
    found = Cluster(default_state_dir()).status()
    if as_json:
        print_json(asdict(found) | {"running": found.pid is not None})
    else:
        state = f"running, process {found.pid}" if found.pid else "stopped" if found.exists else "not made yet"
        out.print(f"{state}\nfolder  {found.state_dir}/postgres\nurl     {found.url}", markup=False, soft_wrap=True)
    if found.pid is None:
        ctx.exit(DATABASE)


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def reset(yes: bool, as_json: bool) -> None:
    """Delete it with all that is stored in it."""
    cluster = Cluster(default_state_dir())
    confirmed(f"Delete {cluster.base} and every position and anomaly in it?", yes)
    cluster.reset()
    if as_json:
        print_json({"deleted": str(cluster.base)})
    else:
        out.print(f"deleted {cluster.base}", markup=False, soft_wrap=True)

"""`skysift service install|compose`: what keeps it running on a machine, written or shown."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cli.configured import loaded
from cli.ui import FAILED, SETUP, USAGE, Failure, err, out
from cli.units import NAME, STATE, Installation, compose
from store.programs import ServerUser

UNITS = Path("/etc/systemd/system")


@click.group(name="service")
def command() -> None:
    """Keep Skysift running: as a systemd service, or in containers."""


@command.command(context_settings={"ignore_unknown_options": True})
@click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Its skysift.toml.")
@click.option("--user", default=NAME, show_default=True, help="System user that it runs as; made where there is none.")
@click.option("--state", type=click.Path(path_type=Path), default=STATE, show_default=True, help="Its state folder.")
@click.option("--backups", type=click.Path(path_type=Path), help="A folder for a backup each night.")
@click.option("--keep", default=7, show_default=True, type=click.IntRange(1), help="How many backups stay.")
@click.option("--print", "printed", is_flag=True, help="Only show the units.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=UNITS, show_default=True)
@click.argument("options", nargs=-1)
def install(
    config: Path | None, user: str, state: Path, backups: Path | None, keep: int, printed: bool, into: Path,
    options: Sequence[str],
) -> None:  # fmt: skip
    """Write the systemd units; OPTIONS go to `skysift serve`. As root, unless --print or --into."""
    if config:
        loaded(config)
    whole = [one.absolute() if one else None for one in (config, backups)]
    units = Installation(_program(), user, whole[0], state.absolute(), options, whole[1], keep).files()
    if printed:
        click.echo("\n".join(f"# {name}\n{text}" for name, text in units.items()), nl=False)
        return
    system = into == UNITS
    if system:
        _make_ready(user, [state, *([backups] if backups else [])])
    _write(into, units)
    if system:
        _told_systemd()
        out.print(f"now: systemctl enable --now {NAME}" + (f" {NAME}-backup.timer" if backups else ""))


@command.command(name="compose")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65_535), help="At this machine.")
def compose_(port: int) -> None:
    """Show a compose file: PostGIS in a container, Skysift in another (Dockerfile of the checkout)."""
    click.echo(compose(port), nl=False)


def _program() -> Path:
    """The skysift of this environment, which the unit starts."""
    found = Path(sys.prefix) / "bin" / NAME
    if not found.exists():
        raise Failure(f"{found} is missing: install Skysift into this environment first", SETUP)
    return found


def _make_ready(user: str, folders: Sequence[Path]) -> None:
    """The system user and its folders. Raises Failure where it could not run the program."""
    if os.geteuid() != 0:
        raise Failure("writing units takes root: sudo, or --print", USAGE)
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        home = ["--home-dir", str(STATE), "--no-create-home", "--shell", "/usr/sbin/nologin"]
        _done(["useradd", "--system", "--user-group", *home, user])
        entry = pwd.getpwnam(user)
        err.print(f"made the system user {user}")
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    own = ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)
    if own.run(["test", "-x", str(_program())]).returncode:
        raise Failure(f"{user} cannot get to {_program()}: put the checkout where everyone may enter, as /opt", SETUP)


def _write(into: Path, units: dict[str, str]) -> None:
    for name, text in units.items():
        part = into / f".{name}.part"
        part.write_text(text)
        part.chmod(0o644)
        part.replace(into / name)
        out.print(f"wrote {into / name}", markup=False, soft_wrap=True)


def _told_systemd() -> None:
    if shutil.which("systemctl") and Path("/run/systemd/system").exists():
        _done(["systemctl", "daemon-reload"])


def _done(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{words[0]} failed: {done.stderr.strip()}", FAILED)

"""PostgreSQL's programs, which Debian keeps off PATH, and the system user that runs them (the server refuses root)."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INSTALL = "apt-get install --no-install-recommends postgresql-15 postgresql-15-postgis-3 (or run ./run, which does it)"


AS_ANOTHER = """
import os, sys
uid, gid, program, *arguments = sys.argv[1:]
os.setgroups([])
os.setgid(int(gid))
os.setuid(int(uid))
os.execv(program, [program, *arguments])
"""
"""Becomes another user and then the command. subprocess can do that by itself, but has to fork for it, and PROJ closes
its databases in every fork: where another thread was reading one just then, the child waits for ever, and so do we."""


class ClusterError(Exception):
    """The private database cannot do what was asked; the message says what to do about it."""


@dataclass(frozen=True)
class Programs:
    """The folder of initdb, pg_ctl and psql of one PostgreSQL version that has PostGIS."""

    folder: Path
    version: int

    @classmethod
    def find(cls, version: int | None = None, roots: Iterable[Path] = (Path("/usr"),)) -> Programs:
        """The newest one, or that of `version`. Raises ClusterError when there is none."""
        found = [p for root in roots for p in _with_postgis(root) if version in (None, p.version)]
        if found:
            return max(found, key=lambda p: p.version)
        if version is not None:
            raise ClusterError(
                f"the data were written by PostgreSQL {version}, which is not installed (with PostGIS) any more: "
                f"apt-get install postgresql-{version} postgresql-{version}-postgis-3, "
                "or `skysift db reset` to start empty"
            )
        raise ClusterError(f"no PostgreSQL with PostGIS on this machine: {INSTALL}")

    def path(self, program: str) -> str:
        return str(self.folder / program)


def _with_postgis(root: Path) -> list[Programs]:
    """Debian keeps each version in its own folder and none on PATH; elsewhere initdb on PATH leads to it."""
    versioned = (root / "lib/postgresql").glob("*/bin/initdb")
    debian = [Programs(p.parent, int(p.parts[-3])) for p in versioned if p.parts[-3].isdigit()]
    extension = "share/postgresql/{}/extension/postgis.control"
    found = [p for p in debian if (root / extension.format(p.version)).exists()]
    return found or _on_path()


def _on_path() -> list[Programs]:
    initdb = shutil.which("initdb")
    if not initdb or not shutil.which("pg_config"):
        return []
    shared = subprocess.run(["pg_config", "--sharedir", "--version"], capture_output=True, text=True, check=False)
    folder, _, version = shared.stdout.partition("\n")
    number = re.search(r"\d+", version)
    if number is None or not Path(folder, "extension/postgis.control").exists():
        return []
    return [Programs(Path(os.path.realpath(initdb)).parent, int(number[0]))]


@dataclass(frozen=True)
class ServerUser:
    """The system user that the server runs as and that owns its files."""

    name: str
    uid: int
    gid: int
    home: str

    @classmethod
    def of(cls, folder: Path) -> ServerUser:
        """Whoever calls; for root, the owner of `folder` where another user made it, else postgres."""
        if os.geteuid() != 0:
            return cls._entry(pwd.getpwuid(os.geteuid()))
        if folder.exists() and folder.stat().st_uid != 0:
            return cls._entry(pwd.getpwuid(folder.stat().st_uid))
        try:
            return cls._entry(pwd.getpwnam("postgres"))
        except KeyError:
            raise ClusterError(f"PostgreSQL does not run as root, and there is no user postgres: {INSTALL}") from None

    @classmethod
    def _entry(cls, entry: pwd.struct_passwd) -> ServerUser:
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)

    def run(
        self, command: Sequence[str], timeout: float = 120, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command as this user, outside any folder it may not enter, without the caller's PG* settings. What the
        caller's own environment says counts before `environment`."""
        program = [shutil.which(command[0]) or command[0], *command[1:]]
        become = [sys.executable, "-I", "-S", "-c", AS_ANOTHER, str(self.uid), str(self.gid)]
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        env = {**(environment or {}), **inherited, "HOME": self.home}
        return subprocess.run(
            [*become, *program] if os.geteuid() == 0 else program, cwd="/", env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout, check=False,
        )  # fmt: skip

    def can_enter(self, folder: Path) -> bool:
        """Whether every parent lets this user through: a home folder of mode 0700 does not."""
        return self.run(["test", "-x", str(folder)]).returncode == 0

    def give(self, path: Path) -> None:
        """Makes this user the owner, where the caller may (root)."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

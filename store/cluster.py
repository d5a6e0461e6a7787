"""The private PostGIS of Skysift: a folder in, a connection URL out. Unix socket only; no other cluster is touched."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from store.holding import opened, took
from store.programs import ClusterError, Programs, ServerUser
from store.tuning import allocation, as_file, settings

__all__ = ["Cluster", "ClusterError", "Status", "default_state_dir"]

DATABASE = "skysift"
SOCKET_NAME = "/.s.PGSQL.5432"
LONGEST_SOCKET = 107
"""Bytes in sockaddr_un.sun_path, less the closing zero (unix(7))."""

START_S = 300
"""Recovery of a day's unwritten log takes minutes at most."""

WORKING_IN = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$1" ] && echo "${p#/proc/}"; done'
"""Shell: the numbers of the processes whose working folder is $1."""

ORPHANS_S = 3.0
"""Server processes that outlive a killed postmaster get this long to notice before they are told to quit."""


@dataclass(frozen=True)
class Status:
    """What `skysift db status` shows. `pid` is None when the server is not running."""

    state_dir: str
    exists: bool
    pid: int | None
    url: str
    version: int | None
    user: str


def default_state_dir(checkout: Path | None = None) -> Path:
    """SKYSIFT_STATE, else .skysift in the checkout, else, as root where the server cannot go, /var/lib/skysift."""
    named = os.environ.get("SKYSIFT_STATE")
    if named:
        return Path(named).expanduser().absolute()
    checkout = checkout or Path(__file__).resolve().parents[1]
    beside = checkout / ".skysift"
    if os.geteuid() == 0 and not ServerUser.of(beside / "postgres").can_enter(checkout):
        return Path("/var/lib/skysift")
    return beside


class Cluster:
    """One PostgreSQL server with PostGIS under `state_dir`/postgres. `fast` trades durability for speed: tests only."""

    def __init__(self, state_dir: Path, fast: bool = False) -> None:
        self.state_dir = state_dir.absolute()
        self.fast = fast
        self.base = self.state_dir / "postgres"
        self.data = self.base / "data"

    @property
    def user(self) -> ServerUser:
        return ServerUser.of(self.base)

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or a short folder elsewhere when that path is too long for a socket."""
        beside = self.base / "socket"
        if len(os.fsencode(str(beside) + SOCKET_NAME)) <= LONGEST_SOCKET:
            return beside
        digest = hashlib.blake2b(os.fsencode(self.base), digest_size=6).hexdigest()
        return Path("/run" if os.geteuid() == 0 else "/tmp") / f"skysift-{digest}"

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """For asyncpg and SQLAlchemy alike. The port names the socket; without it PGPORT would."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_folder))}&port=5432"

    def start(self, database: str = DATABASE) -> str:
        """Starts the server and makes the database, as far as need be; returns its URL."""
        with self._locked():
            programs, user = self._programs(), self.user
            if not self._accepts(programs, user):
                self._end_orphans()
                self._make(programs, user)
                self._launch(programs, user)
            self._make_database(database)
        return self.url_of(database)

    def stop(self) -> bool:
        """Stops the server within 5 s, open connections or not. False when it was not running."""
        if self.pid() is None:
            return False
        with self._locked():
            command = [self._programs().path("pg_ctl"), "-D", str(self.data), "-w", "-t", "4", "stop", "-m"]
            if self.user.run([*command, "fast"]).returncode and self.pid() is not None:
                self.user.run([*command, "immediate"])  # what was committed is replayed at the next start
        if self.pid() is not None:
            raise ClusterError(f"the server (process {self.pid()}) does not stop; its log: {self._log()}")
        return True

    @property
    def kept(self) -> bool:
        """Whether somebody asked for the server to go on when no command needs it."""
        return (self.state_dir / "postgres.keep").exists()

    def keep(self, going: bool) -> None:
        """Let the server go on when no command needs it, or not."""
        mark = self.state_dir / "postgres.keep"
        if going:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def others(self) -> int:
        """How many connections there are beside the one that asks."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return int(self.psql(sql))

    @contextmanager
    def used(self, database: str) -> Iterator[str]:
        """The URL of a database; the server is started where need be, and stopped by the last one who used it, unless
        somebody keeps it or is connected. Who comes while it is being stopped waits for that."""
        handle = opened(self.state_dir / "postgres.users")
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            ran, started = self.pid() is not None, False
            try:
                url = self.start(database)
                started = True
                yield url
            finally:
                # That nobody is connected proves nothing: somebody may have just been told that it runs. A server that
                # was still starting, as at Ctrl-C, cannot be asked.
                if took(handle, fcntl.LOCK_EX) and not self.kept and not (self.others() if started else ran):
                    self.stop()
        finally:
            os.close(handle)

    def reset(self) -> None:
        """Deletes the cluster and all that is in it."""
        self.stop()
        if not self.base.exists():
            return
        with self._locked():
            gone = self.base.with_name("postgres.deleted")
            shutil.rmtree(gone, ignore_errors=True)
            self.base.rename(gone)
            shutil.rmtree(gone)

    def status(self) -> Status:
        made = self._made_by()
        return Status(str(self.state_dir), made is not None, self.pid(), self.url, made, self.user.name)

    def pid(self) -> int | None:
        """The postmaster's process, None when there is none: a pid file alone proves nothing after kill -9."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        except PermissionError:
            raise self._not_ours() from None
        return pid if self._works_here(pid) else None

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Runs SQL and returns its rows as text, fields parted by `|`. Raises ClusterError with the server's words."""
        done = self.user.run([
            self._programs().path("psql"), "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1",
            "-h", str(self.socket_folder), "-p", "5432", "-U", "postgres", "-d", database, "-c", sql,
        ])  # fmt: skip
        if done.returncode:
            raise ClusterError(f"the private database refused `{sql}`: {done.stdout.strip()}")
        return done.stdout.strip()

    def _made_by(self) -> int | None:
        """The PostgreSQL version that wrote the data, None when there are none."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None
        except PermissionError:
            raise self._not_ours() from None

    def _programs(self) -> Programs:
        return Programs.find(self._made_by())

    def _not_ours(self) -> ClusterError:
        return ClusterError(
            f"{self.base} belongs to another user: run as that user or as root, "
            "or set SKYSIFT_STATE to a folder of yours"
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock when its holder dies."""
        handle = opened(self.state_dir / "postgres.lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _accepts(self, programs: Programs, user: ServerUser) -> bool:
        """True once the running server takes connections; False when none runs, or it just died."""
        ready = [programs.path("pg_isready"), "-q", "-h", str(self.socket_folder), "-p", "5432"]
        deadline = time.monotonic() + START_S
        while self.pid() is not None:
            if user.run(ready).returncode == 0:
                return True
            if time.monotonic() > deadline:
                raise ClusterError(f"the server (process {self.pid()}) takes no connections:\n{self._log()}")
            time.sleep(0.05)
        return False

    def _works_here(self, pid: int) -> bool:
        """Whether a process has the data folder as its working folder: every server process does, and no other."""
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self.data)
        except (FileNotFoundError, ProcessLookupError):
            return False
        except PermissionError:  # root in a container may not look into others' processes; their owner may
            return pid in self._processes()

    def _processes(self) -> list[int]:
        """All server processes that work here, as seen by their own user."""
        done = self.user.run(["sh", "-c", WORKING_IN, "sh", str(self.data)])
        return [int(line) for line in done.stdout.split() if line.isdigit()]

    def _end_orphans(self) -> None:
        """After kill -9 of the postmaster: its children must be gone before the data may be opened again."""
        for patience, then in ((ORPHANS_S, signal.SIGQUIT), (ORPHANS_S, signal.SIGKILL), (ORPHANS_S, None)):
            deadline = time.monotonic() + patience
            while orphans := self._processes():
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)
            if not orphans:
                return
            for pid in orphans if then else ():
                os.kill(pid, then or 0)
        raise ClusterError(f"processes {orphans} of a killed server still hold {self.data}: end them, then try again")

    def _make(self, programs: Programs, user: ServerUser) -> None:
        """Folders, owners, initdb and settings. A half-made cluster never gets the name of a whole one."""
        _folder(self.base, user)
        if not user.can_enter(self.base):
            raise ClusterError(
                f"the system user {user.name}, whom the server runs as, cannot get to {self.base}: "
                "set SKYSIFT_STATE to a folder whose parents everyone may enter, such as /var/lib/skysift"
            )
        _folder(self.socket_folder, user)
        if not self.data.exists():
            fresh = self.base / "data.new"
            shutil.rmtree(fresh, ignore_errors=True)
            self._initdb(programs, user, fresh)
            fresh.rename(self.data)
        self._write("skysift.conf", as_file(settings(self.socket_folder, self.data, self.fast)), user)

    def _initdb(self, programs: Programs, user: ServerUser, folder: Path) -> None:
        done = user.run([
            programs.path("initdb"), "-D", str(folder), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=reject", "--no-instructions", *(["--no-sync"] if self.fast else []),
        ])  # fmt: skip
        if done.returncode:
            raise ClusterError(f"initdb failed in {folder}:\n{done.stdout.strip()}")
        with (folder / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude = 'skysift.conf'\n")

    def _write(self, name: str, text: str, user: ServerUser) -> None:
        """A file of the server's user, whole or not at all."""
        handle, path = tempfile.mkstemp(dir=self.data, prefix=f".{name}.")
        with os.fdopen(handle, "w") as file:
            file.write(text)
        user.give(Path(path))
        os.replace(path, self.data / name)

    def _launch(self, programs: Programs, user: ServerUser) -> None:
        # A dead server's number may meanwhile be another process: PostgreSQL would then refuse to start.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket_folder.glob(".s.PGSQL.5432*"):
            left.unlink(missing_ok=True)
        log = self.base / "start.log"
        log.unlink(missing_ok=True)
        # Without -l the server keeps our output pipe open, and reading it never ends.
        start = [programs.path("pg_ctl"), "-D", str(self.data), "-l", str(log), "-w", "-t", str(START_S), "start"]
        if user.run(start, START_S + 30, allocation()).returncode:
            raise ClusterError(f"the private database did not start:\n{self._log()}")

    def _make_database(self, name: str) -> None:
        if not self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.psql(f'CREATE DATABASE "{name}"')
        self.psql("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS postgis", name)

    def _log(self) -> str:
        """The end of what the server had to say."""
        logs = sorted([*self.base.glob("start.log"), *self.data.glob("log/*.log")], key=lambda p: p.stat().st_mtime)
        lines = [line for log in logs[-2:] for line in log.read_text(errors="replace").splitlines()]
        return "\n".join(lines[-20:]) or f"(no log in {self.base})"


def _folder(path: Path, user: ServerUser) -> None:
    """A folder that only the server's user enters. Raises ClusterError when someone else made it first."""
    if not path.is_symlink() and not path.exists():
        path.mkdir(mode=0o700)
        user.give(path)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid:
        raise ClusterError(
            f"{path} exists and is no folder of {user.name}: move it away or set SKYSIFT_STATE to another folder"
        )
    path.chmod(0o700)

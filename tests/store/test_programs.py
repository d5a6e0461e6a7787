"""Programs as the user that the database runs as."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from store.programs import ServerUser

COUNT_FORKS = """
import ctypes, sys
from pathlib import Path
from store.programs import ServerUser

forks = []
hook = ctypes.CFUNCTYPE(None)(lambda: forks.append(1))
ctypes.CDLL(None).__register_atfork(hook, None, None, None)
ServerUser.of(Path("/")).run(["true"])
sys.exit(len(forks))
"""
"""What a C library asks to be told of, as PROJ does, is told where a process forks."""


def test_a_command_runs_as_the_servers_user_in_no_other_group() -> None:
    user = ServerUser.of(Path("/"))

    done = user.run(["sh", "-c", "id -u; id -G; pwd; echo $HOME"])

    groups = (
        str(user.gid) if os.geteuid() == 0 else " ".join(map(str, [user.gid, *sorted({*os.getgroups()} - {user.gid})]))
    )
    assert done.stdout.splitlines() == [str(user.uid), groups, "/", user.home]


def test_nothing_is_forked() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT_FORKS], cwd=Path(__file__).parents[2], timeout=60, check=False)

    assert done.returncode == 0

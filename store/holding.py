"""Files of the state folder that processes hold while they need what it is about; the kernel lets go when they die."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.programs import ClusterError

LOOK_S = 0.1


def opened(path: Path, how: int = os.O_RDONLY) -> int:
    """The file's handle; it is made, with its folder, where there is none. Raises ClusterError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, how | os.O_CREAT, 0o644)
    except OSError as error:
        raise ClusterError(
            f"cannot write in {path.parent} ({error.strerror}): set SKYSIFT_STATE to a folder of yours"
        ) from None


def took(handle: int, how: int) -> bool:
    """Whether the file is held now, alone (LOCK_EX) or with others (LOCK_SH), without waiting for it."""
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path, most_s: float, waiting: Callable[[str], None]) -> Iterator[None]:
    """Holds the file as the only one. Waits so long for who has it, of which `waiting` hears once; raises ClusterError
    that names them when they keep it."""
    handle = opened(path, os.O_RDWR)
    try:
        until, told = time.monotonic() + most_s, False
        while not took(handle, fcntl.LOCK_EX):
            holder = f"process {os.pread(handle, 20, 0).decode(errors='replace').strip() or 'unknown'}"
            if time.monotonic() > until:
                raise ClusterError(
                    f"{holder} still works in {path.parent} after {most_s:.0f} s: stop it first, "
                    "or set SKYSIFT_STATE to another folder"
                )
            if not told:
                waiting(holder)
                told = True
            time.sleep(LOOK_S)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)

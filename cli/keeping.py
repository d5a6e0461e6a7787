"""Processes that are kept: started again whenever they end, and ended with the program, whatever ends that.

What takes long to load may stand by in a spare process, which takes over at once.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from cli.ui import Failure, err
from store.tuning import memory_bytes

FIRST_WAIT_S, LONGEST_WAIT_S, WELL_S = 0.2, 5.0, 20.0
"""Before a process that ended is started again, longer each time; one that lived for WELL_S starts over."""

STOP_S = 4.0
SPARE_BYTES = 4 << 30
"""A machine with less memory than this keeps no spare process."""

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_SPAWN = multiprocessing.get_context("spawn")


def flag() -> Any:
    """Something that one process sets and another one sees."""
    return _SPAWN.Event()


class Keeper(threading.Thread):
    """Keeps `target(*args)` running in a process of its own. `begun` counts starts; a first one that ends by itself
    before `ready` is set ends the keeping: what was asked for cannot be done."""

    def __init__(
        self, name: str, target: Callable[..., None], args: Sequence[Any] = (), again: Sequence[Any] | None = None,
        ready: Any = None, stop_s: float = STOP_S, warm: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        """`again`: other arguments for every start but the first. `warm` loads what the target needs: a spare process
        has done so and waits, once the first has lived for WELL_S."""
        super().__init__(name=f"keeper of {name}", daemon=True)
        self.of, self.short = name, name.split()[1] if " " in name else name
        self.target, self.args, self.again = target, args, again
        self.ready, self.stop_s, self.begun = ready, stop_s, 0
        self.ending, self.process = threading.Event(), None  # type: threading.Event, Any
        self.failed: int | None = None
        self.warm, self.spare = warm if memory_bytes() >= SPARE_BYTES else None, None  # type: Any, Spare | None

    def run(self) -> None:
        """In its thread. A process dies with the thread that started it, so this one lasts."""
        wait_s = FIRST_WAIT_S
        while not self.ending.is_set():
            began = time.monotonic()
            code = self._once()
            if self.ending.is_set():
                return
            if self.begun == 1 and self.ready is not None and not self.ready.is_set():
                self.failed = code
                return
            wait_s = FIRST_WAIT_S if time.monotonic() - began > WELL_S else min(wait_s * 2, LONGEST_WAIT_S)
            err.print(f"{self.of} ended (exit code {code}); again in {wait_s:.1f} s", markup=False)
            self.ending.wait(wait_s)

    def _once(self) -> int:
        args = self.again if self.begun and self.again is not None else self.args
        spare, self.spare = self.spare, None
        own = spare.taken() if spare else None
        if own is None:
            own = self._process(_child, (self.target, args))
            own.start()
        self.process, self.begun = own, self.begun + 1
        own.join(WELL_S if self.warm else None)
        if own.is_alive() and not self.ending.is_set():
            self.spare = self._spare()
        own.join()
        return own.exitcode or 0

    def _process(self, begin: Callable[..., None], args: Sequence[Any]) -> Any:
        return _SPAWN.Process(target=begin, args=(*args, os.getpid(), self.short), name=self.of)

    def _spare(self) -> Spare:
        ours, theirs = _SPAWN.Pipe(duplex=False)
        args = self.args if self.again is None else self.again
        own = self._process(_spare_child, (self.warm, ours, self.target, args))
        own.start()
        ours.close()
        return Spare(own, theirs)

    def tell(self, number: signal.Signals) -> None:
        """Send the process a signal, where it runs."""
        if self.process and self.process.is_alive() and self.process.pid:
            os.kill(self.process.pid, number)

    def end(self) -> None:
        """Begin to end it."""
        self.ending.set()
        for one in (self.process, self.spare and self.spare.process):
            if one:
                one.terminate()

    def wait(self) -> None:
        """Until it has ended; what does not is killed."""
        self.join(self.stop_s)
        if self.is_alive() and self.process:
            self.process.kill()
            self.join(1.0)


@dataclass(frozen=True)
class Spare:
    """A process that has loaded everything, and a word that lets it begin."""

    process: Any
    word: Connection

    def taken(self) -> Any:
        """The process, begun; None where it has gone."""
        try:
            self.word.send(True)
        except OSError:
            return None
        finally:
            self.word.close()
        return self.process if self.process.is_alive() else None


def _child(target: Callable[..., None], args: Sequence[Any], parent: int, short: str) -> None:
    """In the child."""
    if _bound(parent, short):
        _run(target, args)


def _spare_child(
    warm: Callable[[], None],
    word: Connection,
    target: Callable[..., None],
    args: Sequence[Any],
    parent: int,
    short: str,
) -> None:
    """In a spare child: everything is loaded, then it is waited for the word; none comes where the keeper ends."""
    if not _bound(parent, "spare"):
        return
    try:
        warm()
        word.recv()
    except EOFError:
        return
    _named(short)
    _run(target, args)


def _bound(parent: int, short: str) -> bool:
    """The kernel ends the process with its parent, kill -9 included; Ctrl-C is the parent's to handle. Whether the
    parent still lives."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    _named(short)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return os.getppid() == parent


def _named(short: str) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_NAME, f"sky-{short}"[:15].encode())


def _run(target: Callable[..., None], args: Sequence[Any]) -> None:
    """What it ends with, in words and as exit code."""
    try:
        target(*args)
    except Exception as error:
        if not isinstance(error, (Failure, *_known())):
            raise
        sys.exit(_said(error))


def _known() -> tuple[type[BaseException], ...]:
    from cli.main import known_errors

    return tuple(known_errors())


def _said(error: BaseException) -> int:
    """Says in words what a process ends with; its exit code."""
    from cli.main import in_words, known_errors

    if isinstance(error, Failure):
        error.show()
        return int(error.exit_code)
    Failure(in_words(error)).show()
    return next(code for kind, code in known_errors().items() if isinstance(error, kind))

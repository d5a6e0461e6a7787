"""The API in a process of its own: started before it is needed, ended with its parent, whatever ends the parent."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.ui import FAILED, Failure

if TYPE_CHECKING:
    from api.settings import Settings

START_S, STOP_S = 30.0, 4.0

_PR_SET_PDEATHSIG = 1


@contextmanager
def api_process(settings: Settings) -> Iterator[str]:
    """The address, once it answers. Raises SettingsError for a taken port, Failure when the API does not start."""
    from api.server import with_port

    settings = with_port(settings)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, os.getpid()), name="api")
    process.start()
    try:
        _await(process, settings.host, settings.port)
        yield f"http://{settings.host}:{settings.port}/"
    finally:
        process.terminate()
        process.join(STOP_S)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(settings: Settings, parent: int) -> None:
    """In the child. The kernel ends it with its parent, kill -9 included; Ctrl-C is the parent's to handle."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    from api.server import serve

    serve(settings)


def _await(process: multiprocessing.process.BaseProcess, host: str, port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if not process.is_alive():
            raise Failure(f"the API ended at its start (exit code {process.exitcode}); its log is above", FAILED)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if probe.connect_ex((host.strip("[]"), port)) == 0:
                return
        time.sleep(0.05)
    raise Failure(f"the API does not answer on {host}:{port} after {START_S:.0f} s", FAILED)

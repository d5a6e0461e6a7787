"""The API in a process of its own: started before it is needed, started again when it ends, ended with its parent."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.keeping import Keeper
from cli.ui import FAILED, Failure

if TYPE_CHECKING:
    from api.settings import Settings

START_S = 60.0


@contextmanager
def api_process(settings: Settings) -> Iterator[str]:
    """The address, once it answers. Raises SettingsError for a taken port, Failure when the API does not start."""
    from api.settings import with_port

    settings = with_port(settings)
    own = keeper(settings)
    own.start()
    try:
        yield await_api(own, settings)
    finally:
        own.end()
        own.wait()


def keeper(settings: Settings) -> Keeper:
    """Keeps the API running; not started yet. Its port must be a fixed one."""
    return Keeper("the API", _serve, (settings,), ready=threading.Event(), warm=_warm)


def _warm() -> None:
    """In a spare child: what takes long to import."""
    import api.server
    from api.app import create_app
    from api.settings import Settings

    create_app(Settings(""))
    assert api.server


def _serve(settings: Settings) -> None:
    """In the child."""
    from api.server import serve

    serve(settings)


def await_api(own: Keeper, settings: Settings) -> str:
    """Its address, once it answers. Raises Failure."""
    host, until = settings.host, time.monotonic() + START_S
    while time.monotonic() < until:
        if own.failed is not None:
            raise Failure(f"the API ended at its start (exit code {own.failed}); its log is above", FAILED)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if probe.connect_ex((host.strip("[]"), settings.port)) == 0:
                own.ready.set()
                return f"http://{host}:{settings.port}/"
        time.sleep(0.05)
    raise Failure(f"the API does not answer on {host}:{settings.port} after {START_S:.0f} s", FAILED)

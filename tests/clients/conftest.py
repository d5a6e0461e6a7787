"""The real server over the small database of the API's own tests, and a proxy that notes what programs ask of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.conftest import Live, live, seeded_url

__all__ = ["live", "seeded_url"]
PROXY = Path(__file__).with_name("proxy.py")


@dataclass
class Watched:
    """The server through the proxy: its address, and what was asked of it."""

    url: str
    log: Path

    @property
    def asked(self) -> list[str]:
        """Paths and queries."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def of(self, collection: str) -> list[dict[str, str]]:
        """The query parameters of the requests for this collection's items."""
        found = [urlsplit(one) for one in self.asked]
        own = [parse_qs(one.query) for one in found if one.path == f"/collections/{collection}/items"]
        return [{name: values[0] for name, values in one.items()} for one in own]


@pytest.fixture
def watched(live: Live, tmp_path: Path) -> Iterator[Watched]:
    log = tmp_path / "asked"
    words = [sys.executable, str(PROXY), live.url, str(log)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        yield Watched(f"http://127.0.0.1:{proxy.stdout.readline().strip()}", log)
        proxy.terminate()

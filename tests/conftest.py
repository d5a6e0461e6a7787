"""What many tests stand on: real recordings, one private PostGIS per session, a fresh database per module, Chromium."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from store.cluster import Cluster
from store.migrate import upgrade
from tests.size import NIGHTLY

settings.register_profile("skysift", deadline=None)
settings.load_profile("skysift")
# How long an example takes is the machine's business: timed tests fail on a busy one.

ROOT = Path(__file__).resolve().parents[1]


def pytest_report_header() -> str:
    return "size: all of it" if NIGHTLY else "size: a part of what is large; ./test --nightly runs all of it"


QUIET_CHROMIUM = (
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-quic", "--disable-default-apps", "--disable-extensions", "--no-default-browser-check",
    "--disable-gpu-compositing",
    "--disable-features=OptimizationHints,MediaRouter,Translate,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PreloadTopChromeWebUI",
)  # fmt: skip
"""Software WebGL without a word on the console, nothing of the browser's own on the network, and nothing drawn that no
test sees: pages are put together by the processor alone, and the browser's own panels are not made."""


@pytest.fixture(scope="session", autouse=True)
def own_state() -> Iterator[None]:
    """A state folder of the session's own: what somebody imported as reference data is not part of the tests."""
    before = os.environ.get("SKYSIFT_STATE")
    with tempfile.TemporaryDirectory(prefix="skysift-state-") as folder:
        os.environ["SKYSIFT_STATE"] = folder
        yield
    os.environ.pop("SKYSIFT_STATE")
    if before is not None:
        os.environ["SKYSIFT_STATE"] = before


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real recordings, beside the checkout (or SKYSIFT_SHARED). They are never part of the repository."""
    folder = Path(os.environ.get("SKYSIFT_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: the tests read real recordings there; SKYSIFT_SHARED names another place")
    return folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostGIS of this session alone, without durability."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"skysift-test-{os.getpid()}-"))
    folder.chmod(0o755)  # as root, the server is another user and must get in
    cluster = Cluster(folder, fast=True)
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(folder)


def _sweep() -> None:
    """Ends the servers of our own sessions that were killed before they could do it."""
    for left in Path(tempfile.gettempdir()).glob("skysift-test-*-*"):
        pid = left.name.split("-")[2]
        try:
            if left.stat().st_uid == os.geteuid() and not Path("/proc", pid).exists():
                Cluster(left, fast=True).reset()
                shutil.rmtree(left)
        except FileNotFoundError:
            continue  # another process of the tests sweeps too, and was first


@pytest.fixture(scope="session")
def newest(cluster: Cluster) -> str:
    """The database that those with tables are copied from: the migrations run once in a session, not once a module."""
    name = "newest"
    cluster.psql(f"CREATE DATABASE {name} TEMPLATE skysift")
    with ThreadPoolExecutor(1) as other:  # Playwright may have an event loop in this thread
        other.submit(upgrade, cluster.url_of(name)).result()
    return name


@contextmanager
def copied(cluster: Cluster, template: str) -> Iterator[str]:
    """The URL of a copy of a database, dropped in the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    # By files, not block by block through the log: a third of the work, and nothing here must survive a crash.
    strategy = "STRATEGY FILE_COPY" if (cluster.status().version or 0) >= 15 else ""
    cluster.psql(f"CREATE DATABASE {name} TEMPLATE {template} {strategy}")
    yield cluster.url_of(name)
    cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def database_url(cluster: Cluster) -> Iterator[str]:
    """An empty database with PostGIS, new for each test module."""
    with copied(cluster, "skysift") as url:
        yield url


@pytest.fixture(scope="module")
def migrated_url(cluster: Cluster, newest: str) -> Iterator[str]:
    """A database with all tables at their newest and nothing in them, new for each test module."""
    with copied(cluster, newest) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless browser. Playwright keeps an event loop in this thread: no asyncio.run in the same test module."""
    executable = os.environ.get("SKYSIFT_CHROMIUM") or shutil.which("chromium") or "chromium"
    arguments = [*QUIET_CHROMIUM, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=arguments)
        yield browser
        browser.close()

"""What must never be in a tracked file: package hosts, paths of one machine, large files, a version in two places."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from cli.version import __version__

ROOT = Path(__file__).resolve().parents[1]

# Written so that this file does not contain what it looks for.
HOSTS = re.compile("|".join(["pypi" r"\.org", "python" r"hosted\.org", "npm" r"js\.(org|com)", "deb" r"\.debian\.org"]))
PATHS = re.compile(r"(?<![\w.])/" r"(work|farm|root|home/[a-z]+)/")
LARGEST = 5_000_000


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {str(p.relative_to(ROOT)): p.read_text(errors="replace") for p in tracked()}


@pytest.mark.parametrize("pattern", [HOSTS, PATHS], ids=["package hosts", "machine paths"])
def test_nothing_ties_the_files_to_one_machine(pattern: re.Pattern[str], texts: dict[str, str]) -> None:
    found = {name: match[0] for name, text in texts.items() if (match := pattern.search(text))}
    assert found == {}


def test_tracked_files_are_small() -> None:
    assert [str(p) for p in tracked() if p.stat().st_size > LARGEST] == []


def test_the_npm_lock_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def pins(lock: str) -> set[str]:
    return {line.rstrip(" \\") for line in (ROOT / lock).read_text().splitlines() if re.match(r"[a-z0-9].*==", line)}


def test_tests_run_on_the_versions_that_users_get() -> None:
    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "setup/requirements-node.lock"])
def test_every_pin_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_version_stands_in_one_place() -> None:
    assert version("skysift") == __version__
    repeated = [p.name for p in (ROOT / "pyproject.toml", ROOT / "package.json") if f'"{__version__}"' in p.read_text()]
    assert repeated == []

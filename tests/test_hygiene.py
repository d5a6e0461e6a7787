"""What must never be in a tracked file: package hosts, paths of one machine, large files, a version in two places."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.version import __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

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


def third_party() -> set[str]:
    """The distributions that our packages import, by their normal names."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    names = {name.split(".")[0] for path in files for name in imported(path)}
    outside = names - sys.stdlib_module_names - set(PACKAGES)
    owners = packages_distributions()
    return {canonicalize_name(owner) for name in outside for owner in owners.get(name, [name])}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    project = PROJECT["project"]
    declared, train = (
        {canonicalize_name(Requirement(text).name) for text in some}
        for some in (project["dependencies"], project["optional-dependencies"]["train"])
    )
    assert third_party() == declared | train


def test_the_version_stands_in_one_place() -> None:
    assert version("skysift") == __version__
    repeated = [p.name for p in (ROOT / "pyproject.toml", ROOT / "package.json") if f'"{__version__}"' in p.read_text()]
    assert repeated == []

"""Imports go one way: each package may use what is below it, and nothing else of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

ANY = (
    "geo", "feeds", "detectors", "models", "pipeline", "store", "delivery", "api", "cli", "benchmarks", "migrations",
    "web",
)  # fmt: skip
WATCHED = (
    "feeds._kml", "feeds._errors", "pipeline.airframes", "pipeline.backtest", "pipeline.followers",
    "pipeline.drifting", "pipeline.ending", "pipeline.garbage", "pipeline.ignores", "pipeline.kept_windows",
    "pipeline.measures", "pipeline.privacy", "pipeline.scoring",
    "pipeline.subscriptions", "pipeline.watcher",
)  # fmt: skip
"""What reads a drawn area, judges a draft as the live loop would, keeps what is posted from waiting in clear, and
what a process knows of itself."""

ALLOWED = {
    "geo": ("geo",),
    "feeds": ("feeds", "geo"),
    "detectors": ("detectors", "geo"),
    "models": ("models", "geo"),
    "pipeline": ("pipeline", "feeds", "geo", "detectors", "models"),
    "store": ("store", "geo", "detectors._registry", "migrations"),
    "delivery": ("delivery", "store", "geo", "pipeline.ending"),
    "api": ("api", "delivery", "store", "geo", "detectors._registry", *WATCHED),
    "migrations": ("migrations", "store", "geo"),
    "web": ("web",),
    "cli": ANY,
    "benchmarks": ANY,
}
"""Package: the packages and modules that it may import."""


def imported(path: Path) -> Iterator[str]:
    """Full names of what a file imports, inside functions too; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(path.relative_to(ROOT).parts[: -node.level]) if node.level else ""
            module = ".".join(part for part in (package, node.module) if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == a or name.startswith(f"{a}.") for a in allowed)


@pytest.mark.parametrize("package", ALLOWED)
def test_package_imports_only_what_is_below_it(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / package).rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] in ANY and not within(name, ALLOWED[package])
    ]
    assert wrong == []


def test_a_wrong_import_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`from detectors import loiter` and a relative import both resolve to full names."""
    (tmp_path / "api").mkdir()
    source = tmp_path / "api" / "x.py"
    source.write_text("from detectors import loiter\nfrom . import y\nimport store.writer\n")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert list(imported(source)) == ["detectors.loiter", "api.y", "store.writer"]
    assert not within("detectors.loiter", ALLOWED["api"])
    assert within("detectors._registry.registry", ALLOWED["api"])

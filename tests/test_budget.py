"""Functions and files stay small: a reader holds one of them in the head at a time. See README, for developers."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
    "packages"
]
BUILT = {"vendor", "basemap", "fonts", "node_modules"}

LONGEST_FUNCTION, LONGEST_FILE = 60, 400


def files(*suffixes: str, folders: tuple[str, ...] = (*PACKAGES, "tests", "setup")) -> list[Path]:
    found = (p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in suffixes)
    return sorted(p for p in found if not BUILT & set(p.relative_to(ROOT).parts))


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def functions() -> dict[str, int]:
    """File and name of every function of ours: its length in lines."""
    nodes = ((p, n) for p in files(".py") for n in ast.walk(parsed(p)))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        f"{p.relative_to(ROOT)}:{n.lineno} {n.name}": (n.end_lineno or n.lineno) - n.lineno + 1
        for p, n in nodes
        if isinstance(n, kinds)
    }


def test_no_function_is_long() -> None:
    assert {name: n for name, n in functions().items() if n > LONGEST_FUNCTION} == {}


def test_functions_are_short_as_a_rule() -> None:
    lengths = list(functions().values())
    assert median(lengths) <= 10
    assert quantiles(lengths, n=10)[-1] <= 40


def test_no_file_is_long() -> None:
    counted = {str(p.relative_to(ROOT)): lines(p) for p in files(".py", ".js", ".mjs", ".css", ".html", ".sh")}
    assert {name: n for name, n in counted.items() if n > LONGEST_FILE} == {}


def test_files_are_short_as_a_rule() -> None:
    assert median(lines(p) for p in files(".py", folders=tuple(PACKAGES))) <= 120


def test_every_module_says_what_it_is() -> None:
    modules = files(".py", folders=tuple(PACKAGES))
    silent = [str(p.relative_to(ROOT)) for p in modules if not ast.get_docstring(parsed(p))]
    assert silent == []

"""Every package that the service needs at run time comes as a wheel for a small ARM machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
LISTED = [line.split() for line in (ROOT / "setup" / "aarch64.txt").read_text().splitlines()]
PYTHONS = sorted({line[0] for line in LISTED})
GLIBC = 36
"""Debian 12 has glibc 2.36."""


def entries(python: str) -> Iterator[tuple[str, set[str]]]:
    """The pins of the lock that apply to such a machine, with their hashes."""
    machine = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "aarch64", "os_name": "posix",
               "python_version": python, "python_full_version": f"{python}.0"}  # fmt: skip
    for entry in re.split(r"\n(?=[a-z0-9])", LOCK):
        pin = Requirement(entry.partition(" \\")[0])
        if pin.marker is None or pin.marker.evaluate(machine):
            (version,) = pin.specifier
            yield f"{canonicalize_name(pin.name)}=={version.version}", set(re.findall(r"sha256:([0-9a-f]{64})", entry))


@pytest.mark.parametrize("python", PYTHONS)
def test_every_locked_package_has_a_wheel_for_it(python: str) -> None:
    listed = [(pin.split("=="), sha) for own, pin, _, sha in LISTED if own == python]
    names = {f"{canonicalize_name(name)}=={version}": sha for (name, version), sha in listed}
    locked = dict(entries(python))

    assert set(locked) == set(names), "python setup/aarch64.py > setup/aarch64.txt"
    assert [pin for pin, hashes in locked.items() if names[pin] not in hashes] == []


@pytest.mark.parametrize("line", LISTED, ids=lambda line: f"{line[0]}-{line[1]}")
def test_each_wheel_runs_there(line: list[str]) -> None:
    python, _, file, _ = line
    own = f"cp{python.replace('.', '')}"
    tags = parse_wheel_filename(file)[3]
    assert any(
        (tag.platform == "any" or fits(tag.platform))
        and (tag.interpreter in (own, "py3", "py2") or (tag.abi == "abi3" and older(tag.interpreter, own)))
        for tag in tags
    )  # fmt: skip


def fits(platform: str) -> bool:
    found = re.fullmatch(r"manylinux_2_(\d+)_aarch64", platform)
    return platform == "manylinux2014_aarch64" or bool(found and int(found[1]) <= GLIBC)


def older(one: str, other: str) -> bool:
    return one.startswith("cp3") and int(one[3:]) <= int(other[3:])

"""Which wheels a small ARM machine gets for requirements.lock: `python setup/aarch64.py > setup/aarch64.txt`; needs the
network. A package without such a wheel ends it. tests/setup/test_aarch64.py holds the list to the lock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.13")
"""Debian 12's and 13's."""

PLATFORMS = (*(f"manylinux_2_{minor}_aarch64" for minor in range(36, 16, -1)), "manylinux2014_aarch64")
"""What glibc 2.36, Debian 12's, runs."""


def wheels(python: str) -> Iterator[str]:
    """`PYTHON NAME==VERSION FILE SHA256` for every package, from what pip would install."""
    with tempfile.TemporaryDirectory() as folder:
        report, pins = Path(folder) / "report.json", Path(folder) / "pins.txt"
        pins.write_text("\n".join(applying(python)))
        platforms = [word for one in PLATFORMS for word in ("--platform", one)]
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--no-deps",
             "--only-binary=:all:", "--require-hashes", "--ignore-requires-python", "--implementation", "cp",
             "--python-version", python,
             *platforms, "--target", folder, "--report", str(report), "-r", str(pins)],
            check=True, stdout=sys.stderr,
        )  # fmt: skip
        for one in json.loads(report.read_text())["install"]:
            about, info = one["metadata"], one["download_info"]
            name = unquote(Path(urlsplit(info["url"]).path).name)
            pin, sha256 = f"{about['name'].lower()}=={about['version']}", info["archive_info"]["hashes"]["sha256"]
            yield f"{python} {pin} {name} {sha256}"


def applying(python: str) -> Iterator[str]:
    """The pins of the lock for that Python there, without their conditions: pip would judge these by its own Python."""
    machine = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "aarch64", "os_name": "posix",
               "python_version": python, "python_full_version": f"{python}.0"}  # fmt: skip
    for entry in re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text()):
        pin = Requirement(entry.partition(" \\")[0])
        if pin.marker is None or pin.marker.evaluate(machine):
            hashes = " ".join(f"--hash={one}" for one in re.findall(r"sha256:[0-9a-f]{64}", entry))
            yield f"{pin.name}{pin.specifier} {hashes}"


if __name__ == "__main__":
    for version in PYTHONS:
        print(*sorted(wheels(version)), sep="\n")

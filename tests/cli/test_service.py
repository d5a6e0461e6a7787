"""What `skysift service` writes: units that systemd takes and that are tight, a compose file that is YAML."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from cli.main import main
from cli.units import Installation, compose

ROOT = Path(__file__).resolve().parents[2]
HARDENED = {
    "NoNewPrivileges": "yes", "PrivateTmp": "yes", "ProtectSystem": "strict", "Restart": "always", "RestartSec": "5",
    "StateDirectory": "skysift", "CapabilityBoundingSet": "", "PrivateDevices": "yes",
}  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["service", *map(str, arguments)])


def parsed(text: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string(text)
    return found


def test_the_unit_is_hardened_and_restarts(tmp_path: Path) -> None:
    config = tmp_path / "skysift.toml"
    config.write_text("[service]\nport = 9000\n")
    done = run("install", "--into", tmp_path, "--config", config, "--", "--feed", "http://a/100%$x y")
    assert done.exit_code == 0, done.output

    unit = parsed((tmp_path / "skysift.service").read_text())["Service"]

    assert {name: unit.get(name) for name in HARDENED} == HARDENED
    assert unit["ExecStart"].startswith(f"{sys.prefix}/bin/skysift serve --config {config} --feed")
    assert unit["ExecStart"].endswith("'http://a/100%%$$x y'") and "kill -HUP" in unit["ExecReload"]


def test_a_nightly_backup_comes_with_a_folder(tmp_path: Path) -> None:
    done = run("install", "--print", "--backups", tmp_path / "b", "--keep", 3)
    assert re.findall(r"^# (skysift\S+)$", done.output, re.M) == [
        "skysift.service", "skysift-backup.service", "skysift-backup.timer",
    ]  # fmt: skip
    assert f"skysift backup {tmp_path}/b --keep 3" in done.output


def test_a_bad_configuration_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    config = tmp_path / "skysift.toml"
    config.write_text("[service]\nprot = 1\n")
    done = run("install", "--into", tmp_path, "--config", config)
    assert done.exit_code == 2 and not (tmp_path / "skysift.service").exists()


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        assert HARDENED  # nothing to ask here; the text is held above
        return
    program = Path(sys.prefix) / "bin" / "skysift"
    for name, text in Installation(program, "root", backups=tmp_path).files().items():
        (tmp_path / name).write_text(text)
    for name in ("skysift.service", "skysift-backup.service", "skysift-backup.timer"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", tmp_path / name], capture_output=True, text=True, check=False
        )
        about_us = [line for line in done.stderr.splitlines() if "skysift" in line]
        assert about_us == [], name


@pytest.mark.parametrize("port", [8080, 9001])
def test_the_compose_file_is_yaml_with_both_services(port: int) -> None:
    found = yaml.safe_load(compose(port))
    own, database = found["services"]["skysift"], found["services"]["database"]
    assert database["image"].startswith("postgis/postgis:") and database["restart"] == own["restart"] == "always"
    assert own["ports"] == [f"127.0.0.1:{port}:8080"] and own["read_only"] is True and own["cap_drop"] == ["ALL"]
    assert own["depends_on"]["database"]["condition"] == "service_healthy"
    assert set(found["volumes"]) == {"database", "state"}


def test_the_image_starts_the_service_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER skysift" in lines and 'ENTRYPOINT ["skysift"]' in lines
    assert lines.index("USER skysift") > max(k for k, line in enumerate(lines) if line.startswith("RUN"))

"""What can be said of the image without building it: its context holds what set-up reads, it starts what is there."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest
import yaml

from cli.main import main
from cli.units import compose
from store.tuning import settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STEPS = (ROOT / "setup" / "steps.sh").read_text()


def told(word: str) -> list[str]:
    """What follows this instruction, each time that it stands there, with its continued lines."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return re.findall(rf"^{word} (.*)$", joined, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def context() -> set[str]:
    """The files of the checkout that .dockerignore lets through. It is of Docker's rules what we use of them: names
    from the root on, and ** for any depth."""
    said = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = said.stdout.split("\n")
    rules = [one for one in (ROOT / ".dockerignore").read_text().split("\n") if one and not one.startswith("#")]
    assert not any(one.startswith("!") for one in rules)
    return {one for one in listed if one and not any(left_out(one, rule) for rule in rules)}


def left_out(path: str, rule: str) -> bool:
    """Whether the path or a folder above it is named by the rule."""
    parts = path.split("/")
    heads = ["/".join(parts[: k + 1]) for k in range(len(parts))]
    if rule.startswith("**/"):
        return any(fnmatch(part, rule[3:]) for part in parts)
    return any(head.count("/") == rule.count("/") and fnmatch(head, rule) for head in heads)


def test_what_is_copied_is_there(context: set[str]) -> None:
    assert told("COPY") == [". ."], "another source must be looked for here"
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    folders = {path.partition("/")[0] for path in context}
    assert [one for one in targets["wheel"]["packages"] if one not in folders] == []


def test_what_set_up_reads_is_in_the_context(context: set[str]) -> None:
    """Each step names its inputs; and what it runs is there too."""
    inputs = [word for group in re.findall(r'^\s*step \S+ "[^"]*" \S+ ("[^"]*"|\S+)', STEPS, flags=re.MULTILINE)
              for word in group.strip('"').split()]  # fmt: skip
    named = {one.replace("$lock", "requirements.lock").replace('"', "") for one in inputs}
    modules = {f"{one.replace('.', '/')}.py" for one in re.findall(r"-m ((?:web|cli|setup)\.\w+)", STEPS)}
    needed = named - {".venv/bin/python", ""} | modules | {"run", "setup/steps.sh", "README.md", "LICENSE"}

    assert {"requirements.lock", "package-lock.json", "web/assets.py"} <= needed
    assert sorted(needed - context) == []


def test_the_context_holds_no_secret_and_nothing_of_this_machine(context: set[str]) -> None:
    foreign = (".venv", "node_modules", "tests/", ".git/")
    assert [one for one in context if one.startswith(foreign) or ".env" in one] == []


def test_set_up_is_run_as_it_can_be() -> None:
    (_, run) = told("RUN")
    assert "./run --setup-only" in run and (ROOT / "run").stat().st_mode & 0o111
    assert '"$argument" = --setup-only' in (ROOT / "run").read_text()


def test_programs_that_set_up_calls_are_installed() -> None:
    """What a slim Debian has not by itself: the rest is in its essential packages."""
    (apt, _) = told("RUN")
    assert {"python3", "python3-venv", "ca-certificates", "postgresql-client"} <= set(apt.split())


def served(words: list[str]) -> None:
    """That `skysift` takes these words. Raises click's UsageError for an option that there is not."""
    found = main.get_command(click.Context(main), words[0])
    assert found is not None
    found.make_parser(click.Context(found)).parse_args(words[1:])


def test_what_the_image_starts_is_a_command_of_ours() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    (entry,) = json.loads(told("ENTRYPOINT")[0])
    assert entry in scripts
    served(json.loads(told("CMD")[0]))
    with pytest.raises(click.UsageError):
        served(["serve", "--no-such-option"])


def test_the_compose_file_starts_it_in_the_same_way() -> None:
    own = yaml.safe_load(compose(9001))["services"]["skysift"]
    served(own["command"])
    assert own["command"] == json.loads(told("CMD")[0]) and own["build"] == "."
    assert own["ports"] == [f"127.0.0.1:9001:{told('EXPOSE')[0]}"]
    (state,) = re.findall(r"SKYSIFT_STATE=(\S+)", DOCKERFILE)
    assert own["environment"]["SKYSIFT_STATE"] == state and f"state:{state}" in own["volumes"]
    config = own["environment"]["SKYSIFT_CONFIG"]
    assert f"./skysift.toml:{config}:ro" in own["volumes"]


def test_its_health_is_asked_in_python_that_runs_and_where_it_answers() -> None:
    own = yaml.safe_load(compose())["services"]["skysift"]
    kind, program, option, text = own["healthcheck"]["test"]
    assert (kind, program, option) == ("CMD", "python", "-c")
    ast.parse(text)
    assert f"127.0.0.1:{told('EXPOSE')[0]}/ready" in text


def test_every_volume_and_variable_of_the_compose_file_is_declared() -> None:
    found = yaml.safe_load(compose())
    used = {str(one).partition(":")[0] for service in found["services"].values() for one in service["volumes"]}
    assert {one for one in used if not one.startswith("./")} == set(found["volumes"])
    assert set(re.findall(r"\$\{(\w+)", compose())) == {"POSTGRES_PASSWORD"}
    assert found["services"]["skysift"]["environment"]["DATABASE_URL"].startswith("postgresql://skysift:")


def test_the_databases_settings_are_those_of_the_private_one(tmp_path: Path) -> None:
    words = yaml.safe_load(compose())["services"]["database"]["command"]
    given = dict(one.split("=") for one in words[2::2])
    assert words[0] == "postgres" and set(words[1::2]) == {"-c"}
    private = settings(tmp_path, tmp_path, fast=False)
    same = {name: private[name] for name in given if name != "max_wal_size"}
    assert given == {**same, "max_wal_size": "4GB"}

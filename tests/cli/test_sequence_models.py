"""The sequence model among the models: listed, compared with itself, and no training without PyTorch."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import train_sequence
from cli.main import main
from cli.train_sequence import SHIPPED
from models.active import SHIPPED as FOLDER
from models.folder import read_json
from models.sequence import NAMES

SEQUENCE = FOLDER / "sequence"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    result = run("features", "synthetic:aircraft=8,hours=0.3,step=10", "-o", folder, "--no-rules", "--no-reference")
    assert result.exit_code == 0, result.output
    return folder


def test_the_one_that_ships_is_listed_and_says_what_it_learned_from() -> None:
    found = {one["kind"]: one for one in json.loads(run("models", "list", "--json").stdout)}
    assert found["sequence"]["which"] == "shipped" and found["sequence"]["features"] == len(NAMES)
    assert found["sequence"]["sources"] == list(SHIPPED)
    assert read_json(SEQUENCE / "model.json")["plan"]["epochs"] == 6
    assert sum(path.stat().st_size for path in SEQUENCE.rglob("*")) < 2_000_000


def test_two_of_a_kind_are_compared_window_by_window(days: Path) -> None:
    told = json.loads(run("models", "compare", "shipped", SEQUENCE, "--data", days, "--json").stdout)
    assert told["rows"] > 100 and told["rank_correlation"] == pytest.approx(1)
    result = run("models", "compare", FOLDER / "point", SEQUENCE, "--data", days)
    assert result.exit_code != 0 and "give two of a kind" in result.output


def test_without_pytorch_training_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nowhere(name: str) -> Any:
        return None if name == "torch" else importlib.util.find_spec(name)

    monkeypatch.setattr(train_sequence, "find_spec", nowhere)
    result = run("train", "sequence", "--data", "synthetic:", "--out", tmp_path)
    assert result.exit_code != 0 and 'pip install "skysift[train]"' in result.output


def test_more_features_than_a_class_has_room_for_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(train_sequence, "find_spec", lambda name: name)
    monkeypatch.setattr(train_sequence, "MOST_FEATURES", 10)
    result = run("train", "sequence", "--data", "synthetic:", "--out", tmp_path, "--features", "seed")
    assert result.exit_code != 0 and "at most 10" in result.output

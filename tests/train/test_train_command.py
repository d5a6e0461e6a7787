"""`skysift train sequence` from a recording to a folder that the service can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.train_sequence import command
from models.folder import ModelError
from models.sequence import NAMES, SequenceModel

DATA = "synthetic:seed=3,hours=1,step=10,aircraft=60,vectored=60,calm=1,rough=1"
QUICK = ("--no-rules", "--no-reference", "--epochs", "1", "--windows", "600")


def run(*words: str, folder: Path) -> dict[str, object]:
    done = CliRunner().invoke(command, ["--data", DATA, "--out", str(folder), "--json", *QUICK, *words])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    run(folder=made)
    return made


def test_the_folder_is_whole_and_holds_no_pickle(folder: Path) -> None:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    plots = {f"plots/{name}.svg" for name in ("scores", "epochs", "altitude_speed", "made_usual", "made_odd")}
    assert files == plots | {
        "README.md", "data.json", "metrics.json", "model.json", "model.npz", "model.onnx", "normalizers.json",
    }  # fmt: skip
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 2_000_000


def test_the_model_reads_what_it_says_and_tells_where_it_is_from(folder: Path) -> None:
    model = SequenceModel.load(folder)
    data, metrics = (json.loads((folder / f"{name}.json").read_text()) for name in ("data", "metrics"))
    assert tuple(model.names) == NAMES and model.about["net"] == metrics["net"]
    assert data["sources"] == [DATA] and data["hash"]
    assert set(metrics["tried"]) == {"gru", "transformer"} and metrics["test"]["windows"] > 100
    assert (folder / "README.md").read_text().startswith(f"# Sequence model ({metrics['net']})")
    with pytest.raises(ModelError, match="hash"):
        (folder / "model.json").write_text(json.dumps({**model.about, "hash": "0" * 16}))
        SequenceModel.load(folder)


def test_a_run_can_be_repeated(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    assert run("--net", "gru", folder=one) == run("--net", "gru", folder=other)
    for name in ("model.onnx", "model.npz", "metrics.json", "plots/scores.svg"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_too_little_says_what_to_do(tmp_path: Path) -> None:
    words = ["--data", "synthetic:hours=0.05,step=10,aircraft=5", "--out", str(tmp_path), *QUICK]
    done = CliRunner().invoke(command, words)
    assert done.exit_code != 0 and "give more data" in " ".join(done.output.split())

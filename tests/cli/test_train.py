"""`skysift train point` and `skysift models`: a folder that says all about itself, used, compared, gone back from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.train import SHIPPED, shipped_plan
from geo.feature_table import ANYWHERE
from geo.features import feature_hash
from models import active
from models.folder import read_json

WORLD = "synthetic:aircraft=15,hours=0.6,step=5,calm=1"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("trained")
    result = run(
        "train", "point", "--data", WORLD, "--out", folder / "a", "--trees", 20, "--group-rows", 300, "--no-rules",
        "--no-reference", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    yield folder / "a"


def test_the_folder_says_all_about_itself(trained: Path) -> None:
    names = {p.relative_to(trained).as_posix() for p in trained.rglob("*") if p.is_file()}

    assert names == {
        "model.json", "model.npz", "normalizers.json", "data.json", "metrics.json", "README.md", "plots/scores.svg",
        "plots/altitude-speed.svg",
    }  # fmt: skip
    data, metrics = (read_json(trained / n) for n in ("data.json", "metrics.json"))
    assert data["sources"] == [WORLD] and data["rows"] >= sum(metrics["rows"].values()) > 500
    assert metrics["planted"]["turn of 8 degrees a second"]["point model"]["auc"] > 0.5
    assert "Not for" in (trained / "README.md").read_text()


def test_the_same_again_is_the_same(trained: Path, tmp_path: Path) -> None:
    result = run(
        "train", "point", "--data", WORLD, "--out", tmp_path / "b", "--trees", 20, "--group-rows", 300, "--no-rules",
        "--no-reference",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    for name in ("model.npz", "model.json", "normalizers.json", "metrics.json"):
        assert (tmp_path / "b" / name).read_bytes() == (trained / name).read_bytes(), name


def test_folders_of_features_train_the_same_model(trained: Path, tmp_path: Path) -> None:
    assert run("features", WORLD, "-o", tmp_path / "f", "--no-rules", "--no-reference").exit_code == 0

    result = run(
        "train", "point", "--data", tmp_path / "f", "--out", tmp_path / "c", "--trees", 20, "--group-rows", 300
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert (tmp_path / "c" / "model.npz").read_bytes() == (trained / "model.npz").read_bytes()


def test_a_model_is_used_listed_and_gone_back_from(trained: Path) -> None:
    assert json.loads(run("models", "list", "--json").stdout)[0]["which"] == "shipped"
    assert run("models", "use", trained).exit_code == 0
    (point, *_) = json.loads(run("models", "list", "--json").stdout)
    assert (point["kind"], point["which"], point["sources"]) == ("point", "your own", [WORLD])
    assert run("models", "use", "shipped").exit_code == 0
    assert json.loads(run("models", "list", "--json").stdout)[0]["which"] == "shipped"


def test_two_models_are_compared(trained: Path, tmp_path: Path) -> None:
    run("features", WORLD, "-o", tmp_path / "f", "--no-rules", "--no-reference")

    told = json.loads(run("models", "compare", trained, trained, "--data", tmp_path / "f", "--json").stdout)

    assert told["rank_correlation"] == pytest.approx(1.0) and told["rows"] > 500
    assert all(part["first"] == part["second"] == part["both"] for part in told["share_of_rows"].values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("models", "use", "nowhere"), "skysift train"),
        (("train", "point", "--data", "synthetic:aircraft=5,hours=0.01,step=5", "--out", "x"), "give more data"),
    ],
)
def test_what_does_not_work_is_told(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    result = run(*(str(tmp_path / a) if a == "x" else a for a in arguments))

    assert result.exit_code == 3 and words in result.output


def test_the_shipped_model_is_what_its_command_gives_of_its_data() -> None:
    """The whole is trained anew by `./test --train`; here what it says it was made of is compared with the recipe."""
    folder = active.SHIPPED / "point"
    head, data = read_json(folder / "model.json"), read_json(folder / "data.json")

    assert data["sources"] == list(SHIPPED) and data["hash"] == feature_hash(ANYWHERE)
    plan = shipped_plan()
    assert head["plan"] == {name: getattr(plan, name) for name in head["plan"]}
    assert head["data"] == data["digest"] and head["hash"] == feature_hash(head["features"])

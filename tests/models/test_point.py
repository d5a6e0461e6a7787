"""The point model: scikit-learn's forest in arrays, calibration, groups, files; the same score in any company."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from detectors._examples import fly
from geo.airports import Airports
from geo.feature_rows import CLASSES, Places
from geo.feature_stream import FeatureStream
from geo.feature_table import ANYWHERE, FEATURES, PHASES
from geo.features import Features
from models import active
from models.blocks import BLOCKS, blocks_of, widened, with_beyond
from models.calibration import Calibration
from models.feature_days import FeatureTable
from models.folder import ModelError, read_numbers
from models.forest import Forest, ForestError
from models.point import PointModel
from models.point_training import Plan, train
from models.splits import Split, held_back, split
from models.words import WORDS


@pytest.fixture(scope="module")
def fitted() -> tuple[IsolationForest, np.ndarray]:  # type: ignore[type-arg]
    rows = np.random.default_rng(0).normal(size=(3_000, 4)).astype(np.float32)
    return IsolationForest(n_estimators=35, random_state=1).fit(rows), rows


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    """Twelve airliners that climb, fly level and descend, each a little otherwise."""
    rng, parts = np.random.default_rng(3), []
    for k in range(12):
        rate = np.repeat([1_800.0, 0.0, -1_500.0], 900) + rng.normal(0, 200, 2_700)
        rows = fly(k + 1, 2_700, altitude=9_000.0, rate=rate, speed=300.0 + 10 * k, lat=45 + k / 5.0)
        parts.append(FeatureTable.of(*FeatureStream(ANYWHERE, Places(Airports.builtin())).extend(rows)))
    return FeatureTable.concat(parts)


@pytest.fixture(scope="module")
def model(table: FeatureTable) -> PointModel:
    return train(table, split(table), ANYWHERE, Plan(trees=50, rows=300, check_rows=50))


def test_a_forest_gives_scikit_learns_scores(fitted: tuple[IsolationForest, np.ndarray]) -> None:  # type: ignore[type-arg]
    forest, rows = fitted

    assert Forest.grown(forest, 4).scores(rows) == pytest.approx(-forest.score_samples(rows), abs=2e-6)


def test_a_rows_depth_is_the_same_in_any_company(fitted: tuple[IsolationForest, np.ndarray]) -> None:  # type: ignore[type-arg]
    forest, rows = Forest.grown(fitted[0], 4), fitted[1]
    whole = forest.depths(rows)

    assert (
        np.concatenate([forest.depths(rows[:1]), forest.depths(rows[1:8]), forest.depths(rows[8:])]).tobytes()
        == whole.tobytes()
    )
    assert forest.depths(rows[::-1])[::-1].tobytes() == whole.tobytes()
    assert len(forest.depths(rows[:0])) == 0


def test_a_forest_comes_back_from_arrays(fitted: tuple[IsolationForest, np.ndarray]) -> None:  # type: ignore[type-arg]
    forest = Forest.grown(fitted[0], 4)

    again = Forest.of(forest.arrays())

    assert again.depths(fitted[1]).tobytes() == forest.depths(fitted[1]).tobytes()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("right", lambda v: v * 0), ("right", lambda v: v + 60_000), ("feature", lambda v: v + 9),
        ("root", lambda v: v + 1),
        ("threshold", lambda v: v[:3]), ("threshold", lambda v: v * np.nan), ("scalars", lambda v: v * 0),
    ],
)  # fmt: skip
def test_arrays_that_are_no_forest_are_refused(fitted, name, change) -> None:  # type: ignore[no-untyped-def]
    arrays = Forest.grown(fitted[0], 4).arrays()

    with pytest.raises(ForestError):
        Forest.of({**arrays, name: change(arrays[name])})


def test_calibration_is_the_share_of_normal_rows() -> None:
    rng = np.random.default_rng(1)
    learned, fresh = Calibration.learned(rng.normal(size=50_000)), rng.normal(size=50_000)

    scores = learned.scores(fresh)

    for share, off in ((0.5, 0.01), (0.9, 0.01), (0.99, 0.002), (0.999, 0.0007)):
        assert (scores >= share).mean() == pytest.approx(1 - share, abs=off)
    assert learned.scores(np.array([-9.0]))[0] == 0.0 and 0.99999 < learned.scores(np.array([9.0]))[0] <= 1.0
    assert (np.diff(learned.scores(np.linspace(-5, 9, 500))) >= 0).all()
    assert Calibration.of(learned.arrays()).scores(fresh).tobytes() == scores.tobytes()


def test_calibration_of_rows_that_are_all_alike() -> None:
    assert np.isfinite(Calibration.learned(np.zeros(100)).scores(np.array([-1.0, 0.0, 1.0]))).all()


def test_training_is_reproducible(table: FeatureTable, model: PointModel) -> None:
    again = train(table, split(table), ANYWHERE, Plan(trees=50, rows=300, check_rows=50))

    assert again.scores(table.features()).tobytes() == model.scores(table.features()).tobytes()
    assert [g.name for g in again.groups] == [g.name for g in model.groups]


def test_groups_are_phases_and_classes_with_a_fallback(model: PointModel) -> None:
    names = [g.name for g in model.groups]

    assert names[0] == "all traffic" and {"climb", "cruise"} <= set(names)
    assert model.choice[PHASES.index("pattern"), CLASSES.index("rotorcraft")] == 0


def test_what_was_not_seen_is_odder_than_what_was(table: FeatureTable, model: PointModel) -> None:
    calm = table.features()
    wild = replace(calm, values={**calm.values, "vspeed": calm.values["vspeed"] * 0 + 20_000})

    assert np.median(model.scores(wild)) > 0.99 > np.median(model.scores(calm)), model.scores(wild)
    (text,) = model.told(wild.take(np.arange(1)))
    assert "steep climb (20,000 ft/min" in text and "compared with" in text


def test_a_model_comes_back_and_knows_what_it_is(table: FeatureTable, model: PointModel, tmp_path: Path) -> None:
    model.save(tmp_path)

    kind, again = active.load(tmp_path)

    assert kind == "point" and again.scores(table.features()).tobytes() == model.scores(table.features()).tobytes()
    assert "pickle" not in str(read_numbers(tmp_path / "model.npz"))


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("model.json", {"kind": "sequence"}, "sequence"), ("model.json", {"format": 0}, "train it anew"),
        ("model.json", {"hash": "0" * 16}, "train it anew"), ("model.json", {"groups": ["one"] * 99}, "99 groups"),
        ("normalizers.json", {"alt": 0.0}, "damaged"), ("normalizers.json", {"other": 1.0}, "damaged"),
    ],
)  # fmt: skip
def test_a_folder_that_does_not_fit_is_refused(model, tmp_path, file, change, words) -> None:  # type: ignore[no-untyped-def]
    model.save(tmp_path)
    told = json.loads((tmp_path / file).read_text())
    (tmp_path / file).write_text(json.dumps({**told, **change}))

    with pytest.raises(ModelError, match=words):
        PointModel.load(tmp_path)


def test_numbers_that_would_be_unpickled_are_refused(model: PointModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    np.savez(tmp_path / "model.npz", choice=np.array([{"a": 1}], dtype=object))

    with pytest.raises(ModelError, match="no numbers of a model"):
        PointModel.load(tmp_path)


def test_split_keeps_aircraft_and_time_apart(table: FeatureTable) -> None:
    flagged = replace(table, flagged=table.icao24 == 5)
    parts = split(flagged)

    seen = {name: set(table.icao24[getattr(parts, name)]) for name in ("train", "validation", "test")}
    assert not seen["train"] & (seen["validation"] | seen["test"]) and 5 not in set.union(*seen.values())
    assert table.time[parts.test].min() >= table.time[parts.train].max()
    with pytest.raises(ValueError, match="0 clean rows to calibrate with"):
        split(table.take(np.flatnonzero(~held_back(table.icao24))))


def test_every_feature_of_a_block_is_one_and_has_words() -> None:
    assert {n for some in BLOCKS.values() for n in some} <= set(FEATURES) == set(WORDS)


def test_a_feature_that_is_not_sent_is_not_learned_from(table: FeatureTable) -> None:
    found = table.features()

    assert "quality" not in blocks_of(replace(found, values={**found.values, "fix_age": found.values["nic"]}), ANYWHERE)


def test_widened_and_beyond_are_seeded(table: FeatureTable) -> None:
    found = table.features()

    assert widened(found, 0.0, 1) is found
    one, two = (widened(found, 0.5, 1).values["vspeed"] for _ in range(2))
    assert one.tobytes() == two.tobytes() != found.values["vspeed"].tobytes()
    rows = found.matrix(("alt", "gspeed"))
    assert with_beyond(rows, 1).tobytes() == with_beyond(rows, 1).tobytes() and len(with_beyond(rows, 1)) > len(rows)


def test_the_shipped_model_speaks_until_another_is_used(model: PointModel, tmp_path: Path) -> None:
    model.save(tmp_path / "mine")
    shipped = active.active(tmp_path, "point")

    assert active.use(tmp_path, tmp_path / "mine") == "point"
    assert [g.name for g in active.active(tmp_path, "point").groups] == [g.name for g in model.groups]
    active.use_shipped(tmp_path, "point")
    assert [g.name for g in active.active(tmp_path, "point").groups] == [g.name for g in shipped.groups]
    with pytest.raises(ModelError, match="skysift train"):
        active.use(tmp_path, tmp_path / "none")


def test_the_shipped_model_is_small() -> None:
    assert sum(p.stat().st_size for p in (active.SHIPPED / "point").rglob("*")) < 2_000_000


def test_rows_without_traffic_give_nothing(model: PointModel) -> None:
    _, found = FeatureStream(model.names).extend(fly(seconds=10, on_ground=1))

    assert isinstance(found, Features) and len(model.scores(found)) == 0 and model.told(found) == []


def test_nothing_to_learn_from() -> None:
    empty = FeatureTable.of(*FeatureStream(ANYWHERE).extend(fly(seconds=10, on_ground=1)))

    with pytest.raises(ValueError, match="no rows"):
        split(empty)
    assert Split(*[np.zeros(0, dtype=np.int64)] * 3).train.size == 0


def test_what_never_varied_in_what_was_learned_from_is_not_judged() -> None:
    """Made-up positions are never older than their rows; those of receivers are, and the model cannot know how much."""
    shipped = active.load(active.SHIPPED / "point")[1]
    rows = FeatureStream(shipped.names, Places(Airports.builtin())).extend(fly())[1]
    late = replace(rows, values={**rows.values, "fix_age": np.full(len(rows), 0.4, dtype=np.float32)})

    assert [name for name, silent in zip(shipped.names, shipped.unvaried, strict=True) if silent] == ["fix_age"]
    assert np.array_equal(shipped.scores(late), shipped.scores(rows)) and shipped.scores(late).max() < 0.99
    assert (shipped.blame(late.take(np.arange(3)))[:, list(shipped.names).index("fix_age")] == 0).all()

"""The point model that ships is what its command gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cli.inputs import judging
from cli.train import SHIPPED, shipped_plan, train_point
from feeds import open_source
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import Places
from geo.feature_stream import FeatureStream
from geo.feature_table import ANYWHERE
from models.active import SHIPPED as FOLDER
from models.folder import read_json
from models.point import PointModel


def test_the_command_gives_the_model_that_ships(tmp_path: Path) -> None:
    """Scores and not bytes: another processor rounds a few features otherwise."""
    train_point(SHIPPED, tmp_path / "point", ANYWHERE, judging(no_reference=True), shipped_plan(), rules=False)

    made, ships = PointModel.load(tmp_path / "point"), PointModel.load(FOLDER / "point")
    rows = Batch.concat(open_source("synthetic:seed=7,aircraft=50,hours=0.2,step=10,rough=1").batches())
    _, found = FeatureStream(ships.names, Places(Airports.builtin())).extend(rows)
    assert [g.name for g in made.groups] == [g.name for g in ships.groups]
    assert np.quantile(np.abs(made.scores(found) - ships.scores(found)), 0.99) < 0.01
    told, kept = (read_json(folder / "point" / "data.json") for folder in (tmp_path, FOLDER))
    assert {n: told[n] for n in ("rows", "flights", "aircraft")} == {
        n: kept[n] for n in ("rows", "flights", "aircraft")
    }

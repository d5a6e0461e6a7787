"""`skysift features`: recordings in, Parquet by day out; the list of features."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result

from cli.main import main
from feeds import open_source
from geo.feature_table import FEATURES, SEED_SET
from geo.features import feature_hash
from geo.schema import icao24_text
from models.feature_days import read_days


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["features", *map(str, arguments)])


def test_a_recording_becomes_days(tmp_path: Path) -> None:
    result = run("synthetic:aircraft=5,hours=0.2,step=5", "--features", "seed", "-o", tmp_path / "f", "--json")

    told = json.loads(result.stdout)
    table = read_days(tmp_path / "f")
    assert told["hash"] == feature_hash(SEED_SET) and told["days"] == ["2026-01-05"]
    assert told["rows"] == len(table) > 500
    assert len(np.unique(table.flight[table.flagged])) <= told["flights_at_fault"]


def test_who_has_opted_out_has_no_features(tmp_path: Path) -> None:
    source = "synthetic:aircraft=5,hours=0.2,step=5"
    seen, *others = sorted({own for batch in open_source(source).batches() for own in batch["icao24"].tolist()})
    out = ";".join(str(icao24_text(own)) for own in others)

    result = run(source, "--no-rules", "-o", tmp_path / "f", "--set", f"privacy.opt_out={out}")

    assert result.exit_code == 0, result.output
    assert set(read_days(tmp_path / "f").icao24.tolist()) == {seen}


def test_the_list() -> None:
    assert [f["id"] for f in json.loads(run("--list", "--json").stdout)["features"]] == list(FEATURES)
    assert feature_hash(SEED_SET) in run("--list", "--features", "seed").stdout


def test_nothing_given_is_told() -> None:
    result = run()

    assert result.exit_code == 2 and "--list" in result.stderr

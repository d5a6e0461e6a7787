"""What a model is trained on: features of recordings, or of folders of them; and where they are from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cli.features import featuring
from cli.inputs import Judging
from cli.reading import read
from cli.ui import INPUT, USAGE, Failure, progress
from geo.anomaly import utc_text
from geo.batch import Batch
from geo.features import feature_hash
from models.feature_days import FeatureFiles, FeatureTable, is_feature_folder, read_days

FAULT = 2
"""Flights with a standing anomaly of this priority (2: medium) are not learned from."""


@dataclass(frozen=True)
class Training:
    """Rows to learn from, their raw rows where they come from recordings, and what is known of both."""

    table: FeatureTable
    rows: Sequence[Batch]
    about: dict[str, Any]


def gather(data: Sequence[str], names: Sequence[str], setup: Judging, rules: bool = True) -> Training:
    """Features of recordings (judged by the rules, unless `rules` is off), or of folders that `skysift features` wrote.

    Raises Failure for a mixture of both, and for nothing to learn from.
    """
    folders = [Path(one) for one in data if is_feature_folder(Path(one))]
    if folders and len(folders) < len(data):
        raise Failure("--data: give recordings, or folders of features, not both", USAGE)
    table, rows = _stored(folders, names) if folders else _computed(data, names, setup, rules)
    if not len(table):
        raise Failure(f"{', '.join(data)}: no rows in the air with position, height, speed and track", INPUT)
    return Training(table, rows, _about(table, data, names, bool(folders) or rules))


def _stored(folders: Sequence[Path], names: Sequence[str]) -> tuple[FeatureTable, Sequence[Batch]]:
    try:
        parts = [read_days(folder, FAULT) for folder in folders]
    except FeatureFiles as error:
        raise Failure(str(error), INPUT) from error
    lacking = sorted({n for part in parts for n in names} - set[str].intersection(*(set(p.values) for p in parts)))
    if lacking:
        raise Failure(
            f"--data: the folders lack the features {', '.join(lacking)}: write them with --features all", INPUT
        )
    chosen = [replace(part, values={n: part.values[n] for n in names}) for part in parts]
    return FeatureTable.concat(chosen), ()


def _computed(
    data: Sequence[str], names: Sequence[str], setup: Judging, rules: bool
) -> tuple[FeatureTable, Sequence[Batch]]:
    from cli.detect import recorded

    rows = list(setup.private(read(recorded(data, None, heard=setup.heard))))
    run = featuring(setup, names, rules)
    with progress("features", sum(map(len, rows))) as advance:
        parts = [FeatureTable.of(batch, found) for batch, found in run.run(rows, advance)]
    table = FeatureTable.concat(parts)
    flight, _, priority = run.faults()
    table = table.take(np.lexsort((table.time, table.flight)))
    return replace(table, flagged=np.isin(table.flight, flight[priority >= FAULT])), rows


def _about(table: FeatureTable, data: Sequence[str], names: Sequence[str], rules: bool) -> dict[str, Any]:
    """data.json: what was learned from, so that somebody can judge whether it is like theirs."""
    known = np.stack([np.nan_to_num(table.values[n], nan=-1e9) for n in names], axis=1)
    return {
        "sources": [Path(one).name if Path(one).exists() else one for one in data],
        "start": utc_text(int(table.time.min())), "end": utc_text(int(table.time.max())),
        "rows": len(table), "aircraft": len(np.unique(table.icao24)), "flights": len(np.unique(table.flight)),
        "flights_left_out": len(np.unique(table.flight[table.flagged])), "rows_left_out": int(table.flagged.sum()),
        "judged_by_rules": rules, "hash": feature_hash(names),
        "digest": hashlib.blake2b(np.round(known, 2).tobytes(), digest_size=8).hexdigest(),
    }  # fmt: skip

"""Features of rows: what every learned model sees, in training, backfill and live the same bits from this one function.

What each feature is stands in `geo.feature_table`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from geo.feature_rows import GAP_S, ROWS, SLOT_S, TAXI_KT, Frame, Places
from geo.feature_table import FEATURES, Feature, phase_of
from geo.schema import Array
from geo.tracks import Tracks


@dataclass(frozen=True)
class Features:
    """Rows (n,) with their values. `row` is the row's place in the view; `fresh` marks those to be judged now.

    Values are float32, NaN where missing; `phase` and `aircraft_class` index PHASES and `feature_rows.CLASSES`.
    """

    row: Array
    time: Array
    flight: Array
    fresh: Array
    phase: Array
    aircraft_class: Array
    values: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: Array) -> Features:
        """Some of the rows (indices or a mask)."""
        own = {n: getattr(self, n)[rows] for n in ("row", "time", "flight", "fresh", "phase", "aircraft_class")}
        return Features(**own, values={n: v[rows] for n, v in self.values.items()})

    def matrix(self, names: Sequence[str]) -> Array:
        """The named features as float32 (n, k), with what is missing filled by its rule."""
        return filled(self.values, names)


def features(view: Tracks, names: Sequence[str], places: Places | None = None) -> Features:
    """The named features of a view's usable rows (see `geo.feature_rows`).

    Raises MissingColumns where the view lacks what every feature needs, KeyError for a name that is no feature.
    """
    frame = Frame(view, places)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = {name: frame.kept(f"feature {name}", partial(_single, FEATURES[name])) for name in names}
    return Features(
        frame.row, frame.time, frame.flight, view.fresh[frame.row], phase_of(frame), frame.aircraft_class, values
    )


def _single(feature: Feature, frame: Frame) -> Array:
    """The feature in single precision."""
    return feature.function(frame).astype(np.float32)


def filled(values: Mapping[str, Array], names: Sequence[str]) -> Array:
    """Columns as one float32 matrix (n, k), in order of the names; what is missing becomes its feature's `fill`."""
    columns = [np.where(np.isnan(values[n]), np.float32(FEATURES[n].fill), values[n]) for n in names]
    out: Array = np.stack(columns, axis=1).astype(np.float32, copy=False)
    return out


def feature_hash(names: Sequence[str]) -> str:
    """Sixteen hex digits that change when a feature, their order, or the choice of rows does.

    Raises KeyError for a name that is no feature.
    """
    some = (FEATURES[name] for name in names)
    told = [(f.id, f.unit, f.formula, f.missing, f.fill, f.version) for f in some]
    return hashlib.blake2b(repr((told, SLOT_S, GAP_S, TAXI_KT, ROWS)).encode(), digest_size=8).hexdigest()

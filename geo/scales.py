"""Scales: what each feature is divided by before a model sees it, learned from data and kept with the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.feature_table import FEATURES
from geo.features import Features, feature_hash
from geo.schema import Array

PERCENTILE = 99.0
"""Of absolute values (seed 000): the largest would be a spike, "speed 1200 knots for 1 frame"."""


class WrongFeatures(ValueError):
    """A model was made for other features than these; the message says which and what to do."""


@dataclass(frozen=True)
class Scales:
    """Names of features in the model's order, and the number that each is divided by (k,), float32."""

    names: Sequence[str]
    by: Array

    @staticmethod
    def learned(found: Features, names: Sequence[str]) -> Scales:
        """The 99th percentile of the absolute values, missing ones aside; 1 where there are none or that is 0."""
        return Scales(tuple(names), np.array([_scale(found.values[n]) for n in names], dtype=np.float32))

    @property
    def hash(self) -> str:
        """Of the features that these scales are for."""
        return feature_hash(self.names)

    def apply(self, found: Features) -> Array:
        """The features (n, k) as float32, filled and scaled: what the model reads."""
        return self.scaled(found.matrix(self.names))

    def scaled(self, matrix: Array) -> Array:
        """A matrix (..., k) of filled features, scaled."""
        out: Array = matrix / self.by
        return out

    def stored(self) -> dict[str, float]:
        """For `normalizers.json`: the number of each feature, in order."""
        return {name: float(by) for name, by in zip(self.names, self.by, strict=True)}

    @staticmethod
    def of(stored: Mapping[str, float], made_for: str) -> Scales:
        """What `stored` gave. Raises WrongFeatures where the features of that hash are not those of this version."""
        unknown = [name for name in stored if name not in FEATURES]
        if unknown:
            raise WrongFeatures(f"the model reads {', '.join(unknown[:5])}, which this version has not: train it anew")
        scales = Scales(tuple(stored), np.array([float(v) for v in stored.values()], dtype=np.float32))
        if not (np.isfinite(scales.by).all() and (scales.by > 0).all()):
            raise WrongFeatures("the model's normalisers must be positive numbers: its file is damaged")
        if made_for != scales.hash:
            raise WrongFeatures(
                f"the model was trained on features of hash {made_for}, this version computes {scales.hash}: "
                "train it anew"
            )
        return scales


def _scale(values: Array) -> float:
    known = np.abs(values[np.isfinite(values)])
    by = float(np.percentile(known, PERCENTILE)) if len(known) else 0.0
    return by if by > 0 else 1.0

"""The point model: how odd one row of a flight is among normal rows of its phase and class of aircraft, 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from geo.feature_rows import CLASSES
from geo.feature_table import PHASES
from geo.features import Features
from geo.scales import Scales
from geo.schema import Array
from models.blocks import BLOCKS
from models.calibration import Calibration
from models.folder import MODEL, NUMBERS, ModelError, parts, read_head, read_numbers, write_head, write_numbers
from models.forest import Forest, ForestError
from models.words import told

KIND = "point"
EVERYTHING = "all traffic"
"""Name of the group that rows belong to whose own was too small to learn from."""

USUAL = (1.0, 50.0, 99.0)
"""Percentiles of each feature that a group keeps, to say what is usual."""

MOST_GROUPS = 64


@dataclass(frozen=True)
class Part:
    """The forest of one block: over which columns of a row (their indices), and how its depths are read."""

    block: str
    columns: Array
    forest: Forest
    calibration: Calibration

    def rarity(self, scaled: Array) -> Array:
        """How rare (n,) scaled rows (n, k) are in this block."""
        return self.calibration.rarity(-self.forest.depths(scaled[:, self.columns]))


@dataclass(frozen=True)
class Group:
    """Rows that are compared with each other. `usual` (k, 3): percentiles USUAL of each feature, unscaled.

    A row is as odd as in the block where it is oddest; `calibration` reads that for all blocks together.
    """

    name: str
    parts: Sequence[Part]
    calibration: Calibration
    usual: Array

    def rarity(self, scaled: Array) -> Array:
        """The largest of the blocks' (n,)."""
        out: Array = np.max([part.rarity(scaled) for part in self.parts], axis=0)
        return out

    def scores(self, scaled: Array) -> Array:
        """0 to 1 (n,) of scaled rows (n, k)."""
        return self.calibration.scores(self.rarity(scaled))


@dataclass(frozen=True)
class PointModel:
    """Groups, and which of them each phase and class belongs to: `choice` (phases, classes). `about` is model.json."""

    scales: Scales
    groups: Sequence[Group]
    choice: Array
    about: Mapping[str, Any]

    @property
    def names(self) -> Sequence[str]:
        """The features that it reads, in its order."""
        return self.scales.names

    @cached_property
    def unvaried(self) -> Array:
        """Features (k,) that were 0 in nearly all that was learned from, whatever the group: missing, or made up so.
        The model does not know what is usual of them, and so does not judge them."""
        unvaried: Array = np.all([(group.usual == 0).all(axis=1) for group in self.groups], axis=0)
        return unvaried

    def read(self, plain: Array) -> Array:
        """Filled features (n, k) as the forests read them."""
        return self.scales.scaled(np.where(self.unvaried, np.float32(0), plain))

    def group_of(self, found: Features) -> Array:
        """Index of each row's group (n,)."""
        chosen: Array = self.choice[found.phase, found.aircraft_class]
        return chosen

    def scores(self, found: Features) -> Array:
        """0 to 1 (n,): 0.99 means that one normal row in a hundred of its group is at least as odd.

        A row's score does not depend on the rows it comes with.
        """
        scaled, group, out = self.read(found.matrix(self.names)), self.group_of(found), np.zeros(len(found))
        for number in np.unique(group).tolist():
            rows = np.flatnonzero(group == number)
            out[rows] = self.groups[number].scores(scaled[rows])
        return out

    def blame(self, found: Features) -> Array:
        """How much each feature (n, k) adds to a row's rarity: by how much the group's median in its place lowers it.

        For the few rows that are told of: k + 1 rows are scored for each.
        """
        group, k = self.group_of(found), len(self.names)
        plain = found.matrix(self.names)
        out = np.zeros((len(found), k))
        for row in range(len(found)):
            one = self.groups[int(group[row])]
            tried = np.repeat(plain[row : row + 1], k + 1, axis=0)
            tried[np.arange(k), np.arange(k)] = one.usual[:, 1]
            out[row] = _blame(one, self.read(tried))
        return out

    def told(self, found: Features) -> Sequence[str]:
        """In words what is odd about each row, the odder features first, and among what rows it is."""
        groups = [self.groups[k].name for k in self.group_of(found).tolist()]
        return told(self.names, found, self.blame(found), self.usual_of(found), groups)

    def usual_of(self, found: Features) -> Array:
        """Low, middle and high (n, k, 3) of what is usual in each row's group."""
        usual = np.stack([group.usual for group in self.groups])
        of: Array = usual[self.group_of(found)]
        return of

    def save(self, folder: Path) -> None:
        """model.json, model.npz and normalizers.json into a folder."""
        arrays: dict[str, Array] = {"choice": self.choice}
        for k, group in enumerate(self.groups):
            arrays |= {f"{k}/calibration/{n}": v for n, v in group.calibration.arrays().items()}
            arrays[f"{k}/usual"] = group.usual
            for part in group.parts:
                start = f"{k}/{part.block}"
                arrays |= {f"{start}/forest/{n}": v for n, v in part.forest.arrays().items()}
                arrays |= {f"{start}/calibration/{n}": v for n, v in part.calibration.arrays().items()}
                arrays[f"{start}/columns"] = part.columns.astype(np.int16)
        write_head(folder, KIND, self.scales, {**self.about, "groups": [g.name for g in self.groups]})
        write_numbers(folder / NUMBERS, arrays)

    @staticmethod
    def load(folder: Path) -> PointModel:
        """What `save` wrote. Raises ModelError for a damaged folder, or a model of other features."""
        head, scales = read_head(folder, KIND)
        arrays = read_numbers(folder / NUMBERS)
        try:
            names = [str(name) for name in head["groups"]]
            if not 0 < len(names) <= MOST_GROUPS:
                raise ModelError(f"{len(names)} groups")
            groups = [_group(name, parts(arrays, [str(k)]), len(scales.names)) for k, name in enumerate(names)]
            choice = arrays["choice"].astype(np.int64)
        except (KeyError, IndexError, TypeError, ValueError, ForestError) as error:
            raise ModelError(f"{folder}: damaged: {error}") from error
        fits = choice.shape == (len(PHASES), len(CLASSES))
        if not fits or choice.min() < 0 or choice.max() >= len(groups):
            raise ModelError(f"{folder / MODEL}: its groups are not those of this version: train it anew")
        return PointModel(scales, groups, choice, head)


def _blame(group: Group, tried: Array) -> Array:
    """The last row is the row itself. Where several blocks are as rare, all of them count: hence the sum."""
    rare = np.sum([part.rarity(tried) for part in group.parts], axis=0)
    out: Array = rare[-1] - rare[:-1]
    return out


def _group(name: str, arrays: Mapping[str, Array], width: int) -> Group:
    usual = arrays["usual"].astype(np.float64)
    if usual.shape != (width, len(USUAL)) or not np.isfinite(usual).all():
        raise ModelError(f"group {name!r} is of other features")
    some = [_part(block, parts(arrays, [block]), width) for block in BLOCKS if f"{block}/columns" in arrays]
    if not some:
        raise ModelError(f"group {name!r} has no forest")
    return Group(name, some, Calibration.of(parts(arrays, ["calibration"])), usual)


def _part(block: str, arrays: Mapping[str, Array], width: int) -> Part:
    columns, forest = arrays["columns"].astype(np.int64), Forest.of(parts(arrays, ["forest"]))
    if forest.width != len(columns) or not ((columns >= 0) & (columns < width)).all():
        raise ModelError(f"block {block!r} is of other features")
    return Part(block, columns, forest, Calibration.of(parts(arrays, ["calibration"])))

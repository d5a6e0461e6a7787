"""Columns that are cut out of others only when somebody asks for them: most detectors look at few of many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from geo.schema import Array


class Lazy(Mapping[str, Array]):
    """The named columns, each made by `make(name)` at its first use and kept.

    `pick(name, rows)` gives a few rows (indices) of a column that nobody has asked for as a whole.
    """

    def __init__(
        self, names: Sequence[str], make: Callable[[str], Array], pick: Callable[[str, Array], Array] | None = None
    ) -> None:
        self._names, self._make, self._pick = dict.fromkeys(names), make, pick
        self._made: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def picked(self, name: str, rows: Array) -> Array:
        """Rows (indices) of a column."""
        if self._pick is None or name in self._made or name not in self._names:
            return self[name][rows]
        return self._pick(name, rows)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def taken(columns: Mapping[str, Array], rows: Array) -> Lazy:
    """The given rows (indices or a mask) of every column."""
    index = indices(rows)
    return Lazy(
        tuple(columns), lambda name: columns[name].take(index), lambda name, some: picked(columns, name, index[some])
    )


def indices(rows: Array) -> Array:
    """Rows as indices, where they may be a mask: taking by these is several times as fast."""
    return np.flatnonzero(rows) if rows.dtype == bool else rows


def picked(columns: Mapping[str, Array], name: str, rows: Array) -> Array:
    """Rows (indices) of a column, without making the whole of it where it is lazy."""
    return columns.picked(name, rows) if isinstance(columns, Lazy) else columns[name][rows]

"""Columns that are cut out of others only when somebody asks for them: most detectors look at few of many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from geo.schema import Array


class Lazy(Mapping[str, Array]):
    """The named columns, each made by `make(name)` at its first use and kept."""

    def __init__(self, names: Sequence[str], make: Callable[[str], Array]) -> None:
        self._names, self._make = dict.fromkeys(names), make
        self._made: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def taken(columns: Mapping[str, Array], rows: Array) -> Lazy:
    """The given rows (indices or a mask) of every column."""
    return Lazy(tuple(columns), lambda name: columns[name][rows])

"""Tiles that were made already: bounded, and true only as long as the data are those that they were made from."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

MOST_BYTES = 32_000_000
"""Of all tiles kept together; those unused for longest go first."""


@dataclass
class Kept:
    """One tile, what the data were when it was made, and its packed forms by coding."""

    content: bytes
    version: Hashable
    tag: str
    packed: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.content) + sum(map(len, self.packed.values())) + 500


@dataclass
class TileCache:
    """Keeps the tiles used last within `most_bytes`."""

    most_bytes: int = MOST_BYTES
    kept: OrderedDict[Hashable, Kept] = field(default_factory=OrderedDict)
    size: int = 0

    def get(self, key: Hashable, version: Hashable) -> Kept | None:
        """The tile, if it was made from this version of the data."""
        found = self.kept.get(key)
        if found is None or version is None:
            return None
        if found.version != version:
            self._drop(key)
            return None
        self.kept.move_to_end(key)
        return found

    def put(self, key: Hashable, version: Hashable, content: bytes) -> Kept:
        """Keep a tile; with version None (nobody tells of changes) only for the answer at hand."""
        # Weak, as one tag stands for the tile however it is packed.
        tag = f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        made = Kept(content, version, tag)
        if version is not None:
            self._drop(key)
            self.kept[key] = made
            self.size += made.size
            self._shrink()
        return made

    def pack(self, key: Hashable, kept: Kept, how: str, content: bytes) -> None:
        """Keep a packed form beside the tile, if it is still here."""
        if self.kept.get(key) is kept:
            self.size += len(content)
            kept.packed[how] = content
            self._shrink()

    def _shrink(self) -> None:
        while self.size > self.most_bytes:
            self._drop(next(iter(self.kept)))

    def _drop(self, key: Hashable) -> None:
        gone = self.kept.pop(key, None)
        self.size -= gone.size if gone else 0


@dataclass
class Crowds:
    """Places that held more features than a tile shows one by one when they were looked at last; of `most` at most."""

    most: int = 10_000
    known: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)

    def note(self, key: Hashable, crowded: bool) -> None:
        """Remember what was found there."""
        self.known.pop(key, None)
        if crowded:
            self.known[key] = None
            if len(self.known) > self.most:
                self.known.popitem(last=False)

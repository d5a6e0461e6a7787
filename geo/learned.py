"""What classes, verdicts and the API ask of a learned model, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from geo.features import Features
from geo.schema import Array


class PointScorer(Protocol):
    """Judges rows one by one. Its score of a row does not depend on the rows that come with it."""

    @property
    def names(self) -> Sequence[str]:
        """The features that it reads."""

    @property
    def about(self) -> Mapping[str, Any]:
        """What is known of it."""

    def scores(self, found: Features) -> Array:
        """0 to 1 (n,); 0.99: one row in a hundred of normal traffic of its kind is at least as odd."""

    def told(self, found: Features) -> Sequence[str]:
        """In words what is odd about each row (n,), and among what: for the few rows that are shown to people."""


class SequenceScorer(Protocol):
    """Judges windows of a flight's last rows."""

    @property
    def names(self) -> Sequence[str]:
        """The features that it reads."""

    def scores(self, found: Features) -> tuple[Array, Array]:
        """Rows (m,) at which a window ends, and its score 0 to 1 (m,)."""

"""How long who goes on after a kill would judge again, and so when a checkpoint is worth its while before its time."""

from __future__ import annotations

from dataclasses import dataclass

AGAIN_S, KEEPING = 2.0, 10.0
"""A checkpoint comes sooner when what came since took this long to judge, but takes a tenth of that itself at most."""


@dataclass
class Rejudging:
    """`since`: how much had been judged at the last checkpoint; `took`: how long that was in the writing; seconds."""

    since: float = 0.0
    took: float = 0.0

    def much(self, judged_s: float) -> bool:
        """Whether it has become much, where the classes have judged for `judged_s` altogether."""
        return judged_s - self.since >= max(AGAIN_S, KEEPING * self.took)

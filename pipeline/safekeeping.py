"""What a kill must not lose: rows, in the journal before they are judged, and at times the state, in a checkpoint."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from geo.batch import Batch
from geo.schema import NO_TIME
from pipeline import checkpoint
from pipeline.engine import Engine
from pipeline.inbox import Inbox
from pipeline.journal import Journal
from pipeline.polls import Polls
from pipeline.rejudging import Rejudging

log = structlog.get_logger("skysift.live")


@dataclass
class Safekeeping:
    """`path` of the checkpoint, and `beside` what goes into it with the engine; neither it nor a journal need be.

    `unwritten` counts the rows, by feed, that a full disk kept out of the journal; `unsettled` are the ids of what was
    posted among them: they are safe once a checkpoint is written.
    """

    engine: Engine
    path: Path | None
    journal: Journal | None
    beside: Mapping[str, checkpoint.Kept | None]
    unwritten: Counter[int] = field(default_factory=Counter)
    unsettled: set[int] = field(default_factory=set)
    rejudging: Rejudging = field(default_factory=Rejudging)

    def write(self, batch: Batch, posted: Sequence[int]) -> None:
        """Before it is judged: whoever goes on after a kill judges the same rows in the same pieces."""
        if not self.journal:
            return
        try:
            self.journal.add(batch, posted)
        except OSError as error:
            # Judging goes on: only a kill before the next checkpoint would lose these rows.
            self.unwritten.update(batch["feed"].tolist())
            self.unsettled.update(posted)
            log.error("the journal cannot be written", error=repr(error), rows=len(batch))

    def put_by(self, batch: Batch, posted: Sequence[int], inbox: Inbox) -> None:
        """Rows that are judged later, by whoever goes on; what there is no room for is counted as dropped."""
        try:
            if self.journal and not self.journal.full:
                self.journal.add(batch, posted)
                return
        except OSError as error:
            log.error("the journal cannot be written", error=repr(error))
        inbox.dropped.update(batch["feed"].tolist())

    async def settle(self, polls: Polls) -> None:
        """Tell the sources what of theirs is safe."""
        if self.journal and self.journal.posted:
            await polls.settle(tuple(self.journal.posted))
            self.journal.posted.clear()

    @property
    def worth_it(self) -> bool:
        """Whether so much was judged since the last checkpoint that one should come before its time."""
        return self.rejudging.much(self.engine.judged_s)

    def again(self) -> None:
        """Write the checkpoint while judging goes on; on a full disk the one before holds, and the journal grows on."""
        began, self.rejudging.since = time.monotonic(), self.engine.judged_s
        try:
            self.keep()
            self.rejudging.took = time.monotonic() - began
            if self.journal:
                # What the journal had no room for is in the checkpoint now.
                self.journal.posted |= self.unsettled
                self.unsettled.clear()
        except OSError as error:
            log.error("the checkpoint cannot be written; tried again in a minute", error=repr(error))

    def keep(self) -> None:
        """Write the checkpoint, whole or not at all."""
        if self.path and self.engine.arrivals.newest != NO_TIME:
            part = self.path.with_suffix(".part")
            part.write_bytes(checkpoint.save(self.engine, self.beside))
            with part.open("rb") as file:
                # On the disk before the journal is cleared: else a power failure might leave neither.
                os.fsync(file.fileno())
            part.replace(self.path)
        if self.journal:
            self.journal.clear()

    def disk_free(self) -> float | None:
        """The share of the disk that is free where the state is kept."""
        if not self.path:
            return None
        disk = shutil.disk_usage(self.path.parent)
        return disk.free / disk.total

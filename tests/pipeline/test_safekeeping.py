"""What a kill, or a power failure, must not lose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detectors._examples import fly
from detectors._registry import registry
from pipeline.engine import Engine
from pipeline.journal import Journal
from pipeline.safekeeping import Safekeeping


def test_a_checkpoint_that_is_not_on_the_disk_clears_no_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe = Safekeeping(
        Engine({"squawk": registry()["squawk"]}), tmp_path / "engine.npz", Journal(tmp_path / "journal"), {}
    )
    safe.write(fly(1, 30), ())
    safe.engine.feed(fly(1, 30))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        safe.keep()

    assert [len(batch) for batch in Journal(tmp_path / "journal").rest()] == [30]
    assert not (tmp_path / "engine.npz").exists()

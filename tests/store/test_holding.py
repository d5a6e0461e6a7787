"""Files that are held: who comes waits, is told for whom, and not for ever."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from store.holding import alone
from store.programs import ClusterError


def test_who_comes_waits_for_the_other_s_end(tmp_path: Path) -> None:
    heard: list[str] = []
    with alone(tmp_path / "state" / "lock", 0, heard.append):
        entered, second = threading.Event(), threading.Event()

        def come() -> None:
            with alone(tmp_path / "state" / "lock", 60, lambda who: (heard.append(who), second.set())[0]):
                entered.set()

        thread = threading.Thread(target=come)
        thread.start()
        assert second.wait(30)
        assert not entered.is_set()
    thread.join(30)

    assert entered.is_set()
    assert heard == [f"process {os.getpid()}"]


def test_who_keeps_it_is_named(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "lock", 0, lambda who: None),
        pytest.raises(ClusterError, match=rf"process {os.getpid()} still works in .* after 0 s"),
        alone(tmp_path / "lock", 0, lambda who: None),
    ):
        pass

"""The benchmark of Mode S frames measures what it says, and says what it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import frames
from feeds import FeedError
from tests.feeds.transponder import beast, flown


def test_frames_of_a_recording_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.bin"
    path.write_bytes(b"".join(beast(frame, at) for at, frame in flown(52.25, 3.92, range(200))))

    found = frames.run(path, 1)

    assert found["frames"] == 200
    assert found["cpu_to_bare_rs1090"] > 0


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.bin"
    path.write_bytes(b"hello")

    with pytest.raises(FeedError, match="no Beast frames"):
        frames.run(path, 1)

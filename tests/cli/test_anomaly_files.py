"""Features to a file on a disk that is full: said, with nothing left that looks like an answer."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.anomaly_files import FORMATS, whole, write_features
from cli.ui import FAILED, Failure
from geo.anomaly import Anomaly

ROOM_BYTES = 16 * 1024
MANY = [
    Anomaly(
        f"a{i:03}", "squawk", i, "TEST1", [], 1_700_000_400_000, 1_700_000_460_000, "closed", 2, 0.5, f"{i:x}" * 40,
        None, "", evidence={"said": [str(k * i) for k in range(40)]},
    ).feature()
    for i in range(200)
]  # fmt: skip


@pytest.fixture
def little_room() -> Iterator[None]:
    """Files end at ROOM_BYTES, as they do on a full disk: a write is cut off, and the next one refused."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("little_room")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"

    with pytest.raises(Failure, match="cannot be written") as failed:
        write_features(path, MANY)

    assert failed.value.exit_code == FAILED and len(failed.value.message) < 300
    assert not list(tmp_path.iterdir())


def test_what_is_no_fault_of_the_disk_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), whole(tmp_path / "out.csv"):
        raise ConnectionResetError(104, "Connection reset by peer")

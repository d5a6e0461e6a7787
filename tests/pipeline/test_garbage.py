"""What is there when a process settles is looked at no more; what comes later is."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pipeline.garbage import settle


class Ring:
    """An object that only the search for garbage finds."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_what_is_there_stays_and_garbage_is_found_before_and_after() -> None:
    before = Ring()
    del before
    settle()
    kept = gc.get_freeze_count()

    after = Ring()
    del after

    assert kept > 1_000 and gc.collect() >= 1
    assert not [one for one in gc.get_objects() if isinstance(one, Ring)]

"""Duties come round."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.due import Due


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_duty_comes_after_its_while_and_then_again() -> None:
    clock = Clock()
    due = Due(clock=clock)
    came = [due.comes("status", 5.0)]
    for clock.now in (104.0, 105.0, 106.0, 110.0):
        came.append(due.comes("status", 5.0))

    assert came == [False, False, True, False, True]


def test_at_once_the_first_time_too() -> None:
    assert Due(clock=Clock()).comes("beat", 5.0, at_once=True)


def test_one_that_may_wait_comes_when_it_waits_no_longer() -> None:
    clock = Clock()
    due = Due(clock=clock)
    due.comes("checkpoint", 60.0)
    clock.now += 70.0

    assert not due.comes("checkpoint", 60.0, wait_s=30.0) and due.comes("checkpoint", 60.0)


def test_hurried_it_comes_the_next_time() -> None:
    due = Due(clock=Clock())
    due.comes("checkpoint", 60.0)
    due.hurry("checkpoint")

    assert due.comes("checkpoint", 60.0, wait_s=30.0) and not due.comes("checkpoint", 60.0)

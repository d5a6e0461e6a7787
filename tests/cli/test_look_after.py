"""The private database under a running service is started again; what keeps it from that for a while ends nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from cli import serve
from store.cluster import ClusterError


def test_a_database_that_does_not_start_is_said_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = ClusterError("the private database did not start: No space left on device")
    tries: Iterator[BaseException | bool] = iter(
        [False, full, full, subprocess.TimeoutExpired("pg_ctl", 330), True, False, full, KeyboardInterrupt()]
    )

    def revived(name: str) -> bool:
        outcome = next(tries)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(serve, "revived", revived)
    monkeypatch.setattr(serve, "LOOK_S", 0.0)

    with pytest.raises(KeyboardInterrupt):
        serve._look_after("skysift")

    said = " ".join(capsys.readouterr().err.split())
    assert said.count("No space left on device") == 2
    assert said.count("timed out") == 1 and said.count("it was started again") == 1

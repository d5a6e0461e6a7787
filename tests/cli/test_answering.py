"""Where the service answers: written down for links; without a state folder neither service nor links end."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.answering import USUAL, keep_address, kept_address

URL = "postgresql://somewhere/skysift"


def test_what_was_kept_is_known_again_for_its_own_database_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path))
    keep_address(URL, "http://127.0.0.1:9124/")

    assert kept_address(URL) == "http://127.0.0.1:9124/"
    assert kept_address(f"{URL}_demo") == USUAL


def test_a_state_folder_that_cannot_be_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path / "file" / "state"))

    keep_address(URL, "http://127.0.0.1:9124/")

    assert kept_address(URL) == USUAL
    assert "will not know the address" in capsys.readouterr().err

"""What PostgreSQL's programs are told: never a password where others on the machine could read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.dump import dump
from store.programs import Programs

PROGRAM = '#!/bin/sh\nprintf "%s\\n" "$@" >"$0.arguments"\nprintf "%s" "$PGPASSWORD" >"$0.secret"\n'


def test_a_password_goes_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setattr(Programs, "find", lambda: Programs(tmp_path, 15))

    dump("postgresql://ann:s%40cret@db.example:5433/sky?sslmode=require", tmp_path / "out")

    arguments = (tmp_path / "pg_dump.arguments").read_text().splitlines()
    assert arguments[-1] == "postgresql://ann@db.example:5433/sky?sslmode=require"
    assert "cret" not in "".join(arguments)
    assert (tmp_path / "pg_dump.secret").read_text() == "s@cret"

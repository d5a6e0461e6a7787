"""Secrets at rest: made at need, read by nobody else, renewed, and missed with a clear word."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from delivery.vault import Vault, VaultError


def test_sealed_and_opened(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "state")
    sealed = vault.seal({"password": "hidden"})

    assert b"hidden" not in sealed
    assert Vault(tmp_path / "state").open(sealed) == {"password": "hidden"}
    assert vault.path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in vault.folder.iterdir()] == ["destinations.key"]


def test_a_missing_key_is_said(tmp_path: Path) -> None:
    sealed = Vault(tmp_path).seal({})
    (tmp_path / "destinations.key").unlink()

    with pytest.raises(VaultError, match="is missing: bring it back"):
        Vault(tmp_path).open(sealed)


def test_another_key_is_said(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "one").seal({})

    with pytest.raises(VaultError, match="another key"):
        Vault(tmp_path / "two", Fernet.generate_key().decode()).open(sealed)


def test_a_key_of_the_environment_needs_no_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path, Fernet.generate_key().decode())

    assert vault.open(vault.seal({"a": 1})) == {"a": 1}
    assert list(tmp_path.iterdir()) == []


def test_a_new_key_takes_over(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    old = vault.seal({"a": 1})
    vault.add_key()
    new = vault.renewed(old)
    vault.drop_old()

    assert vault.open(new) == {"a": 1}
    with pytest.raises(VaultError):
        vault.open(old)


def test_nonsense_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="something else than keys"):
        Vault(tmp_path, "nonsense").seal({})

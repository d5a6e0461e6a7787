"""Secrets of destinations, encrypted: a key file of the state folder, or a key that the environment brings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

FILE = "destinations.key"
VARIABLE = "SKYSIFT_KEY"


class VaultError(Exception):
    """The key is missing, wrong or not to be read; the message says what to do."""


@dataclass(frozen=True)
class Vault:
    """`folder` holds the key file, one key a line, the newest first; `given` (SKYSIFT_KEY) goes before it."""

    folder: Path
    given: str = ""

    @classmethod
    def of(cls, folder: Path) -> Vault:
        """With the key of the environment, if there is one."""
        return cls(folder, os.environ.get(VARIABLE, ""))

    @property
    def path(self) -> Path:
        return self.folder / FILE

    def seal(self, values: Mapping[str, Any]) -> bytes:
        """Encrypt; the key file is made at the first need. Raises VaultError."""
        return self._keys(make=True).encrypt(orjson.dumps(dict(values)))

    def open(self, sealed: bytes) -> dict[str, Any]:
        """Decrypt. Raises VaultError."""
        from cryptography.fernet import InvalidToken

        try:
            found: dict[str, Any] = orjson.loads(self._keys().decrypt(bytes(sealed)))
        except InvalidToken:
            raise VaultError(
                f"a destination's secret was encrypted with another key than {self._where()}: "
                "bring that key back, or enter the secret anew"
            ) from None
        return found

    def renewed(self, sealed: bytes) -> bytes:
        """The same, encrypted with the newest key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._keys().rotate(bytes(sealed))
        except InvalidToken:
            raise VaultError("a secret was encrypted with a key that is not there: nothing was changed") from None

    def add_key(self) -> None:
        """A new key before the old ones."""
        if self.given:
            raise VaultError(f"{VARIABLE} holds the key: put a new one before it there, separated by a space")
        self._write([_new_key(), *self._lines()])

    def drop_old(self) -> None:
        """Only the newest key stays: nothing is encrypted with the others any more."""
        self._write(self._lines()[:1])

    def _keys(self, make: bool = False) -> MultiFernet:
        # Here and not above: an API that is asked for features alone holds 7 MB less.
        from cryptography.fernet import Fernet, MultiFernet

        lines = self.given.split() or self._lines()
        if not lines and make:
            lines = self._made()
        if not lines:
            raise VaultError(f"{self._where()} is missing: bring it back, or enter the destinations' secrets anew")
        try:
            return MultiFernet([Fernet(one) for one in lines])
        except ValueError:
            raise VaultError(f"{self._where()} holds something else than keys: 32 bytes in URL-safe Base64") from None

    def _where(self) -> str:
        return f"the key of {VARIABLE}" if self.given else f"the key file {self.path}"

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text().split()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise VaultError(f"the key file {self.path} cannot be read: {error}") from None

    def _made(self) -> list[str]:
        """A first key; where two processes come at once, the first one's."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self._part([_new_key()])
        try:
            os.link(part, self.path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
        return self._lines()

    def _write(self, lines: Sequence[str]) -> None:
        self._part(lines).replace(self.path)

    def _part(self, lines: Sequence[str]) -> Path:
        part = self.path.with_suffix(f".{os.getpid()}")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return part


def _new_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()

"""Passwords to scrypt hashes and back to yes or no; random secrets, of which only the SHA-256 is kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

COST = (2**15, 8, 3)
"""n, r and p of scrypt: 32 MiB and about a fifth of a second on one core."""

_MEMORY = 128 * 1024 * 1024
"""Bytes that scrypt may take: dearer costs of later versions must be read too."""

SHORTEST, LONGEST = 10, 200
"""Characters of a password."""


def hashed(password: str) -> str:
    """`scrypt$n$r$p$salt$hash`. Takes a fifth of a second: not for the event loop."""
    salt = secrets.token_bytes(16)
    n, r, p = COST
    return "$".join(("scrypt", str(n), str(r), str(p), _text(salt), _text(_scrypt(password, salt, n, r, p))))


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password. Without a stored one it takes as long and is none, so that time tells nothing."""
    _, n, r, p, salt, wanted = (stored or _NONE).split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(wanted)) and stored is not None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


_NONE = "$".join(("scrypt", *map(str, COST), _text(bytes(16)), _text(bytes(32))))


def new_secret(prefix: str = "") -> str:
    """256 random bits as text."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a secret. It is random and long, so that a quick hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).digest()

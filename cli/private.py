"""What the configuration says of privacy, as the pipeline applies it: lists read, the key of pseudonyms kept."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from cli.configuration import Configuration
from cli.ui import INPUT, Failure
from pipeline.privacy import LADD, PIA, Privacy, listed
from store.cluster import default_state_dir

KEY_FILE = "privacy.key"
LARGEST = 16 << 20
"""Bytes of a list that is read."""


def privacy(config: Configuration, known: Any = None) -> Privacy | None:
    """None where nothing is asked for. `known` is the aircraft database, where there is one. Raises Failure."""
    entries = [*config["privacy.opt_out"]]
    for name in config["privacy.opt_out_files"]:
        entries += _entries(Path(name))
    flags = PIA * config["privacy.honour_pia"] | LADD * config["privacy.honour_ladd"]
    key = _key(default_state_dir() / KEY_FILE) if config["privacy.pseudonyms"] else b""
    if not (entries or flags or key):
        return None
    addresses, names = listed(entries)
    return Privacy(addresses, names, flags, key, known)


def private(config: Configuration) -> Privacy | None:
    """The same for who has no aircraft database at hand: what was imported is read where it says who is meant."""
    from cli.kept import Kept

    found = privacy(config)
    if found and (found.flags or found.names):
        found.known = Kept.default().load("aircraft")
    return found


def _entries(path: Path) -> list[str]:
    """The first value of each line; what follows #, and a head that says icao or registration, is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise Failure(f"{path}: larger than {LARGEST:,} bytes, so it is no list of aircraft", INPUT)
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise Failure(f"{path}: no list of aircraft: it is not text", INPUT) from None
    values = (line.partition("#")[0].replace(";", ",").split(",")[0].strip().strip('"') for line in lines)
    return [one for one in values if one and one.lower() not in ("icao", "icao24", "hex", "registration")]


def _key(path: Path) -> bytes:
    """The key of pseudonyms, made at the first need. Whoever loses it has other pseudonyms from then on."""
    try:
        return bytes.fromhex(path.read_text())
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = secrets.token_bytes(32)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex())
        return key
    except ValueError:
        raise Failure(f"{path} holds no key: bring it back, or remove it to begin with a new one", INPUT) from None

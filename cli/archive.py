"""A backup as one file: a tar of the database's dump, the state folder's files, and a manifest of what is in it."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from cli.ui import INPUT, Failure

LAYOUT = 1
MANIFEST, DATABASE, CHECKPOINT, STATE = "manifest.json", "database.dump", "engine.npz", "state"
_BLOCK = 1 << 20


def write(path: Path, parts: Mapping[str, Path], about: Mapping[str, Any]) -> None:
    """The parts by their names in the tar, whole or not at all, readable by its owner alone: it holds keys."""
    part = path.with_name(f"{path.name}.part")
    sums = {name: _sha256(file) for name, file in parts.items()}
    manifest = orjson.dumps({"layout": LAYOUT, **about, "sha256": sums}, option=orjson.OPT_INDENT_2)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                head = tarfile.TarInfo(MANIFEST)
                head.size = len(manifest)
                tar.addfile(head, io.BytesIO(manifest))
                for name, own in parts.items():
                    tar.add(own, arcname=name, recursive=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def manifest_of(path: Path) -> Mapping[str, Any]:
    """What the backup says of itself. Raises Failure for a file that is none, or of another layout."""
    with _opened(path) as tar:
        first = tar.next()
        file = tar.extractfile(first) if first and first.name == MANIFEST and first.isreg() else None
        if file is None or first is None or first.size > _BLOCK:
            raise Failure(f"{path} is no backup of Skysift", INPUT)
        try:
            found: Mapping[str, Any] = orjson.loads(file.read())
        except orjson.JSONDecodeError:
            raise Failure(f"{path} is damaged: its manifest cannot be read", INPUT) from None
    if found.get("layout") != LAYOUT:
        raise Failure(f"{path} has layout {found.get('layout')}; this version reads {LAYOUT}", INPUT)
    return found


def unpack(path: Path, folder: Path) -> dict[str, Path]:
    """All parts into an empty folder, by name, each as the manifest says. Raises Failure for one that is not."""
    sums = dict(manifest_of(path)["sha256"])
    found: dict[str, Path] = {}
    with _opened(path) as tar:
        for member in tar:
            if member.name == MANIFEST:
                continue
            if member.name not in sums or not member.isreg() or not _safe(member.name):
                raise Failure(f"{path} holds {member.name!r}, which no backup of Skysift holds", INPUT)
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            assert source is not None
            with target.open("wb") as out:
                while block := source.read(_BLOCK):
                    out.write(block)
            found[member.name] = target
    wrong = [name for name, told in sums.items() if name not in found or _sha256(found[name]) != told]
    if wrong:
        raise Failure(f"{path} is damaged: {', '.join(wrong[:3])} is not as it was written", INPUT)
    return found


def _safe(name: str) -> bool:
    """Whether it is one of ours, and stays in its folder."""
    parts = PurePosixPath(name).parts
    ours = name in (DATABASE, CHECKPOINT) or (parts[:1] == (STATE,) and len(parts) > 1)
    return ours and not any(one in ("..", "/") for one in parts)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except tarfile.TarError as error:
        raise Failure(f"{path} is damaged, or no backup of Skysift: {error}", INPUT) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

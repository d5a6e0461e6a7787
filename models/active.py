"""Which model of each kind speaks: the one that ships, or the user's own in its place (`skysift models use`)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from models.folder import KINDS, MODEL, ModelError, read_json
from models.point import PointModel
from models.sequence import SequenceModel

SHIPPED = Path(__file__).parent / "shipped"
"""A folder for each kind: trained on made-up traffic (see `cli.train`)."""

LOADERS = {"point": PointModel.load, "sequence": SequenceModel.load}
"""Kind: what loads its folder, and raises ModelError where it cannot."""


RESOURCES = {kind: f"{kind}_model" for kind in LOADERS}
"""Kind: the resource that a class asks for it by."""


def chosen(state: Path, kind: str) -> Path | None:
    """The user's own model of a kind; None where the shipped one speaks."""
    folder = state / "models" / kind
    return folder if (folder / MODEL).exists() else None


def load(folder: Path) -> tuple[str, Any]:
    """Kind and model of any folder. Raises ModelError where it is none."""
    kind = read_json(folder / MODEL).get("kind")
    if kind not in LOADERS:
        raise ModelError(f"{folder}: a model of kind {kind!r}; known: {', '.join(LOADERS)}")
    return kind, LOADERS[kind](folder)


def active(state: Path, kind: str) -> Any | None:
    """The model that speaks; None where none of the kind ships. Raises ModelError for one that does not fit."""
    folder = chosen(state, kind) or SHIPPED / kind
    return load(folder)[1] if (folder / MODEL).exists() else None


def use(state: Path, folder: Path) -> str:
    """Take a copy of a model in place of the one of its kind; its kind. Raises ModelError where it is none."""
    kind, _ = load(folder)
    target = state / "models" / kind
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as near:
        copy = Path(near) / kind
        shutil.copytree(folder, copy)
        shutil.rmtree(target, ignore_errors=True)
        copy.rename(target)
    return kind


def use_shipped(state: Path, kind: str) -> None:
    """Let the shipped model of a kind speak again."""
    if kind not in KINDS:
        raise ModelError(f"no kind of model {kind!r}; known: {', '.join(KINDS)}")
    shutil.rmtree(state / "models" / kind, ignore_errors=True)

"""A model's folder: `model.json` says what it is, `model.npz` (or `.onnx`) holds it, `normalizers.json` its scales.

Beside them lie what is known of it: `data.json`, `metrics.json`, `plots/`, `README.md` (the model card). Nothing in a
folder is ever unpickled.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geo.scales import Scales, WrongFeatures
from geo.schema import Array

FORMAT = 1
MODEL, NUMBERS, SCALES, DATA, METRICS, CARD, PLOTS = (
    "model.json", "model.npz", "normalizers.json", "data.json", "metrics.json", "README.md", "plots",
)  # fmt: skip

KINDS = ("point", "sequence")
LARGEST = 100_000_000
"""Bytes of a file of a model that are read: ours have a few million."""


class ModelError(ValueError):
    """A folder that is no model, or one of another make; the message says what to do."""


def write_head(folder: Path, kind: str, scales: Scales, more: Mapping[str, Any]) -> None:
    """model.json and normalizers.json: kind, format, features with their hash, and `more`."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"kind": kind, "format": FORMAT, "hash": scales.hash, "features": list(scales.names), **more}
    write_json(folder / MODEL, head)
    write_json(folder / SCALES, scales.stored())


def read_head(folder: Path, kind: str) -> tuple[dict[str, Any], Scales]:
    """What model.json says, and the scales. Raises ModelError where it is no model of the kind, or for other
    features than those of this version."""
    head = read_json(folder / MODEL)
    if head.get("kind") != kind:
        raise ModelError(f"{folder}: a model of kind {head.get('kind')!r}, not {kind!r}")
    if head.get("format") != FORMAT:
        raise ModelError(f"{folder}: format {head.get('format')!r}, this version reads {FORMAT}: train it anew")
    stored = read_json(folder / SCALES)
    if list(stored) != head.get("features"):
        raise ModelError(f"{folder}: {SCALES} and {MODEL} name different features: the folder is damaged")
    try:
        return head, Scales.of(stored, str(head.get("hash")))
    except (WrongFeatures, TypeError, ValueError) as error:
        raise ModelError(f"{folder}: {error}") from error


def write_numbers(path: Path, arrays: Mapping[str, Array]) -> None:
    """Arrays, compressed, the same bytes for the same arrays."""
    out = io.BytesIO()
    np.savez_compressed(out, **{name: arrays[name] for name in sorted(arrays)})  # type: ignore[arg-type]
    path.write_bytes(out.getvalue())


def read_numbers(path: Path) -> dict[str, Array]:
    """The arrays of such a file. Raises ModelError for anything else."""
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST:
                raise ModelError(f"{path}: more than {LARGEST:,} bytes unpacked: no model of ours")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(f"{path}: no numbers of a model: {error}") from error


def write_json(path: Path, value: Any) -> None:
    """Indented, keys as they come; NaN is not JSON and raises ValueError."""
    path.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """An object. Raises ModelError where there is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise ModelError(f"{path}: too large")
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}: `skysift train` writes such folders") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path}: no JSON object")
    return value


def parts(arrays: Mapping[str, Array], prefixes: Sequence[str]) -> dict[str, Array]:
    """The arrays under `a/b/`, without it."""
    start = "/".join(prefixes) + "/"
    return {name.removeprefix(start): values for name, values in arrays.items() if name.startswith(start)}

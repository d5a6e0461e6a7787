"""A Batch as bytes and back: NumPy's own archive, never pickle."""

from __future__ import annotations

import io

import numpy as np
import orjson

from geo.batch import Batch

_LABELS = ":labels"


def packed(batch: Batch) -> bytes:
    """Columns and labels; what was refused is not kept."""
    labels = orjson.dumps(dict(batch.labels), option=orjson.OPT_NON_STR_KEYS)
    out = io.BytesIO()
    np.savez(out, **batch.columns, **{_LABELS: np.frombuffer(labels, dtype=np.uint8)})  # type: ignore[arg-type]
    return out.getvalue()


def unpacked(body: bytes) -> Batch:
    """What `packed` made. Raises ValueError or BadZipFile for anything else."""
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        columns = {name: arrays[name] for name in arrays.files}
    labels = orjson.loads(columns.pop(_LABELS).tobytes())
    return Batch(columns, {int(key): text for key, text in labels.items()})

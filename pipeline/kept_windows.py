"""Windows of who asks for verdicts, on disk: what was kept of each aircraft survives a restart. Never pickle."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from geo.batch import Batch
from geo.batch_bytes import packed, unpacked
from pipeline.scoring import Key, Windows

FILE = "score-windows.npz"
"""Its name in the state folder."""

LARGEST = 1 << 30
"""More bytes than all windows can be are not of ours."""

_OWNER, _NOBODY = ":owner", -1
_log = logging.getLogger("skysift.scoring")


def save(windows: Windows, path: Path) -> None:
    """All windows into a file that only its owner may read; the old one stays until the new one is whole."""
    kept = windows.all()
    parts = [
        rows.with_columns(**{_OWNER: np.full(len(rows), _NOBODY if who is None else who, dtype=np.int64)})
        for (who, _), rows in kept
    ]
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(packed(Batch.concat(parts)))
    os.replace(part, path)


def load(path: Path) -> Windows:
    """What `save` wrote; without a file, or with one that is damaged, none, and the log says so."""
    windows = Windows()
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path.stat().st_size:,} bytes")
        rows = unpacked(path.read_bytes())
        windows.kept = _cut(rows)
    except FileNotFoundError:
        return windows
    except (OSError, EOFError, ValueError, KeyError, AttributeError, BadZipFile) as error:
        _log.warning("%s: no windows can be read, every flight begins anew: %s", path, error)
    return windows


def _cut(rows: Batch) -> OrderedDict[Key, Batch]:
    """By owner and aircraft, in the order they stand in."""
    if not len(rows):
        return OrderedDict()
    owner, plain = rows.columns[_OWNER], Batch({n: v for n, v in rows.columns.items() if n != _OWNER}, rows.labels)
    new = np.flatnonzero((np.diff(owner) != 0) | (np.diff(rows["icao24"]) != 0)) + 1
    out: OrderedDict[Key, Batch] = OrderedDict()
    for part in np.split(np.arange(len(rows)), new):
        who = int(owner[part[0]])
        out[(None if who == _NOBODY else who, int(rows["icao24"][part[0]]))] = plain.take(part)
    return out

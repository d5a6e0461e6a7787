"""The sequence model: how odd the last five minutes of a flight are as a whole, 0 to 1, and what in them is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from geo.doubts import LEAST_HEARD, doubts
from geo.feature_rows import CLASSES
from geo.features import Features
from geo.scales import Scales
from geo.schema import Array
from geo.windows import STEPS, window_ends, windows
from models.calibration import Calibration
from models.drift import Reference
from models.folder import LARGEST, NUMBERS, ModelError, parts, read_head, read_numbers, write_head, write_numbers

KIND = "sequence"
GRAPH = "model.onnx"
EVERYTHING = "all traffic"
"""Name of the group of windows whose own class of aircraft was too rare to learn from."""

NAMES = (
    "gspeed", "vspeed", "d_alt", "d_speed", "turn_rate_deg_per_s", "step_m", "vertical_accel", "speed_gap",
    "track_gap", "climb_gap",
)  # fmt: skip
"""What the shipped model reads: how one moves. Not where, how high or which way, nor what the weather does to heights:
made-up traffic has other places and weather than a receiver, and all of them would be odd."""

MOST_FEATURES = 32
"""What a class has room to remember of each of a flight's last rows."""

BATCH = 64
"""Windows that are scored together (wished: 64 to 256): what is in between stays in the processor's near caches."""

SPARED = 2
"""The worst steps of a window do not count: a spike of one row (seed 000: "1200 knots for 1 frame") makes two, on the
way there and back."""


@dataclass(frozen=True)
class SequenceModel:
    """`graph` is an ONNX model from scaled windows to squared misses; `groups` calibrate its errors by name, and
    `choice` (classes,) says which of them a class of aircraft belongs to. `about` is model.json, `reference` what the
    features were like that it learned from."""

    scales: Scales
    graph: bytes
    groups: Mapping[str, Calibration]
    choice: Array
    about: Mapping[str, Any]
    reference: Reference | None = None

    @property
    def names(self) -> Sequence[str]:
        """The features that it reads, in its order."""
        return self.scales.names

    def scores(self, found: Features) -> tuple[Array, Array]:
        """Rows (m,) at which a window ends, and its score 0 to 1 (m,). `found` is sorted by flight and time.

        Doubtful rows (`geo.doubts`) do not count, where the features that tell them are there.
        """
        ends = window_ends(found)
        scaled, doubtful = self.scales.apply(found), doubts(found)[:, None]
        errors = np.zeros(len(ends))
        for first in range(0, len(ends), BATCH):
            some = slice(first, first + BATCH)
            errors[some] = self.errors(windows(scaled, ends[some]), windows(doubtful, ends[some])[:, :, 0])
        return ends, self.calibrated(errors, found.aircraft_class[ends])

    def errors(self, scaled: Array, doubt: Array | None = None) -> Array:
        """How much was missed (m,) in scaled windows (m, STEPS, k): 1 is usual. The worst SPARED steps do not count,
        nor do rows of `doubt` (m, STEPS); 0 where fewer than LEAST_HEARD are left.

        A window's error does not depend on the windows it comes with.
        """
        out = np.zeros(len(scaled))
        for first in range(0, len(scaled), BATCH):
            some = slice(first, first + BATCH)
            out[some] = window_errors(self.missed(scaled[some]), None if doubt is None else doubt[some])
        return out

    def missed(self, scaled: Array) -> Array:
        """By how much each value of windows (m, STEPS, k) was missed, squared, 1 being usual: float32 of that shape."""
        if not len(scaled):
            return np.zeros(scaled.shape, dtype=np.float32)
        return self._run("parts", scaled)

    def made(self, scaled: Array) -> Array:
        """What the model makes of windows (m, STEPS, k), one or more: float32 of that shape, scaled."""
        return self._run("made", scaled)

    def _run(self, output: str, scaled: Array) -> Array:
        found: Array = self._session.run([output], {"windows": np.ascontiguousarray(scaled, dtype=np.float32)})[0]
        return found

    def calibrated(self, errors: Array, aircraft_class: Array) -> Array:
        """0 to 1 (m,): 0.99 means that one normal window in a hundred, of aircraft of the class, is missed by more."""
        group, out = self.choice[aircraft_class], np.zeros(len(errors))
        for number, one in enumerate(self.groups.values()):
            rows = np.flatnonzero(group == number)
            out[rows] = one.scores(errors[rows])
        return out

    def save(self, folder: Path) -> None:
        """model.json, model.onnx, model.npz and normalizers.json into a folder."""
        arrays = {"choice": self.choice}
        for k, one in enumerate(self.groups.values()):
            arrays |= {f"{k}/{n}": v for n, v in one.arrays().items()}
        if self.reference is not None:
            arrays |= {f"reference/{n}": v for n, v in self.reference.arrays().items()}
        write_head(folder, KIND, self.scales, {**self.about, "steps": STEPS, "groups": list(self.groups)})
        write_numbers(folder / NUMBERS, arrays)
        (folder / GRAPH).write_bytes(self.graph)

    @staticmethod
    def load(folder: Path) -> SequenceModel:
        """What `save` wrote. Raises ModelError for a damaged folder, or a model of other features."""
        head, scales = read_head(folder, KIND)
        arrays = read_numbers(folder / NUMBERS)
        if head.get("steps") != STEPS or len(scales.names) > MOST_FEATURES:
            raise ModelError(f"{folder}: windows of {head.get('steps')} rows, this version has {STEPS}: train it anew")
        try:
            names = [str(name) for name in head["groups"]]
            groups = {name: Calibration.of(parts(arrays, [str(k)])) for k, name in enumerate(names)}
            choice = arrays["choice"].astype(np.int64)
            reference = Reference.of(parts(arrays, ["reference"]), len(scales.names))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ModelError(f"{folder}: damaged: {error}") from error
        if choice.shape != (len(CLASSES),) or choice.min() < 0 or choice.max() >= len(groups):
            raise ModelError(f"{folder}: its groups are not those of this version: train it anew")
        model = SequenceModel(scales, _graph(folder / GRAPH), groups, choice, head, reference)
        model.check(folder)
        return model

    def check(self, folder: Path) -> None:
        """Raises ModelError where the graph does not run, or gives other shapes than it should."""
        blank = np.zeros((2, STEPS, len(self.names)), dtype=np.float32)
        try:
            found = self.missed(blank)
        except Exception as error:  # onnxruntime raises classes of its own that have no common base
            raise ModelError(f"{folder / GRAPH}: does not run: {str(error)[:200]}") from error
        if found.shape != blank.shape or not np.isfinite(found).all():
            raise ModelError(f"{folder / GRAPH}: gives {found.shape}, not {blank.shape}")

    @cached_property
    def _session(self) -> Any:
        """One thread: who has several cores scores several batches."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])


def lasting(
    found: Features, ends: Array, score: Array, windows: int = 3, least: float = 0.99, peak: float = 0.9999
) -> Array:
    """Which windows (m,) are the last of so many in a row that all reach `least`, one of them `peak`.

    The defaults are those of the class `ml-sequence`.
    """
    high = np.zeros((windows, len(ends)))
    for back in range(windows):
        high[back, back:] = score[: len(score) - back] if back else score
        same = (found.flight[ends][back:] == found.flight[ends][: len(ends) - back]) & (
            ends[back:] - ends[: len(ends) - back] == back
        )
        high[back, back:] *= same
    return np.asarray((high >= least).all(axis=0) & (high >= peak).any(axis=0))


def window_errors(missed: Array, doubt: Array | None = None) -> Array:
    """The mean miss (m,) of windows (m, STEPS, k) without their worst SPARED steps, and without rows of `doubt`
    (m, STEPS); 0 where fewer than LEAST_HEARD are left."""
    by_step, heard = missed.mean(axis=2, dtype=np.float64), np.full(len(missed), missed.shape[1])
    if doubt is not None:
        by_step[doubt] = 0.0
        heard = heard - doubt.sum(axis=1)
    total = np.sort(by_step, axis=1)[:, : missed.shape[1] - SPARED].sum(axis=1)
    kept: Array = np.where(heard >= LEAST_HEARD, total / np.maximum(heard - SPARED, 1), 0.0)
    return kept


def _graph(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ModelError(f"{path}: too large")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error}") from error

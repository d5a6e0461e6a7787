"""An isolation forest as flat arrays, scored by onnxruntime: what scikit-learn grew, without scikit-learn or pickle.

Depths of leaves are multiples of a power of two, so small that their sums over the trees are exact in float32: a row's
depth is the same whatever rows it is scored with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from geo.schema import Array

LEAF = -1

EXACT = 2.0**24
"""Integers below this are exact in float32."""

TOGETHER = 10
"""Trees that are walked for all rows before the next ones: their nodes stay in the processor's nearest cache."""

MOST_NODES = 5_000_000
"""A file with more is no forest of ours: 200 trees of 256 rows have 100,000 at most."""


class ForestError(ValueError):
    """Arrays that are no forest."""


@dataclass(frozen=True)
class Forest:
    """Nodes of all trees (n,): `feature` (LEAF at leaves), `threshold` (float32; a row goes left where its value is
    not above), `left` and `right` (indices), `depth` (of leaves, in `quantum`s). `root` is where each tree begins.

    `usual` is the mean depth of a row that nothing sets apart: scikit-learn's denominator.
    """

    feature: Array
    threshold: Array
    left: Array
    right: Array
    depth: Array
    root: Array
    quantum: float
    usual: float
    width: int

    @staticmethod
    def grown(fitted: Any, width: int) -> Forest:
        """From a fitted `sklearn.ensemble.IsolationForest` over `width` features."""
        quantum = _quantum(fitted)
        parts = [_tree(fitted, k, quantum) for k in range(len(fitted.estimators_))]
        sizes = [len(p["feature"]) for p in parts]
        root = np.cumsum([0, *sizes[:-1]])
        for part, start in zip(parts, root.tolist(), strict=True):
            for name in ("left", "right"):
                part[name] = np.where(part["feature"] == LEAF, 0, part[name] + start)
        arrays = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
        usual = float(_unsplit(np.array([fitted.max_samples_]))[0])
        return Forest(**arrays, root=root.astype(np.int32), quantum=quantum, usual=usual, width=width)

    def depths(self, matrix: Array) -> Array:
        """Mean depth (n,) of rows (n, width) of float32: the fewer splits set a row apart, the odder it is."""
        if not len(matrix):
            return np.zeros(0)
        session, rows = self._session, np.ascontiguousarray(matrix, dtype=np.float32)
        total = session.run(None, {"rows": rows})[0][:, 0]
        mean: Array = total.astype(np.float64) * (self.quantum / len(self.root))
        return mean

    def scores(self, matrix: Array) -> Array:
        """scikit-learn's anomaly score (n,), its sign turned: higher is odder (seed 000), 0.5 is usual."""
        return np.exp2(-self.depths(matrix) / self.usual)

    def arrays(self) -> dict[str, Array]:
        """For a file, in the smallest types; thresholds of splits and depths of leaves alone."""
        leaf = self.feature == LEAF
        offset = np.where(leaf, 0, self.right - np.arange(len(self.right)))
        return {
            "feature": self.feature.astype(np.int8), "threshold": self.threshold[~leaf],
            "right": offset[~leaf].astype(np.uint16), "depth": self.depth[leaf].astype(np.uint32),
            "root": self.root, "scalars": np.array([self.quantum, self.usual, self.width]),
        }  # fmt: skip

    @staticmethod
    def of(stored: Mapping[str, Array]) -> Forest:
        """What `arrays` gave. Raises ForestError for anything else."""
        try:
            return _checked(_unpacked(stored))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ForestError(f"no forest: {error}") from error

    @cached_property
    def _session(self) -> Any:
        """One thread: who has several cores scores several batches."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self.onnx(), options, providers=["CPUExecutionProvider"])

    def onnx(self) -> bytes:
        """As an ONNX model: float32 `rows` (n, width) in, the sum of depths in quanta (n, 1) out."""
        from onnx import TensorProto, helper

        tree = np.repeat(np.arange(len(self.root)), np.diff(np.append(self.root, len(self.feature))))
        nodes = [self._node(tree, k, f"sum{k}") for k in range(0, len(self.root), TOGETHER)]
        nodes.append(helper.make_node("Sum", [node.output[0] for node in nodes], ["depths"]))
        rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, self.width])
        sums = helper.make_tensor_value_info("depths", TensorProto.FLOAT, [None, 1])
        graph = helper.make_graph(nodes, "isolation forest", [rows], [sums])
        opsets = [helper.make_opsetid("ai.onnx.ml", 1), helper.make_opsetid("", 13)]
        model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
        return model

    def _node(self, tree: Array, first: int, name: str) -> Any:
        """TOGETHER trees as one node of the graph; `tree` (n,) is the tree of each of the forest's nodes."""
        from onnx import AttributeProto, helper

        some = np.flatnonzero((tree >= first) & (tree < first + TOGETHER))
        start, leaf = self.root[tree[some]], self.feature[some] == LEAF
        number, own = some - start, tree[some] - first
        node = helper.make_node("TreeEnsembleRegressor", ["rows"], [name], domain="ai.onnx.ml", n_targets=1)
        whole = {
            "nodes_treeids": own, "nodes_nodeids": number, "nodes_featureids": np.maximum(self.feature[some], 0),
            "nodes_truenodeids": np.where(leaf, 0, self.left[some] - start),
            "nodes_falsenodeids": np.where(leaf, 0, self.right[some] - start),
            "target_treeids": own[leaf], "target_nodeids": number[leaf], "target_ids": np.zeros(leaf.sum(), dtype=int),
        }  # fmt: skip
        parts = {"nodes_values": self.threshold[some], "target_weights": self.depth[some][leaf].astype(np.float32)}
        modes = np.where(leaf, b"LEAF", b"BRANCH_LEQ")
        # make_attribute looks at every value's type, which takes longer than all else of a start.
        node.attribute.add(name="aggregate_function", type=AttributeProto.STRING, s=b"SUM")
        node.attribute.add(name="nodes_modes", type=AttributeProto.STRINGS, strings=modes.tolist())
        for key, numbers in whole.items():
            node.attribute.add(name=key, type=AttributeProto.INTS, ints=numbers.tolist())
        for key, values in parts.items():
            node.attribute.add(name=key, type=AttributeProto.FLOATS, floats=values.tolist())
        return node


def _quantum(fitted: Any) -> float:
    """The largest power of two at which the sum over all trees stays exact."""
    deepest = max(float(_depths(one.tree_).max()) for one in fitted.estimators_)
    return float(2.0 ** np.ceil(np.log2(len(fitted.estimators_) * max(deepest, 1.0) / EXACT)))


def _depths(tree: Any) -> Array:
    """Splits above each node (n,), and how many more would set its rows apart (Liu, Ting and Zhou 2008)."""
    depth, level, at = np.zeros(tree.node_count), 0, np.zeros(1, dtype=np.int64)
    while len(at):
        depth[at], level = level, level + 1
        at = np.concatenate([tree.children_left[at], tree.children_right[at]])
        at = at[at > 0]
    out: Array = depth + _unsplit(tree.n_node_samples)
    return out


def _unsplit(rows: Array) -> Array:
    """Mean depth of an unsuccessful search in a binary tree of so many rows: 2 H(n - 1) - 2 (n - 1) / n."""
    n = np.asarray(rows, dtype=np.float64)
    harmonic = np.log(np.maximum(n - 1, 1)) + np.euler_gamma
    out: Array = np.where(n > 2, 2 * harmonic - 2 * (n - 1) / np.maximum(n, 1), np.where(n == 2, 1.0, 0.0))
    return out


def _tree(fitted: Any, number: int, quantum: float) -> dict[str, Array]:
    """Nodes of one tree, in scikit-learn's order: a split's left child comes right behind it."""
    tree = fitted.estimators_[number].tree_
    leaf = tree.children_left < 0
    columns = np.asarray(fitted.estimators_features_[number])
    return {
        "feature": np.where(leaf, LEAF, columns[np.maximum(tree.feature, 0)]).astype(np.int16),
        "threshold": np.where(leaf, 0, _down(tree.threshold)).astype(np.float32),
        "left": tree.children_left.astype(np.int64), "right": tree.children_right.astype(np.int64),
        "depth": np.where(leaf, np.rint(_depths(tree) / quantum), 0).astype(np.int64),
    }  # fmt: skip


def _down(threshold: Array) -> Array:
    """The largest float32 not above: whether a float32 value is above stays the same."""
    near = threshold.astype(np.float32)
    return np.where(near.astype(np.float64) > threshold, np.nextafter(near, np.float32(-np.inf)), near)


def _unpacked(stored: Mapping[str, Array]) -> Forest:
    feature = stored["feature"].astype(np.int16)
    if not 0 < len(feature) <= MOST_NODES:
        raise ForestError(f"{len(feature):,} nodes")
    leaf, here = feature == LEAF, np.arange(len(feature))
    threshold, right, depth = (np.zeros(len(feature), dtype=d) for d in (np.float32, np.int64, np.int64))
    threshold[~leaf], right[~leaf], depth[leaf] = stored["threshold"], stored["right"], stored["depth"]
    quantum, usual, width = (float(v) for v in stored["scalars"])
    left, right = np.where(leaf, 0, here + 1), np.where(leaf, 0, np.asarray(right) + here)
    return Forest(feature, threshold, left, right, depth, stored["root"].astype(np.int32), quantum, usual, int(width))


def _checked(forest: Forest) -> Forest:
    """Every child lies behind its parent and within its tree, so that no walk goes on for ever."""
    end = np.append(forest.root[1:], len(forest.feature))
    if forest.root[0] != 0 or not (np.diff(np.append(forest.root, len(forest.feature))) > 0).all():
        raise ForestError("trees that do not follow each other")
    last = np.repeat(end, np.diff(np.append(forest.root, len(forest.feature))))
    split, here = forest.feature != LEAF, np.arange(len(forest.feature))
    good = (forest.left > here) & (forest.right > forest.left) & (forest.right < last)
    if not good[split].all() or forest.feature.max(initial=0) >= forest.width or forest.feature.min() < LEAF:
        raise ForestError("nodes that lead nowhere")
    if not (np.isfinite(forest.threshold).all() and forest.usual > 0 and forest.quantum > 0):
        raise ForestError("numbers that are none")
    return forest

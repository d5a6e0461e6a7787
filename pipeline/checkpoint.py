"""Checkpoint: an engine's whole state as bytes and back, so that a restart changes nothing. Never pickle."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
import orjson

from geo.batch import Batch
from geo.schema import NO_TIME, Array
from geo.streams import Stream
from geo.stretches import PATH_SLOT_MS
from pipeline.engine import Engine
from pipeline.history import Chunk
from pipeline.merge import Episode

FORMAT = 1

_log = logging.getLogger("skysift.checkpoint")


class Kept(Protocol):
    """Anything else whose state goes with the engine's."""

    def state(self) -> Mapping[str, Array]: ...
    def restore(self, stored: Mapping[str, Array]) -> None: ...


def save(engine: Engine, others: Mapping[str, Kept | None] | None = None) -> bytes:
    """Everything that the next row's verdict may depend on, and by name what goes with it."""
    beside = (others or {}).items()
    arrays = {f"{k}/{name}": values for k, one in beside if one for name, values in one.state().items()}
    waiting = Batch.concat(engine.arrivals.waiting)
    arrays |= {f"waiting/{name}": values for name, values in waiting.columns.items()}
    for sample_s, history in engine.histories.items():
        for k, chunk in enumerate(history.chunks):
            arrays |= {f"history/{sample_s}/{k:06d}/{name}": values for name, values in chunk.columns.items()}
    for name, run in engine.runs.items():
        if run.memory is not None:
            arrays |= {f"memory/{name}/{column}": values for column, values in run.memory.state().items()}
    arrays |= {f"lone/{name}": values for name, values in engine.flights.lone.items()}
    if engine.arrivals.learned:
        arrays |= {f"lateness/{name}": values for name, values in engine.arrivals.learned.state().items()}
    state = {
        "format": FORMAT,
        "arrivals": {n: getattr(engine.arrivals, n) for n in ("cut", "first", "newest")},
        "newest_of": sorted(engine.arrivals.newest_of.items()),
        "released": engine.released,
        "seen": sorted(engine.seen),
        "counts": dict(engine.counts),
        "by_feed": [(number, dict(counts)) for number, counts in engine.by_feed.items()],
        "labels": {str(k): v for k, v in engine.labels.items()},
        "several": [asdict(s) for streams in engine.flights.several.values() for s in streams],
        "runs": {name: _run_state(run) for name, run in engine.runs.items()},
    }
    arrays["state"] = np.frombuffer(orjson.dumps(state), dtype=np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def restore(engine: Engine, data: bytes, others: Mapping[str, Kept | None] | None = None) -> None:
    """Put the state into an engine made with the same classes, and into what goes with it.

    Raises ValueError when it is of another make.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        state = orjson.loads(arrays["state"].tobytes())
        if state["format"] != FORMAT:
            raise ValueError(f"checkpoint of format {state['format']}, this version writes {FORMAT}: start without it")
        stored = {name: arrays[name] for name in arrays.files if name != "state"}
    engine.arrivals.cut, engine.arrivals.first, engine.arrivals.newest = (
        state["arrivals"][n] for n in ("cut", "first", "newest")
    )
    engine.arrivals.newest_of = dict(state.get("newest_of", ()))
    if engine.arrivals.learned:
        engine.arrivals.learned.restore(_under(stored, "lateness/"))
    engine.by_feed = {number: Counter(counts) for number, counts in state.get("by_feed", ())}
    engine.arrivals.fusion.fused = Counter({n: counts["fused"] for n, counts in engine.by_feed.items()})
    labels = {int(k): v for k, v in state["labels"].items()}
    engine.labels = labels
    engine.arrivals.waiting = [Batch(_under(stored, "waiting/"), labels)]
    engine.released = state["released"]
    engine.seen = set(state["seen"])
    engine.counts.update(state["counts"])
    engine.flights.lone = _under(stored, "lone/")
    engine.flights.several = _grouped((Stream(**_numbers(s)) for s in state["several"]), "icao24")
    _restore_histories(engine, stored)
    for name, run in engine.runs.items():
        if name in state["runs"]:
            run.judged = state["runs"][name]["judged"]
            run.merger.open = _grouped((_episode(e) for e in state["runs"][name]["open"]), "subject")
    _restore_memories(engine, stored)
    for name, one in (others or {}).items():
        if one and (kept := _under(stored, f"{name}/")):
            one.restore(kept)


def restore_memories(engine: Engine, data: bytes) -> None:
    """Only what the classes have learned: of a checkpoint too old to go on from, that still holds."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        _restore_memories(engine, {name: arrays[name] for name in arrays.files if name.startswith("memory/")})


def _restore_memories(engine: Engine, stored: Mapping[str, Array]) -> None:
    """Memories back; one whose columns have changed since starts empty, and it is said. A class that the checkpoint
    does not know is no news."""
    for name, run in engine.runs.items():
        known = _under(stored, f"memory/{name}/")
        if run.memory is not None and known and not run.memory.restore(known):
            _log.warning(
                "what %s remembered was written by another version, which keeps it otherwise: it begins anew", name,
                extra={"class_id": name},
            )  # fmt: skip


def _under(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


def _restore_histories(engine: Engine, stored: Mapping[str, Array]) -> None:
    """Chunks back in their order; a history whose columns have changed since starts empty."""
    for sample_s, history in engine.histories.items():
        columns = _under(stored, f"history/{sample_s}/")
        for key in sorted({name.partition("/")[0] for name in columns}):
            chunk = _under(columns, f"{key}/")
            if set(chunk) == set(history.names):
                history.chunks.append(Chunk.of(chunk))


def _numbers(stored: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no NaN: what came back as null was one."""
    return {name: np.nan if value is None else value for name, value in stored.items()}


def _run_state(run: Any) -> dict[str, Any]:
    return {"judged": run.judged, "open": [_plain(e) for several in run.merger.open.values() for e in several]}


def _plain(episode: Episode) -> dict[str, Any]:
    """JSON has no sets and no integer keys."""
    path = list(episode.path.values())
    score = None if np.isinf(episode.score) else episode.score
    return asdict(episode) | {"members": sorted(episode.members), "path": path, "score": score}


def _episode(stored: dict[str, Any]) -> Episode:
    path = {int(ms) // PATH_SLOT_MS: (lon, lat, int(ms)) for lon, lat, ms in stored["path"]}
    score = -np.inf if stored["score"] is None else stored["score"]
    return Episode(**stored | {"members": frozenset(stored["members"]), "path": path, "score": score})


def _grouped(items: Iterable[Any], key: str) -> dict[int, list[Any]]:
    out: dict[int, list[Any]] = {}
    for item in items:
        out.setdefault(getattr(item, key), []).append(item)
    return out


def resumable(data: bytes, newest_ms: int, within_ms: int) -> bool:
    """Whether a checkpoint is recent enough, in data time, to go on from."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        last = orjson.loads(arrays["state"].tobytes())["arrivals"]["newest"]
    return bool(last != NO_TIME and abs(newest_ms - last) <= within_ms)

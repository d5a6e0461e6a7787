"""Episodes: ids that stay, lives that end, sentences that read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors._examples import EPOCH, during, fly, together
from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine
from pipeline.merge import LONGEST_PATH, Episode, Known, _lengthen, explain, path_of


def judged(batch: Batch, **changes: object) -> list[Anomaly]:
    spec = replace(registry()["squawk"], **changes)  # type: ignore[arg-type]
    engine = Engine({"squawk": spec}, lateness_s=0.0)
    found = {a.id: a for a in engine.feed(batch).anomalies}
    return list((found | {a.id: a for a in engine.finish().anomalies}).values())


def emergency(first: tuple[int, int], second: tuple[int, int], seconds: int = 1_200) -> Batch:
    code = during(b"7700", b"1000", *first, seconds, "S4")
    code[second[0] : second[1]] = b"7700"
    return fly(seconds=seconds, squawk=code)


def test_a_pause_shorter_than_the_gap_is_one_episode() -> None:
    assert len(judged(emergency((50, 150), (400, 500)))) == 1


def test_a_longer_pause_makes_two_and_the_first_is_closed() -> None:
    first, second = sorted(judged(emergency((50, 150), (900, 1000))), key=lambda a: a.start)

    assert first.start == EPOCH + 50_000 and first.end == EPOCH + 149_000
    assert (first.state, second.state) == ("closed", "open")
    assert first.id != second.id


def test_the_same_data_again_gives_the_same_ids() -> None:
    batch = emergency((50, 150), (900, 1000))

    assert {a.id for a in judged(batch)} == {a.id for a in judged(batch)}


def test_what_is_found_again_without_a_memory_of_it_goes_on_under_its_name() -> None:
    batch = emergency((50, 150), (900, 1000))
    _, second = sorted(judged(batch), key=lambda a: a.start)
    later = batch.take(batch["time"] >= EPOCH + 700_000)
    engine = Engine({"squawk": registry()["squawk"]}, lateness_s=0.0)
    engine.know([Known(second.id, "squawk", frozenset({int(batch["icao24"][0])}), second.start, second.end)])

    assert {a.id for a in judged(later)} != {second.id}
    assert {(a.id, a.start) for a in engine.feed(later).anomalies} == {(second.id, second.start)}


def test_two_aircraft_are_two_episodes() -> None:
    both = together(fly(1, 60, squawk=b"7600"), fly(2, 60, lat=45, squawk=b"7600"))

    assert {a.icao24 for a in judged(both)} == {1, 2}


def test_evidence_names_values_thresholds_and_samples() -> None:
    (anomaly,) = judged(fly(seconds=60, squawk=b"7500", callsign=b"ABC1"))

    assert anomaly.evidence["parameters"]["hold"] == {"value": 10, "unit": "s"}
    assert [s["role"] for s in anomaly.evidence["samples"]][:1] == ["first"]
    assert anomaly.evidence["samples"][-1]["squawk"] == "7500"
    assert anomaly.callsign == "ABC1" and anomaly.priority == 4


@given(st.lists(st.integers(1, 900), min_size=1, max_size=8), st.integers(600, 4_000))
def test_a_long_path_is_thinned_the_same_however_it_arrived(sizes: list[int], total: int) -> None:
    def grown(pieces: list[int]) -> np.ndarray:
        start = 0
        episode = Episode("", 0, 0, 0, 0, 0.0, 0.0, 0, 0, "", frozenset(), "", {}, {}, {})
        while start < total:
            for size in pieces:
                rows = np.arange(start, min(start + size, total))
                _lengthen(episode, np.column_stack([rows * 0.001, rows * 0.0, rows * 5_000]))
                start += size
        return path_of(episode)

    whole, split = grown([total]), grown(sizes)

    assert np.array_equal(whole, split)
    assert len(whole) <= LONGEST_PATH + 2


def test_a_sentence_begins_with_a_capital_and_has_no_double_spaces() -> None:
    assert explain("{what}  at {n:.0f} ft", {"what": "low", "n": 300.4}) == "Low at 300 ft"

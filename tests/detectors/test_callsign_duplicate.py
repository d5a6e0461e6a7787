"""Callsigns that two addresses share, and what explains most of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import during, fly, together
from detectors._registry import registry
from detectors.callsign_duplicate import AIRLINE, PLACEHOLDER
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES
from pipeline.engine import Engine
from tests.recordings import recording

SAMPLES = "traffic-samples/samples"


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["callsign-duplicate"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def two(km: float = 400.0, first: Any = b"DLH4AB", second: Any = b"DLH4AB", **other: Any) -> Batch:
    """Two aircraft for four minutes, the second north of the first."""
    given = {"icao24": 0x3C8A55, "seconds": 240, "lat": 50.0 + km / 111.2, "callsign": second} | other
    return together(fly(0x3C1000, 240, lat=50.0, callsign=first), fly(**given))


def cleared(rows: Batch, **overrides: float) -> Sequence[str]:
    return [a.cleared for a in found(rows, **overrides)]


def test_an_airlines_flight_number_far_apart_is_medium_and_sure() -> None:
    (one,) = found(two())
    assert (one.priority, one.members, one.callsign) == (2, [0x3C1000, 0x3C8A55], "DLH4AB")
    assert one.confidence == 0.9 and one.evidence["values"]["distance_km"] == pytest.approx(400, abs=2)
    assert one.end - one.start > 200_000


def test_distance_raises_confidence() -> None:
    near, unknown, far = found(two(30))[0], found(two(lat=np.nan, lon=np.nan))[0], found(two(400))[0]
    assert unknown.confidence < near.confidence < far.confidence
    assert "km" not in unknown.explanation


def test_it_lasts_while_both_are_heard() -> None:
    (one,) = found(two(seconds=100, start_s=60))
    assert 100_000 <= one.end - one.start <= 150_000


def test_a_callsign_must_be_held() -> None:
    assert not found(two(second=during(b"DLH4AB", b"EWG7", 100, 108, 240, "S8")))
    assert found(two(second=during(b"DLH4AB", b"EWG7", 100, 140, 240, "S8")))
    assert not found(two(second=during(b"DLH4AB", b"EWG7", 100, 140, 240, "S8")), hold=60)


def test_one_after_the_other_is_no_duplicate() -> None:
    assert not found(two(start_s=300))


def test_blank_rows_between_do_not_matter() -> None:
    sparse = np.where(np.arange(240) % 3 == 0, b"DLH4AB", b"").astype("S8")
    assert len(found(two(second=sparse))) == 1


def test_a_snapshot_is_low_and_doubtful() -> None:
    (one,) = found(two().take(np.arange(2)))
    assert (one.priority, one.start) == (1, one.end) and one.confidence <= 0.5


@pytest.mark.parametrize(
    "name", [b"TEST1234", b"00000000", b"@@@@@@@@", b"TXLU02", b"VFR", b"N", b"UNKN", b"RMTR01", b"1200", b"XXXXXXX"]
)
def test_placeholders_are_cleared(name: bytes) -> None:
    assert cleared(two(first=name, second=name)) == ["a placeholder, which is no flight's own"]
    assert PLACEHOLDER.fullmatch(name.decode())


@pytest.mark.parametrize("name", ["DLH4AB", "RYR1", "BAW123", "TXL22", "NON123"])
def test_flight_numbers_are_no_placeholders(name: str) -> None:
    assert AIRLINE.fullmatch(name) and not PLACEHOLDER.fullmatch(name)


def test_a_registration_on_two_addresses_is_low() -> None:
    (one,) = found(two(first=b"N12345", second=b"N12345"))
    assert (one.priority, one.cleared) == (1, "")


def test_so_many_share_only_a_placeholder() -> None:
    fleet = [fly(0x400000 + 16 * k, 60, lat=40 + 2 * k, callsign=b"RESCUE") for k in range(7)]
    assert cleared(together(*fleet)) == ["a placeholder, which is no flight's own"]


def test_neighbours_and_vehicles_are_cleared() -> None:
    beside = "side by side: one aircraft heard twice, or a formation"
    assert cleared(two(1.0)) == [beside] and cleared(two(1.0), near=0.1) == [""]
    ground = two(3.0).with_columns(on_ground=np.ones(480, dtype="i1"))
    assert cleared(ground) == ["all on the ground: vehicles, or a change of aircraft"]
    (one,) = found(two(300.0, on_ground=1, speed=0.0))
    assert (one.cleared, one.priority) == ("", 1)
    assert cleared(two(60.0, on_ground=1, speed=0.0)) == [
        "handed over: one aircraft on the ground, the other has just left it or is about to arrive"
    ]


def test_addresses_that_are_no_airframes_do_not_count() -> None:
    assert not found(two(icao24=NON_ICAO | 0x2B0D0D))
    assert not found(two(source=SOURCES.index("tisb_trackfile")))
    emitters = two().with_columns(source=np.full(480, SOURCES.index("adsb_icao_nt"), dtype="u1"))
    assert cleared(emitters) == ["sent without a transponder: vehicles or ground stations"]


def test_an_address_a_bit_away_without_a_callsign_of_its_own_was_misheard() -> None:
    misheard = two(icao24=0x3C1002, source=SOURCES.index("mlat"))
    assert cleared(misheard) == ["the addresses differ in a bit or two and one sends no callsign itself: misheard"]
    (doubtful,) = found(two(icao24=0x3C1002))
    assert not doubtful.cleared and doubtful.confidence < 0.6


def test_two_streams_of_one_address_are_one_sender() -> None:
    assert not found(two(icao24=0x3C1000, start_s=0.5))


def test_the_worldwide_snapshot_holds_placeholders_only(shared: Path) -> None:
    seen = found(*recording(shared / "data/adsbx-snapshot-20220430/aircraft.json"))
    assert len(seen) > 30 and all(a.cleared for a in seen)
    assert max(len(a.members) for a in seen if a.callsign == "TEST1234") > 80


def test_recordings_without_duplicates_give_none(shared: Path) -> None:
    for name in ("tv_relay/tour_de_france", "firefighting/calfire", "collections/switzerland"):
        assert not found(*recording(shared / f"data/{SAMPLES}/{name}.json.gz"))


def test_a_callsign_copied_into_a_recording_is_found_whatever_the_batches(shared: Path) -> None:
    rows = Batch.concat(recording(shared / f"data/{SAMPLES}/collections/switzerland.json.gz"))
    rows = rows.take((rows["time"] >= 1533117600000) & (rows["time"] < 1533119400000))
    names, counts = np.unique(rows["callsign"][rows["callsign"] != b""], return_counts=True)
    victim, copy = names[np.argsort(counts)[-2:]]
    forged = rows.with_columns(callsign=np.where(rows["callsign"] == copy, victim, rows["callsign"]))
    whole = [a.feature() for a in found(forged)]
    assert [f["properties"]["callsign"] for f in whole] == [victim.decode()]
    for seconds in (1, 7, 60):
        edges = np.searchsorted(rows["time"], np.arange(rows["time"][0], rows["time"][-1] + 1, seconds * 1000))
        parts = [forged.take(np.arange(a, b)) for a, b in zip(edges, [*edges[1:], len(rows)], strict=True)]
        assert [a.feature() for a in found(*parts)] == whole

"""Go-arounds, and the circuits, flight checks, landings and gliders that are none."""

from collections.abc import Sequence
from pathlib import Path

from detectors._registry import registry
from detectors.go_around import approach
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine
from tests.recordings import recording

SAMPLES = "traffic-samples/samples"


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["go-around"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": Airports.builtin()}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def recorded(shared: Path, *names: str) -> Sequence[Anomaly]:
    return [a for name in names for a in found(*recording(shared / "data" / name))]


def test_one_is_low_and_two_in_a_row_are_medium() -> None:
    (one,), (two,) = found(approach()), found(approach(times=2))
    assert (one.priority, two.priority) == (1, 2) and two.confidence > one.confidence
    assert "2 times in a row" in two.explanation and "EDDM" in one.explanation
    assert 700 <= one.evidence["values"]["height"] <= 900


def test_nobody_is_said_to_fly_below_the_field() -> None:
    (low,) = found(approach(altitude=4_200.0))
    assert low.evidence["values"]["height"] < 0 and "down to the height of the field, then up" in low.explanation


def test_a_light_aircraft_that_comes_down_to_the_runway_trains() -> None:
    circuit = found(approach(callsign=b"DEABC", altitude=4_600.0, category=b"A1"))
    assert [a.cleared for a in circuit] == ["traffic circuit or practice approaches"]


def test_flight_inspection_is_cleared_by_its_callsign() -> None:
    assert {a.cleared for a in found(approach(callsign=b"FCK211"))} == {"flight check of the aids of an airport"}


def test_a_glider_and_a_stop_are_none() -> None:
    assert not found(approach(callsign=b"", category=b"B1", speed=60.0))
    assert not found(approach(speed=45.0))


def test_a_missing_rate_does_no_harm() -> None:
    rows = approach()
    assert len(found(rows.with_columns(vertical_rate=rows["vertical_rate"] * float("nan")))) == 1


def test_landings_at_heathrow_and_overflights_of_paris_are_none(shared: Path) -> None:
    names = ("egll-20170802/egll-positions-rt.csv", "egll-20170802/egll-positions-fr24.csv")
    assert not recorded(shared, *names, f"{SAMPLES}/collections/switzerland.json.gz")


def test_circuits_at_watsonville_and_flight_checks_are_cleared(shared: Path) -> None:
    circuits = recorded(shared, "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz")
    assert len([a for a in circuits if a.cleared]) >= 5 and all(a.priority == 1 for a in circuits)
    checks = recorded(shared, *(f"{SAMPLES}/calibration/{n}.json.gz" for n in ("munich", "vancouver", "bornholm")))
    assert len(checks) >= 5 and all(a.cleared for a in checks)


def test_low_passes_over_an_airport_are_found(shared: Path) -> None:
    seen = recorded(shared, f"{SAMPLES}/featured/qantas747.json.gz", f"{SAMPLES}/calibration/kingston.json.gz")
    assert {a.icao24 for a in seen if not a.cleared} == {0x7C4779, 0x0B206F}


def test_the_go_around_at_toulouse_is_found(shared: Path) -> None:
    """EZY158T, 2017-02-05: down to the threshold of LFBO, up to 4,000 ft, and landed at the second try."""
    name = "traffic-samples/opensky-history/28d23de4eabad6ea298fb639612d5e4a.parquet"
    (one,) = recorded(shared, name)
    assert (one.callsign, one.cleared, one.priority) == ("EZY158T", "", 1) and "LFBO" in one.explanation

"""One address at two places: clones written into a real day of Swiss traffic, and what only looks like them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES, SYNTHETIC, Array
from geo.sphere import distance_m
from pipeline.engine import Engine
from tests.recordings import recording

SAMPLES = "traffic-samples/samples"
VICTIM = 0x4CA001


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["icao-spoof"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def clone(km: float = 445.0, seconds: float = 240.0, **second: Any) -> Batch:
    """One aircraft for four minutes, and another of the same address on the same course, half a second out of step."""
    given = {"start_s": 0.5, "lat": 50.0 + km / 111.2, "callsign": b"EIN7", "icao24": VICTIM} | second
    return together(fly(VICTIM, 240, callsign=b"RYR1AB"), fly(seconds=seconds, **given))


def test_two_airliners_on_one_address_are_high() -> None:
    (one,) = found(clone())
    assert (one.icao24, one.priority, one.callsign) == (VICTIM, 3, "RYR1AB, EIN7")
    assert "445 km apart" in one.explanation and "a clone or a misconfiguration" in one.explanation
    assert one.end - one.start > 200_000 and len(one.evidence["samples"]) == 2


def test_it_is_told_within_two_minutes() -> None:
    world = clone()
    seen = [t for t in range(0, 240, 10) if found(world.take(world["time"] < world["time"][0] + t * 1000))]
    assert seen[0] <= 60


def test_nearer_ones_are_low() -> None:
    (near,) = found(clone(100.0))
    assert near.priority == 1 and near.confidence <= 0.4
    assert not found(clone(12.0)) and found(clone(100.0), distance=80)[0].priority == 3


def test_one_callsign_at_one_height_may_be_one_disturbed_aircraft() -> None:
    (one,) = found(clone(callsign=b"RYR1AB"))
    assert one.priority == 2 and one.confidence <= 0.5 and "disturbed" in one.explanation
    assert found(clone(callsign=b"RYR1AB", altitude=12_000.0))[0].priority == 3


@pytest.mark.parametrize("source", ["mlat", "tisb_icao", "other", "adsc"])
def test_a_computed_position_makes_it_low(source: str) -> None:
    (one,) = found(clone(source=SOURCES.index(source)))
    assert one.priority == 1 and "computed" in one.explanation


def test_a_stale_position_is_none() -> None:
    assert not found(clone(lat=54.0, lon=np.full(240, 10.0), speed=0.0))
    slow = clone(lat=54.0, lon=np.full(240, 10.0), speed=0.0)
    stamps = np.where(slow["lat"] > 53, slow["time"][1], slow["time"])
    assert not found(slow.with_columns(position_time=stamps))


def test_a_parked_twin_whose_position_is_stamped_anew_counts() -> None:
    parked = clone(lat=54.0, lon=np.full(240, 10.0), speed=0.0)
    assert len(found(parked.with_columns(position_time=parked["time"]))) == 1


@pytest.mark.parametrize("rows", [1, 2, 8])
def test_a_few_wrong_rows_are_none(rows: int) -> None:
    assert not found(clone(seconds=rows, start_s=100.5))


def test_a_jump_for_good_is_none() -> None:
    """One place first, then only the other: a clock, a gap or a disturbance, but not two at once."""
    assert not found(together(fly(VICTIM, 120), fly(VICTIM, 120, start_s=120.5, lat=54.0)))


def test_a_flight_hours_later_is_none() -> None:
    assert not found(together(fly(VICTIM, 300), fly(VICTIM, 300, start_s=4_000, lat=54.0)))


@pytest.mark.parametrize("icao24", [NON_ICAO | VICTIM, SYNTHETIC | VICTIM])
def test_identities_that_are_no_addresses_do_not_count(icao24: int) -> None:
    rows = clone()
    assert not found(rows.with_columns(icao24=np.full(len(rows), icao24)))


def test_addresses_of_units_that_nobody_set_up_are_cleared() -> None:
    rows = clone()
    (one,) = found(rows.with_columns(icao24=np.zeros(len(rows), dtype=np.int64)))
    assert one.cleared == "an address that several unset units send"


def test_each_later_stream_is_an_episode_of_its_own() -> None:
    three = together(clone(), fly(VICTIM, 240, lat=40.0, start_s=0.2, callsign=b"IBE2"))
    assert [a.icao24 for a in found(three)] == [VICTIM, VICTIM]


def test_nearer_than_receivers_can_tell_it_must_be_unlike() -> None:
    assert not found(clone(12.0))
    (one,) = found(clone(12.0, altitude=12_000.0))
    assert one.priority == 1 and one.confidence <= 0.4 and "unlike in height" in one.explanation


def test_the_later_stream_is_reported_until_it_ends() -> None:
    """Heard with the first for a minute, then alone for ten."""
    (one,) = found(together(fly(VICTIM, 240), fly(VICTIM, 660, start_s=180.5, lat=54.0, callsign=b"EIN7")))
    start = fly(VICTIM, 1)["time"][0]
    assert one.start == start + 180_500 and one.end >= start + 830_000 and one.priority == 3


def test_heard_together_shortly_then_alone_is_less_sure() -> None:
    (one,) = found(together(fly(VICTIM, 210, step_s=15), fly(VICTIM, 600, step_s=15, start_s=175.5, lat=54.0)))
    assert one.priority == 2 and one.confidence <= 0.4 and "only shortly" in one.explanation


def test_across_the_antimeridian_it_is_near() -> None:
    assert not found(together(fly(VICTIM, 240, lon=179.9), fly(VICTIM, 240, lon=-179.95, lat=50.05, start_s=0.5)))


@pytest.fixture(scope="module")
def swiss(shared: Path) -> Batch:
    return Batch.concat(recording(shared / f"data/{SAMPLES}/collections/switzerland.json.gz"))


def spans(rows: Batch) -> dict[int, Array]:
    """Row indices by aircraft, of those with at least two minutes."""
    order = np.argsort(rows["icao24"], kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(rows["icao24"][order])) + 1)
    return {int(rows["icao24"][p[0]]): p for p in parts if len(p) > 12}


def common(rows: Batch, a: Array, b: Array) -> Array:
    """Kilometres between two aircraft at each row of the first at which the second is heard within 15 s."""
    at = np.clip(np.searchsorted(rows["time"][b], rows["time"][a]), 1, len(b) - 1)
    nearest = np.where(
        rows["time"][b[at]] - rows["time"][a] < rows["time"][a] - rows["time"][b[at - 1]], b[at], b[at - 1]
    )
    live = np.abs(rows["time"][nearest] - rows["time"][a]) <= 15_000
    i, j = a[live], nearest[live]
    return distance_m(rows["lat"][i], rows["lon"][i], rows["lat"][j], rows["lon"][j]) / 1000


def planted(rows: Batch, count: int) -> tuple[Batch, dict[int, Array]]:
    """The day with `count` aircraft relabelled to others' addresses; by address, how far apart the two then are."""
    flights, rng = spans(rows), np.random.default_rng(5)
    icao24, time, truth = rows["icao24"].copy(), rows["time"].copy(), {}
    free = list(flights)
    while len(truth) < count:
        victim, copy = rng.choice(free, 2, replace=False).tolist()
        km = common(rows, flights[victim], flights[copy])
        if len(km) < 12 or np.median(km) < 50:
            continue
        icao24[flights[copy]], truth[victim] = victim, km
        time[flights[copy]] += 400
        free = [f for f in free if f not in (victim, copy)]
    forged = rows.with_columns(icao24=icao24, time=time)
    return forged.take(np.argsort(time, kind="stable")), truth


def test_a_real_day_without_clones_gives_none(swiss: Batch) -> None:
    assert not found(swiss)


def test_twenty_clones_in_a_real_day_are_found_and_nothing_else(swiss: Batch) -> None:
    forged, truth = planted(swiss, 20)

    seen = found(forged)

    assert {a.icao24 for a in seen} == set(truth)
    high = {a.icao24 for a in seen if a.priority == 3}
    assert high >= {address for address, km in truth.items() if np.sum(km > 205) >= 12}
    assert all(truth[address].max() > 195 for address in high)


def test_no_split_of_the_day_changes_anything(swiss: Batch) -> None:
    forged, _ = planted(swiss.take((swiss["time"] >= 1533117600000) & (swiss["time"] < 1533121200000)), 4)
    whole = [a.feature() for a in found(forged)]
    assert whole
    for seconds in (1, 7, 60):
        edges = np.searchsorted(forged["time"], np.arange(forged["time"][0], forged["time"][-1] + 1, seconds * 1000))
        parts = [forged.take(np.arange(a, b)) for a, b in zip(edges, [*edges[1:], len(forged)], strict=True)]
        assert sorted(map(str, (a.feature() for a in found(*parts)))) == sorted(map(str, whole))


def test_recordings_with_glitches_give_none(shared: Path) -> None:
    names = [f"{SAMPLES}/noisy/noisy_time_issue.json.gz", f"{SAMPLES}/noisy/noisy_ground.json.gz"]
    names += [f"{SAMPLES}/tv_relay/tour_de_france.json.gz", "adsbx-snapshot-20220430/aircraft.json"]
    assert not [a for name in names for a in found(*recording(shared / "data" / name))]

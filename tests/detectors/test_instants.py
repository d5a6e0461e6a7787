"""Places at common moments: nothing from the future, nothing too old, nothing repeated."""

import numpy as np
import pytest

from detectors._examples import EPOCH, fly, together
from detectors._instants import Instants, at_instants
from geo.batch import Batch
from geo.flights import Flights
from geo.sphere import distance_m
from geo.tracks import Tracks

STEP = 10_000
START = EPOCH // STEP * STEP


def view(batch: Batch, fresh_from: int = 0) -> Tracks:
    """All rows as one view."""
    rows = batch.take(np.lexsort((batch["time"], batch["icao24"])))
    columns = {**rows.columns, **Flights().assign(rows.columns)}
    order = np.argsort(columns["flight"], kind="stable")
    return Tracks({k: v[order] for k, v in columns.items()}, columns["time"][order] >= fresh_from)


def instants(batch: Batch, max_age_s: float = 30.0, fresh_from: int = 0) -> Instants:
    return at_instants(view(batch, fresh_from), 10, max_age_s)


def test_a_straight_flight_is_carried_to_where_it_will_be() -> None:
    whole = fly(seconds=100.0, lat=60.0, speed=400.0)
    sparse = instants(whole.take(whole["time"] % STEP == 0))
    truth = {int(t): (lat, lon) for t, lat, lon in zip(whole["time"], whole["lat"], whole["lon"], strict=True)}
    errors = [
        distance_m(sparse.lat[i], sparse.lon[i], *truth[int(t)])
        for i, t in enumerate(sparse.instant)
        if int(t) in truth
    ]
    assert len(errors) == 9 and max(errors) < 20.0


def test_a_position_serves_until_it_is_too_old() -> None:
    lone = together(fly(0xA, 1.0), fly(0xB, 100.0))
    found = instants(lone)
    mine = found.instant[found.icao24 == 0xA]
    assert mine.tolist() == [START + k * STEP for k in (1, 2, 3)] and found.own[found.icao24 == 0xA].tolist() == [
        True,
        False,
        False,
    ]


def test_a_position_stamped_earlier_is_carried_from_its_stamp() -> None:
    late = fly(0xA, 1.0, speed=360.0)
    stamped = late.with_columns(position_time=late["time"] - 10_000)
    found = instants(stamped)
    assert distance_m(late["lat"][0], late["lon"][0], found.lat[0], found.lon[0]) == pytest.approx(
        360 * 1852 / 3600 * 20, abs=1
    )


def test_a_repeated_position_of_a_moving_aircraft_is_not_a_new_one() -> None:
    stuck = fly(0xA, 60.0, step_s=10.0)
    same = stuck.with_columns(lat=np.full(6, stuck["lat"][0]), lon=np.full(6, stuck["lon"][0]))
    assert (instants(same).row == 0).all()
    parked = same.with_columns(ground_speed=np.zeros(6, dtype="f4"))
    assert instants(parked).own.all()


def test_slots_before_the_first_fresh_row_are_context() -> None:
    found = instants(fly(0xA, 100.0), fresh_from=START + 5 * STEP)
    assert found.fresh.tolist() == [False] * 5 + [True] * 5


def test_find_gives_the_entry_or_none() -> None:
    found = instants(together(fly(0xA, 50.0), fly(0xB, 30.0, start_s=100.0)))
    again = found.find(found.rank, found.instant)
    assert (again == np.arange(len(found))).all()
    assert found.find(np.array([0, 0, 5]), np.array([START - STEP, START + 500 * STEP, START])).tolist() == [-1, -1, -1]


def test_nothing_in_nothing_out_and_no_position_no_place() -> None:
    assert len(instants(fly(0xA, 100.0).take(np.zeros(0, dtype=int)))) == 0
    assert len(instants(fly(0xA, 100.0, lat=np.nan))) == 0
    assert len(instants(fly(0xA, 1.0)).find(np.array([], dtype=int), np.array([], dtype=int))) == 0


def test_poles_and_the_antimeridian_are_ordinary_places() -> None:
    for lat, lon in ((89.99, 0.0), (-89.99, 170.0), (0.0, 179.999)):
        found = instants(fly(0xA, 60.0, lat=lat, lon=lon))
        assert np.isfinite(found.lat).all() and (np.abs(found.lon) <= 180).all()


def test_an_aircraft_that_sends_no_course_stays_where_it_is() -> None:
    found = instants(fly(0xA, 60.0, ground_speed=np.nan, track=np.nan, baro_altitude=np.nan))
    assert np.isfinite(found.lat).all() and np.isnan(found.baro_altitude).all()

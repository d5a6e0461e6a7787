"""Flights by gap and reachability; two streams under one address; the same however the rows are cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors._examples import EPOCH, circle, fly, together
from geo.batch import Batch
from geo.flights import Flights
from geo.schema import NO_TIME
from geo.sphere import distance_m
from geo.streams import flight_key, flight_keys, metres


def assigned(batch: Batch, cuts: list[int] | None = None) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """Derived columns by (icao24, time), the batch given in pieces cut at these times (s)."""
    flights, parts = Flights(), []
    edges = [0, *sorted(cuts or []), 10**9]
    for a, b in pairwise(edges):
        piece = batch.take((batch["time"] >= EPOCH + a * 1000) & (batch["time"] < EPOCH + b * 1000))
        piece = piece.take(np.lexsort((piece["time"], piece["icao24"])))
        if len(piece):
            derived = flights.assign(piece.columns)
            parts.append(derived | {"icao24": piece["icao24"], "time": piece["time"]})
    out = {n: np.concatenate([p[n] for p in parts]) for n in parts[0]}
    order = np.lexsort((out["time"], out["icao24"]))
    return {n: v[order] for n, v in out.items()}


def test_one_aircraft_is_one_flight() -> None:
    out = assigned(fly(seconds=100))

    assert len(set(out["flight"])) == 1 and (out["flight"] > 0).all()
    assert out["prev_time"][0] == NO_TIME and (np.diff(out["time"]) == out["time"][1:] - out["prev_time"][1:]).all()


@pytest.mark.parametrize(("gap_s", "flights"), [(590, 1), (650, 2)])
def test_a_flight_ends_after_ten_minutes_of_silence(gap_s: int, flights: int) -> None:
    later = fly(seconds=60, start_s=60 + gap_s, lat=50.0, lon=10.0 + 0.00336 * gap_s)

    out = assigned(Batch.concat([fly(seconds=60), later]))

    assert len(set(out["flight"])) == flights


def test_two_places_at_once_are_two_tracks_and_the_later_one_is_the_intruder() -> None:
    clone = fly(seconds=60, start_s=30.5, lat=40.0, lon=-3.0)

    out = assigned(together(fly(seconds=120), clone))
    intruder = out["sub"] == 1

    assert intruder.sum() == 60
    assert len(set(out["flight"][~intruder])) == len(set(out["flight"][intruder])) == 1
    assert (out["rival_km"][intruder] > 1_000).all()
    assert (out["time"][intruder] - out["rival_time"][intruder] <= 1_000).all()


def test_one_bad_row_does_not_break_the_track() -> None:
    rows = fly(seconds=100)
    lat = rows["lat"].copy()
    lat[50] += 5.0

    out = assigned(rows.with_columns(lat=lat))

    assert (out["sub"] == 1).sum() == 1
    assert len(set(out["flight"][out["sub"] == 0])) == 1


def test_a_bad_row_long_ago_does_not_draw_the_rows_of_the_living_track() -> None:
    """After minutes everything lies within reach of a stream that was one dirty fix (3924a4, Tour de France 2020)."""
    rows = circle(seconds=1800, step_s=5)
    lat = rows["lat"].copy()
    lat[[40, 150]] += 0.06

    out = assigned(rows.with_columns(lat=lat))

    assert (out["sub"] > 0).sum() == 2


def test_clones_that_cross_keep_their_tracks() -> None:
    east = fly(seconds=240, lat=50.0, lon=9.9, track=90.0)
    north = fly(seconds=240, start_s=0.5, lat=49.8, lon=10.2, track=0.0, speed=300)

    out = assigned(together(east, north))

    wrong = (out["sub"] == 1) == (out["time"] % 1000 == 0)
    assert wrong.mean() < 0.05


def test_a_repeated_position_is_as_old_as_when_it_was_first_seen() -> None:
    """A source that repeats a position for a minute and then catches up has not teleported."""
    rows = fly(seconds=120, speed=480)
    lat, lon = rows["lat"].copy(), rows["lon"].copy()
    lat[30:90], lon[30:90] = lat[30], lon[30]

    assert (assigned(rows.with_columns(lat=lat, lon=lon))["sub"] == 0).all()


def test_a_step_across_the_antimeridian_is_small() -> None:
    assert (assigned(fly(seconds=600, lat=10, lon=179.8))["sub"] == 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 199), max_size=6, unique=True), st.integers(0, 100))
def test_cuts_do_not_matter(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    clean = together(
        fly(1, 200), fly(2, 200, lat=45), fly(2, 90, start_s=50.5, lat=30), fly(3, 40), fly(3, 60, start_s=100)
    )
    lat = clean["lat"] + np.where(rng.random(len(clean)) < 0.02, rng.normal(0, 5, len(clean)), 0.0)
    lat[rng.random(len(clean)) < 0.1] = np.nan
    world = clean.with_columns(lat=lat, lon=np.where(np.isnan(lat), np.nan, clean["lon"]))

    whole, split = assigned(world), assigned(world, cuts)

    assert all(np.array_equal(whole[n], split[n], equal_nan=whole[n].dtype.kind == "f") for n in whole)


def test_memory_forgets_who_is_gone() -> None:
    flights = Flights()
    rows = together(*(fly(k, 10) for k in range(1, 50)), fly(7, 10, lat=20))
    flights.assign(rows.take(np.lexsort((rows["time"], rows["icao24"]))).columns)

    flights.forget(EPOCH + 20_000)

    assert not len(flights.lone["icao24"]) and not flights.several


def test_hostile_streams_stay_bounded() -> None:
    rng = np.random.default_rng(1)
    rows = fly(seconds=300)
    junk = rows.with_columns(lat=rng.uniform(-80, 80, 300), lon=rng.uniform(-180, 180, 300))
    flights = Flights()

    flights.assign(junk.columns)

    assert len(flights.several[0xABC123]) <= 4


def test_scalar_and_array_forms_agree() -> None:
    keys = flight_keys(np.array([5, 0xFFFFFF]), np.array([EPOCH, EPOCH + 1]))

    assert keys.tolist() == [flight_key(5, 0, EPOCH), flight_key(0xFFFFFF, 0, EPOCH + 1)]
    assert metres(50, 10, 51, 12) == pytest.approx(float(distance_m(50, 10, 51, 12)), rel=1e-12)


def test_a_repeated_place_was_flown_to_when_it_was_first_seen_among_several_streams_too() -> None:
    """Twenty kilometres after a minute at one place are within reach of who got there at its beginning alone."""
    row = {"step_s": 10.0, "speed": 100.0}
    held = fly(seconds=60, **row)  # type: ignore[arg-type]
    held = held.with_columns(lat=np.full(len(held), 50.0), lon=np.full(len(held), 10.0))
    on = fly(seconds=20, start_s=60, lat=50.18, **row)  # type: ignore[arg-type]
    other = fly(seconds=20, start_s=1, lat=40.0, lon=-3.0, **row)  # type: ignore[arg-type]

    out = assigned(together(held, on, other))

    assert len(set(out["flight"])) == 2
    assert (out["sub"] == 0).sum() == len(held) + len(on)

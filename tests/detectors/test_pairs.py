"""Near pairs against brute force, how two stand to each other, and what a crowd may cost."""

import time

import numpy as np
import pytest

from detectors._examples import EPOCH, fly
from detectors._instants import Instants, at_instants
from detectors._pairs import components, near_pairs, relative
from geo.batch import Batch
from geo.flights import Flights
from geo.sphere import distance_m
from geo.tracks import Tracks


def instants(*tracks: Batch) -> Instants:
    rows = Batch.concat(tracks)
    rows = rows.take(np.lexsort((rows["time"], rows["icao24"])))
    columns = {**rows.columns, **Flights().assign(rows.columns)}
    order = np.argsort(columns["flight"], kind="stable")
    return at_instants(Tracks({k: v[order] for k, v in columns.items()}, np.ones(len(order), dtype=bool)), 10, 30)


def scattered(count: int, wide_deg: float) -> Instants:
    rng = np.random.default_rng(1)
    places = rng.uniform(-wide_deg, wide_deg, (count, 2))
    return instants(*(fly(k + 1, 30, step_s=10, lat=50 + a, lon=b) for k, (a, b) in enumerate(places)))


def test_the_pairs_are_those_that_brute_force_finds() -> None:
    x = scattered(60, 0.2)
    i, j = near_pairs(x, np.ones(len(x), dtype=bool), 3_000, 24)
    a, b = np.triu_indices(len(x), 1)
    near = (x.instant[a] == x.instant[b]) & (distance_m(x.lat[a], x.lon[a], x.lat[b], x.lon[b]) <= 3_000)
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == set(zip(a[near].tolist(), b[near].tolist(), strict=True))
    assert len(i) > 10


def test_pairs_across_the_edges_of_every_cube_are_found() -> None:
    """Over the pole, the equator and the antimeridian, in places as dense as no airspace is."""
    rng = np.random.default_rng(2)
    centres = [(89.9, 10.0), (0.0, 0.0), (0.0, 179.99), (-45.0, -179.99), (52.0, 13.0)]
    places = [(lat + a, lon + b) for lat, lon in centres for a, b in rng.uniform(-0.06, 0.06, (40, 2))]
    x = instants(*(fly(k + 1, 10, step_s=10, lat=a, lon=b, speed=0.0) for k, (a, b) in enumerate(places)))
    i, j = near_pairs(x, np.ones(len(x), dtype=bool), 1_000, 40)
    a, b = np.triu_indices(len(x), 1)
    near = (x.instant[a] == x.instant[b]) & (distance_m(x.lat[a], x.lon[a], x.lat[b], x.lon[b]) <= 1_000)
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == set(zip(a[near].tolist(), b[near].tolist(), strict=True))
    assert len(i) > 50


@pytest.mark.parametrize("others", [0, 3_000])
def test_a_crowd_is_left_out_whichever_way_it_is_counted(others: int) -> None:
    crowd = [fly(k + 1, 1, lat=10 + k / 1e6) for k in range(40)]
    pair = [fly(0x900 + k, 1, lat=50 + k / 200) for k in range(2)]
    rest = [fly(0x10000 + k, 1, lat=-80 + k / 20, lon=100) for k in range(others)]
    x = instants(*crowd, *pair, *rest)
    i, j = near_pairs(x, np.ones(len(x), dtype=bool), 1_852, 24)
    assert x.icao24[[i[0], j[0]]].tolist() in ([0x900, 0x901], [0x901, 0x900]) and len(i) == 1


def test_thousands_at_one_point_cost_little() -> None:
    row = fly(1, 1)
    n = 5_000
    heap = Batch({name: np.repeat(values, n) for name, values in row.columns.items()} | {"icao24": np.arange(1, n + 1)})
    x = instants(heap)
    begin = time.perf_counter()
    assert not len(near_pairs(x, np.ones(len(x), dtype=bool), 1_852, 24)[0])
    assert time.perf_counter() - begin < 5


def test_none_and_one_have_no_pairs() -> None:
    for x in (instants(fly(1, 1)), instants(fly(1, 1, lat=np.nan))):
        assert not len(near_pairs(x, np.ones(len(x), dtype=bool), 1_852, 24)[0])


def test_across_the_antimeridian_and_at_the_pole_is_near() -> None:
    for places in (((10.0, 179.999), (10.0, -179.999)), ((89.999, 0.0), (89.999, 180.0))):
        x = instants(*(fly(k + 1, 1, lat=a, lon=b, speed=0.0) for k, (a, b) in enumerate(places)))
        assert len(near_pairs(x, np.ones(len(x), dtype=bool), 1_852, 24)[0]) == 1


def test_ahead_and_to_the_right() -> None:
    x = instants(fly(1, 1, track=0.0), fly(2, 1, track=0.0, lat=50.01, lon=10.01, altitude=36_000.0, speed=378.0))
    first = int(np.flatnonzero(x.icao24 == 1)[0])
    seen = relative(x, np.array([first, -1]), np.array([1 - first, 0]))
    assert seen.along[0] == pytest.approx(1_112 - 216 * 0.1, abs=200) and seen.cross[0] == pytest.approx(715, abs=20)
    assert seen.feet[0] == 1_000 and seen.share[0] == pytest.approx(0.1) and np.isnan(seen.metres[1])


def test_sets_are_what_the_pairs_connect() -> None:
    label = components(np.array([0, 1, 5]), np.array([1, 2, 6]))
    assert label[0] == label[1] != label[2]
    assert not len(components(np.array([], dtype=int), np.array([], dtype=int)))


def test_instants_of_different_times_are_never_a_pair() -> None:
    x = instants(fly(1, 1), fly(2, 1, start_s=40.0))
    assert len(x) > 2 and not len(near_pairs(x, x.instant <= EPOCH + 20_000, 1_852, 24)[0])

"""Hot spots: the same clusters as the reference implementation, across the antimeridian and at the poles too."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from geo.hotspots import FINENESS, NOISE, dbscan, hot_spots
from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, distance_m

RADIUS_NMI = 20.0


def crowds(*middles: tuple[float, float], n: int = 40, seed: int = 0) -> tuple[Array, Array]:
    """Places around each middle within some 15 nmi, and forty all over the world."""
    random = np.random.default_rng(seed)
    lat = np.concatenate([*(random.normal(lat, 0.1, n) for lat, _ in middles), random.uniform(-80, 80, 40)])
    far = [random.normal(lon, 0.1 / np.cos(np.radians(lat)), n) for lat, lon in middles]
    lon = np.concatenate([*far, random.uniform(-180, 180, 40)])
    return np.clip(lat, -90, 90), (lon + 180) % 360 - 180


@pytest.mark.parametrize("seed", range(4))
def test_clusters_are_those_of_the_reference(seed: int) -> None:
    """Places that lie apart by more than the fineness, so that each is a node of its own."""
    lat, lon = crowds((50, 10), (-33, 151), (0, 179.99), seed=seed)
    fine = RADIUS_NMI * NMI_M / FINENESS
    apart = distance_m(lat[:, None], lon[:, None], lat, lon) < 2 * fine
    keep = ~np.triu(apart, 1).any(axis=0)
    lat, lon = lat[keep], lon[keep]
    arc = RADIUS_NMI * NMI_M / EARTH_RADIUS_M
    want = DBSCAN(eps=arc, min_samples=4, metric="haversine").fit_predict(np.radians(np.column_stack([lat, lon])))
    own = dbscan(lat, lon, RADIUS_NMI, 4)
    assert want.max() >= 2
    assert adjusted_rand_score(want, own) == 1
    assert np.array_equal(own == NOISE, want == NOISE)


def test_a_crowd_in_one_place_is_one_spot_whose_number_counts() -> None:
    lat, lon = np.full(100_000, 50.0), np.full(100_000, 10.0)
    (spot,) = hot_spots(lat, lon, RADIUS_NMI, 100_000)
    assert len(spot.rows) == 100_000 and (spot.lat, spot.lon, spot.reach_nmi) == (50, 10, 0)
    assert hot_spots(lat, lon, RADIUS_NMI, 100_001) == []


def test_the_largest_comes_first() -> None:
    lat = np.repeat([40.0, 50.0, 60.0], [5, 9, 7])
    assert [len(spot.rows) for spot in hot_spots(lat, lat * 0, RADIUS_NMI, 3)] == [9, 7, 5]


def test_a_spot_on_the_antimeridian_is_one_and_its_area_has_two_parts() -> None:
    lat, lon = np.zeros(6), np.array([179.8, 179.9, 180, -180, -179.9, -179.8])
    (spot,) = hot_spots(lat, lon, RADIUS_NMI, 3)
    assert len(spot.rows) == 6 and abs(abs(spot.lon) - 180) < 0.1 and spot.reach_nmi == pytest.approx(12, abs=0.5)
    assert spot.geometry is not None and len(spot.geometry["coordinates"]) == 2


def test_a_spot_at_the_pole_is_one() -> None:
    lon = np.arange(0.0, 360, 30)
    (spot,) = hot_spots(np.full(12, 89.9), lon, RADIUS_NMI, 12)
    assert spot.lat == pytest.approx(90, abs=0.01) and spot.reach_nmi == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_nothing_and_too_few_give_none(n: int) -> None:
    assert hot_spots(np.zeros(n), np.zeros(n), RADIUS_NMI, 3) == []

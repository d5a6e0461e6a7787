import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.sphere import EARTH_RADIUS_M, angle_between, bearing_deg, destination, distance_m, unit_vectors, wrap_lon

SPHERE = Geod(a=EARTH_RADIUS_M, b=EARTH_RADIUS_M)
lats = st.floats(-90, 90)
lons = st.floats(-180, 180)


@given(lats, lons, lats, lons)
def test_distance_agrees_with_proj(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    expected = SPHERE.inv(lon1, lat1, lon2, lat2)[2]
    assert abs(distance_m(lat1, lon1, lat2, lon2) - expected) < 1.0


@given(lats, lons, st.floats(0, 360), st.floats(0, 15_000_000))
def test_destination_lies_at_the_distance(lat: float, lon: float, bearing: float, metres: float) -> None:
    lat2, lon2 = destination(lat, lon, bearing, metres)
    assert -90 <= lat2 <= 90
    assert -180 <= lon2 < 180
    assert abs(distance_m(lat, lon, lat2, lon2) - metres) < 1.0


@given(st.floats(-89, 89), lons, st.floats(0, 359.9), st.floats(1_000, 15_000_000))
def test_bearing_undoes_destination(lat: float, lon: float, bearing: float, metres: float) -> None:
    lat2, lon2 = destination(lat, lon, bearing, metres)
    assert angle_between(bearing_deg(lat, lon, lat2, lon2), bearing) < 1e-3


def test_across_the_antimeridian_the_short_way_is_taken() -> None:
    assert abs(distance_m(0, 179.5, 0, -179.5) - np.radians(1) * EARTH_RADIUS_M) < 1e-6
    assert bearing_deg(0, 179.5, 0, -179.5) == 90
    assert destination(0, 179.5, 90, np.radians(1) * EARTH_RADIUS_M)[1] < -179.4


def test_over_the_poles() -> None:
    lat, lon = destination(89.5, 10.0, 0.0, np.radians(1) * EARTH_RADIUS_M)
    assert np.allclose([lat, lon], [89.5, -170.0])
    assert np.isclose(distance_m(-90, 0, -90, 123), 0)
    assert np.isclose(distance_m(90, 0, -90, 0), np.pi * EARTH_RADIUS_M)


def test_missing_in_missing_out() -> None:
    nan = np.array([np.nan, 1.0])
    assert np.isnan(distance_m(nan, 0, 1, 1)).tolist() == [True, False]
    assert np.isnan(bearing_deg(0, nan, 1, 1)).tolist() == [True, False]
    assert np.isnan(destination(nan, 0, 1, 1)[0]).tolist() == [True, False]


def test_arguments_broadcast() -> None:
    assert distance_m(np.zeros((3, 1)), 0, 0, np.zeros(2)).shape == (3, 2)


@given(lats, lons)
def test_unit_vectors_have_length_one(lat: float, lon: float) -> None:
    assert np.isclose(np.linalg.norm(unit_vectors(lat, lon)), 1.0)


@given(st.floats(-2000, 2000))
def test_wrap_keeps_the_meridian(lon: float) -> None:
    wrapped = wrap_lon(lon)
    assert -180 <= wrapped < 180
    assert np.isclose(np.cos(np.radians(wrapped - lon)), 1.0)

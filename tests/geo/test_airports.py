import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.airports import AIRLINE, STRIP, Airports
from geo.approaches import Ends
from geo.sphere import NMI_M, destination, distance_m

NAN = float("nan")


@pytest.fixture(scope="module")
def airports() -> Airports:
    return Airports.builtin()


def on_approach(airports: Airports, bearing: float, nmi: float, height: float, track: float) -> bool:
    """An aircraft at some place round Ben Gurion (LLBG, 135 ft)."""
    lat, lon = destination(32.0114, 34.8867, bearing, nmi * NMI_M)
    columns = (np.array([float(v)]) for v in (lat, lon, track, 135 + height))
    return bool(airports.in_approach_corridor(*columns)[0])


def test_builtin_set_is_large_and_read_once(airports: Airports) -> None:
    assert len(airports) > 28_000
    assert Airports.builtin() is airports
    assert airports.kind[airports.code == "EGLL"] == AIRLINE
    assert airports.kind[airports.code == "00AK"] == STRIP


def test_nearest_and_elevation(airports: Airports) -> None:
    index, nmi = airports.nearest(np.array([32.01, NAN, 51.47]), np.array([34.88, 3.0, -0.46]))
    assert airports.code[index[[0, 2]]].tolist() == ["LLBG", "EGLL"]
    assert index[1] == -1
    assert np.isnan(nmi[1])
    elevation = airports.elevation_ft(index)
    assert elevation[[0, 2]].tolist() == [135, 83]
    assert np.isnan(elevation[1])


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_nearest_is_the_nearest_on_the_sphere(lat: float, lon: float) -> None:
    airports = Airports.builtin()
    _, nmi = airports.nearest(np.array([lat]), np.array([lon]))
    shortest = distance_m(lat, lon, airports.lat, airports.lon).min() / NMI_M
    assert np.isclose(nmi[0], shortest, atol=0.01)
    assert airports.near(np.array([lat]), np.array([lon]), float(nmi[0]) + 0.1)[0]


def test_near(airports: Airports) -> None:
    near = airports.near(np.array([32.01, 33.5, NAN]), np.array([34.88, 33.0, 1.0]), 5)
    assert near.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("bearing", "nmi", "height", "track", "expected"),
    [
        (270, 8, 3_000, 90, True),
        (270, 8, 3_000, 270, False),
        (270, 8, 8_000, 90, False),
        (270, 2.5, 4_000, 90, False),
        (270, 30, 3_000, 90, False),
        (270, 1, 1_000, 330, True),
        (270, 8, 3_000, NAN, False),
        (270, 8, NAN, 90, False),
    ],
)
def test_cone_without_runways(
    airports: Airports, bearing: float, nmi: float, height: float, track: float, expected: bool
) -> None:
    assert on_approach(airports, bearing, nmi, height, track) is expected


@pytest.mark.parametrize(("bearing", "track", "expected"), [(270, 90, True), (300, 120, False), (0, 180, False)])
def test_runways_narrow_the_cone(airports: Airports, bearing: float, track: float, expected: bool) -> None:
    lat, lon = np.array([32.0114, 32.0114]), np.array([34.875, 34.90])
    ends = Ends(lat, lon, np.array([90.0, 270.0]), np.array([135.0, NAN]))
    assert on_approach(airports.with_runways(ends), bearing, 8, 2_500, track) is expected


def test_no_corridor_round_a_private_strip(airports: Airports) -> None:
    strips = np.flatnonzero(airports.kind == STRIP)
    lone = strips[airports.kind[airports.nearest(airports.lat[strips] + 0.01, airports.lon[strips])[0]] == STRIP][:50]
    inside = airports.in_approach_corridor(
        airports.lat[lone] - 0.05, airports.lon[lone], np.zeros(len(lone)), airports.elevation[lone] + 500
    )
    assert not inside.all()


def test_poles_and_antimeridian_do_no_harm(airports: Airports) -> None:
    lat, lon = np.array([90.0, -90.0, 0.0, -18.0]), np.array([0.0, 180.0, 180.0, -180.0])
    assert airports.in_approach_corridor(lat, lon, np.zeros(4), np.full(4, 500.0)).shape == (4,)
    assert (airports.nearest(lat, lon)[0] >= 0).all()

import numpy as np
import pytest

from feeds._synthetic_fleet import Fleet, Knots, Role, knots
from feeds._synthetic_paths import Point, circles, grid, hold, path, polyline, to
from geo.sphere import angle_between, bearing_deg, distance_m

HOME: Point = (48.0, 10.0)


def straight(seconds: float = 600, lon: float = 10.0) -> Knots:
    """East along the equator at 60 kt: one minute of longitude a minute."""
    return knots(np.zeros(2), np.array([lon, lon + seconds / 3_600]), np.array([1_000.0, 2_000.0]), np.full(2, 60.0))


def test_knots_take_the_time_that_the_speed_needs() -> None:
    flight = straight()
    assert flight.seconds == pytest.approx(600, rel=2e-3)
    assert flight.rate[0] == pytest.approx(100, rel=2e-3)
    assert flight.track[0] == pytest.approx(90)


def test_state_between_knots_and_outside_flights() -> None:
    fleet = Fleet([Role([(100.0, straight())], 1_000), Role([(0.0, straight(lon=179.95))], 700, offset=50)])
    ms = np.array([0, 400_000, 950_000, 1_400_000])
    state = fleet.at(np.zeros(4, dtype=np.int64), ms)
    assert state.alive.tolist() == [False, True, False, True]
    assert state.altitude[1] == pytest.approx(1_500, abs=3)
    assert (state.since[1], state.left[1]) == (300, pytest.approx(300, abs=2))
    across = fleet.at(np.ones(2, dtype=np.int64), np.array([0, 500_000]))
    assert across.alive.all()
    assert across.lon[0] > 179
    assert across.lon[1] < -179


def test_corners_are_rounded() -> None:
    lat, lon = polyline([HOME, to(HOME, 0, 20_000), to(to(HOME, 0, 20_000), 90, 20_000)], 3_000)
    course = bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert angle_between(course[1:], course[:-1]).max() < 20
    assert distance_m(lat, lon, *to(HOME, 0, 20_000)).min() == pytest.approx(3_000 * (np.sqrt(2) - 1), rel=0.05)


def test_circles_keep_their_radius_and_turn_right() -> None:
    lat, lon = circles(HOME, 2_000, 3)
    assert np.allclose(distance_m(*HOME, lat, lon), 2_000)
    course = bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert np.unwrap(np.radians(course))[-1] - np.radians(course[0]) == pytest.approx(6 * np.pi, rel=0.02)


def test_hold_and_grid_come_back() -> None:
    fix = hold(HOME, 90, 8_000, 2_000, 3)
    assert fix[0] == fix[-1] == HOME
    lines = grid(HOME, 0, 10_000, 500, 4)
    assert len(lines) == 8
    assert distance_m(*lines[1], *lines[2]) == pytest.approx(500, rel=0.01)


def test_path_has_heights_and_speeds_along_the_way() -> None:
    flight = path(polyline([HOME, to(HOME, 90, 30_000)], 100), [(0, 0), (1, 3_000)], [(0, 100), (1, 100)])
    assert (flight.altitude[0], flight.altitude[-1]) == (0, 3_000)
    assert (np.diff(flight.time) > 0).all()

"""The small worlds: a bent path leads from each row to the next as the great circle does, wherever it is flown."""

from __future__ import annotations

import numpy as np
import pytest

from detectors._examples import fly
from geo.sphere import angle_between, destination


@pytest.mark.parametrize(("lat", "lon"), [(50.0, 10.0), (0.0, 179.99), (-89.99, 5.0)])
def test_a_bent_path_is_flown_row_by_row(lat: float, lon: float) -> None:
    track, speed = np.arange(300) * 3.0, np.linspace(100.0, 500.0, 300)

    rows = fly(seconds=300, lat=lat, lon=lon, track=track, speed=speed)

    there = destination(rows["lat"][:-1], rows["lon"][:-1], track[:-1], speed[:-1] * 0.514444)
    np.testing.assert_allclose(rows["lat"][1:], there[0], rtol=0, atol=1e-9)
    assert angle_between(rows["lon"][1:], there[1]).max() < 1e-6
    assert (rows["lat"][0], rows["lon"][0]) == (pytest.approx(lat), pytest.approx(lon))
    assert (rows["lon"] >= -180).all() and (rows["lon"] < 180).all()

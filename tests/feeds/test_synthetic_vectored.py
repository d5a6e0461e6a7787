"""Aircraft that are led about: within their limits, true to their own motion, the same however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from feeds._errors import FeedError
from feeds._synthetic_vectored import KINDS, MOST, Vectored
from feeds.synthetic import START_MS, open_synthetic
from geo.batch import Batch
from geo.sphere import KNOT_M_S, bearing_deg, distance_m

HOUR = 3_600_000
FLOWN = Vectored(7, 30, "europe").between(START_MS, START_MS + HOUR, 1.0)


def of(rows: Batch, aircraft: int) -> Batch:
    return rows.take(np.flatnonzero(rows["icao24"] == aircraft))


def test_everyone_keeps_to_the_limits_of_some_kind() -> None:
    assert len(np.unique(FLOWN["icao24"])) == 30
    assert FLOWN["baro_altitude"].min() > 0 and FLOWN["baro_altitude"].max() < 46_000
    assert FLOWN["ground_speed"].min() >= 20 and FLOWN["ground_speed"].max() < 530
    assert np.abs(FLOWN["vertical_rate"]).max() <= max(kind.climb for kind in KINDS) + 64


def test_positions_are_those_of_the_speeds_and_tracks() -> None:
    rows = of(FLOWN, int(FLOWN["icao24"][0]))
    lat, lon = rows["lat"], rows["lon"]
    step = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert step == pytest.approx(rows["ground_speed"][:-1] * KNOT_M_S, rel=1e-3)
    off = np.mod(bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:]) - rows["track"][:-1] + 180, 360) - 180
    assert np.abs(off).max() < 0.5


def test_turns_come_and_go() -> None:
    turned = [
        np.abs(np.diff(np.unwrap(of(FLOWN, a)["track"], period=360))) for a in np.unique(FLOWN["icao24"]).tolist()
    ]
    assert max(one.max() for one in turned) < 6.1
    assert np.mean([one.sum() > 180 for one in turned]) > 0.8


@pytest.mark.parametrize("step_s", [1.0, 5.0])
def test_any_window_comes_out_the_same(step_s: float) -> None:
    led = Vectored(7, 5, "europe")
    whole = led.between(START_MS + HOUR // 2, START_MS + 3 * HOUR // 2, step_s)
    parts = [
        led.between(START_MS + HOUR // 2 + k * HOUR // 4, START_MS + HOUR // 2 + (k + 1) * HOUR // 4, step_s)
        for k in range(4)
    ]
    cut = Batch.concat(parts)
    assert all(
        np.array_equal(cut[n], whole[n], equal_nan=whole[n].dtype.kind == "f")
        for n in ("time", "icao24", "lat", "track")
    )
    assert len(np.unique(whole["icao24"])) == 10, "another five in the second hour"


def test_a_recording_has_them_beside_the_others() -> None:
    spec = "synthetic:hours=0.2,step=10,aircraft=20"
    plain, more = (Batch.concat(list(open_synthetic(one).batches())) for one in (spec, f"{spec},vectored=8"))
    assert len(np.unique(more["icao24"])) == len(np.unique(plain["icao24"])) + 8
    assert (np.diff(more["time"]) >= 0).all()


def test_so_many_are_too_many() -> None:
    with pytest.raises(FeedError, match="vectored"):
        open_synthetic(f"synthetic:vectored={MOST + 1}")

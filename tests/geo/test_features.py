"""Features: their values, their rows, their hash, and that they are the same however the rows arrive."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors._examples import EPOCH, circle, fly, together, zones
from feeds.synthetic import START_MS, Synthetic
from geo import features as module
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import MissingColumns, Places
from geo.feature_stream import FeatureStream
from geo.feature_table import ANYWHERE, FEATURES, PHASES, SEED_SET, SETS
from geo.features import Features, feature_hash
from geo.scales import Scales, WrongFeatures
from geo.schema import SOURCES, missing
from geo.windows import STEPS, window_ends, windows

EVERY = tuple(FEATURES)
PLACES = Places(Airports.builtin(), zones=zones())


def found(batch: Batch, names: tuple[str, ...] = EVERY, places: Places = PLACES) -> Features:
    return FeatureStream(names, places).extend(batch)[1]


def last(batch: Batch, name: str) -> float:
    return float(found(batch).values[name][-1])


def test_the_seed_set_is_the_seed_s_in_its_order() -> None:
    assert SEED_SET == (
        "lat", "lon", "alt", "gspeed", "vspeed", "d_alt", "d_speed", "turn_rate_deg_per_s", "heading_sin",
        "heading_cos", "vspeed_abs",
    )  # fmt: skip


def test_every_feature_says_what_it_is() -> None:
    for name, one in FEATURES.items():
        assert one.id == name and one.formula and one.source and one.missing and np.isfinite(one.fill)


def test_a_ground_station_s_quality_and_satellite_height_are_not_the_aircraft_s() -> None:
    given = {"nic": 0, "nac_p": 6, "sil": 0, "geo_altitude": 37_375.0}
    names = ("nic", "nac_p", "sil", "geo_baro_split", "gspeed")

    made, own = (fly(seconds=60, source=SOURCES.index(name), **given) for name in ("tisb_icao", "adsb_icao"))

    assert [np.isnan(last(made, name)) for name in names] == [True] * 4 + [False]
    assert [last(own, name) for name in names[:3]] == [0, 6, 0]


def test_rows_are_the_first_of_each_slot_in_the_air() -> None:
    ground = np.where(np.arange(100) < 50, 1, 0).astype(np.int8)

    rows, out = FeatureStream(SEED_SET).extend(fly(seconds=100, on_ground=ground))

    assert ((out.time - EPOCH) // 1000).tolist() == [50, 60, 70, 80, 90]
    assert rows["time"].tolist() == out.time.tolist()


def test_slow_at_altitude_zero_is_on_ground_where_the_source_does_not_say() -> None:
    parked = fly(seconds=100, altitude=0.0, speed=3.0, on_ground=-1)

    assert len(found(parked)) == 0
    assert len(found(fly(seconds=100, altitude=0.0, speed=120.0, on_ground=-1))) == 10


@pytest.mark.parametrize(("start", "turn", "expected"), [(355.0, 10.0, 1.0), (5.0, -10.0, -1.0), (0.0, 180.0, -18.0)])
def test_turn_rate_is_wrapped(start: float, turn: float, expected: float) -> None:
    track = np.where(np.arange(20) < 10, start, start + turn)

    assert last(fly(seconds=20, track=track), "turn_rate_deg_per_s") == pytest.approx(expected)


def test_changes_are_per_ten_seconds_whatever_the_step() -> None:
    level = fly(
        seconds=60, step_s=30.0, altitude=np.array([1_000.0, 1_300.0]), vertical_rate=missing("vertical_rate", 2)
    )

    assert last(level, "d_alt") == pytest.approx(100.0)
    assert last(level, "vspeed") == pytest.approx(600.0)
    assert last(level, "vspeed_abs") == pytest.approx(600.0)


def test_vertical_acceleration() -> None:
    rate = np.where(np.arange(20) < 10, 0.0, 1_500.0)

    assert last(fly(seconds=20, rate=rate), "vertical_accel") == pytest.approx(150.0)


def test_what_has_no_row_before_is_missing_and_filled_with_zero() -> None:
    out = found(fly(seconds=10))

    assert np.isnan(out.values["turn_rate_deg_per_s"]).all() and np.isnan(out.values["d_alt"]).all()
    assert (out.matrix(("turn_rate_deg_per_s", "d_alt", "nic")) == [[0.0, 0.0, 8.0]]).all()


def test_a_gap_is_no_row_before() -> None:
    out = found(together(fly(seconds=10), fly(seconds=10, start_s=130.0)))

    assert np.isnan(out.values["step_m"]).all()


def test_motion_that_agrees_with_itself_has_no_gaps() -> None:
    out = found(fly(seconds=100))

    for name in ("speed_gap", "track_gap", "climb_gap"):
        assert np.abs(out.values[name][1:]).max() < 1.0, name


def test_positions_that_outrun_the_speed_sent_show() -> None:
    assert last(fly(seconds=100, ground_speed=200.0, speed=420.0), "speed_gap") == pytest.approx(220.0, abs=1.0)


def test_distances() -> None:
    inside, outside = fly(seconds=10, lat=50.0, lon=10.0), fly(seconds=10, lat=50.0, lon=11.0)

    assert last(inside, "dist_zone") == 0.0
    assert last(outside, "dist_zone") == pytest.approx(19.3, abs=0.6)
    assert last(fly(seconds=10, lat=0.0, lon=-30.0), "dist_zone") == 200.0
    assert found(inside, places=Places()).matrix(("dist_zone",))[0, 0] == 200.0


@pytest.mark.parametrize(
    ("phase", "given"),
    [
        ("climb", {"rate": 2_000.0}), ("cruise", {}), ("descent", {"rate": -2_000.0}),
        ("approach", {"rate": -700.0, "altitude": 3_000.0, "speed": 170.0, "lat": 48.4, "lon": 11.8}),
        ("pattern", {"altitude": 2_500.0, "speed": 90.0, "lat": 48.35, "lon": 11.79}),
    ],
)  # fmt: skip
def test_phases(phase: str, given: dict[str, float]) -> None:
    out = found(fly(seconds=10, **given))

    assert PHASES[out.phase[0]] == phase
    assert [out.values[f"phase_{name}"][0] for name in PHASES] == [float(name == phase) for name in PHASES]


def test_a_column_that_nothing_works_without_is_named() -> None:
    blind = Batch({n: v for n, v in fly(seconds=10).columns.items() if n not in ("track", "baro_altitude")})

    with pytest.raises(MissingColumns, match="track, baro_altitude or geo_altitude"):
        module.features(_view(blind), SEED_SET)


def _view(batch: Batch) -> module.Tracks:
    every = np.ones(len(batch), dtype=bool)
    return module.Tracks({**batch.columns, "flight": batch["icao24"]}, every)


WORLD = Batch.concat(
    [
        Batch.concat(list(Synthetic(7, 12).batches(START_MS, START_MS + 600_000, 3.0))),
        circle(seconds=400, on_ground=-1).with_columns(time=np.arange(400) * 1000 + START_MS),
    ]
)
WORLD = WORLD.take(np.argsort(WORLD["time"], kind="stable"))
WHOLE = FeatureStream(EVERY, PLACES).extend(WORLD)


@given(st.lists(st.integers(0, len(WORLD)), max_size=12), st.booleans())
@settings(max_examples=40)
def test_any_cut_and_any_restart_gives_the_same_bits(cuts: list[int], restart: bool) -> None:
    stream, parts = FeatureStream(EVERY, PLACES), []
    for a, b in pairwise([0, *sorted(cuts), len(WORLD)]):
        parts.append(stream.extend(WORLD.take(np.arange(a, b))))
        if restart:
            again = FeatureStream(EVERY, PLACES, stream.flights)
            again.restore(stream.state())
            stream = again

    rows = np.concatenate([r["time"] for r, _ in parts])
    flight = np.concatenate([f.flight for _, f in parts])
    order = np.lexsort((rows, flight))
    assert np.array_equal(flight[order], WHOLE[1].flight)
    for name, values in WHOLE[1].values.items():
        cut = np.concatenate([f.values[name] for _, f in parts])[order]
        assert cut.tobytes() == values.tobytes(), name


def test_memory_of_a_stream_is_bounded() -> None:
    stream = FeatureStream(SEED_SET)
    for k in range(40):
        stream.extend(fly(icao24=k, seconds=60, start_s=60.0 * k))

    assert len(stream.last) <= 6


def test_the_hash_is_of_definitions_and_order() -> None:
    assert feature_hash(SEED_SET) == feature_hash(list(SEED_SET)) != feature_hash(SEED_SET[::-1])
    assert len({feature_hash(names) for names in SETS.values()}) == len(SETS)


def test_the_hash_changes_with_a_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = feature_hash(ANYWHERE)
    monkeypatch.setitem(module.FEATURES, "alt", replace(FEATURES["alt"], version=2))  # type: ignore[arg-type]

    assert feature_hash(ANYWHERE) != before


MEANS = {
    "lat": 44.1268, "lon": 18.2905, "alt": 14501.1, "gspeed": 276.283, "vspeed": 88.087, "d_alt": 14.2769,
    "d_speed": -0.0382013, "turn_rate_deg_per_s": 0.493694, "heading_sin": -0.18659, "heading_cos": 0.106838,
    "vspeed_abs": 574.665, "d_lat": 0.00203366, "d_lon": -0.00411816, "step_m": 1420.92, "vertical_accel": -0.231828,
    "speed_gap": -0.426696, "track_gap": 1.28573, "climb_gap": -2.40446, "dist_airport": 26.5185,
    "height_airport": 13926.7, "dist_zone": 186.929, "phase_climb": 0.204099, "phase_cruise": 0.58762,
    "phase_descent": 0.122125, "phase_approach": 0.0493517, "phase_pattern": 0.0368047, "nic": 7.68745,
    "nac_p": 9.12774, "sil": 3.0, "fix_age": 0.0, "geo_baro_split": 299.331,
}  # fmt: skip


def test_values_stand_as_long_as_the_hash_does() -> None:
    """Whoever changes what a feature gives must raise its version: models refuse it then. Then change this too."""
    known = {n: float(np.nanmean(v.astype(float))) for n, v in WHOLE[1].values.items() if not np.isnan(v).all()}

    assert feature_hash(EVERY) == "db5c9c56464cbfd2"
    assert known == pytest.approx(MEANS, rel=1e-4)


def test_scales_are_the_percentile_and_one_where_there_is_nothing() -> None:
    out = replace(WHOLE[1], values={"alt": np.arange(101, dtype=np.float32) * -1.0, "nic": np.full(101, np.nan)})
    scales = Scales.learned(
        replace(out, values={**out.values, "sil": np.zeros(101, dtype=np.float32)}), ("alt", "nic", "sil")
    )

    assert scales.by.tolist() == [99.0, 1.0, 1.0]


def test_scales_come_back_and_refuse_other_features() -> None:
    scales = Scales.learned(WHOLE[1], ANYWHERE)

    again = Scales.of(scales.stored(), scales.hash)

    assert again.apply(WHOLE[1]).tobytes() == scales.apply(WHOLE[1]).tobytes()
    with pytest.raises(WrongFeatures, match="train it anew"):
        Scales.of(scales.stored(), feature_hash(SEED_SET))
    with pytest.raises(WrongFeatures, match="no_such"):
        Scales.of({"no_such": 1.0}, scales.hash)
    with pytest.raises(WrongFeatures, match="damaged"):
        Scales.of({"alt": 0.0}, feature_hash(("alt",)))


def test_windows_are_rows_of_one_flight_without_a_hole() -> None:
    out = found(together(fly(seconds=400), fly(0x111111, 600, lat=40.0), fly(0x111111, 200, start_s=700.0, lat=40.0)))
    ends = window_ends(out)

    assert len(ends) == (40 - STEPS + 1) + (60 - STEPS + 1)
    for end in ends:
        rows = np.arange(end - STEPS + 1, end + 1)
        assert len(set(out.flight[rows])) == 1 and (np.diff(out.time[rows]) <= 30_000).all()
    matrix = out.matrix(SEED_SET)
    assert windows(matrix, ends).shape == (len(ends), STEPS, 11)
    assert (windows(matrix, ends)[:, -1] == matrix[ends]).all()

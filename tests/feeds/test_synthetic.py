import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from feeds._errors import FeedError
from feeds._synthetic_actor import Truth
from feeds.synthetic import DEMO_ZONES, START_MS, Synthetic, open_synthetic
from feeds.zones_files import load_zones
from geo.batch import Batch, checked
from geo.schema import COLUMNS, EMERGENCIES, NO_TIME, NON_ICAO, SOURCES, Array, present
from geo.sphere import NMI_M, angle_between, distance_m

HOUR = 3_600_000
NINE = {
    "loiter", "ghost", "squawk", "rapid-descent", "icao-spoof", "formation-flight", "callsign-duplicate", "gps-jamming",
    "restricted-zone",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Synthetic:
    return Synthetic()


@pytest.fixture(scope="module")
def hour(demo: Synthetic) -> Batch:
    """One hour, a row every 10 s."""
    return Batch.concat(demo.batches(START_MS, START_MS + HOUR, 10))


@pytest.fixture(scope="module")
def truth(demo: Synthetic) -> list[Truth]:
    """What is planted inside that hour."""
    return demo.truth(START_MS, START_MS + HOUR)


def planted(truth: list[Truth], class_id: str, word: str = "") -> Iterator[Truth]:
    """Guilty episodes of a class that lie wholly inside the hour."""
    inside = (t for t in truth if t.start >= START_MS and t.end <= START_MS + HOUR)
    return (t for t in inside if t.class_id == class_id and not t.innocent and word in t.note)


def rows(batch: Batch, icao24: int, start: int, end: int) -> Batch:
    time = batch["time"]
    return batch.take((batch["icao24"] == icao24) & (time >= start) & (time < end))


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(v, other[k], equal_nan=COLUMNS[k].kind == "f") for k, v in one.columns.items())


@pytest.mark.parametrize("cut", [1, 7_001, 300_000])
def test_any_cut_of_a_window_gives_the_same_rows(demo: Synthetic, cut: int) -> None:
    start, end = START_MS + 600_000, START_MS + 1_200_000
    whole = Batch.concat(demo.batches(start, end, 5))
    parts = Batch.concat([*demo.batches(start, start + cut, 5, 13), *demo.batches(start + cut, end, 5, 601)])
    assert same(whole, parts)


def test_time_goes_forward_inside_the_window(demo: Synthetic) -> None:
    times = np.concatenate([b["time"] for b in demo.batches(START_MS + 123, START_MS + 60_123)])
    assert (np.diff(times) >= 0).all()
    assert START_MS + 123 <= times[0] < times[-1] < START_MS + 60_123


def test_seed_decides(demo: Synthetic) -> None:
    def first(synthetic: Synthetic) -> Batch:
        return next(synthetic.batches(START_MS, START_MS + 10_000))

    assert same(first(demo), first(Synthetic(seed=1)))
    assert not np.array_equal(first(demo)["icao24"], first(Synthetic(seed=2))["icao24"])


def test_rows_fit_the_schema(hour: Batch) -> None:
    again = checked(hour.columns)
    assert not again.rejected
    assert len(again) == len(hour)
    assert all(values.dtype == COLUMNS[name].dtype for name, values in hour.columns.items())


def test_about_as_many_as_asked_are_in_the_air(hour: Batch) -> None:
    airborne = np.unique(hour["time"] // 10_000, return_counts=True)[1]
    assert 315 < np.median(airborne) < 385


def test_every_class_is_planted_every_hour(demo: Synthetic) -> None:
    for n in range(24):
        some = demo.truth(START_MS + n * HOUR, START_MS + (n + 1) * HOUR)
        assert {t.class_id for t in some if not t.innocent} == NINE
        assert {t.class_id for t in some if t.innocent} >= {"loiter", "formation-flight", "squawk"}
        assert all(t.end > START_MS + n * HOUR and t.start < START_MS + (n + 1) * HOUR for t in some)


def test_aircraft_move_as_they_say(hour: Batch) -> None:
    flown = hour.take(present("lat", hour["lat"]) & (hour["on_ground"] == 0) & (hour["source"] == 1))
    order = np.lexsort([flown["time"], flown["icao24"]])
    flown = flown.take(order)
    step = np.diff(flown["time"]) / 1_000
    next_to = (np.diff(flown["icao24"]) == 0) & (step > 9) & (step < 11)
    lat, lon = flown["lat"], flown["lon"]
    kt = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]) / NMI_M * 3_600 / np.maximum(step, 1)
    off = np.abs(kt - flown["ground_speed"][:-1])[next_to]
    assert np.quantile(off, 0.95) < 15
    climb = np.diff(flown["baro_altitude"]) / np.maximum(step, 1) * 60
    assert np.quantile(np.abs(climb - flown["vertical_rate"][:-1])[next_to], 0.95) < 250


def test_planted_squawks_are_sent(hour: Batch, truth: list[Truth]) -> None:
    held = list(planted(truth, "squawk", "emergency code 7"))
    assert len(held) == 3
    for one in held:
        code = one.note[-4:].encode()
        sent = rows(hour, one.icao24s[0], one.start, one.end)
        assert (sent["squawk"] == code).all()
        assert EMERGENCIES[sent["emergency"][0]] in ("general", "nordo", "unlawful")


def test_planted_descents_fall(hour: Batch, truth: list[Truth]) -> None:
    for one in planted(truth, "rapid-descent"):
        fall = rows(hour, one.icao24s[0], one.start, one.end)
        assert np.median(fall["vertical_rate"]) == -4_500
        assert fall["baro_altitude"][-1] < 13_000 < 24_000 < fall["baro_altitude"][0]


def test_planted_clones_are_far_apart(hour: Batch, truth: list[Truth]) -> None:
    for one in planted(truth, "icao-spoof"):
        two = rows(hour, one.icao24s[0], one.start, one.start + 10_000)
        assert len(two) == 2
        assert distance_m(two["lat"][0], two["lon"][0], two["lat"][1], two["lon"][1]) > 400_000


def test_planted_duplicates_share_a_callsign(hour: Batch, truth: list[Truth]) -> None:
    for one in planted(truth, "callsign-duplicate"):
        names = [rows(hour, icao24, one.start, one.end)["callsign"] for icao24 in one.icao24s]
        assert len({name for both in names for name in both.tolist()}) == 1


def test_planted_formations_keep_together(hour: Batch, truth: list[Truth]) -> None:
    for one in planted(truth, "formation-flight"):
        middle = (one.start + one.end) // 20_000 * 10_000
        several = [rows(hour, icao24, middle, middle + 10_000) for icao24 in one.icao24s]
        assert len(several) >= 2
        for other in several[1:]:
            apart = distance_m(several[0]["lat"][0], several[0]["lon"][0], other["lat"][0], other["lon"][0])
            assert apart < NMI_M
            assert angle_between(several[0]["track"][0], other["track"][0]) < 10


def test_planted_ghosts_vanish_in_mid_air(hour: Batch, truth: list[Truth]) -> None:
    for one in planted(truth, "ghost", "vanishes"):
        before = rows(hour, one.icao24s[0], one.start - 60_000, one.start)
        assert before["baro_altitude"].min() > 20_000
        assert len(rows(hour, one.icao24s[0], one.start, one.end)) == 0


def test_planted_sporadic_returns_have_no_identity(hour: Batch) -> None:
    heard = hour.take((hour["source"] == SOURCES.index("mlat")) & (hour["icao24"] >= NON_ICAO))
    assert len(heard) > 5
    assert not heard["callsign"].any()
    assert np.isnan(heard["nac_p"]).all()


def test_planted_interference_degrades_positions(hour: Batch, truth: list[Truth]) -> None:
    for one in planted(truth, "gps-jamming"):
        bad = hour.take(np.isin(hour["icao24"], one.icao24s) & (hour["nac_p"] <= 2))
        assert len(np.unique(bad["icao24"])) >= 5
        assert (bad["gps_ok_before"] != NO_TIME).all()
        assert np.isnan(bad["lat"]).mean() > 0.3
        assert present("last_lat", bad["last_lat"][np.isnan(bad["lat"])]).mean() > 0.95


def test_only_those_who_are_planted_cross_the_demo_zones(demo: Synthetic) -> None:
    zones = load_zones([DEMO_ZONES])
    some = Batch.concat(demo.batches(START_MS, START_MS + 2 * HOUR, 20))
    none = np.full(len(some), np.nan)
    fix = some["lat"], some["lon"], some["baro_altitude"], some["time"]
    inside = zones.crossed(none, none, none, fix[3], *fix)
    wild = np.abs(some["vertical_rate"][inside.row]) > 5_000
    guilty = [t for t in demo.truth(START_MS, START_MS + 2 * HOUR) if t.class_id == "restricted-zone"]
    assert set(some["icao24"][inside.row[~wild]].tolist()) == {i for t in guilty for i in t.icao24s}


def test_world_is_always_full() -> None:
    some = Synthetic.worldwide(300)
    batch = Batch.concat(some.batches(START_MS + 5_000_000, START_MS + 5_010_000))
    counts: Array = np.unique(batch["time"] // 1_000, return_counts=True)[1]
    assert counts.min() >= 297
    assert counts.max() <= 300


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("synthetic:colour=red", "no option 'colour'"),
        ("synthetic:seed", "'seed' is no option"),
        ("synthetic:aircraft=many", "aircraft = 'many' is no number"),
        ("synthetic:hours=-1", "hours = '-1' is no number"),
        ("synthetic:region=mars", "no region 'mars'"),
        ("synthetic:start=soon", "start = 'soon' is no time"),
    ],
)
def test_bad_specs_say_what_is_wrong(spec: str, message: str) -> None:
    with pytest.raises(FeedError, match=message):
        open_synthetic(spec)


def test_source_gives_the_window_of_its_spec() -> None:
    source = open_synthetic("synthetic:seed=3,aircraft=100,hours=0.1,step=30,start=2026-03-01T00:00Z")
    batch = Batch.concat(source.batches())
    first = 1_772_323_200_000
    assert (source.live, source.format, source.window()) == (False, "synthetic", (first, first + HOUR // 10))
    assert first <= batch["time"].min() <= batch["time"].max() < first + HOUR // 10
    assert source.health()["rows"] == len(batch)


def test_live_source_follows_the_clock_and_catches_up_a_minute() -> None:
    source = open_synthetic("synthetic:aircraft=50,start=live")
    now = [START_MS / 1_000]
    source.clock = lambda: now[0]

    async def two() -> list[Batch]:
        poll = source.poll()
        first = await anext(poll)
        now[0] += 600
        return [first, await anext(poll)]

    first, second = asyncio.run(two())
    assert source.live
    assert START_MS - 1_000 <= first["time"].min() <= first["time"].max() < START_MS
    assert START_MS + 540_000 <= second["time"].min() <= second["time"].max() < START_MS + 600_000


@pytest.mark.parametrize("aircraft", [1, 2, 3])
def test_a_sky_may_be_nearly_empty(aircraft: int) -> None:
    source = open_synthetic(f"synthetic:aircraft={aircraft},hours=0.05,step=10")

    assert all(len(batch) for batch in source.batches())

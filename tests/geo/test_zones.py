from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import antimeridian
from geo.activity import ALWAYS, Activity, Hours
from geo.schema import NO_TIME, Array
from geo.zones import Zones

NAN, INF = float("nan"), float("inf")
MONDAY = 1_767_571_200_000  # 2026-01-05 00:00 UTC
places = st.floats(-1.5, 1.5).map(lambda v: round(v, 9))
lons, lats = places, places


def zones(
    *shapes: Any, floor: float = 0, ceiling: float = INF, ref: str = "MSL", ground: float = 0, active: Activity = ALWAYS
) -> Zones:
    n = len(shapes)
    ids = np.array([f"Z{i}" for i in range(n)])
    kinds = np.array(["restricted", "moa"])[np.arange(n) % 2]
    low = "SFC" if floor == 0 else ref
    areas = np.empty(n, dtype=object)
    areas[:] = shapes
    return Zones(
        ids, ids, kinds, kinds, np.full(n, float(floor)), np.full(n, float(ceiling)), np.full(n, low), np.full(n, ref),
        areas, np.full(n, float(ground)), [active] * n,
    )  # fmt: skip


SQUARE = shapely.box(-1, -1, 1, 1)


def cross(
    some: Zones, start: tuple[float, ...], end: tuple[float, ...], at: tuple[int, int] = (0, 0)
) -> list[tuple[float, ...]]:
    """(zone, entry, exit) for one segment of (lon, lat, altitude)."""
    one: list[Array] = [np.array([v]) for v in (start[1], start[0], start[2], at[0], end[1], end[0], end[2], at[1])]
    found = some.crossed(*one)
    return [(int(z), round(float(a), 4), round(float(b), 4)) for _, z, a, b in zip(*found, strict=True)]


@given(lons, lats)
def test_a_point_is_inside_where_shapely_says_so(lon: float, lat: float) -> None:
    shape = shapely.Polygon([(-1, -1), (1, -1), (0, 0), (1, 1), (-1, 1)])
    inside = bool(cross(zones(shape), (NAN, NAN, NAN), (lon, lat, 500)))
    assert inside == shape.intersects(shapely.Point(lon, lat))


@given(lons, lats, lons, lats)
def test_a_segment_crosses_where_shapely_says_so(lon0: float, lat0: float, lon1: float, lat1: float) -> None:
    shape = shapely.Polygon([(-1, -1), (1, -1), (0, 0), (1, 1), (-1, 1)])
    found = cross(zones(shape), (lon0, lat0, 500), (lon1, lat1, 500))
    assert bool(found) == shape.intersects(shapely.LineString([(lon0, lat0), (lon1, lat1)]))
    assert all(0 <= a <= b <= 1 for _, a, b in found)


def test_crossing_between_two_sparse_fixes_is_seen() -> None:
    assert cross(zones(SQUARE), (-2, 0, 500), (2, 0, 500)) == [(0, 0.25, 0.75)]


def test_concave_zone_is_one_crossing_from_first_entry_to_last_exit() -> None:
    shape = shapely.Polygon([(-1, -1), (1, -1), (1, 1), (0.5, 1), (0.5, -0.5), (-0.5, -0.5), (-0.5, 1), (-1, 1)])
    assert cross(zones(shape), (-2, 0, 500), (2, 0, 500)) == [(0, 0.25, 0.75)]


@pytest.mark.parametrize(
    ("alt0", "alt1", "expected"),
    [
        (500, 500, []),
        (2_000, 2_000, [(0, 0.25, 0.75)]),
        (4_000, 0, [(0, 0.25, 0.75)]),
        (6_000, 2_000, [(0, 0.75, 0.75)]),
        (9_000, 5_000, []),
        (NAN, 2_000, [(0, 0.25, 0.75)]),
        (NAN, NAN, []),
    ],
)
def test_height_band_is_kept_along_the_segment(alt0: float, alt1: float, expected: list[tuple[float, ...]]) -> None:
    assert cross(zones(SQUARE, floor=1_000, ceiling=3_000), (-2, 0, alt0), (2, 0, alt1)) == expected


def test_heights_above_ground_start_at_the_ground() -> None:
    some = zones(SQUARE, floor=1_000, ceiling=2_000, ref="AGL", ground=3_000)
    assert cross(some, (0, 0, 1_500), (0, 0, 1_500)) == []
    assert cross(some, (0, 0, 4_500), (0, 0, 4_500)) == [(0, 0, 1)]


def test_surface_floor_holds_on_a_day_of_low_pressure() -> None:
    assert cross(zones(SQUARE, ceiling=2_000), (0, 0, -300), (0, 0, -300)) == [(0, 0, 1)]


@pytest.mark.parametrize(("lon0", "lon1"), [(178, -178), (-178, 178)])
def test_crossing_over_the_antimeridian(lon0: float, lon1: float) -> None:
    shape = antimeridian.polygon(np.array([179.0, -179, -179, 179]), np.array([-1.0, -1, 1, 1]))
    some = zones(shape, SQUARE)
    assert cross(some, (lon0, 0, 500), (lon1, 0, 500)) == [(0, 0.25, 0.75)]
    assert cross(some, (lon0, 0, 500), (lon0, 0, 500)) == []


def test_only_rows_with_a_position_are_asked() -> None:
    none = zones(SQUARE).crossed(
        *(np.full(3, NAN) for _ in range(3)), np.zeros(3), *(np.full(3, NAN) for _ in range(3)), np.zeros(3)
    )
    assert len(none) == 0
    assert len(Zones.none().crossed(*(np.zeros(2) for _ in range(8)))) == 0


def test_periods_and_weekly_hours() -> None:
    hour = 3_600_000
    some = zones(SQUARE, active=Activity(periods=[(MONDAY, MONDAY + hour)]))
    assert cross(some, (-2, 0, 1), (2, 0, 1), (MONDAY - hour, MONDAY)) == []
    assert cross(some, (-2, 0, 1), (2, 0, 1), (MONDAY, MONDAY + hour)) != []
    assert cross(some, (NAN, NAN, NAN), (0, 0, 1), (int(NO_TIME), MONDAY)) != []
    nights = Activity(hours=[Hours((0,), 22 * 60, 30 * 60)], zone_name="Asia/Jerusalem")
    assert nights.overlaps(MONDAY + 21 * hour, MONDAY + 21 * hour)
    assert nights.overlaps(MONDAY + 27 * hour, MONDAY + 27 * hour)
    assert not nights.overlaps(MONDAY + 19 * hour, MONDAY + 19 * hour)
    assert not nights.overlaps(MONDAY + 29 * hour, MONDAY + 29 * hour)


def test_subset_take_and_concat() -> None:
    some = Zones.concat([zones(SQUARE, SQUARE), zones(SQUARE)])
    assert len(some) == 3
    assert some.subset(["moa"]).ids.tolist() == ["Z1"]
    assert len(some.subset()) == 2
    assert len(Zones.concat([])) == 0


def test_geometry_is_geojson() -> None:
    assert zones(SQUARE).geometry(0)["type"] == "Polygon"


@given(st.lists(st.tuples(lons, lats, lons, lats), min_size=1, max_size=30))
def test_many_at_once_equal_one_by_one(rows: list[tuple[float, ...]]) -> None:
    some = zones(SQUARE, shapely.box(0, 0, 2, 2))
    lon0, lat0, lon1, lat1 = np.array(rows).T
    flat, time = np.full(len(rows), 500.0), np.zeros(len(rows), dtype=np.int64)
    together = {
        (int(r), int(z))
        for r, z, _, _ in zip(*some.crossed(lat0, lon0, flat, time, lat1, lon1, flat, time), strict=True)
    }
    single = {(i, z) for i, (a, b, c, d) in enumerate(rows) for z, _, _ in cross(some, (a, b, 500), (c, d, 500))}
    assert together == single

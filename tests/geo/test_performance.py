"""What a type can do: by designator, by class, by emitter category, and honest limits where nothing is known."""

import time
from typing import Any

import numpy as np
import pytest

from geo.aircraft import AircraftTable
from geo.performance import CODE, Profiles, density, hangs_in_air, is_kind, profiles, wind_kt
from geo.schema import Array


def of(**columns: Any) -> Profiles:
    n = max(len(v) for v in columns.values())
    return profiles({"icao24": np.arange(n), **{k: np.asarray(v) for k, v in columns.items()}})


def typed(*codes: str) -> Array:
    return np.array(codes, dtype="S4")


def table(icao24: int, code: str, description: str) -> AircraftTable:
    texts = {"registration": "", "type_code": code, "description": description, "operator": ""}
    dtypes = {"registration": "S10", "type_code": "S4", "description": "S3", "operator": "S32"}
    columns: dict[str, Any] = {k: np.array([v], dtype=dtypes[k]) for k, v in texts.items()}
    return AircraftTable(np.array([icao24]), **columns, flags=np.zeros(1, dtype=np.uint8))


def test_designators_give_kind_ceiling_and_name() -> None:
    p = of(type_code=typed("C172", "B738", "AS50", "BALL", "CONC", ""))

    assert list(p.kind_name) == ["light", "airliner", "helicopter", "balloon", "supersonic", "unknown"]
    assert list(p.ceiling_ft[:2]) == [15_000, 41_000] and p.name(0) == "Cessna 172 (C172)"
    assert p.exact.tolist() == [True] * 5 + [False] and p.name(5) == "aircraft of unknown type"


def test_the_ceilings_of_the_seed_hold() -> None:
    """Cessna 172 about 4,000 m, jets 13,000 m, business jets 15,500 m, Concorde 18,000 m, none of them lower."""
    metres = of(type_code=typed("C172", "A320", "GLF6", "CONC")).ceiling_ft * 0.3048

    assert np.all(metres >= [4_000, 12_400, 15_500, 18_000]) and np.all(metres <= [5_000, 13_500, 15_600, 19_000])


def test_a_feed_without_types_takes_the_table_then_its_class() -> None:
    rows = {"icao24": np.array([7, 8]), "type_code": typed("", "")}

    known = profiles(rows, table(7, "A388", "L4J"))
    by_class = profiles(rows, table(7, "XY12", "H2T"))

    assert known.name(0) == "Airbus A380 (A388)" and not known.known[1]
    assert by_class.name(0) == "helicopter (XY12)" and not by_class.exact[0] and by_class.hangs[0]


def test_the_class_without_a_designator() -> None:
    p = profiles({"icao24": np.array([7])}, table(7, "", "L2J"))
    assert p.name(0) == "jet" and p.kind_name[0] == "aeroplane"


def test_what_the_feed_says_wins_over_the_table_and_both_over_the_category() -> None:
    rows = {"icao24": np.array([7]), "type_code": typed("C172"), "category": np.array([b"A5"], dtype="S2")}
    assert profiles(rows, table(7, "A388", "L4J")).name(0) == "Cessna 172 (C172)"


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("A1", "aeroplane"),
        ("A7", "helicopter"),
        ("B1", "glider"),
        ("B2", "balloon"),
        ("B6", "drone"),
        ("A0", "unknown"),
    ],
)
def test_emitter_categories(category: str, kind: str) -> None:
    assert of(category=np.array([category], dtype="S2")).kind_name[0] == kind


def test_of_an_unknown_aircraft_everything_is_believed() -> None:
    p = of(type_code=typed("", "QQQQ"))
    assert p.ceiling_ft.min() >= 100_000 and p.fastest_kt.min() > 2_000 and p.slowest_kt.max() == 0


def test_speeds_over_ground_allow_for_the_wind() -> None:
    at = np.array([5_000.0, 38_000.0, np.nan])
    p = of(type_code=typed("B738", "B738", "B738"), baro_altitude=at)

    assert p.fastest_kt[0] < 640 and p.fastest_kt[1] > 750 and p.fastest_kt[2] > 750
    assert p.slowest_kt[0] > 10 and p.slowest_kt[1] == 0
    assert wind_kt(np.array([35_000.0]))[0] == 220


def test_density_of_the_standard_atmosphere() -> None:
    expected = [1.0, 0.7385, 0.3106, 0.1165]
    assert density(np.array([0.0, 10_000, 35_000, 55_774])) == pytest.approx(expected, rel=0.02)


def test_formation_aerobatic_and_hanging_types() -> None:
    p = of(type_code=typed("EUFI", "PTS2", "B738", "C130", "R44", "C208", "AT8T"))

    assert p.formates.tolist() == [True, True, False, True, False, False, False]
    assert p.dives.tolist() == [True, True, False, False, False, False, False]
    assert p.hangs.tolist() == [False, False, False, False, True, False, False]
    assert p.drops[5] and p.works[6]
    assert hangs_in_air(np.array([CODE["balloon"], CODE["airliner"]])).tolist() == [True, False]
    assert is_kind(np.array([CODE["glider"]]), "glider", "drone").all()


def test_names_only_where_asked() -> None:
    p = of(type_code=typed("C172", "B738"))
    assert p.names(np.array([False, True])).tolist() == ["", "Boeing 737-800 (B738)"]


def test_no_rows() -> None:
    p = profiles({"icao24": np.zeros(0, dtype=np.int64), "type_code": typed()})
    assert len(p.kind) == 0 and len(p.fastest_kt) == 0


def test_a_million_rows_of_few_aircraft_cost_little() -> None:
    n = 1_000_000
    rows = {"icao24": np.repeat(np.arange(1_000), n // 1_000), "type_code": np.full(n, b"B738", dtype="S4")}
    begin = time.perf_counter()
    assert profiles(rows).ceiling_ft.min() == 41_000
    assert time.perf_counter() - begin < 1.0

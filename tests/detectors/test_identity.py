"""Identity that does not fit, and what explains most of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors import _identity_facts
from detectors._examples import during, fly, together
from detectors._identity_facts import alike
from detectors._registry import registry
from geo.aircraft import AircraftTable
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES
from tests.detectors.at_work import again, found, recorded, sbs
from tests.recordings import beginning


def calls(*names: bytes, each: int = 60, **columns: Any) -> Batch:
    return fly(seconds=each * len(names), callsign=np.repeat(np.array(names, dtype="S8"), each), **columns)


def told(*batches: Batch, **overrides: float) -> list[tuple[str, int, str]]:
    return [(a.explanation, a.priority, a.cleared) for a in found("identity", batches, **overrides)]


def table(icao24: int, registration: bytes) -> AircraftTable:
    blank = np.array([b""])
    return AircraftTable(
        np.array([icao24]), np.array([registration], dtype="S10"), blank, blank, blank, np.zeros(1, dtype=np.uint8)
    )


@pytest.mark.parametrize("name", [b"TEST123", b"FAKE001", b"ANOMALY", b"TEST"])
def test_names_of_the_product_requirements_in_flight(name: bytes) -> None:
    assert told(calls(name)) == [(f"The callsign is {name.decode()}", 2, "")]
    assert told(calls(name), patterns=0) == []


def test_a_transponder_on_the_bench_is_cleared() -> None:
    assert told(calls(b"TEST1234", speed=0.0)) == [
        ("The callsign is TEST1234", 2, "a transponder under test: it is not seen to fly")
    ]


@pytest.mark.parametrize("icao24", [0x000000, 0xFFFFFF, 0xAAAAAA])
def test_addresses_of_nobody(icao24: int) -> None:
    assert told(fly(icao24, 120)) == [(f"The address {icao24:06X} belongs to nobody", 2, "")]
    heard_only = fly(icao24, 120, source=SOURCES.index("mode_s"))
    assert told(heard_only)[0][2] == "heard without a position of its own: bit errors make such addresses"


def test_an_airframe_may_bear_an_odd_address() -> None:
    (one,) = found("identity", [fly(0xAAAAAA, 120)], {"aircraft": table(0xAAAAAA, b"N777XX")})
    assert one.cleared == "the aircraft database has an airframe of this address"


def test_addresses_of_no_state_and_what_is_no_address() -> None:
    assert told(fly(0x200001, 60)) == [("The address 200001 lies in no state's block", 1, "")]
    assert told(fly(0xDD1234, 60))[0][2] == "the number of a glider's unit, no address"
    assert told(fly(NON_ICAO | 0x200001, 60)) == []


def test_registration_and_block() -> None:
    assert told(fly(0x3C1000, 60, registration=b"EI-DCL")) == [
        ("Registered EI-DCL, but the address 3C1000 belongs to Germany", 1, "")
    ]
    (one,) = found("identity", [fly(0x3C1000, 60)], {"aircraft": table(0x3C1000, b"EI-DCL")})
    assert one.explanation == "Registered EI-DCL, but the address 3C1000 belongs to Germany"
    for address, mark in ((0x3C1000, b"D-AIBD"), (0x424100, b"VP-BDK"), (0x3F4000, b"54+01"), (0x780001, b"B-18901")):
        assert told(fly(address, 60, registration=mark)) == []


def test_feed_and_database() -> None:
    (one,) = found("identity", [fly(0x3C1000, 60, registration=b"D-AIBD")], {"aircraft": table(0x3C1000, b"D-ABCD")})
    assert one.cleared == "registered anew in the same state: one of the databases is older"
    same = found("identity", [fly(0x3C1000, 60, registration=b"DAIBD")], {"aircraft": table(0x3C1000, b"D-AIBD")})
    assert same == []


def test_switching_in_flight() -> None:
    assert told(calls(b"DLH4AB", b"BAW12")) == [("The callsign changed from DLH4AB to BAW12", 1, "")]
    (one,) = told(calls(b"DLH4AB", b"BAW12", b"AFR7EK"))
    assert one == ("2 changes of callsign in one flight, last from BAW12 to AFR7EK", 2, "")
    assert told(calls(b"DLH4AB", b"BAW12", on_ground=1))[0][2] == "changed on the ground: the next flight"
    assert told(calls(b"DLH4A", b"DLH4AB"))[0][2] == "corrected: the two are alike"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("DLH4A", "DLH4AB", True), ("BAW0012", "BAW12", True), ("RYR1AB", "RYR1AC", True), ("DLH4AB", "BAW12", False)],
)
def test_alike(a: str, b: str, same: bool) -> None:
    assert alike(a, b) is same


def test_decoder_faults_of_real_life_do_not_fire(shared: Path) -> None:
    """dump1090 251: TUI6G in one message of 3C496A; and the same four times an hour."""
    assert told(sbs(shared / "data/identity-issues/dump1090-251.sbs")) == []
    wrong = np.full(3_600, b"TUI8EG", dtype="S8")
    wrong[[500, 1_400, 2_300, 3_200]] = b"TUI6G"
    assert told(fly(0x3C496A, 3_600, callsign=wrong)) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"XA-VRU", "its registration, as it is painted"),
        (b".N980UY", "its registration, as it is painted"),
        (b"RANGER 2", ""),
    ],
)
def test_format(name: bytes, why: str) -> None:
    assert told(calls(name)) == [(f"The callsign {name.decode()!r} is not of letters and digits alone", 1, why)]


def test_integrity_of_most_reports() -> None:
    def plane(zero: int, n: int = 200, **columns: Any) -> Batch:
        sil = during(0.0, 3.0, 0, zero, n)
        return fly(seconds=n, sil=sil, **({"version": 2.0, "nic": 8.0, "nac_p": 9.0, "category": b"A3"} | columns))

    (one,) = told(plane(200))
    assert one[0].startswith("SIL is 0 in 100 % of") and one[1:] == (2, "")
    assert told(plane(10)) == []
    assert told(plane(200, version=1.0)) == []
    assert told(plane(200, category=b"A1"))[0][2] == "light aircraft may use a position source without a certificate"
    assert told(plane(200, nac_p=0.0))[0][2] == "the position itself is declared lost: see interference"


def test_one_episode_holds_all_that_does_not_fit() -> None:
    rows = calls(b"TEST1", registration=b"EI-DCL", icao24=0x3C1000)
    said = "Registered EI-DCL, but the address 3C1000 belongs to Germany; the callsign is TEST1"
    assert told(rows) == [(said, 2, "")]


def standing(anomalies: list[Anomaly]) -> dict[str, str]:
    return {f"{a.icao24:06x}": a.explanation for a in anomalies if not a.cleared}


def test_the_whole_world_at_one_moment(shared: Path) -> None:
    """Of 8,423 aircraft four stand out: two wrong addresses, a test flight at 45,000 ft, one without integrity."""
    rows = again(recorded(shared / "data/adsbx-snapshot-20220430/aircraft.json"), 27)
    seen = found("identity", [rows])
    assert sorted(standing(seen)) == ["012345", "017073", "7c6057", "c06ce6"]
    assert sum(a.cleared.startswith("a transponder under test") for a in seen) == 96


@pytest.mark.parametrize(
    "name",
    [
        "collections/switzerland",
        "firefighting/calfire",
        "gliders/luberon",
    ],
)
def test_ordinary_days_are_calm(shared: Path, name: str) -> None:
    rows = beginning(shared / f"data/traffic-samples/samples/{name}.json.gz")
    assert standing(found("identity", rows)) == {}


def test_two_streams_of_one_address_are_two_flights() -> None:
    rows = together(
        fly(0x3C1000, 120, callsign=b"DLH4AB"), fly(0x3C1000, 120, lat=53.0, start_s=0.5, callsign=b"BAW12")
    )
    assert all("changes of callsign" not in words for words, _, _ in told(rows))


def test_one_row_is_enough_for_a_word_that_no_bit_error_makes() -> None:
    (one,) = found("identity", [fly(seconds=1, callsign=b"TEST123")])
    assert (one.explanation, one.priority, one.confidence) == ("The callsign is TEST123", 1, 0.5)
    assert told(fly(seconds=1, callsign=b"TEST123", speed=0.0)) == told(fly(seconds=1, callsign=b"BAW12")) == []


def test_who_is_not_looked_at_closely_has_nothing_that_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of all flights at once lets none pass of which the questions one by one would tell."""
    some = registry()["identity"].examples()
    calmly = [found("identity", [one.make()], one.resources(), **one.params) for one in some]

    monkeypatch.setattr(_identity_facts, "_doubted", lambda _, rows, *__: np.ones(len(rows), dtype=bool))

    assert sum(map(len, calmly)) >= sum(one.expect for one in some) > 5
    assert [found("identity", [one.make()], one.resources(), **one.params) for one in some] == calmly

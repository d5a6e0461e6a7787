"""Who has opted out comes in nowhere; pseudonyms are stable, say nothing without the key, and judge alike."""

from __future__ import annotations

import numpy as np
import pytest

from detectors._examples import during, fly, together
from detectors._registry import registry
from geo.aircraft import AircraftTable
from geo.batch import Batch
from geo.schema import NON_ICAO, SYNTHETIC
from pipeline.engine import Engine
from pipeline.inbox import Inbox
from pipeline.privacy import LADD, MARK, PIA, Privacy, listed


def rows(**more: object) -> Batch:
    """Four aircraft, one row each."""
    names = {"callsign": np.array([b"ABC1", b"DEF2", b"", b"GHI4"], "S8"),
             "registration": np.array([b"N1", b"N2", b"N3", b"N4"], "S12")}  # fmt: skip
    base = {"icao24": np.array([1, 2, 3, 4]), "time": np.full(4, 1_700_000_000_000)}
    return Batch({**base, **names, **more})  # type: ignore[dict-item]


def seen(privacy: Privacy, **more: object) -> list[int]:
    inbox = Inbox(privacy=privacy)
    inbox.put(rows(**more), 0)
    found: list[int] = inbox.take()["icao24"].tolist()
    return found


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        (["000002"], [1, 3, 4]),
        (["~000002"], [1, 2, 3, 4]),
        (["n3", "GHI4"], [1, 2]),
        (["", "  "], [1, 2, 3, 4]),
    ],
)
def test_lists_hold_addresses_registrations_and_callsigns(entries: list[str], left: list[int]) -> None:
    assert seen(Privacy(*listed(entries))) == left


@pytest.mark.parametrize(
    ("flags", "left"), [(PIA, [1, 3, 4]), (LADD, [1, 2, 4]), (PIA | LADD, [1, 4]), (0, [1, 2, 3, 4])]
)
def test_flags_of_the_feed_are_honoured(flags: int, left: list[int]) -> None:
    privacy = Privacy(flags=flags)
    assert seen(privacy, db_flags=np.array([1, 4, 8, 2], "u1")) == left
    assert privacy.counts["opted out"] == 4 - len(left)


def of_one(at_min: int, callsign: bytes = b"", **more: object) -> Batch:
    time = np.array([1_700_000_000_000 + at_min * 60_000])
    return Batch({"icao24": np.array([7]), "time": time, "callsign": np.array([callsign], "S8"), **more})  # type: ignore[dict-item]


def test_a_callsign_holds_for_rows_that_do_not_repeat_it() -> None:
    privacy = Privacy(*listed(["DOG1"]))
    after = [of_one(0), of_one(1, b"DOG1"), of_one(2), of_one(50), of_one(62), of_one(63, b"CAT2")]

    assert [len(privacy.applied(one)) for one in after] == [1, 0, 0, 0, 1, 1]


def test_rows_before_the_callsign_go_with_it_where_they_come_together() -> None:
    assert not len(Privacy(*listed(["dog1"])).applied(Batch.concat([of_one(0), of_one(1, b"DOG1")])))


@pytest.mark.parametrize(
    "told",
    [{"db_flags": np.array([8], "u1")}, {"registration": np.array([b"N7"], "S12")}],
    ids=lambda one: next(iter(one)),
)
def test_what_one_feed_tells_of_an_aircraft_holds_for_all_feeds(told: dict[str, object]) -> None:
    privacy = Privacy(names=frozenset({b"N7"}), flags=LADD)

    assert [len(privacy.applied(one)) for one in (of_one(0, **told), of_one(300, b"ABC1"))] == [0, 0]


def test_what_a_database_knows_counts_too() -> None:
    table = AircraftTable(
        np.array([1, 4]), np.array([b"N99", b"N98"], "S12"), *(np.zeros(2, "S4") for _ in range(3)),  # type: ignore[arg-type]
        flags=np.array([8, 0], "u1"),
    )  # fmt: skip
    assert seen(Privacy(names=frozenset({b"N98"}), flags=LADD, known=table)) == [2, 3]


def test_a_non_icao_address_is_another_one() -> None:
    addresses, names = listed(["~00000a", "00000A"])
    assert addresses.tolist() == [10, 10 | NON_ICAO] and not names


def test_pseudonyms_are_stable_and_keyed() -> None:
    one, same, other = (Privacy(key=key).applied(rows()) for key in (b"k" * 32, b"k" * 32, b"q" * 32))
    assert one["icao24"].tolist() == same["icao24"].tolist() != other["icao24"].tolist()
    assert (one["icao24"] >= SYNTHETIC).all() and len(set(one["icao24"].tolist())) == 4
    assert one["callsign"][2] == b"" and b"ABC1" not in one["callsign"].tolist()
    assert not one["registration"].any() and all(label.startswith(MARK) for label in one.labels.values())


def test_what_moves_is_judged_alike_under_a_pseudonym() -> None:
    traffic = together(fly(0xABC001, 120, squawk=during(b"7700", b"1000", 20, 90, 120, "S4"), callsign=b"ABC1"))
    found = []
    for privacy in (Privacy(), Privacy(key=b"k" * 32)):
        engine = Engine({"squawk": registry()["squawk"]}, lateness_s=0)
        found.append({a.id: a for a in engine.feed(privacy.applied(traffic)).anomalies}.values())
    (plain,), (hidden,) = found
    assert (plain.start, plain.end, plain.confidence) == (hidden.start, hidden.end, hidden.confidence)
    assert "abc001" not in str(hidden).lower() and "abc1" not in str(hidden).lower()
    assert "pseudonyms" in hidden.evidence["identity_note"]


def test_a_pseudonym_gets_no_pseudonym() -> None:
    privacy = Privacy(key=b"k" * 32)
    once = privacy.applied(rows())

    twice = privacy.applied(Batch.concat([once, rows(icao24=np.array([5, 6, 7, 8]))]))

    assert twice["icao24"][:4].tolist() == once["icao24"].tolist()
    assert twice["callsign"].tolist() == 2 * once["callsign"].tolist()
    assert (twice["icao24"] & SYNTHETIC != 0).all() and len(twice.labels) == 8

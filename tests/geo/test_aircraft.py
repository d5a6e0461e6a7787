import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.aircraft import INTERESTING, MILITARY, AircraftTable
from geo.schema import NON_ICAO, SYNTHETIC


def table(*rows: tuple[int, bytes, int]) -> AircraftTable:
    icao24, registration, flags = zip(*rows, strict=True)
    blank = np.zeros(len(rows), dtype="S4")
    return AircraftTable(
        np.array(icao24), np.array(registration, dtype="S10"), blank, blank, blank, np.array(flags, dtype=np.uint8)
    )


def test_lookup_gives_rows_in_the_order_asked_and_blanks_for_strangers() -> None:
    found = table((1, b"D-ONE", 0), (5, b"D-FIVE", MILITARY)).lookup(np.array([5, 2, 1, 5 | NON_ICAO, SYNTHETIC | 5]))
    assert found.registration.tolist() == [b"D-FIVE", b"", b"D-ONE", b"", b""]
    assert found.flags.tolist() == [MILITARY, 0, 0, 0, 0]


def test_later_text_wins_flags_add_up() -> None:
    one, two = table((5, b"OLD", MILITARY), (1, b"KEPT", 0)), table((5, b"NEW", INTERESTING), (1, b"", 0))
    both = AircraftTable.merged([one, two])
    assert both.icao24.tolist() == [1, 5]
    assert both.registration.tolist() == [b"KEPT", b"NEW"]
    assert both.flags.tolist() == [0, MILITARY | INTERESTING]


def test_nothing_known() -> None:
    empty = AircraftTable.merged([])
    assert len(empty) == 0
    assert empty.lookup(np.array([1, 2])).registration.tolist() == [b"", b""]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_merged_is_sorted_and_each_address_comes_once(addresses: list[int]) -> None:
    merged = AircraftTable.merged([table(*((a, b"N%d" % n, 0) for n, a in enumerate(addresses)))])
    assert merged.icao24.tolist() == sorted(set(addresses))
    last = {a: b"N%d" % n for n, a in enumerate(addresses)}
    assert merged.registration.tolist() == [last[a] for a in merged.icao24.tolist()]

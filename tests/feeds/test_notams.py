"""NOTAMs: ICAO text and the Israeli JSON, as a table and as zones; hostile text ends in words, never in a crash."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import _notam_areas, _notam_text
from feeds._errors import FeedError
from feeds._given import Given
from feeds._notam_text import hours, parse
from feeds.notams import load_notams, notams_of
from feeds.zones_files import load_zones
from geo.notams import FOREVER_MS, NotamTable, is_exercise

FIRING = """(C1558/26 NOTAMN
Q) LLLL/QWMLW/IV/BO /W /000/120/3105N03454E001
A) LLLL B) 2608020500 C) 2608311500
D) SUN-THU 0500-1500
E) FRNG WILL TAKE PLACE AT RAMAT-BEKA WI LLP14.
AN AREA BTN THE FLW PSN 310542N0345314E
310541N0345352E 310509N0345351E 310453N0345313E
CLSD FM GND UP TO 12,000FT AMSL. SEE A) AND B) ABOVE.
F) GND G) 12000FT AMSL)"""


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def saved(tmp_path: Path, text: str, name: str = "notams.txt") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def israel(shared: Path) -> Path:
    return shared / "data/reference/israel-aip-notam-metar/notams.json"


def test_one_notam_item_by_item() -> None:
    one = parse(FIRING)
    assert (one.id, one.fir, one.q_code, one.locations) == ("C1558/26", "LLLL", "QWMLW", "LLLL")
    assert (one.start, one.end, one.estimated) == (ms(2026, 8, 2, 5), ms(2026, 8, 31, 15), False)
    assert (one.lower_ft, one.upper_ft, one.radius_nmi) == (0.0, 12_000.0, 1.0)
    assert (one.lat, one.lon) == (pytest.approx(31 + 5 / 60), pytest.approx(34.9))
    assert (one.schedule, one.floor, one.ceiling) == ("SUN-THU 0500-1500", "GND", "12000FT AMSL")
    assert one.text.endswith("SEE A) AND B) ABOVE.")


@pytest.mark.parametrize(
    ("until", "end", "estimated"),
    [
        ("PERM", FOREVER_MS, False),
        ("2609030559EST", ms(2026, 9, 3, 5, 59), True),
        ("2608312400", ms(2026, 9, 1), False),
    ],
)
def test_ends(until: str, end: int, estimated: bool) -> None:
    one = parse(FIRING.replace("2608311500", until))
    assert (one.end, one.estimated) == (end, estimated)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("QWMLW", "QW", "names no region and code"),
        ("Q)", "X)", "no Q-line"),
        ("2608020500", "2613020500", "is no date"),
        ("2608020500", "2609020500", "before it begins"),
        ("2608020500", "SOON", "is no time such as"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(FIRING.replace(old, new))


@pytest.mark.parametrize(
    ("schedule", "windows"),
    [
        ("DAILY 0600-1300", [(tuple(range(7)), 360, 780)]),
        ("0525-0725 0830-1000", [(tuple(range(7)), 325, 445), (tuple(range(7)), 510, 600)]),
        ("SUN-THU 1700-0200", [((6, 0, 1, 2, 3), 1020, 1560)]),
        ("17 24 DAILY 0300-1000", []),
        ("SR-SS", []),
        ("DAILY 0600-1300 EXC FRI", []),
    ],
)
def test_schedules(schedule: str, windows: list[tuple[tuple[int, ...], int, int]]) -> None:
    assert [(tuple(h.days), h.start, h.end) for h in hours(schedule)] == windows


def test_the_israeli_notams(shared: Path) -> None:
    table = load_notams([israel(shared)])
    at = ms(2026, 8, 22, 21, 30)
    assert len(table) == 87 and table.problems == []
    assert int((table.end == FOREVER_MS).sum()) == 13
    found = [str(table.ids[k]) for k in table.in_force(31.4, 34.4, 2_000.0, at, at)]
    assert "A0596/26" in found and "C1575/26" in found
    assert "A0610/26" not in found, "a list of NOTAMs says nothing of a place"
    assert len(table.in_force(31.4, 34.4, 2_000.0, ms(2025, 1, 1), ms(2025, 1, 2))) == 0
    assert len(table.in_force(48.0, 2.0, 2_000.0, at, at)) == 0


def test_the_israeli_notams_as_zones(shared: Path) -> None:
    zones = load_zones([israel(shared)])
    by_id = {str(one): k for k, one in enumerate(zones.ids)}
    assert zones.problems == [] and len(zones) == 26
    firing, gaza, fire = by_id["C1558/26"], by_id["C1575/26"], by_id["C1769/26"]
    assert (zones.kinds[firing], zones.ceiling_ft[firing]) == ("danger", 12_000.0)
    assert is_exercise(zones.titles)[firing] and not is_exercise(zones.titles)[gaza]
    assert (zones.kinds[gaza], zones.ceiling_ft[gaza]) == ("tfr", np.inf)
    assert zones.shapes[fire].bounds == pytest.approx((34.83, 31.717, 34.908, 31.784), abs=0.002)
    assert zones.active[firing].overlaps(ms(2026, 8, 23, 6), ms(2026, 8, 23, 6))
    assert not zones.active[firing].overlaps(ms(2026, 8, 22, 6), ms(2026, 8, 22, 6)), "a Saturday"
    assert not zones.active[firing].overlaps(ms(2026, 9, 6, 6), ms(2026, 9, 6, 6)), "it is over"
    assert "C1577/26" not in by_id, "closed to some, and not outlined: the circle round it says nothing"


def test_a_track_through_the_circle_at_the_time_is_found(tmp_path: Path) -> None:
    text = "A0001/26 NOTAMN\nQ) LLLL/QRTCA/IV/BO/W/000/100/3200N03500E010\nA) LLLL B) 2608220000 C) 2608222359\nE) TRA."
    zones = load_zones([saved(tmp_path, text)])
    inside, outside = ms(2026, 8, 22, 12), ms(2026, 8, 23, 12)
    lat, lon, low, high = np.array([32.0]), np.array([35.0]), np.array([5_000.0]), np.array([20_000.0])

    def crossed(altitude: np.ndarray, at: int) -> int:  # type: ignore[type-arg]
        time = np.array([at])
        return len(zones.crossed(lat, lon - 0.01, altitude, time - 1000, lat, lon, altitude, time))

    assert (crossed(low, inside), crossed(high, inside), crossed(low, outside)) == (1, 0, 0)
    assert zones.titles[0] == "restriction (NOTAM QRTCA)" and zones.kinds[0] == "tfr"


def test_a_notam_replaced_or_cancelled_is_gone(tmp_path: Path) -> None:
    again = FIRING.replace("(C1558/26 NOTAMN", "(C1600/26 NOTAMR C1558/26")
    off = FIRING.replace("(C1558/26 NOTAMN", "(C1700/26 NOTAMC C1600/26")
    both = load_notams([saved(tmp_path, f"{FIRING}\n\n{again}")])
    assert both.ids.tolist() == ["C1600/26"]
    found, _ = notams_of(Given("x", data=f"{FIRING}\n{again}\n{off}".encode()))
    assert [one.id for one in found] == []


def test_any_json_that_holds_the_text(tmp_path: Path) -> None:
    """As the FAA's API nests it, and beside what cannot be read."""
    nested = {"items": [{"properties": {"coreNOTAMData": {"notamTranslation": [{"formattedText": FIRING}]}}}]}
    table = load_notams([saved(tmp_path, json.dumps(nested), "a.json")])
    assert table.ids.tolist() == ["C1558/26"]
    broken = FIRING.replace("2608020500", "2699990500")
    table = load_notams([saved(tmp_path, json.dumps([FIRING, broken]), "b.json")])
    assert len(table) == 1 and "is no date" in table.problems[0]


@pytest.mark.parametrize("text", ["", "hello", "{", "[]", '{"notams": []}', "Q) nothing"])
def test_a_file_without_notams_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError):
        load_notams([saved(tmp_path, text)])


def test_merged_keeps_the_later_word(tmp_path: Path) -> None:
    first = load_notams([saved(tmp_path, FIRING)])
    second = load_notams([saved(tmp_path, FIRING.replace("RAMAT-BEKA", "ELSEWHERE"))])
    merged = NotamTable.merged([first, NotamTable.none(), second])
    assert len(merged) == 1 and "ELSEWHERE" in merged.text[0] and len(merged.active) == 1


PIECES = st.sampled_from(
    ["Q)", "A)", "B)", "C)", "D)", "E)", "F)", "G)", "LLLL/QWMLW/IV/BO/W/000/120/3105N03454E001", "9999N99999E999",
     "2608020500", "PERM", "EST", "0600-1300", "MON", "DAILY", "310542N0345314E", "N314945E0345822", "WI 0.3NM RADIUS "
     "CENTERED ON PSN", "GND", "FL999", "(A0001/26 NOTAMN", "NOTAMR", "\n", " ", "/", "0" * 40, "CLSD", "\u202e", "é"]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for block in _notam_text.blocks(text):
        try:
            one = parse(block)
        except ValueError as error:
            assert str(error)
            continue
        area = _notam_areas.written_area(one)
        assert one.start <= one.end and (area is None or area.area >= 0)


@settings(max_examples=200)
@given(st.integers(0, len(FIRING) - 1), st.text(max_size=5), st.integers(0, 30))
def test_a_damaged_notam_does_no_harm(at: int, put: str, cut: int) -> None:
    text = FIRING[:at] + put + FIRING[at + cut :]
    if text.lstrip("\ufeff \t\r\n").startswith(("[", "{")):
        with pytest.raises(FeedError, match="damaged JSON"):
            notams_of(Given("x", data=text.encode()))
        return
    found, problems = notams_of(Given("x", data=text.encode()))
    assert len(found) + len(problems) >= 1


def test_long_text_is_read_in_little_time() -> None:
    one = parse(FIRING.replace("FRNG", "310542N0345314E " * 1_000 + "WI 1NM RADIUS " * 300 + "DAILY " * 500))
    assert len(one.text) > 20_000
    _notam_areas.written_area(one)
    assert hours("0600-1300 " * 49 + "X") == ()

import gzip
from pathlib import Path

import numpy as np
import pytest

from feeds._errors import FeedError
from feeds.aircraft_files import load_aircraft
from geo.aircraft import INTERESTING, MILITARY


def saved(tmp_path: Path, text: str, name: str = "aircraft.csv") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_flightaware(shared: Path) -> None:
    table = load_aircraft([shared / "data/reference/aircraft-db/flightaware-20250514.csv.xz"])
    assert len(table) == 1_577_077
    known = table.lookup(np.array([0x004025, 0xA00001]))
    assert known.registration[0] == b"Z-GAC"
    assert np.isin(b"L2J", table.description)


def test_plane_alert_db_marks_the_military(shared: Path) -> None:
    table = load_aircraft([shared / "data/reference/plane-alert-db/plane-alert-db.csv"])
    assert len(table) == 17_196
    assert int((table.flags & MILITARY > 0).sum()) == 9_849
    assert (table.flags & INTERESTING > 0).all()
    assert table.problems == ("plane-alert-db.csv: 2 rows without a 24-bit address",)
    one = table.lookup(np.array([0x000004]))
    assert (one.registration[0], one.type_code[0]) == (b"FAC1282", b"C295")
    assert one.operator[0] == b"Colombian Aerospace Force"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("aircraft-db/vrs.csv.xz", 31_107),
        ("standing-data/aircraft/schema-01/0/00/008.csv", 65),
        ("spy-planes/train.csv", 596),
    ],
)
def test_other_real_tables(shared: Path, name: str, count: int) -> None:
    assert len(load_aircraft([shared / "data/reference" / name])) == count


def test_opensky_quotes_with_apostrophes(tmp_path: Path) -> None:
    file = saved(
        tmp_path,
        "'icao24','timestamp','country','icaoAircraftClass','model','operator','registration','typecode'\n"
        "'3c6444','2017-09-15','Germany','L2J','A319-112','Lufthansa','D-AIBD','A319'\n"
        "'3C6445','2017-09-15','Germany','','','Münch, Söhne','',''\n",
    )
    table = load_aircraft([file])
    assert table.icao24.tolist() == [0x3C6444, 0x3C6445]
    assert table.description.tolist() == [b"L2J", b""]
    assert table.operator.tolist() == [b"Lufthansa", b"M?nch, S?hne"]
    assert table.type_code.tolist() == [b"A319", b""]


def test_tar1090_has_no_header(tmp_path: Path) -> None:
    file = tmp_path / "aircraft.csv.gz"
    file.write_bytes(gzip.compress(b"3C6444;D-AIBD;A319;00;AIRBUS A-319;;;\nADF7C8;57-1427;K35R;10;BOEING KC-135;;;\n"))
    table = load_aircraft([file])
    assert table.registration.tolist() == [b"D-AIBD", b"57-1427"]
    assert table.flags.tolist() == [0, MILITARY]


def test_bad_rows_are_counted_and_torn_ones_passed_over(tmp_path: Path) -> None:
    file = saved(tmp_path, "icao24,r,t\n3C6444,D-AIBD,A319\nxyz,D-X,A320\n,,\n1,2,3,4,5\n3C64444,D-Y,A320\n")
    table = load_aircraft([file])
    assert table.icao24.tolist() == [0x3C6444]
    assert table.problems == ("aircraft.csv: 3 rows without a 24-bit address",)


def test_later_file_wins(tmp_path: Path) -> None:
    one, two = (
        saved(tmp_path, "icao24,r\n3C6444,OLD\n", "a.csv"),
        saved(tmp_path, "hex,registration\n3c6444,NEW\n", "b.csv"),
    )
    assert load_aircraft([one, two]).registration.tolist() == [b"NEW"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no column of 24-bit addresses"),
        ("icao24,r\nxyz,1\n", "no usable address"),
        ("", "is empty"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FeedError, match=rf"aircraft\.csv.*({message})"):
        load_aircraft([saved(tmp_path, text)])


def test_opensky_database_with_its_blank_line(tmp_path: Path) -> None:
    file = saved(
        tmp_path,
        '"icao24","registration","manufacturericao","manufacturername","model","typecode","icaoaircrafttype",'
        '"operator","owner","modes"\n"","","","","","","","","",""\n'
        '"aa3487","N757F","","Raytheon Aircraft Company","A36","BE36","L1P","","F.A. Inc","false"\n',
        "aircraftDatabase.csv",
    )
    table = load_aircraft([file])
    one = table.lookup(np.array([0xAA3487]), full=True)
    assert (one.registration[0], one.type_code[0], one.description[0]) == (b"N757F", b"BE36", b"L1P")
    assert (one.operator[0], one.manufacturer[0], one.model[0]) == (b"F.A. Inc", b"Raytheon Aircraft Co", b"A36")
    assert table.lookup(np.array([0xAA3487])).model[0] == b""


def test_tar1090_tree(shared: Path) -> None:
    table = load_aircraft([shared / "data/reference/aircraft-db/tar1090-db"])
    assert len(table) > 600_000 and not table.problems
    one = table.lookup(np.array([0xA01000]), full=True)
    assert (one.registration[0], one.type_code[0], one.model[0]) == (b"N103BP", b"GLIM", b"Motorglider")
    assert table.lookup(np.array([0x300064])).description[0] == b"L2J"
    assert int((table.flags & MILITARY > 0).sum()) > 1_000


def test_dump1090_tree_and_lists_of_aircraft(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "A.json").write_text('{"00001": {"r": "N1", "t": "C172", "desc": "L1P"}, "children": ["A0"]}')
    (tmp_path / "tree" / "A0.json").write_text('{"0002": {"r": "N2"}, "xyz": {"r": "N3"}, "0003": 7}')
    tree = load_aircraft([tmp_path / "tree"])
    listed = load_aircraft([saved(tmp_path, '[{"hex": "a00004", "r": "N4", "ownOp": "X", "f": "10"}, 3]', "list.json")])
    assert tree.icao24.tolist() == [0xA00001, 0xA00002] and tree.registration.tolist() == [b"N1", b"N2"]
    assert tree.problems == ("tree: 1 rows without a 24-bit address",)
    assert (listed.icao24.tolist(), listed.operator.tolist(), listed.flags.tolist()) == ([0xA00004], [b"X"], [MILITARY])


@pytest.mark.parametrize("text", ["{", "[]", "{}", '"x"', '{"a": {"r": 1}}', "[null, [1]]"])
def test_json_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError):
        load_aircraft([saved(tmp_path, text, "aircraft.json")])

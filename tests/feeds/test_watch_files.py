import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds._errors import FeedError
from feeds.watch_files import load_watch
from geo.schema import NON_ICAO
from geo.watch import GROUPS, WatchList

HEAD = "$ICAO,$Registration,$Operator,$Type,$ICAO Type,#CMPG,$Tag 1,$#Tag 2,$#Tag 3,Category,$#Link\n"


def saved(tmp_path: Path, content: str | bytes, name: str = "watch.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_plane_alert_db(shared: Path) -> None:
    listed = load_watch([shared / "data/reference/plane-alert-db/plane-alert-db.csv"])

    assert len(listed) == 17_196
    assert listed.problems == ("plane-alert-db.csv: 2 lines without a 24-bit address",)
    assert {g: int((listed.group == g).sum()) for g in GROUPS} == {"mil": 9_849, "gov": 1_764, "pol": 996, "civ": 4_587}
    at = listed.find(np.array([0x000004, 0x004006, 0x3C6444, NON_ICAO | 4]))
    assert (at >= 0).tolist() == [True, True, False, False]
    one = at[0]
    assert (listed.registration[one], listed.operator[one]) == ("FAC1282", "Colombian Aerospace Force")
    assert (listed.type_code[one], listed.category[one]) == ("C295", "Other Air Forces")
    assert listed.tags[one] == "Cargo, Tactical Transport, Marching Powder"
    assert listed.link[one] == "https://w.wiki/8pa2"


@pytest.mark.parametrize(
    "text",
    ["3c6444,the one with the red tail\nA00001\n", "\ufeffhex;note\n3C6444;the one with the red tail\na00001;\n",
     "# mine\n\n'3C6444','the one with the red tail'\n  A00001  \n"],
)  # fmt: skip
def test_plain_lists(tmp_path: Path, text: str) -> None:
    listed = load_watch([saved(tmp_path, text, "mine.txt")])

    assert listed.icao24.tolist() == [0x3C6444, 0xA00001]
    assert listed.tags.tolist() == ["the one with the red tail", ""]
    assert listed.group.tolist() == ["", ""]


def test_a_later_entry_replaces_an_earlier_one(tmp_path: Path) -> None:
    one = saved(tmp_path, HEAD + "3C6444,OLD,x,,,Mil\n", "a.csv")
    two = saved(tmp_path, gzip.compress(b"3c6444,new\n"), "b.csv.gz")

    listed = load_watch([one, two])

    assert (listed.tags.tolist(), listed.registration.tolist(), listed.group.tolist()) == (["new"], [""], [""])


def test_bad_lines_are_counted(tmp_path: Path) -> None:
    listed = load_watch([saved(tmp_path, HEAD + "xyz,1\n3C6444,D-A\n3C64445\n,,,\n0x3C64\n")])

    assert len(listed) == 1
    assert listed.problems == ("watch.csv: 4 lines without a 24-bit address",)


def test_hostile_text_is_tamed(tmp_path: Path) -> None:
    row = '3C6444,D\x00-A\x07BC,"\u202eevil\u200b",,,Zzz,a,b,c,d,javascript:alert(1)\n'
    listed = load_watch([saved(tmp_path, HEAD + row + "3C6445," + "x" * 100_000 + "\n")])

    assert (listed.registration[0], listed.operator[0], listed.group[0], listed.link[0]) == ("D-ABC", "evil", "", "")
    assert len(listed.registration[1]) == 200


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", HEAD, b"\x00\x01\x02", b"\x1f\x8b\x08broken"])
def test_a_bad_file_is_named(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(FeedError, match=r"watch\.csv"):
        load_watch([saved(tmp_path, content)])


@settings(max_examples=150)
@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: (HEAD + t).encode("utf-8", "replace")))
)
@example(data=b'"' * 5_000)
@example(data=("3C6444," + '"' * 200_000).encode())
@example(data=b"\xff\xfe3\x00C\x00")
@example(data=b",".join([b"x"] * 50_000))
def test_any_bytes_give_a_list_or_a_named_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = saved(tmp_path_factory.getbasetemp(), data)
    try:
        listed = load_watch([file])
    except FeedError as error:
        assert "watch.csv" in str(error)
        return
    assert len(listed) and (np.diff(listed.icao24) > 0).all()


def test_nobody_is_on_an_empty_list() -> None:
    assert WatchList.of([]).find(np.array([1, 2])).tolist() == [-1, -1]

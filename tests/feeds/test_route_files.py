import gzip
from pathlib import Path

import numpy as np
import pytest

from feeds._errors import FeedError
from feeds.route_files import load_routes
from geo.airports import Airports

HEAD = "\ufeffCallsign,Code,Number,AirlineCode,AirportCodes\n"


def saved(tmp_path: Path, rows: str, name: str = "routes.csv") -> Path:
    file = tmp_path / name
    file.write_text(HEAD + rows, encoding="utf-8")
    return file


def codes(path: Path, callsign: bytes) -> list[str]:
    """The airports of a callsign's route."""
    routes = load_routes([path])
    stops = routes.stops_of(int(routes.find(np.array([callsign]))[0]))
    return [str(Airports.builtin().code[k]) if k >= 0 else "?" for k in stops]


def test_a_folder_of_real_files(shared: Path) -> None:
    routes = load_routes([shared / "data/reference/standing-data/routes"])

    assert len(routes) == 140_864
    assert (np.diff(routes.first) > 2).sum() == 6_100
    origin, destination = routes.airports(np.array([b"ELY1"]))
    assert Airports.builtin().code[[origin[0], destination[0]]].tolist() == ["LLBG", "KJFK"]
    assert routes.problems == ("495 routes with an airport that is not known",)


def test_stops_in_their_order_and_iata_codes(tmp_path: Path) -> None:
    file = saved(tmp_path, "AAA1,AAA,1,AAA,LLBG-EGLL-KJFK\nAAA2,AAA,2,AAA,ZRH-TXL9\nAAA3,AAA,3,AAA,ZRH-CDG\n")

    assert codes(file, b"AAA1") == ["LLBG", "EGLL", "KJFK"]
    assert codes(file, b"AAA2") == ["LSZH", "?"]
    assert codes(file, b"AAA3") == ["LSZH", "LFPG"]


def test_columns_in_any_order_packed_or_by_semicolon(tmp_path: Path) -> None:
    file = tmp_path / "routes.csv.gz"
    file.write_bytes(gzip.compress(b"AirportCodes;Callsign\nLSZH-EDDL; swr1012 \n"))

    assert codes(file, b"SWR1012") == ["LSZH", "EDDL"]


def test_later_rows_win(tmp_path: Path) -> None:
    one, two = saved(tmp_path, "A1,,,,LSZH-EDDL\n", "a.csv"), saved(tmp_path, "A1,,,,LSZH-LFPG\n", "b.csv")

    _, destination = load_routes([one, two]).airports(np.array([b"A1"]))
    assert Airports.builtin().code[destination[0]] == "LFPG"


def test_rows_of_no_use_are_counted(tmp_path: Path) -> None:
    stops = "-".join(["LSZH"] * 13)
    rows = f"OK1,,,,LSZH-EDDL\n,,,,LSZH-EDDL\nTOOLONGCALL,,,,LSZH-EDDL\nX1\nX2,,,,LSZH\nX3,,,,{stops}\nX4,,,,<b>-'--\n"
    routes = load_routes([saved(tmp_path, rows)])

    assert routes.callsign.tolist() == [b"OK1"]
    assert routes.problems == (
        "3 routes without a callsign of 2 to 8 letters and digits",
        "3 routes without 2 to 12 airport codes",
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no column airportcodes and no callsign"),
        (b"Callsign,Code\nA1,A\n", "no column airportcodes"),
        (HEAD.encode() + b",,,,\n", "no usable route"),
        (b"\x1f\x8b\x08\x00damaged", "damaged"),
        (HEAD.encode() + b'"' + b"x" * 200_000 + b"\n", "damaged: field larger than field limit"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / "routes.csv"
    file.write_bytes(data)

    with pytest.raises(FeedError, match=rf"routes\.csv.*{message}"):
        load_routes([file])


def test_an_empty_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no CSV file"):
        load_routes([tmp_path])
    with pytest.raises(FeedError, match="No such file"):
        load_routes([tmp_path / "none.csv"])

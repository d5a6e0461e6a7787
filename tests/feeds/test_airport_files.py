"""Airports from CSV, and how they join those that are built in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from feeds._errors import FeedError
from feeds.airport_files import load_airports
from feeds.runway_files import load_all
from geo.airports import AIRLINE, FIELD, STRIP, Airports

OURAIRPORTS = (
    "id,ident,type,name,latitude_deg,longitude_deg,elevation_ft,iso_country,iata_code\n"
    '1,LLBG,large_airport,"Ben Gurion, new",32.02,34.89,140,IL,TLV\n'
    "2,IL-01,heliport,Roof,32.1,34.8,,IL,\n3,LLXX,small_airport,Strip,31.0,34.9,900,IL,\n"
    "4,LLZZ,closed,Gone,31.0,34.9,900,IL,\n5,LLYY,small_airport,Nowhere,95,34.9,900,IL,\n"
    "6,,small_airport,No code,3,3,,,\n"
)


def saved(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "airports.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_ourairports(tmp_path: Path) -> None:
    found = load_airports([saved(tmp_path, OURAIRPORTS)])
    assert found.code.tolist() == ["LLBG", "IL-01", "LLXX"]
    assert found.kind.tolist() == [AIRLINE, STRIP, FIELD]
    assert found.elevation.tolist() == [140.0, 0.0, 900.0] and found.name[0] == "Ben Gurion, new"


def test_the_package_s_own_table(shared: Path) -> None:
    found = load_airports([shared / "data/reference/airports/airportsdata_airports.csv"])
    assert len(found) > 28_000
    built_in = Airports.builtin()
    both = built_in.with_more(found)
    assert np.array_equal(both.code[: len(built_in)], built_in.code), "numbers of airports stay what they are"


def test_more_airports_replace_their_namesakes_and_follow_the_others(tmp_path: Path) -> None:
    built_in = Airports.builtin()
    both = built_in.with_more(load_airports([saved(tmp_path, OURAIRPORTS)]))
    assert len(both) == len(built_in) + 2 and both.code[-1] == "LLXX"
    at = int(np.flatnonzero(both.code == "LLBG")[0])
    assert both.name[at] == "Ben Gurion, new" and both.time_zone[at] == "Asia/Jerusalem"
    index, nmi = both.nearest(np.array([31.0]), np.array([34.9]))
    assert both.code[index[0]] == "LLXX" and nmi[0] < 0.01


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "ident,latitude_deg,longitude_deg\n", "\x00\x01"])
def test_what_is_no_table_of_airports_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError):
        load_airports([saved(tmp_path, text)])


def test_runways_of_several_files(shared: Path) -> None:
    file = shared / "data/reference/airports/ourairports_runways.csv"
    assert len(load_all([file, file])) == 2 * len(load_all([file]))

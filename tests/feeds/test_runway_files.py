from pathlib import Path

import numpy as np
import pytest

from feeds.runway_files import load_runways
from geo.airports import Airports

REAL = Path(__file__).parents[3] / "shared/data/reference/airports/ourairports_runways.csv"
HEAD = (
    "length_ft,closed,le_latitude_deg,le_longitude_deg,le_elevation_ft,"
    "he_latitude_deg,he_longitude_deg,he_elevation_ft\n"
)


def test_open_placed_runways_give_two_ends(tmp_path: Path) -> None:
    file = tmp_path / "runways.csv"
    file.write_text(
        HEAD + "9000,0,51.0,0.0,80,51.0,0.1,\n9000,1,51.0,0.0,80,51.0,0.1,85\n80,0,51.0,0.0,80,51.0,0.1,85\n"
        "9000,0,,,,51.0,0.1,85\n9000,0,x,0.0,80,51.0,0.1,85\n9000,0,151.0,0.0,80,51.0,0.1,85\n"
    )
    ends = load_runways(file)
    assert np.allclose(ends.heading, [90, 270], atol=0.1)
    assert ends.elevation[0] == 80
    assert np.isnan(ends.elevation[1])


def test_wrong_table_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"other\.csv: no runway table: it lacks he_latitude_deg"):
        load_runways(file)


def test_real_file_places_heathrow() -> None:
    ends = load_runways(REAL)
    assert len(ends.lat) > 20_000
    airports = Airports.builtin().with_runways(ends)
    lat, lon = np.array([51.4775, 51.52]), np.array([-0.25, -0.25])
    assert airports.in_approach_corridor(lat, lon, np.array([270.0, 180.0]), np.array([2500.0, 2500.0])).tolist() == [
        True,
        False,
    ]

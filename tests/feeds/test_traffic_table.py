"""Tables of `traffic`: the same rows whatever they are written in, whatever type the cells have."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.sphere import destination
from tests.feeds.reading import counts, read

ROWS: list[dict[str, Any]] = [
    {"timestamp": 1_633_608_773_000, "icao24": "0101de", "callsign": "MSR799", "latitude": 48.48, "longitude": 3.82,
     "altitude": 13_650.0, "groundspeed": 325.0, "track": -49.0, "vertical_rate": -896.0, "squawk": 656.0,
     "onground": False, "last_position": 1_633_608_770_500},
    {"timestamp": 1_633_608_774_000, "icao24": "0101de", "callsign": None, "latitude": None, "longitude": None,
     "altitude": None, "groundspeed": 326.0, "track": None, "vertical_rate": None, "squawk": None,
     "onground": True, "last_position": None},
]  # fmt: skip


def parquet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    frame = pd.DataFrame(rows)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], unit="ms", utc=True)
    frame.to_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ROWS),
        "\n".join(map(json.dumps, ROWS)),
        json.dumps({key: {str(i): row[key] for i, row in enumerate(ROWS)} for key in ROWS[0]}),
        pd.DataFrame(ROWS).to_csv(index=False),
        parquet(ROWS),
        json.dumps([row | {"timestamp": pd.to_datetime(row["timestamp"], unit="ms").isoformat()} for row in ROWS]),
    ],
    ids=["records", "lines", "columns", "csv", "parquet", "iso time"],
)
def test_the_same_rows_in_every_dress(data: str | bytes) -> None:
    batch = read(data, "table")

    assert batch["time"].tolist() == [1_633_608_773_000, 1_633_608_774_000]
    assert batch["icao24"].tolist() == [0x0101DE] * 2
    assert batch["callsign"].tolist() == [b"MSR799", b""]
    assert batch["squawk"].tolist() == [b"0656", b""]
    assert batch["on_ground"].tolist() == [0, 1]
    assert batch["track"][0] == 311 and np.isnan(batch["track"][1])
    assert batch["ground_speed"].tolist() == [325, 326]
    assert batch["position_time"][0] == 1_633_608_770_500
    assert counts(batch) == {}


def test_mixed_types_in_one_column_cost_the_odd_ones() -> None:
    rows = [*ROWS, ROWS[0] | {"altitude": "high", "squawk": "7608", "onground": "maybe", "latitude": [1]}, 5]

    batch = read(rows, "t.json")

    assert len(batch) == 3
    assert batch["baro_altitude"][0] == 13_650 and np.isnan(batch["baro_altitude"][2])
    assert counts(batch) == {
        "baro_altitude not a number": 1, "squawk not four octal digits": 1, "on_ground not a flag": 1,
        "lat not a number": 1, "record is no JSON object": 1,
    }  # fmt: skip


def flown(track: float, sent: float, rows: int = 20, icao24: str = "0101de") -> str:
    """A straight flight on a track, of which the table says that it is another one."""
    time = np.arange(rows)
    lat, lon = destination(np.full(rows, 47.0), np.full(rows, 8.0), np.full(rows, track), time * 500.0)
    cells = {"timestamp": 1_633_608_773_000 + time * 5_000, "icao24": icao24, "latitude": lat, "longitude": lon}
    return str(pd.DataFrame(cells | {"groundspeed": 200.0, "track": sent}).to_json(orient="records"))


def test_a_track_of_eight_bits_is_made_whole_and_counted() -> None:
    both = [
        *json.loads(flown(135.0, 135.0 - 256)),
        *json.loads(flown(300.0, 300.0 - 256, icao24="0101df")),
        *json.loads(flown(40.0, 40.0, icao24="0101e0")),
    ]
    batch = read(both)
    first, second, third = np.split(batch["track"], 3)
    assert (first == 135).all() and (third[1:] == 40).all()
    assert (second[1:] == 300).all(), "the way made says which of the two it is"
    assert counts(batch)["track kept in eight bits: made whole by the way"] == 60


@pytest.mark.parametrize(("track", "sent"), [(270.0, -90.0), (90.0, 90.0), (250.0, -110.0), (135.5, 135.5 - 256)])
def test_other_tracks_stay_what_they_are(track: float, sent: float) -> None:
    assert read(flown(track, sent))["track"] == pytest.approx(sent % 360)


@pytest.mark.parametrize("backwards", [False, True])
def test_tracks_of_eight_bits_are_made_whole_where_rows_of_several_aircraft_come_by_time(backwards: bool) -> None:
    flights = [flown(track, track - 256, icao24=name) for name, track in (("0101de", 135.0), ("0101df", 300.0))]
    rows = [row for both in zip(*(json.loads(one) for one in flights), strict=True) for row in both]
    batch = read(rows[::-1] if backwards else rows)

    assert (batch["track"][batch["icao24"] == 0x0101DE] == 135).all()
    second = batch["track"][batch["icao24"] == 0x0101DF]
    assert np.isnan(second).sum() == 1 and (second[~np.isnan(second)] == 300).all()

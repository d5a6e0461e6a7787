"""JSON lines: the line's own value before the detail object's, ticks of the clock left out, bad lines counted."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tests.feeds.reading import counts, read

LINE = {"now": 1_748_719_389, "alt_baro": 1500, "gscp": 90, "lat": 36.4, "lon": -121.4, "track": 280.8, "hex": "a7f426"}
DETAILS = {"type": "tisb_icao", "flight": "N611TH", "nic": 0, "squawk": "2045", "baro_rate": -256}


def lines(*rows: Any) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps({"flight": "", **row}) for row in rows) + "\n"


def test_the_line_before_its_details() -> None:
    batch = read(lines(LINE | {"flightdict": DETAILS, "squawk": "0146"}, LINE | {"flightdict": None, "flight": "C-GF"}))

    assert batch["squawk"].tolist() == [b"0146", b""]
    assert batch["callsign"].tolist() == [b"N611TH", b"C-GF"]
    assert batch["vertical_rate"][0] == -256 and np.isnan(batch["vertical_rate"][1])
    assert batch["ground_speed"].tolist() == [90, 90]


def test_text_zero_is_the_ground_and_number_zero_an_altitude() -> None:
    batch = read(lines(LINE | {"alt_baro": "0"}, LINE | {"alt_baro": 0}, LINE | {"alt_baro": "ground"}))

    assert batch["on_ground"].tolist() == [1, 0, 1]
    assert batch["baro_altitude"][1] == 0 and np.isnan(batch["baro_altitude"][[0, 2]]).all()


def test_ticks_are_no_rows_and_broken_lines_are_counted() -> None:
    batch = read(lines(LINE, {"flight": "N/A", "now": 1_748_719_390}, "{broken", "[1]", LINE | {"gscp": "fast"}, ""))

    assert len(batch) == 2
    assert counts(batch) == {"line is no JSON object": 2, "gscp not a number": 1}

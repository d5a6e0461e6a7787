"""`skysift report`: the numbers of seed 001, and one page that needs nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.report_page import page
from detectors._examples import fly, together
from geo.aircraft import AircraftTable
from geo.batch import Batch
from pipeline.coverage import coverage
from pipeline.quality import band, quality

DATABASE = "data/reference/aircraft-db/vrs.csv.xz"
SNAPSHOT = "data/adsbx-snapshot-20220430"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


def table() -> AircraftTable:
    """Two airframes, of which one is fully known."""
    texts: dict[str, Any] = {
        "registration": [b"D-ONE", b"D-TWO"], "type_code": [b"A320", b""], "description": [b"L2J", b""],
        "operator": [b"", b""], "manufacturer": [b"Airbus", b""], "model": [b"A320-200", b""],
    }  # fmt: skip
    texts = {name: np.array(values) for name, values in texts.items()}
    return AircraftTable(np.array([0xABC001, 0xABC002]), **texts, flags=np.zeros(2, dtype=np.uint8))


def sky() -> Batch:
    """Three flights: one known and far too high, one known by its address only, one unknown and low and fast."""
    return together(
        fly(0xABC001, 300, altitude=100_000.0, speed=60.0),
        fly(0xABC002, 300, lat=52.0),
        fly(0xABC003, 300, lat=54.0, altitude=3_000.0, speed=400.0),
    )


def test_match_and_completeness() -> None:
    found = quality(sky(), {}, table())

    assert (found["match"]["known"], found["match"]["aircraft"]) == (2, 3)
    shares = {one["name"]: (one["count"], one["band"]) for one in found["attributes"]}
    assert (
        shares["registration"] == (2, "poor") and shares["model"] == (1, "poor") and shares["operator"] == (0, "poor")
    )
    assert [one["share"] for one in found["attributes"]] == sorted(
        (o["share"] for o in found["attributes"]), reverse=True
    )


@pytest.mark.parametrize(
    ("share", "name"), [(1.0, "good"), (0.901, "good"), (0.9, "fair"), (0.71, "fair"), (0.7, "poor"), (0.0, "poor")]
)
def test_bands(share: float, name: str) -> None:
    assert band(share) == name


def test_scenarios_put_the_named_first_and_each_aircraft_once() -> None:
    slow = fly(0xABC009, 300, lat=56.0, altitude=60_000.0, speed=70.0)
    found = {one["name"]: one for one in quality(together(sky(), slow), {}, table())["scenarios"]}

    assert [row["icao24"] for row in found["high and slow"]["top"]] == ["abc001", "abc009"]
    assert [row["icao24"] for row in found["low and fast"]["top"]] == ["abc003"]
    assert found["extreme altitude"]["aircraft"] == 1 and found["extreme altitude"]["rows"] == 300
    known = found["extreme altitude"]["top"][0]
    assert (known["manufacturer"], known["model"], known["metres"]) == ("Airbus", "A320-200", 30_480)
    assert known["reading"].startswith("technical: above the ceiling of a")
    assert found["low and fast"]["top"][0]["reading"] == "type unknown: cannot be told"


def test_ten_at_most() -> None:
    many = together(*(fly(0xABC100 + k, 30, altitude=90_000.0, speed=100.0 + k) for k in range(14)))

    top = quality(many, {}, None)["scenarios"][2]["top"]

    assert [row["icao24"] for row in top] == [f"{0xABC100 + k:06x}" for k in range(13, 3, -1)]


def test_bad_records_by_reason() -> None:
    rows = sky()
    lat = rows["lat"].copy()
    lat[:9] = np.nan
    found = quality(
        rows.with_columns(lat=lat, lon=np.where(np.isnan(lat), np.nan, rows["lon"])),
        {"no hex": 5, "nac_v out of range": 3},
        None,
    )

    counts = {one["reason"]: one["count"] for one in found["bad"]}
    refused = next(one for one in found["bad"] if one["reason"] == "refused: no hex")
    assert counts["left out: nac_v out of range"] == 3 and refused["share"] == 5 / (len(rows) + 5)
    assert counts["refused: no hex"] == 5 and counts["no position"] == 9 and counts["no callsign"] == 900


def test_coverage_tells_silence_from_blindness() -> None:
    hours = [fly(0xABC001, 60, start_s=3_600.0 * k, lat=50.0, speed=1.0) for k in range(10)]
    once = fly(0xABC002, 60, lat=52.0, speed=1.0)

    seen = coverage(together(*hours, once))

    assert seen["hours"] == 10 and len(seen["by_hour"]) == 10
    assert [(c["hours"], c["state"]) for c in sorted(seen["cells"], key=lambda c: c["center"][0])] == [
        (10, "watched"), (1, "now and then"),
    ]  # fmt: skip
    assert len(seen["unheard"]) == 12 and not set(seen["unheard"]) & {c["h3"] for c in seen["cells"]}


def test_no_position_no_map() -> None:
    rows = sky()
    blind = rows.with_columns(lat=np.full(len(rows), np.nan), lon=np.full(len(rows), np.nan))

    found = {"files": ["x"], **quality(blind, {}, None)}

    assert found["coverage"]["cells"] == [] and "No row has a position." in page(found)


def test_the_scatter_is_bounded_and_always_the_same() -> None:
    many = together(*(fly(0xABC100 + k, 9_000, step_s=1.0, lat=40 + k) for k in range(6)))

    one, two = quality(many, {}, None)["scatter"], quality(many, {}, None)["scatter"]

    assert (one["rows"], one["drawn"]) == (54_000, 50_000) and one == two


class Open(HTMLParser):
    """Elements that must be closed, and what refers to elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.stack.append(tag)
        self.outside += [v for k, v in attrs if k in ("src", "href") and v]

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """`<path ... />` is closed already."""

    def handle_endtag(self, tag: str) -> None:
        assert self.stack and self.stack.pop() == tag, tag


def test_the_page_is_whole_and_needs_nothing() -> None:
    rows = together(sky(), fly(0xABC009, 300, lat=1.0, lon=179.9), fly(0xABC00A, 300, lat=-1.0, lon=-179.9))
    text = page({"files": ["<b>.json"], **quality(rows, {"<script>": 3}, table())})

    parser = Open()
    parser.feed(text.partition(">")[2])
    assert parser.stack == [] and parser.outside == []
    assert "<script" not in text and "http" not in text and "&lt;b&gt;.json" in text
    assert "prefers-color-scheme: dark" in text and "Armstrong limit" in text and "Mount Everest" in text
    assert not re.search(r"\bnan\b", text)


def test_real_snapshot_as_json_and_page(shared: Path, tmp_path: Path) -> None:
    file, out = shared / SNAPSHOT / "aircraft.json", tmp_path / "world.html"

    result = run(file, "--aircraft", shared / DATABASE, "--json", "-o", out)

    found = json.loads(result.stdout)
    assert found["recording"]["rows"] == 8_423 and found["match"]["without_address"] == 354
    assert {one["reason"]: one["count"] for one in found["bad"]}["no position"] == 764
    assert found["scenarios"][0]["aircraft"] == 2
    assert all(row["reading"].startswith("operational: ") for row in found["scenarios"][0]["top"])
    assert 100_000 < out.stat().st_size < 3_000_000


def test_errors_say_what_to_do(shared: Path, tmp_path: Path) -> None:
    empty = tmp_path / "aircraft.json"
    empty.write_text('{"now": 1700000000, "aircraft": []}')

    assert "name it .html" in run(shared / SNAPSHOT / "aircraft.json", "-o", tmp_path / "x.pdf").stderr
    assert "no rows to report on" in run(empty, "--json").stderr
    assert "is a live feed" in run("http://127.0.0.1:9/data/aircraft.json", "--json").stderr

"""Reference data imported once is used by the commands that judge; damage, options and removal say what they do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cli.configuration import Configuration
from cli.configured import loaded
from cli.inputs import judging
from cli.kept import KINDS, Kept, kind_named
from cli.main import main
from cli.outside import outside
from cli.ui import Failure
from geo.airports import Airports
from geo.context import Context
from geo.registers import Registers
from tests.feeds.test_notams import FIRING

ZONE = {
    "type": "Feature",
    "properties": {"name": "R1", "type": "R", "ceiling": "FL 95", "days": "MON-FRI", "hours": "06:00-22:00"},
    "geometry": {"type": "Polygon", "coordinates": [[[9, 47], [11, 47], [11, 49], [9, 49], [9, 47]]]},
}  # fmt: skip
BUILT_IN = {"airports", "registers", "point_model", "sequence_model"}
"""What judging has without anything imported."""

METAR = {"rawOb": "METAR EDMA 142220Z 22004KT 9999 28/23 Q1009", "obsTime": 1_700_000_400}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One small file of each kind."""
    broken = {"type": "Feature", "properties": {"name": "half"}, "geometry": None}
    region = {"type": "Feature", "properties": {"id": "EDMM"}, "geometry": ZONE["geometry"]}
    texts = {
        "aircraft": "icao24,registration,typecode,model\nabc002,D-ABCD,A320,A320-214\nzz,,,\n",
        "watch-list": "icao,note\nabc002,seen before\n",
        "airports": "ident,name,latitude_deg,longitude_deg,elevation_ft,iata_code\nZZZA,Nowhere,48.0,10.05,1500,QQQ\n",
        "runways": "le_latitude_deg,le_longitude_deg,he_latitude_deg,he_longitude_deg,length_ft\n48,10,48,10.03,7000\n",
        "firs": json.dumps({"type": "FeatureCollection", "features": [region]}),
        "zones": json.dumps({"type": "FeatureCollection", "features": [ZONE, broken]}),
        "routes": "Callsign,Code,Number,AirlineCode,AirportCodes\nTEST2,TEST,2,TST,EDDM-EDDF\n",
        "notams": FIRING,
        "weather": json.dumps([METAR]),
    }
    out = {}
    for kind, text in texts.items():
        out[kind] = tmp_path / f"my {kind}"
        out[kind].write_text(text)
    return out


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def imported(files: dict[str, Path]) -> None:
    for kind, path in files.items():
        result = run("reference", "add", kind, path)
        assert result.exit_code == 0, result.output


def test_every_kind_is_kept_and_comes_back_the_same(files: dict[str, Path]) -> None:
    imported(files)
    listed = json.loads(run("reference", "list", "--json").stdout)
    assert {one["kind"] for one in listed} == set(KINDS)
    aircraft = next(one for one in listed if one["kind"] == "aircraft")
    assert aircraft["files"][0]["name"] == "my aircraft" and len(aircraft["files"][0]["sha256"]) == 64
    assert (aircraft["rows"], aircraft["problem_count"], len(aircraft["version"])) == (1, 1, 12)
    for kind, path in files.items():
        assert same(Kept.default().load(kind), KINDS[kind].load([path])), kind
    assert "my-aircraft" in run("reference", "list").stdout


def same(a: Any, b: Any) -> bool:
    for name in (n for n in vars(a) if not n.startswith("_")):
        one, two = getattr(a, name), getattr(b, name)
        if isinstance(one, np.ndarray):
            nan = one.dtype.kind == "f"
            if one.dtype != two.dtype or not np.array_equal(one, two, equal_nan=nan):
                return False
        elif isinstance(one, list | tuple) and list(one) != list(two):
            return False
    return True


def test_what_was_refused_is_said(files: dict[str, Path]) -> None:
    said = run("reference", "add", "zones", files["zones"])
    assert "1 rows from my zones" in said.stdout and "refused in zones: my zones, feature 2 (half)" in said.stderr
    given = run("detect", "--zones", files["zones"], "--aircraft", files["aircraft"], "nowhere.json")
    assert "note: refused in zones: my zones, feature 2" in given.stderr
    assert "note: refused in aircraft: my aircraft: 1 rows" in given.stderr


def test_commands_use_what_was_imported(files: dict[str, Path]) -> None:
    assert set(judging().resources) == BUILT_IN
    imported(files)
    setup = judging()
    assert set(setup.resources) == BUILT_IN | {"zones", "aircraft", "watch_list", "firs", "routes"}
    assert setup.resources["airports"].ends is not None and setup.resources["airports"].code[-1] == "ZZZA"
    assert setup.context is not None and len(setup.context.notams) == 1 and len(setup.context.reports) == 1
    assert set(judging(no_reference=True).resources) == BUILT_IN


def test_the_command_line_overrides(files: dict[str, Path], tmp_path: Path) -> None:
    imported(files)
    other = tmp_path / "other.geojson"
    other.write_text(json.dumps({**ZONE, "properties": {"name": "other"}}))
    setup = judging(zones=[other], weather=[files["weather"]])
    assert setup.resources["zones"].names.tolist() == ["other"]
    assert setup.context is not None and len(setup.context.notams) == 0, "the imported NOTAMs belong to other zones"
    assert len(setup.resources["aircraft"]) == 1


def test_a_notam_file_gives_zones_and_notices(files: dict[str, Path]) -> None:
    result = run("reference", "add", "zones", files["notams"])
    assert "zones: 1 rows" in result.stdout and "notams: 1 rows" in result.stdout
    setup = judging()
    assert setup.resources["zones"].ids.tolist() == ["C1558/26"]
    assert setup.context is not None and setup.context.notams.ids.tolist() == ["C1558/26"]
    run("reference", "remove", "zones")
    assert run("reference", "list").stdout.startswith("Nothing imported")


def test_importing_again_replaces_and_several_add_up(files: dict[str, Path], tmp_path: Path) -> None:
    run("reference", "add", "aircraft", files["aircraft"])
    files["aircraft"].write_text("icao24,registration\nabc002,D-NEW\n")
    run("reference", "add", "aircraft", files["aircraft"])
    more = tmp_path / "more.csv"
    more.write_text("icao24,registration\nabc003,D-MORE\n")
    run("reference", "add", "aircraft", more)
    table = Kept.default().load("aircraft")
    assert table.registration.tolist() == [b"D-NEW", b"D-MORE"] and table.type_code.tolist() == [b"", b""]


def test_remove_one_or_all(files: dict[str, Path], tmp_path: Path) -> None:
    imported(files)
    more = tmp_path / "more.csv"
    more.write_text("icao24,registration\nabc003,D-MORE\n")
    run("reference", "add", "aircraft", more)
    assert "my-aircraft" in run("reference", "remove", "aircraft", "nonsense").stderr
    assert run("reference", "remove", "aircraft").exit_code == 2, "two are there: it asks"
    assert run("reference", "remove", "aircraft", "my-aircraft").exit_code == 0
    assert Kept.default().load("aircraft").registration.tolist() == [b"D-MORE"]
    assert run("reference", "remove", "aircraft", "--yes").exit_code == 0
    assert Kept.default().load("aircraft") is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"nonsense"])
def test_a_damaged_import_says_what_to_do(files: dict[str, Path], state: Path, damage: bytes) -> None:
    run("reference", "add", "zones", files["zones"])
    (state / "reference" / "zones" / "my-zones.npz").write_bytes(damage)
    result = run("detect", "nowhere.json")
    assert result.exit_code == 3 and "skysift reference remove zones my-zones" in " ".join(result.stderr.split())
    assert run("reference", "remove", "zones", "my-zones").exit_code == 0


def test_routes_count_on_the_built_in_airports(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    run("reference", "add", "routes", files["routes"])
    monkeypatch.setattr("cli.kept._base", lambda: 7)
    with pytest.raises(Failure, match="built-in airports have changed"):
        judging()


@pytest.mark.parametrize(("said", "kind"), [("FIR", "firs"), ("watch_list", "watch-list"), ("zone", "zones")])
def test_kinds_by_other_names(said: str, kind: str) -> None:
    assert kind_named(said) == kind


def test_a_bad_kind_or_file_is_refused(files: dict[str, Path]) -> None:
    assert run("reference", "add", "planes", files["aircraft"]).exit_code == 2
    assert run("reference", "add", "aircraft", files["zones"]).exit_code == 3
    assert run("reference", "add", "runways", files["zones"]).exit_code == 3
    assert run("reference", "list").stdout.startswith("Nothing imported")


def recording(folder: Path) -> Path:
    folder.mkdir()
    for k in range(60):
        now = 1_700_000_000 + k
        one = {"hex": "abc002", "lat": 48.0, "lon": 10 + k * 0.003, "alt_baro": 9_000, "gs": 420, "track": 90}
        row = one | {"squawk": "7700", "flight": "TEST2 ", "seen": 0.1, "seen_pos": 0.2}
        (folder / f"aircraft-{now}.json").write_text(json.dumps({"now": now, "messages": k, "aircraft": [row]}))
    return folder


def test_anomalies_carry_their_context(files: dict[str, Path], tmp_path: Path) -> None:
    imported(files)
    result = run("detect", recording(tmp_path / "snapshots"), "--classes", "squawk", "-o", tmp_path / "out.geojson")
    assert result.exit_code == 0, result.stderr
    (feature,) = json.loads((tmp_path / "out.geojson").read_text())["features"]
    found = feature["properties"]["evidence"]["context"]
    assert found["aircraft"]["registration"] == "D-ABCD" and found["aircraft"]["model"] == "A320-214"
    assert found["aircraft"]["watch_list"]["tags"] == "seen before"
    assert found["airport"]["code"] == "ZZZA" and found["fir"]["id"] == "EDMM" and found["country"]["code"] == "DE"
    assert found["metar"]["station"] == "EDMA" and "notams" not in found


def context() -> Context:
    return Context(Airports.builtin(), Registers.builtin())


def configured(tmp_path: Path, text: str) -> Configuration:
    file = tmp_path / "skysift.toml"
    file.write_text(text)
    return loaded(file)


def test_services_are_off_unless_enabled(tmp_path: Path) -> None:
    assert outside(Configuration(), context()) is None
    off = "[detectors.loiter]\ndwell = 600\n[weather]\nurl = 'https://x/{stations}'"
    assert outside(configured(tmp_path, off), context()) is None
    text = "[weather]\nenabled = true\ntimeout_s = 3\n[notams]\nenabled = true\nurl = 'https://x/?f={fir}'\n"
    text += "headers = {key = 'x'}"
    both = outside(configured(tmp_path, text), context())
    assert both and both.weather and both.notams and both.weather.asking.timeout_s == 3
    assert both.notams.asking.headers == {"key": "x"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[weather]\nenable = true", "no such key"),
        ("[weather]\nenabled = 'yes'", "true or false"),
        ("[weather]\nenabled = true\nurl = 'https://x/'", "{stations}"),
        ("[notams]\nenabled = true", "no url"),
        ("[notams]\nenabled = true\nurl = 'gopher://x'", "https://"),
        ("[notams]\ntimeout_s = 1e9", "is outside"),
        ("weather = 3", "must be a table"),
    ],
)
def test_a_bad_setting_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Failure) as raised:
        outside(configured(tmp_path, text), context())
    assert words in str(raised.value)

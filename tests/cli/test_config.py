"""The configuration: checked key by key, ranked, shown with its origins; a default file that is right."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.config_pages import default_file
from cli.configuration import ConfigurationError, load
from cli.main import main
from cli.option_keys import FEED_KEYS, KEYS, keys
from cli.option_values import checked, toml
from cli.toml_lines import lines_of
from cli.ui import DATABASE as DATABASE_EXIT
from cli.ui import INPUT
from detectors._registry import registry


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "skysift.toml"
    file.write_text(text)
    return file


def run(*arguments: object, **environ: str) -> Result:
    return CliRunner().invoke(main, ["config", *map(str, arguments)], env=environ)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[service]\nprot = 80", ["line 2", "[service] prot", "no such key", "'port'"]),
        ("[sevice]\nport = 80", ["line 1", "[sevice]", "no such table", "'service'"]),
        ("port = 80", ["line 1", "it belongs into [service]"]),
        ("[service]\n\nport = 70000", ["line 3", "port = 70000 is outside", "0 to 65,535"]),
        ("[service]\nport = '80'", ["must be a whole number"]),
        ("[service]\npublic = 'yes'", ["must be true or false"]),
        ("[service]\ntitle = 3", ["must be a text"]),
        ("[service]\ntitle = 'a\\u0007'", ["line 2"]),
        ("service = 3", ["must be a table"]),
        ("[detectors.loitre]\ndwell = 1", ["no such class", "'detectors.loiter'"]),
        ("[detectors.loiter]\ndwel = 1", ["line 2", "[detectors.loiter] dwel", "'dwell'"]),
        ("detectors.loiter.dwell = -1", ["line 1", "is outside"]),
        ("[detectors.loiter]\ndwell = nan", ["must be a number"]),
        ("detectors = 3", ["must hold tables"]),
        ("[[feeds]]\nname = 'roof'", ["line 1", "address is missing"]),
        ("[[feeds]]\naddress = 'a'\n[[feeds]]\naddress = 'b'\nreceiver = 'here'", ["line 5", "LATITUDE,LONGITUDE"]),
        ("feeds = 'a'", ["must be tables"]),
        ("[judging]\nreceivers = ['91,0']", ["latitude of -90 to 90"]),
        ("[judging]\nzones = 'a'", ["must be a list"]),
        ("[weather]\nheaders = {a = 1}", ["must be a table of texts"]),
        ("[log]\nlevel = 'loud'", ["must be one of debug"]),
        ("[service]\nport = 1\nport = 2\n", ["not TOML", "line 3"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_what_is_right(tmp_path: Path, text: str, words: list[str]) -> None:
    if "\\u0007" in text:
        text = '[service]\ntitle = "a\\u0007"'
    with pytest.raises(ConfigurationError) as raised:
        load(written(tmp_path, text), environ={})
    assert [word for word in words if word not in str(raised.value)] == []


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    done = run("check", written(tmp_path, "[service]\nprot = 1\nhots = 'x'\n[detectors.loiter]\ndwell = 'long'"))
    assert done.exit_code == 2
    assert [word for word in ("prot", "hots", "dwell") if word not in done.stderr] == []


def test_variables_rank_above_the_file_and_sets_above_both(tmp_path: Path) -> None:
    file = written(tmp_path, "[service]\ntitle = 'file'\nhost = 'file'\nport = 1\n[detectors.loiter]\ndwell = 601")
    environ = {"SKYSIFT_SERVICE_TITLE": "variable", "SKYSIFT_SERVICE_HOST": "variable",
               "SKYSIFT_DETECTORS_LOITER_DWELL": "602", "SKYSIFT_STATE": "/elsewhere"}  # fmt: skip

    found = load(file, ["service.title=set"], environ)

    assert [found[f"service.{name}"] for name in ("title", "host", "port")] == ["set", "variable", 1]
    assert found.overrides == {"loiter": {"dwell": 602}}
    origins = [found.given[f"service.{name}"].origin for name in ("title", "host", "port")]
    assert origins == ["--set", "SKYSIFT_SERVICE_HOST", f"{file} line 4"]


@pytest.mark.parametrize(
    ("environ", "sets", "words"),
    [
        ({"SKYSIFT_SERVICE_PROT": "1"}, [], "'SKYSIFT_SERVICE_PORT'"),
        ({"SKYSIFT_SERVICE_PORT": "many"}, [], "must be a whole number"),
        ({}, ["service.prot=1"], "'service.port'"),
        ({}, ["service.port"], "KEY=VALUE"),
        ({}, ["service.port=-1"], "is outside"),
    ],
)
def test_variables_and_sets_are_checked_too(environ: dict[str, str], sets: list[str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load(None, sets, environ)


def test_lists_come_out_of_text() -> None:
    environ = {"SKYSIFT_JUDGING_RECEIVERS": "48.2, 11.6;0,0", "SKYSIFT_FEEDS": "http://a/x;http://b/y",
               "SKYSIFT_WEATHER_HEADERS": "x-key=abc", "SKYSIFT_SERVICE_PUBLIC": "no"}  # fmt: skip
    found = load(None, (), environ)
    assert found["judging.receivers"] == ["48.2,11.6", "0,0"] and found["service.public"] is False
    assert found["weather.headers"] == {"x-key": "abc"} and found.feeds_origin == "SKYSIFT_FEEDS"
    assert [one["spec"] for one in found.feeds] == ["http://a/x", "http://b/y"]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "skysift.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load(file, environ={})
    file.write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(ConfigurationError, match="larger than"):
        load(file, environ={})


def test_the_default_file_is_right_and_has_every_key(tmp_path: Path) -> None:
    text = default_file()
    assert run("check", written(tmp_path, text)).exit_code == 0
    opened = "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line or line.startswith("["))
    parsed = tomllib.loads(opened.replace("[[feeds]]", ""))
    for path, key in keys().items():
        table = parsed
        for part in key.table.split("."):
            table = table[part]
        assert key.name in table, path


@pytest.mark.parametrize("key", [*KEYS, *FEED_KEYS], ids=lambda one: one.path)
def test_every_key_takes_its_own_default_and_explains_itself(key: object) -> None:
    assert key.help and key.low < key.high  # type: ignore[attr-defined]
    if key.default not in (None, ""):  # type: ignore[attr-defined]
        value = tomllib.loads(f"x = {toml(key.default)}")["x"]  # type: ignore[attr-defined]
        assert checked(key, value) == key.default  # type: ignore[arg-type, attr-defined]


def test_every_threshold_is_a_key() -> None:
    wanted = {f"detectors.{own}.{name}" for own, spec in registry().items() for name in spec.params}
    assert wanted == {path for path, key in keys().items() if key.live}


def test_show_says_where_values_come_from_and_hides_secrets(tmp_path: Path) -> None:
    text = "[weather]\nheaders = {key = 'hunter2'}\n[service]\ntitle = 'Tower'\n[[feeds]]\nname = 'roof'\n"
    file = written(tmp_path, text + "address = 'http://me:hunter2@roof.example/data/aircraft.json?key=hunter2'")
    environ = {"DATABASE_URL": "postgresql://u:hunter2@h/d", "SKYSIFT_SERVICE_PORT": "9000"}

    plain = run("show", "--config", file, "--set", "service.host=::1", **environ)
    found = json.loads(run("show", "--config", file, "--json", **environ).stdout)

    assert "hunter2" not in plain.stdout + json.dumps(found)
    assert "roof.example/data/aircraft.json" in plain.stdout
    for words in ('"Tower"', "line 4", "(SKYSIFT_SERVICE_PORT)", "(--set)", "(default)", "(hidden)"):
        assert words in plain.stdout
    assert {one["key"]: one["value"] for one in found["values"]}["service.port"] == 9000


def test_a_file_and_a_set_go_together_in_any_order(tmp_path: Path) -> None:
    file = written(tmp_path, "[service]\ntitle = 'of the file'\n[[feeds]]\naddress = 'demo'")
    sets = ["--set", "service.port=9000"]

    for arguments, environ in (
        (["--config", file, *sets], {}), ([*sets, "--config", file], {}), (sets, {"SKYSIFT_CONFIG": str(file)}),
    ):  # fmt: skip
        shown = run("show", *arguments, **environ).stdout
        assert [words for words in ("of the file", "9000", "feed address demo") if words not in shown] == []


@pytest.mark.parametrize(("option", "environ"), [(["--config"], False), ([], False), ([], True)])
def test_the_file_to_check_is_named_as_for_other_commands(option: list[str], environ: bool, tmp_path: Path) -> None:
    file = written(tmp_path, "[service]\nport = 9123\n")

    done = run("check", SKYSIFT_CONFIG=str(file)) if environ else run("check", *option, file)

    assert done.exit_code == 0 and "1 key and 0 feeds, all right" in done.output


def test_no_file_to_check_is_said_with_what_to_do() -> None:
    done = run("check")

    assert done.exit_code == 2 and "SKYSIFT_CONFIG" in done.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[judging]\nclasses = ['loter']", ["line 2", "judging.classes", "'loiter'"]),
        ("[judging]\nzones = ['none.geojson']", ["line 2", "judging.zones", "'none.geojson'"]),
        ("[alerts]\nallow_networks = ['banana']", ["line 2", "'banana' is no network"]),
        ("[[feeds]]\naddress = 'htp://a/b'", ["[[feeds]] 1", "htp://", "http://"]),
        ("[[feeds]]\naddress = 'sbs://a'", ["names no host and port"]),
        ("[[feeds]]\naddress = 'no-such-file'", ["no file or folder 'no-such-file'"]),
        ("[[feeds]]\naddress = 'sbs://a:1'\nzone = 'Europe/Berln'", ["Europe/Berln"]),
        ("[[feeds]]\naddress = 'sbs://a:1'\nformat = 'sbss'", ["no format 'sbss'", "'sbs'"]),
        ("[[feeds]]\naddress = 'fr24://world'\nname = 'fr'", ["[[feeds]] 1 (fr)", "FR24_API_TOKEN"]),
        ("[[feeds]]\naddress = 'sbs://a:1'\nname='x'\n[[feeds]]\naddress = 'sbs://b:1'\nname='x'", ["called 'x'"]),
    ],
)  # fmt: skip
def test_a_value_that_no_service_can_begin_with_is_found_by_check(tmp_path: Path, text: str, words: list[str]) -> None:
    done = run("check", written(tmp_path, text), FR24_API_TOKEN="")

    assert done.exit_code == 2 and [word for word in words if word not in done.stderr] == []


@pytest.mark.parametrize("how", ["--config", "SKYSIFT_CONFIG"])
@pytest.mark.parametrize(
    "command", [["backup", "b"], ["accounts", "list"], ["keys", "list"], ["export", "-o", "a.csv"]]
)
def test_commands_of_the_service_find_its_database(
    command: list[str], how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "[database]\nurl = 'postgresql://nobody@127.0.0.1:1/none'")
    monkeypatch.setenv("DATABASE_URL", "")  # so that it is put back as it was
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.chdir(tmp_path)

    more = ["--config", str(file)] if how == "--config" else []
    done = CliRunner().invoke(main, [*command, *more], env={} if more else {how: str(file)})

    assert done.exit_code in (DATABASE_EXIT, INPUT) and "127.0.0.1" in done.stderr


def test_options_of_a_command_rank_above_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[judging]\nclasses = ['no-such-class']")
    (tmp_path / "one.json").write_text('{"now": 1700000000, "messages": 1, "aircraft": []}')
    arguments = ["detect", str(tmp_path / "one.json"), "--config", str(file), "-o", str(tmp_path / "out.geojson")]

    of_file = CliRunner().invoke(main, arguments)
    of_line = CliRunner().invoke(main, [*arguments, "--classes", "also-none"])

    assert "no-such-class" in of_file.stderr and "also-none" in of_line.stderr


def test_lines_are_found_in_nested_and_dotted_tables() -> None:
    text = "a.b = 1\n[t.'x y']\n# k = 0\nk = [\n  1,\n]\n[[l]]\nq = '''\nz = 1\n'''\n[[l]]\nq = 2\n"
    found = lines_of(text)
    assert found[("a", "b")] == 1 and found[("t", "x y", "k")] == 4 and found[("l", 1, "q")] == 12

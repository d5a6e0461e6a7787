"""Planted behaviours are staged beside ordinary traffic, judged, and put into a scorecard that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from api.measured import SHIPPED
from benchmarks.scorecard import behaviour_report
from benchmarks.scorecard.behaviour_page import parts
from benchmarks.scorecard.behaviour_report import behaviour_entry
from benchmarks.scorecard.behaviours.plan import Draw, Planted, alone
from benchmarks.scorecard.behaviours.table import BEHAVIOURS
from benchmarks.scorecard.limits import BEHAVIOUR_LIMITS
from benchmarks.scorecard.markdown import _section
from benchmarks.scorecard.report import LISTS, Setup, scorecard, tasks
from benchmarks.scorecard.scoring import Flags
from benchmarks.scorecard.staging import Episode, Stage, staged
from benchmarks.scorecard.summary import by_class
from benchmarks.scorecard.worlds import clean
from cli.main import main
from cli.scorecard import SECTIONS
from cli.ui import INPUT, USAGE
from detectors._examples import fly, together
from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine

COUNT = 4


@pytest.fixture(scope="module")
def traffic() -> Batch:
    return together(*(fly(0x400100 + k, 900, step_s=5.0, lat=45 + 0.3 * k, callsign=b"SWR%d" % k) for k in range(16)))


@pytest.fixture(scope="module")
def entry(traffic: Batch) -> Mapping[str, Any]:
    spec, one = registry()["watch-list"], BEHAVIOURS["watch-list"]

    def make(more: Mapping[str, Any]) -> Any:
        return lambda classes, **options: Engine(classes, {}, more, **options)

    return behaviour_entry(spec, one, {"traffic": traffic}, COUNT, make, None)


def test_a_stage_has_episodes_twins_and_mostly_ordinary_traffic(traffic: Batch) -> None:
    one = BEHAVIOURS["watch-list"]
    stages = list(staged("x", one, traffic, COUNT, {}))
    episodes = [e for s in stages for e in s.episodes]

    assert [(e.draw.number, e.draw.innocent) for e in episodes] == [(k, i) for k in range(COUNT) for i in (False, True)]
    for stage in stages:
        rows, taken = stage.world.rows, [a for e in stage.episodes for a in e.planted.taken]
        rest = traffic.take(np.flatnonzero(~np.isin(traffic["icao24"], taken)))
        assert len(set(taken)) == len(taken) > 0, "one to a track"
        assert len(np.unique(rest["icao24"])) >= 12 and (np.diff(rows["time"]) >= 0).all()
        assert np.array_equal(rows["lat"][stage.world.variant < 0], rest["lat"])


def test_what_fits_no_track_is_left_out(traffic: Batch) -> None:
    def make(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
        if draw.number == 1:
            raise ValueError("it fits nothing")
        lat = victim["lat"] * (np.nan if draw.number == 2 else 1.0)
        return alone(victim.with_columns(lat=lat), *(int(victim["time"][k]) for k in (0, -1, 0)))

    one = replace(BEHAVIOURS["sighting"], make=make)
    stages = list(staged("x", one, traffic, COUNT, {}))

    assert [e.draw.number for s in stages for e in s.episodes if not e.draw.innocent] == [0, 3]


def test_days_that_are_learned_from_stay_whole(traffic: Batch) -> None:
    one = replace(BEHAVIOURS["watch-list"], warm_s=300.0)
    (stage, *_) = staged("x", one, traffic, COUNT, {})
    warm = traffic.take(np.flatnonzero(traffic["time"] < traffic["time"][0] + 300_000))
    kept = stage.world.rows.take(np.flatnonzero(stage.world.rows["time"] < traffic["time"][0] + 300_000))

    assert np.array_equal(kept["icao24"], warm["icao24"])


def test_the_same_series_is_drawn_again_and_again(traffic: Batch) -> None:
    first, second = (list(staged("x", BEHAVIOURS["sighting"], traffic, COUNT, {})) for _ in range(2))

    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.world.rows["icao24"], b.world.rows["icao24"])


def test_recordings_share_a_series(traffic: Batch) -> None:
    numbers = [
        {e.draw.number for s in staged("x", BEHAVIOURS["sighting"], traffic, 20, {}, (k, 2)) for e in s.episodes}
        for k in (0, 1)
    ]

    assert numbers[0] | numbers[1] == set(range(20)) and not numbers[0] & numbers[1]


def test_figures_of_a_class_that_finds_all_and_no_twin(entry: Mapping[str, Any]) -> None:
    found = entry["standing"]

    assert (found["planted"], found["found"], found["alerts"], found["on_twins"]) == (COUNT, COUNT, COUNT, 0)
    assert (found["precision"], found["recall"], found["f1"], entry["missed"]) == (1.0, 1.0, 1.0, [])
    assert 0 < found["delay_median_s"] <= found["delay_p95_s"] < 60


MADE = {1: False, 2: False, 3: False, 4: True}
"""Addresses, and whether the twin: the first is told of, the second cleared, the third told of an hour later only; the
twin alarms, and so does somebody else."""


@pytest.fixture
def mixed(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    rng, none = np.random.default_rng(1), Batch.empty()
    stage = Stage(
        clean("x", none),
        [
            Episode(Draw(k, k / 10, twin, 0, rng), Planted(none, (k,), (k,), 0, 90_000, 40_000))
            for k, twin in MADE.items()
        ],
    )
    alerts = [_alert(1), _alert(2, cleared="a reason"), _alert(3, 3_600_000), _alert(4), _alert(5)]
    flags = Flags(anomalies=alerts, first_told={a.id: 52_000 for a in alerts})
    monkeypatch.setattr(behaviour_report, "staged", lambda *_: [stage])
    monkeypatch.setattr(behaviour_report, "judge", lambda *_: flags)
    return behaviour_entry(registry()["acas-ra"], BEHAVIOURS["acas-ra"], {"x": none}, 3, lambda _: Engine, None)


def _alert(address: int, start: int = 50_000, cleared: str = "") -> Anomaly:
    state = "cleared" if cleared else "over"
    return Anomaly(str(address), "acas-ra", address, "", (), start, start + 9_000, state, 1, 0.5, "", None, "", cleared)


def test_figures_of_a_class_that_misses_and_errs(mixed: Mapping[str, Any]) -> None:
    found, both = mixed["standing"], mixed["with_cleared"]

    assert (found["planted"], found["found"], found["alerts"], found["right"], found["on_twins"]) == (3, 1, 3, 1, 1)
    assert (both["planted"], both["found"], both["alerts"], both["right"], both["on_twins"]) == (3, 2, 4, 2, 1)
    assert (found["precision"], found["recall"], found["delay_median_s"]) == (0.3333, 0.3333, 12.0)
    assert (mixed["missed"], mixed["twins"], mixed["other_alerts"]) == ([[2, 0.2], [3, 0.3]], 1, 1)


def test_the_page_says_what_was_missed_and_why(mixed: Mapping[str, Any]) -> None:
    text = "\n".join(parts({"behaviours": [mixed]}, _section))

    assert "| 1 of 3 |" in text and "| 0.2, 0.3 | 1 of 1 | 3, 1 | 1 |" in text
    assert BEHAVIOUR_LIMITS["acas-ra"] in text


def test_a_class_shows_its_own_behaviour_before_all_else(entry: Mapping[str, Any]) -> None:
    card = {"behaviours": [entry], "planted": {"watch-list": {"standing": {}, "with_cleared": {}}}, "clean": [],
            "attacks": []}  # fmt: skip
    shown = by_class(card, {"watch-list": registry()["watch-list"]})["watch-list"]

    assert (shown["basis"], shown["episodes"], shown["found"]) == ("planted behaviours", COUNT, COUNT)
    assert shown["recall"] == shown["cleared_recall"] == 1.0


def test_the_page_says_what_was_asked_and_missed(entry: Mapping[str, Any]) -> None:
    text = "\n".join(parts({"behaviours": [entry]}, _section))

    assert f"| {COUNT} of {COUNT} |" in text and entry["asked"] in text and entry["twin"] in text
    assert not list(filter(None, parts({}, _section)))


def test_sections_are_all_that_is_measured() -> None:
    assert set(LISTS) < set(SECTIONS)
    assert {task[0] for task in tasks(Setup())} <= set(SECTIONS)
    assert {task[1] for task in tasks(Setup()) if task[0] == "behaviours"} == set(BEHAVIOURS)
    assert set(BEHAVIOUR_LIMITS) <= set(BEHAVIOURS)


def test_a_section_is_put_into_the_scorecard_that_there_is() -> None:
    old = orjson.loads(SHIPPED.read_bytes())
    kept = {"class": "signal", "standing": {"recall": 0.5}, "with_cleared": {}}
    card = scorecard(Setup("watch-list"), sections=("behaviours",), old={**old, "behaviours": [kept]})

    assert [e["class"] for e in card["behaviours"]] == ["signal", "watch-list"]
    assert card["behaviours"][1]["standing"]["found"] == card["behaviours"][1]["standing"]["planted"] == 6
    assert all(card[name] == old[name] for name in ("attacks", "clean", "planted", "cities", "recordings"))
    assert set(card["classes"]) == set(registry())


@pytest.mark.parametrize(("text", "status"), [(None, USAGE), ("{", INPUT), ("[]", INPUT), ('{"classes": {}}', INPUT)])
def test_a_section_needs_a_scorecard(tmp_path: Path, text: str | None, status: int) -> None:
    target = tmp_path / "card.json"
    if text is not None:
        target.write_text(text)
    done = CliRunner().invoke(main, ["scorecard", "--section", "behaviours", "--json", str(target)])

    assert done.exit_code == status and done.output


def test_a_section_is_taken_from_another_scorecard(tmp_path: Path, entry: Mapping[str, Any]) -> None:
    old = orjson.loads(SHIPPED.read_bytes())
    target, other, without = (tmp_path / name for name in ("card.json", "other.json", "without.json"))
    shipped = {k: v for k, v in old.items() if k != "behaviours"}
    target.write_bytes(orjson.dumps(shipped))
    without.write_bytes(orjson.dumps(shipped))
    other.write_bytes(orjson.dumps({**old, "behaviours": [entry]}))
    asked = ["scorecard", "--section", "behaviours", "--json", str(target), "--from"]
    done = CliRunner().invoke(main, [*asked, str(other)])
    refused = CliRunner().invoke(main, [*asked, str(without)])
    card = orjson.loads(target.read_bytes())

    assert done.exit_code == 0 and refused.exit_code == INPUT and "no behaviours" in refused.output
    assert card["classes"]["watch-list"]["basis"] == "planted behaviours"
    assert CliRunner().invoke(main, ["scorecard", "--from", str(other)]).exit_code == USAGE

"""The scorecard's arithmetic on worlds whose answer is known, its shipped figures, and the floor it must keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from api.measured import SHIPPED, measured
from benchmarks.scorecard import corpora
from benchmarks.scorecard.answers import ANSWERS, MET, TIERS, tier_of
from benchmarks.scorecard.attack_report import attack_entry, union
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.attacks_b import SET_B, SET_C
from benchmarks.scorecard.baselines import baselines
from benchmarks.scorecard.clean_report import clean_entry, coverage
from benchmarks.scorecard.event_report import gpsjam_entries
from benchmarks.scorecard.events import EVENTS
from benchmarks.scorecard.learned import made_with
from benchmarks.scorecard.learned_page import FUSION
from benchmarks.scorecard.markdown import page
from benchmarks.scorecard.measures import Counts, counted, delays, f1_interval, figures, interval
from benchmarks.scorecard.negatives import DISTURBED, INNOCENT
from benchmarks.scorecard.report import Setup
from benchmarks.scorecard.scoring import Interval, joined, judge
from benchmarks.scorecard.summary import CLEAN_FPR
from benchmarks.scorecard.tracks import polled
from benchmarks.scorecard.worlds import World, clean
from cli.main import main
from cli.scorecard import COMPARED, command
from cli.ui import USAGE
from detectors._examples import EPOCH, fly, together
from detectors._registry import registry
from geo.schema import NON_ICAO
from models.verdict import INTEGRITY, Fusion

ROOT = Path(__file__).resolve().parents[2]


def test_figures_of_known_counts() -> None:
    counts = counted(np.array([1, 1, 1, 0, 0], dtype=bool), np.array([1, 0, 0, 1, 0], dtype=bool))

    assert counts == Counts(tp=1, fp=1, fn=2, tn=1)
    assert figures(counts) == {"precision": 0.5, "recall": 0.3333, "f1": 0.4, "fpr": 0.5}
    assert figures(Counts(fn=3)) == {"precision": None, "recall": 0.0, "f1": 0.0, "fpr": None}


def test_delays_and_intervals() -> None:
    assert delays([1, 2, 9]) == {"delay_median_s": 2.0, "delay_p95_s": 8.3}
    assert delays([])["delay_median_s"] is None
    assert interval(0, 10) == [0.0, 0.2775]
    assert f1_interval([Counts(tp=5)] * 4) == (1.0, 1.0)
    low, high = f1_interval([Counts(tp=5), Counts(fn=5)] * 5)
    assert low is not None and high is not None and 0 < low < 0.67 < high < 1


def two_flights() -> World:
    rows = together(fly(1, 300), fly(2, 300, lat=52.0))
    mask = (rows["icao24"] == 1) & (rows["time"] >= EPOCH + 100_000)
    return World("two", rows, mask, np.where(rows["icao24"] == 1, 0, -1), {0: EPOCH + 100_000}, {0: 1.0})


def test_a_row_is_flagged_when_an_episode_of_its_flight_holds_it() -> None:
    everything = {"random": replace(baselines()["random"], merge_gap_s=1_000.0)}
    world = two_flights()
    flags = judge(world, Setup().make(), everything, 10.0)
    time = world.rows["time"]
    on = flags.standing["random"] > 0

    assert 0.5 < on.mean() < 1
    for aircraft in (1, 2):
        mine = world.rows["icao24"] == aircraft
        episode = [a for a in flags.anomalies if a.icao24 == aircraft]
        assert len(episode) == 1
        assert (on[mine] == ((time[mine] >= episode[0].start) & (time[mine] <= episode[0].end))).all()
    assert flags.told["random"][0] > world.onset[0]


def test_null_finds_nothing_and_union_says_so() -> None:
    world = two_flights()
    flags = judge(world, Setup().make(), baselines(), 10.0)
    found = union([(world, flags)], ["null"])

    assert (found["f1"], found["recall"], found["never"], found["delay_median_s"]) == (0.0, 0.0, 1, None)
    assert union([(world, flags)], ["random"])["found_share"] == 1.0
    assert union([(world, flags)], ["random"], least=1.1)["recall"] == 0.0


def test_intervals_that_an_episode_would_bridge_are_one() -> None:
    def one(start: int, end: int, key: int = 7) -> Interval:
        return Interval((key,), start, end, 0.5, 2, False, end)

    found = joined([one(0, 10), one(15, 20), one(40, 50), one(12, 13, key=8)], gap_ms=5)

    assert [(i.keys[0], i.start, i.end, i.told) for i in found] == [(7, 0, 20, 10), (7, 40, 50, 50), (8, 12, 13, 13)]


def test_every_class_that_the_tables_name_exists() -> None:
    named = {c for names in (*ANSWERS.values(), *TIERS.values(), INTEGRITY, MET) for c in names}
    named |= {c for event in EVENTS for c in event.classes}

    assert named - set(registry()) == set()
    assert set(ANSWERS) == set(SET_A) | set(SET_B) | set(SET_C)
    assert tier_of("loiter") == "behavioural"


@pytest.mark.parametrize("name", DISTURBED)
def test_disturbances_are_what_they_say(name: str) -> None:
    rows = together(*(fly(0x400000 + k, 4_000, lat=49 + 0.2 * k, callsign=b"SWR12", track=90.0) for k in range(10)))
    other = DISTURBED[name](rows, np.random.default_rng(1))

    assert (np.diff(other["time"]) >= 0).all()
    if name == "coverage hole":
        assert 0 < len(other) < len(rows)
    elif name == "receiver restarts":
        assert np.diff(other["time"]).max() == 701_000
    elif name == "decoder bit errors":
        strange = other["icao24"] != rows["icao24"]
        assert 0 < strange.mean() < 0.002
        assert all(
            bin(a ^ b).count("1") == 1 for a, b in zip(other["icao24"][strange], rows["icao24"][strange], strict=True)
        )
        assert 0 < (other["callsign"] != rows["callsign"]).mean() < 0.004
    elif name == "MLAT jitter":
        assert len(np.unique(other["icao24"][other["source"] == 6])) == 2
    else:
        assert len(np.unique(other["icao24"][other["icao24"] >= NON_ICAO])) == 2


def test_coverage_counts_aircraft_that_send_what_a_class_needs() -> None:
    rows = together(fly(1, 60), fly(2, 60, squawk=b"1000"), fly(3, 2, squawk=b"1000"))
    found = coverage(rows, {n: registry()[n] for n in ("squawk", "loiter")}, {"airports"})

    assert found == {"any": 1.0, "behavioural": 0.6667, "identity": 0.6667}


def test_gpsjams_colours_from_its_counts(shared: Path) -> None:
    found = gpsjam_entries(shared / "data")

    assert found["days"] == 10 and found["cells"] == found["same_colour"]


def test_the_listed_recordings_are_there(shared: Path) -> None:
    data = shared / "data"
    named = [e.path for e in EVENTS] + [p for e in EVENTS for p in e.resources.values()] + list(INNOCENT.values())
    named += [r.path for r in (*corpora.ATTACKED.values(), *corpora.METROPOLITAN.values())]

    assert [p for p in named if not (data / p).exists()] == []


def test_shipped_page_is_fresh() -> None:
    text = page(orjson.loads(SHIPPED.read_bytes()), orjson.loads(COMPARED.read_bytes()))

    assert (ROOT / "docs/scorecard.md").read_text() == text, "skysift scorecard --markdown > docs/scorecard.md"


def test_learned_scores_were_measured_with_what_ships() -> None:
    card = orjson.loads(COMPARED.read_bytes())

    again = "skysift scorecard --learned FEATURES --data FOLDER --nightly --json detectors/_compared.json"
    assert {name: card[name] for name in made_with()} == made_with(), again


def test_what_is_written_of_the_fusion_is_what_ships_and_was_measured() -> None:
    text = " ".join((ROOT / "docs/learned.md").read_text().split())
    fusion, card = Fusion(), orjson.loads(COMPARED.read_bytes())
    weights = ", ".join(f"{one:g}" for one in fusion.weights)
    assert f"The weights ({weights}, in the order of" in text
    assert f"threshold {fusion.least:g})" in text and f"all together weigh {fusion.least:g} |" in text

    auc: dict[tuple[str, str], dict[str, float]] = {}
    for one in card["rows"]:
        if one["auc"] is not None:
            auc.setdefault((one["recording"], one["attack"]), {})[one["scorer"]] = one["auc"]
    assert "better than every single part, or as well, on all five attacks over both" in text
    assert all(by[FUSION] == max(by.values()) for by in auc.values()) and len(auc) == 10


def test_only_one_thing_is_measured_at_a_time(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--learned", str(tmp_path), "--calibrate"])

    assert done.exit_code == USAGE and "give one of them" in done.output


def test_shipped_figures_are_of_the_classes_there_are() -> None:
    assert set(measured()) == set(registry()), "skysift scorecard --nightly --data FOLDER --json FILE"


def test_markdown_is_printed_without_measuring() -> None:
    shown = CliRunner().invoke(main, ["scorecard", "--markdown"])

    assert shown.exit_code == 0 and shown.output.startswith("# Scorecard")


FLOOR: dict[str, tuple[str, float]] = {
    "position_drift": ("native", 0.85), "ghost": ("15 s", 0.65), "icao_collision": ("15 s", 0.9),
    "track_hijack": ("native", 0.8), "replay": ("native", 0.88),
}  # fmt: skip
"""F1 on synthetic flights that must not be lost again: measured, less a tenth."""


@pytest.fixture(scope="module")
def setup() -> Setup:
    known = registry()
    return Setup(",".join(name for name in INTEGRITY if name in known))


@pytest.mark.parametrize("attack", FLOOR)
def test_attacks_are_answered_as_well_as_before(setup: Setup, attack: str) -> None:
    cadence, floor = FLOOR[attack]
    rows = corpora.synthetic_flights()
    entry: dict[str, Any] = attack_entry(
        attack, SET_A[attack], rows if cadence == "native" else polled(rows), 6, setup.make(), setup.classes
    )
    found = entry["beyond_926_m"] if attack == "position_drift" else entry["found"]

    assert found["f1"] >= floor
    assert found["f1"] > entry["classes"]["random"]["f1"] > entry["classes"]["null"]["f1"] == 0


def test_clean_synthetic_flights_are_left_alone(setup: Setup) -> None:
    entry = clean_entry("synthetic", polled(corpora.synthetic_flights()), setup.make(), setup.classes)

    assert entry["fpr_rows"]["integrity"] <= CLEAN_FPR
    assert clean("x", corpora.synthetic_flights()).hours > 10

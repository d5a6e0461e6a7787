"""Incidents: what joins and what does not, the same in any pieces, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import h3
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.cells import cell_polygon
from geo.incident import REACH_MS, Incident
from pipeline.floors import Floor, Floors
from pipeline.incidents import KEEP_MS, LONGEST_MS, Joiner
from pipeline.joins import JOINS, NATURES, band_of, nature_of

T0 = 1_700_000_400_000
MIN = 60_000
TITLES = {"gps-jamming": "GPS interference", "squawk": "Emergency code", "diversion": "Diversion or return"}
CELL = int(h3.latlng_to_cell(35.0, 33.0, 4), 16)


def anomaly(own: str, name: str, start: float, end: float, icao24: int | None = 1, **more: Any) -> Anomaly:
    """At 35 N, 33 E unless said otherwise; minutes after T0."""
    place = {"type": "Point", "coordinates": [33.0, 35.0]}
    given = {"members": [], "state": "closed", "priority": 2, "confidence": 0.5, "geometry": place, "callsign": "ABC1"}
    times = {"start": T0 + round(start * MIN), "end": T0 + round(end * MIN)}
    return Anomaly(id=own, class_id=name, icao24=icao24, explanation="it did", h3="", **times, **given | more)


def cell(own: str, steps: int, start: float, end: float, members: Sequence[int] = ()) -> Anomaly:
    """Interference in a cell so many cells away."""
    at = int(sorted(h3.grid_ring(f"{CELL:x}", steps))[0], 16)
    return anomaly(own, "gps-jamming", start, end, None, members=members, geometry=cell_polygon(at), priority=3)


def joined(*anomalies: Anomaly, floors: Floors | None = None) -> Sequence[Incident]:
    return Joiner(TITLES, floors or Floors()).feed(anomalies, T0)[0]


def groups(incidents: Sequence[Incident]) -> set[frozenset[str]]:
    return {frozenset(one.anomalies) for one in incidents}


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        (anomaly("a", "loiter", 0, 5), anomaly("b", "timing", 34, 40), True),
        (anomaly("a", "loiter", 0, 5), anomaly("b", "timing", 36, 40), False),
        (anomaly("a", "loiter", 0, 5), anomaly("b", "timing", 0, 5, 2), False),
        (anomaly("a", "squawk", 0, 5), anomaly("b", "diversion", 100, 101), True),
        (anomaly("a", "formation-flight", 0, 5, members=[2]), anomaly("b", "formation-flight", 9, 12, 2), True),
        (anomaly("a", "formation-flight", 0, 5, members=[2]), anomaly("b", "formation-flight", 19, 22, 2), False),
        (cell("a", 0, 0, 5), cell("b", 1, 50, 60), True),
        (cell("a", 0, 0, 5), cell("b", 2, 50, 60), True),
        (cell("a", 0, 0, 5), cell("b", 9, 0, 5), False),
        (cell("a", 0, 0, 5), cell("b", 1, 70, 80), False),
        (cell("a", 0, 0, 5), anomaly("b", "go-around", 6, 7), True),
        (cell("a", 9, 0, 5), anomaly("b", "go-around", 6, 7), False),
        (cell("a", 0, 0, 5), anomaly("b", "loiter", 6, 7), False),
        (cell("a", 9, 0, 5, [1]), anomaly("b", "kinematics", 6, 7), True),
    ],
)
def test_what_belongs_together(a: Anomaly, b: Anomaly, together: bool) -> None:
    assert groups(joined(a, b)) == ({frozenset("ab")} if together else {frozenset("a"), frozenset("b")})


def test_one_event_of_many_cells_with_its_aircraft_is_one_incident() -> None:
    ring = sorted(h3.grid_disk(f"{CELL:x}", 2))
    cells = [
        replace(cell(f"c{i:02}", 0, i, i + 20, [7, 8]), geometry=cell_polygon(int(one, 16)))
        for i, one in enumerate(ring)
    ]
    near = [anomaly("g", "go-around", 12, 13, 9), anomaly("t", "kinematics", 12, 13, 7)]

    (one,) = joined(*cells, *near)

    assert one.classes == ["gps-jamming", "go-around", "kinematics"] and len(one.anomalies) == 21
    assert one.summary.startswith("GPS interference in 19 cells, noticed by 2 aircraft; ")
    assert one.geometry is not None and one.geometry["type"] == "MultiPolygon"
    assert (
        one.priority == 4 and one.raised == "how it is flown, interference with navigation and positions that cannot be"
    )


def test_an_anomaly_alone_is_an_incident_in_its_own_words() -> None:
    (one,) = joined(anomaly("a", "loiter", 0, 5))
    assert (one.id, one.summary, one.priority, one.raised) == ("ia", "ABC1 (000001): it did", 2, "")


def test_two_natures_raise_and_are_surer_together() -> None:
    (same,) = joined(anomaly("a", "identity", 0, 5), anomaly("b", "timing", 0, 5, confidence=0.6))
    (two,) = joined(anomaly("a", "squawk", 0, 5), anomaly("b", "rapid-descent", 0, 5))

    assert (same.priority, same.confidence, same.raised) == (2, 0.6, "")
    assert (two.priority, two.confidence) == (3, 0.75)
    assert "(ABC1 000001)" in two.summary  # no brackets within brackets


def test_what_a_model_finds_rare_is_no_second_sign_of_what_a_rule_tells() -> None:
    odd = anomaly("b", "ml-sequence", 1, 4, priority=1, confidence=0.8)
    (circles,) = joined(anomaly("a", "loiter", 0, 5, confidence=0.6), odd)
    (alone,) = joined(odd, anomaly("c", "ml-point", 1, 2, priority=1, confidence=0.7))

    assert (circles.priority, circles.confidence, circles.raised) == (2, 0.6, "")
    assert circles.classes == ["loiter", "ml-sequence"] and len(circles.timeline) == 2
    assert (alone.priority, alone.confidence, alone.raised) == (1, 0.8, "")


def test_what_is_cleared_raises_nothing_and_says_why() -> None:
    holding = {"state": "cleared", "cleared": "it was a holding stack", "priority": 4, "confidence": 0.9}
    (one,) = joined(anomaly("a", "squawk", 0, 5, priority=1), anomaly("b", "loiter", 0, 5, **holding))
    (other,) = joined(anomaly("b", "loiter", 0, 5, **holding))

    assert (one.priority, one.classes, one.state) == (1, ["squawk"], "closed")
    assert (other.state, other.cleared, other.band) == ("cleared", "it was a holding stack", "monitor")


def test_a_bridge_makes_one_of_two_and_the_earlier_id_lives_on() -> None:
    joiner = Joiner(TITLES)
    joiner.feed([anomaly("a", "loiter", 0, 5), anomaly("b", "timing", 60, 65)], T0)

    found = joiner.feed([anomaly("x", "patrol", 20, 40)], T0)

    assert found[1] == {"x": "ia"} and set(joiner.incident_of.values()) == {"ia"}
    assert [(one.id, one.state, one.into) for one in found[0]] == [("ia", "closed", ""), ("ib", "merged", "ia")]


def test_the_same_again_is_no_news() -> None:
    joiner = Joiner(TITLES)
    joiner.feed([anomaly("a", "loiter", 0, 5)], T0)
    assert joiner.feed([anomaly("a", "loiter", 0, 5)], T0 + MIN)[0] == []


def test_rules_move_the_band_everywhere_or_in_an_area() -> None:
    sure = anomaly("a", "squawk", 0, 5, confidence=0.9)
    here, far = shapely.box(30, 30, 40, 40), shapely.box(0, 0, 1, 1)

    def band(*rules: Floor) -> str:
        return joined(sure, floors=Floors(rules))[0].band

    assert band() == "alert" and band(Floor("squawk", 0.95)) == "review"
    assert band(Floor("squawk", 0.95, far)) == "alert" and band(Floor("squawk", 0.95, here)) == "review"
    assert band(Floor("squawk", 0.95), Floor("squawk", 0.8, here)) == "alert"


def test_a_rule_that_is_accepted_or_taken_back_puts_what_goes_on_into_another_band() -> None:
    own = Joiner(TITLES)
    sure = {"priority": 4, "confidence": 0.9}
    over = anomaly("b", "squawk", 0, 5, 2, **sure)
    assert {i.band for i in own.feed([anomaly("a", "squawk", 0, 5, state="open", **sure), over], T0)[0]} == {"alert"}

    bands = []
    for rules in ([Floor("squawk", 0.95)], [Floor("squawk", 0.95)], []):
        own.floors = Floors(rules)
        bands.append([(one.id, one.band) for one in own.feed([], T0)[0]])

    assert bands == [[("ia", "review")], [], [("ia", "alert")]]


@pytest.mark.parametrize(
    ("name", "priority", "confidence", "band"),
    [("squawk", 4, 0.5, "alert"), ("squawk", 3, 0.6, "review"), ("ghost", 1, 0.99, "review"),
     ("loiter", 2, 0.3, "monitor"), ("geographic-outlier", 4, 1.0, "monitor"), ("odd-trajectory", 4, 1.0, "review")],
)  # fmt: skip
def test_bands_follow_from_class_and_confidence(name: str, priority: int, confidence: float, band: str) -> None:
    assert band_of(name, priority, confidence) == band


def test_every_class_has_a_nature_and_the_tables_name_no_other() -> None:
    known = set(registry())
    assert {name for names in NATURES.values() for name in names} == known
    assert {nature_of(name) for name in known} == set(NATURES)
    assert all(join.one | join.other <= known for join in JOINS)
    assert max(join.minutes for join in JOINS) * MIN == REACH_MS


def test_what_never_ends_is_an_incident_a_day() -> None:
    hours = [cell(f"c{i:02}", 0, i * 60, i * 60 + 30) for i in range(49)]

    assert [len(one.anomalies) for one in joined(*hours)] == [24, 24, 1]


def test_memory_stays_bounded_and_cutting_it_changes_nothing() -> None:
    hours = [cell(f"c{i:03}", 0, i * 60, i * 60 + 30) for i in range(24 * 4)]
    joiner = Joiner(TITLES)
    found: dict[str, Incident] = {}
    most = 0
    for one in hours:
        found |= {i.id: i for i in joiner.feed([one], one.end)[0]}
        most = max(most, len(joiner.parts))

    assert most <= (LONGEST_MS * 2 + KEEP_MS) / (60 * MIN) and len(joiner.near) < 50
    assert sorted(found.values(), key=lambda i: i.start) == list(joined(*hours))


def test_news_of_what_is_long_forgotten_opens_nothing() -> None:
    joiner = Joiner(TITLES)
    old = anomaly("a", "loiter", 0, 5)
    joiner.feed([old], T0)
    joiner.feed([], old.end + KEEP_MS + MIN)

    assert joiner.parts == {} and joiner.feed([replace(old, confidence=0.9)], T0 + KEEP_MS) == ([], {})


CLASSES = ("squawk", "diversion", "loiter", "kinematics", "near-miss", "gps-jamming")


@st.composite
def worlds(draw: Any) -> list[list[Anomaly]]:
    """Anomalies as they grow: of each its states in order."""
    out = []
    for i in range(draw(st.integers(1, 9))):
        name, start, steps = draw(st.sampled_from(CLASSES)), draw(st.integers(0, 200)), draw(st.integers(0, 5))
        lasts, members = (
            sorted(draw(st.lists(st.integers(0, 90), min_size=1, max_size=3))),
            draw(st.sets(st.integers(1, 4))),
        )
        base = cell(f"a{i}", steps, start, start, sorted(members)) if name == "gps-jamming" else anomaly(
            f"a{i}", name, start, start, draw(st.integers(1, 4)), members=sorted(members) if name == "near-miss" else []
        )  # fmt: skip
        out.append([replace(base, end=base.start + MIN * last, priority=1 + k) for k, last in enumerate(lasts)])
    return out


@settings(max_examples=20)
@given(worlds(), st.randoms())
def test_any_order_and_any_stop_give_the_same_incidents(world: list[list[Anomaly]], chance: Any) -> None:
    whole = joined(*(states[-1] for states in world))
    joiner, waiting = Joiner(TITLES), [list(states) for states in world]
    found: dict[str, Incident] = {}
    while some := [states for states in waiting if states]:
        told = [states.pop(0) for states in chance.sample(some, chance.randint(1, len(some)))]
        found |= {one.id: one for one in joiner.feed(told, T0)[0]}
        if chance.random() < 0.3:
            kept, joiner = joiner.state(), Joiner(TITLES)
            joiner.restore(kept)

    standing = [one for one in found.values() if one.state != "merged"]
    assert sorted(standing, key=lambda i: (i.start, i.id)) == list(whole)
    assert {one.into for one in found.values() if one.into} <= set(found)


def test_a_stop_keeps_everything() -> None:
    joiner, again = Joiner(TITLES), Joiner(TITLES)
    joiner.feed([cell("a", 0, 0, 5, [1]), anomaly("b", "kinematics", 3, 4)], T0)
    again.restore(joiner.state())

    assert again.told == joiner.told and again.swept == T0
    assert again.feed([cell("a", 0, 0, 5, [1])], T0) == ([], {"a": "ia"})

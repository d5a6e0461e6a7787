"""Off the usual route: corridors and flows, drawn and over Switzerland."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._corridors import pairs_of
from detectors._examples import fly, together
from detectors._registry import registry
from feeds.route_files import load_routes
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.routes import Routes
from geo.sphere import destination
from geo.tracks import Tracks
from pipeline.engine import Engine
from tests.recordings import recording

SOON = {"days": 0, "flights": 10, "visits": 60, "new": 0.3}
SWISS = "data/traffic-samples/samples/collections/switzerland.json.gz"


def found(batch: Batch, routes: Routes | None = None, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["route-deviation"]
    given = {"airports": Airports.builtin()} | ({"routes": routes} if routes is not None else {})
    engine = Engine({spec.id: spec}, {spec.id: {**SOON, **overrides}}, given, 0.0)
    rows = batch.take(np.argsort(batch["time"], kind="stable"))
    return list({a.id: a for step in (engine.feed(rows), engine.finish()) for a in step.anomalies}.values())


def frankfurt_prague(*stops: str) -> Routes:
    codes = Airports.builtin().code.tolist()
    places = np.array([codes.index(c) for c in ("EDDF", *stops, "LKPR")])
    return Routes(np.array([b"TEST1"], dtype="S8"), np.array([0, len(places)]), places)


def stream(**columns: Any) -> Batch:
    """Fourteen from Frankfurt to Prague, and one that the test wants."""
    line: dict[str, Any] = {"seconds": 900.0, "step_s": 10.0, "lat": 50.1, "lon": 10.0, "callsign": b"TEST1"}
    crowd = [fly(0x400000 + k, start_s=120.0 * k, **line) for k in range(14)]
    return together(fly(0xABC123, **(line | {"start_s": 1_900.0} | columns)), *crowd)


def test_the_place_beside_the_direct_line() -> None:
    airports, routes = Airports.builtin(), frankfurt_prague()
    start, end = (int(k[0]) for k in routes.airports(np.array([b"TEST1"])))
    lat, lon = destination(airports.lat[start], airports.lon[start], 85.0, 185_200.0)
    rows = fly(seconds=2, lat=float(lat), lon=float(lon), callsign=b"TEST1")
    pairs = pairs_of(Tracks({**rows.columns, "flight": rows["icao24"]}, np.ones(2, dtype=bool)), routes, airports)

    assert airports.code[end] == "LKPR"
    assert (pairs.pair != 0).all() and pairs.along.tolist() == [3, 4]
    assert pairs.end_nmi[0] == pytest.approx(99.9, abs=0.5)
    assert pairs.off[0] == pytest.approx(-2.9, abs=0.1)


def test_a_route_with_a_stop_has_no_corridor() -> None:
    rows = fly(seconds=2, callsign=b"TEST1")
    view = Tracks({**rows.columns, "flight": rows["icao24"]}, np.ones(2, dtype=bool))

    assert not pairs_of(view, frankfurt_prague("EDDN"), Airports.builtin()).pair.any()


def test_the_sentence_names_the_route() -> None:
    (one,) = found(stream(lat=51.0), frankfurt_prague())

    assert "min far from where flights from EDDF to LKPR pass: 5" in one.explanation
    assert "nmi left of the direct line (14 flights learned)" in one.explanation
    assert one.priority == 2


def test_without_routes_the_region_speaks() -> None:
    (one,) = found(stream(lat=50.7))

    assert "where no other flight went in its direction, of" in one.explanation and one.priority == 1


def test_against_the_stream_is_another_direction() -> None:
    assert len(found(stream(lat=50.1, lon=11.3, track=270.0))) == 1


def test_others_that_deviate_likewise_clear_it() -> None:
    other = fly(0xABC124, 900.0, step_s=10.0, start_s=1_900.0, lat=51.8, lon=10.0, callsign=b"TEST2")
    routes = frankfurt_prague()
    both_ways = Routes(np.array([b"TEST1", b"TEST2"], dtype="S8"), np.array([0, 2, 4]), np.tile(routes.stops, 2))

    both = found(together(stream(lat=51.0), other), both_ways)

    assert {(a.icao24, a.cleared) for a in both} == {
        (icao24, "several aircraft off their routes at once") for icao24 in (0xABC123, 0xABC124)
    }


def test_a_recorded_day_and_one_far_off_the_corridor_of_its_pair(shared: Path) -> None:
    """Switzerland, 17 hours, 431 callsigns with a known route: nobody; and one of Palma to Frankfurt, moved aside."""
    routes = load_routes([shared / "data/reference/standing-data/routes"])
    day = Batch.concat(recording(shared / SWISS))
    one = day.take(np.flatnonzero(day["callsign"] == b"DLH21P"))
    aside = {"lat": one["lat"] + 0.6, "lon": one["lon"] + 1.0, "time": one["time"] + 120_000}
    moved = one.with_columns(icao24=np.full(len(one), 0xABC123), **aside)

    (stray,) = found(Batch.concat([day, moved]), routes, flights=5, visits=2_000, new=0.01)
    assert stray.icao24 == 0xABC123
    assert "far from where flights from LEPA to EDDF pass" in stray.explanation

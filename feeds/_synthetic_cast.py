"""The dedicated aircraft that show an anomaly by the way they fly: orbits, formations, ghosts, zone crossings."""

from __future__ import annotations

from collections.abc import Sequence

from feeds._synthetic_actor import Actor, Story
from feeds._synthetic_fleet import Knots, Role
from feeds._synthetic_paths import Point, beside, circles, joined, path, polyline, to
from geo.schema import NON_ICAO

HOUR = 3_600.0

ORBITS = (
    ("PC12", "A1", (35.78, 25.60), 3_000.0, 150.0, 9_000.0, 9, 5, "OPAL41", "surveillance orbit off the coast"),
    ("EC35", "A7", (48.62, 10.62), 1_300.0, 75.0, 2_600.0, 8, 0, "BUSSRD4", "helicopter circling over a town"),
    ("C208", "A1", (38.55, 23.75), 2_400.0, 120.0, 4_500.0, 7, 8, "FIREG2", "fire-fighting aircraft over one valley"),
    ("DA42", "A1", (52.75, 20.10), 2_800.0, 125.0, 7_500.0, 8, 7, "MAPPR7", "orbit without a known purpose"),
)
"""Type, category, centre, radius in m, kt, ft, turns, nation, callsign, note: each at least 15 minutes."""

FORMATIONS = (
    ("F16", 420.0, 23_000.0, ((39.2, 19.0), (37.6, 20.2), (36.4, 21.8)), 8, "RAVEN", ((550, 500, 0), (-550, 500, 0))),
    ("EUFI", 400.0, 19_000.0, ((54.6, 2.2), (55.8, 3.4), (56.6, 5.6)), 1, "TALON", ((700, 300, 100),)),
    (
        "SR22",
        165.0,
        6_500.0,
        ((47.30, 9.60), (47.62, 9.05), (47.25, 8.72)),
        5,
        "PATROL",
        ((90, 90, 0), (-90, 90, 0), (0, 180, 0)),
    ),
    (
        "A400",
        430.0,
        27_000.0,
        ((33.1, 29.2), (34.2, 28.0), (34.9, 26.2)),
        7,
        "SABRE",
        ((800, 900, 200), (-800, 900, -200), (0, 1500, 0)),
    ),
)
"""Type, kt, ft, route, nation, callsign, wingmen as metres right and behind and ft above."""

CROSSINGS = (
    ("C172", "A1", 100.0, 2_500.0, (52.86, 0.45), (53.02, 1.55), "GSKIP", "Demo Prohibited Saltmarsh", 2_700.0),
    ("EC35", "A7", 120.0, 3_000.0, (45.55, 13.95), (45.95, 14.70), "KARST9", "Demo Restricted Karst", 3_000.0),
    ("C25A", "A2", 260.0, 8_000.0, (33.05, 33.35), (33.95, 34.65), "SEALN3", "Demo Danger Levant Sea", 2_400.0),
)
"""Type, category, kt, ft, from, to, callsign, zone, period in s."""


def anomalous() -> list[Actor]:
    """Everyone who is up to something."""
    actors = [_orbit(n, *one) for n, one in enumerate(ORBITS)]
    for n, one in enumerate(FORMATIONS):
        actors += _formation(n, *one)
    actors += [_crossing(n, *one) for n, one in enumerate(CROSSINGS)]
    return actors + [_sporadic(n, place) for n, place in enumerate(((36.1, 35.2), (54.2, 21.9)))]


def _orbit(
    n: int, kind: str, category: str, center: Point, radius: float, kt: float, ft: float, turns: int, nation: int,
    callsign: str, note: str,
) -> Actor:  # fmt: skip
    top = to(center, 0, radius)
    way_in = polyline([to(top, 270, 14_000), to(top, 270, 400)], 500)
    way_out = polyline([to(top, 90, 400), to(top, 90, 14_000)], 500)
    lat, lon, marks = joined(way_in, circles(center, radius, turns), way_out)
    flight = path((lat, lon), [(0, ft), (1, ft)], [(0, kt), (1, kt)], callsign)
    story = Story("loiter", flight.time[marks[1]], flight.time[marks[2]], note)
    return Actor(_timetable(flight, HOUR, n), kind, category, [story], nation)


def _formation(
    n: int, kind: str, kt: float, ft: float, route: Sequence[Point], nation: int, callsign: str,
    wings: Sequence[tuple[float, float, float]],
) -> list[Actor]:  # fmt: skip
    lead = path(
        polyline(route, 12_000 if kt > 300 else 2_000, 3_000), [(0, ft), (1, ft)], [(0, kt), (1, kt)], f"{callsign}1"
    )
    flights = [lead, *(beside(lead, *w, f"{callsign}{k + 2}") for k, w in enumerate(wings))]
    # Types built for formation are explained by that, so no alarm is due; light aircraft four abreast are not.
    fighters, light = kind in ("F16", "EUFI"), kind == "SR22"
    note = f"{len(flights)} {kind} in formation"
    story = [Story("formation-flight", 0, lead.seconds, note, callsign, innocent=fighters)]
    category = "A6" if fighters else "A1" if light else "A4"
    return [Actor(_timetable(f, HOUR, n + 10), kind, category, story, nation, not light) for f in flights]


def _crossing(
    n: int, kind: str, category: str, kt: float, ft: float, start: Point, end: Point, callsign: str, zone: str,
    period: float,
) -> Actor:  # fmt: skip
    flight = path(polyline([start, end], 1_000, 3_000), [(0, ft), (1, ft)], [(0, kt), (1, kt)], callsign)
    story = Story("restricted-zone", 0.2 * flight.seconds, 0.8 * flight.seconds, f"crosses {zone}")
    return Actor(_timetable(flight, period, n + 20), kind, category, [story], n)


def _sporadic(n: int, place: Point) -> Actor:
    """Multilateration hears something now and then: no address of its own, no callsign."""
    way = polyline([place, to(place, 110, 30_000), to(place, 65, 50_000)], 2_000, 2_000)
    flight = path(way, [(0, 3_000), (1, 2_200)], [(0, 95), (1, 80)])
    story = Story("ghost", 0, flight.seconds, "sporadic multilateration returns without identity")
    return Actor(
        _timetable(flight, HOUR, n + 30),
        "",
        "",
        [story],
        source="mlat",
        exact=NON_ICAO | 0x2B0D00 + n,
        bursts=(25, 240),
    )


def _timetable(flight: Knots, period: float, n: int) -> Role:
    """One flight a period, everybody at a time of their own; the period covers the flight."""
    return Role([(0.0, flight)], max(period, flight.seconds + 60), offset=(n * 617.0) % period)

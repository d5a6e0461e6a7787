"""The dedicated aircraft that resemble an anomaly and are none: holds, circuits, surveys, gliders and the like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from feeds._synthetic_actor import Actor, Story
from feeds._synthetic_fleet import COLUMNS, Knots, Role, knots
from feeds._synthetic_legs import GLIDE_FT_PER_NMI
from feeds._synthetic_paths import Point, beside, circles, grid, hold, joined, minutes, path, polyline, to
from geo.schema import NON_ICAO
from geo.sphere import NMI_M

LUTON, LEIPZIG, NUREMBERG = (51.8747, -0.3683), (51.4239, 12.2363), (49.4987, 11.0780)
TROYES, ALPINE = (48.3221, 4.0167), (45.68, 6.70)
HOUR = 3_600.0


def innocent() -> list[Actor]:
    """Everyone who only looks suspicious."""
    survey = _survey()
    groups = [
        _stack(), [_circuits()], [survey, _shadow(survey)], _gliders(), _parallel(), _stream(), [_hover()],
        [_beyond_coverage()],
    ]  # fmt: skip
    return [_later(actor, 431.0 * n) for n, group in enumerate(groups) for actor in group]


def _later(actor: Actor, seconds: float) -> Actor:
    return replace(actor, role=replace(actor.role, offset=actor.role.offset + seconds))


def _stack() -> list[Actor]:
    """Three airliners in a hold, one above the other, each then going down to land."""
    fix = to(LUTON, 30, 45_000)
    corners = [to(fix, 60, 60_000), *hold(fix, 240, minutes(220, 1), 1_900, 3), to(LUTON, 80, 22_000), LUTON]
    actors = []
    for n in range(3):
        ft = 8_000 + 1_000.0 * n
        way = polyline(corners, 1_900, 6_000)
        flight = _landed(
            path(
                way, [(0, ft + 3_000), (0.25, ft), (0.75, ft), (0.86, 2_900), (1, 526)], _slowing(220), f"NVA{721 + n}"
            )
        )
        story = Story("loiter", 0.25 * flight.seconds, 0.75 * flight.seconds, "holding stack", innocent=True)
        actors.append(Actor(Role([(0, flight)], HOUR, offset=400.0 * n), "A320", "A3", [story], 1))
    return actors


def _circuits() -> Actor:
    """A trainer going round the circuit, touching down each time."""
    north, runway = to(TROYES, 360, 900), 170.0
    corners = [
        north,
        to(north, runway, 3_200),
        to(to(north, runway, 3_200), 90, 1_700),
        to(to(north, runway, -2_000), 90, 1_700),
        to(north, runway, -2_000),
    ]
    lap = polyline([*corners, north], 350, 400)
    shape = [(0, 450), (0.05, 390), (0.11, 390), (0.3, 1_390), (0.7, 1_390), (1, 450)]
    lap_ft = path(lap, shape, [(0, 70), (0.2, 80), (0.6, 95), (1, 70)])
    lat, lon = (np.tile(v[:-1], 7) for v in (lap_ft.lat, lap_ft.lon))
    flight = knots(lat, lon, np.tile(lap_ft.altitude[:-1], 7), np.tile(lap_ft.speed[:-1], 7), "FHABC")
    story = Story("loiter", 0, flight.seconds, "circuits at an aerodrome", innocent=True)
    return Actor(Role([(0, flight)], HOUR), "C172", "A1", [story], 2, squawk="7000")


def _survey() -> Actor:
    """A lawn-mower pattern of parallel lines."""
    way = polyline(grid((46.55, -0.60), 20, 14_000, 900, 11), 440, 2_000)
    flight = path(way, [(0, 6_000), (1, 6_000)], [(0, 140), (1, 140)], "SURVY12")
    story = Story("loiter", 0, flight.seconds, "survey grid", innocent=True)
    return Actor(Role([(0, flight)], 1.5 * HOUR), "PC12", "A1", [story], 2)


def _shadow(real: Actor) -> Actor:
    """What a ground station rebroadcasts of a real aircraft under an address of its own."""
    start, flight = real.role.flights[0]
    copy = beside(flight, 40, 90, 0, "")
    story = Story("formation-flight", 0, flight.seconds, "TIS-B shadow of one aircraft", innocent=True)
    return replace(
        real, role=replace(real.role, flights=[(start + 2, copy)]), kind="", story=[story], source="tisb_other",
        exact=NON_ICAO | 0x2B1D01,
    )  # fmt: skip


def _gliders() -> list[Actor]:
    """Two gliders that climb in thermals and glide on."""
    return [_glider(to(ALPINE, 90, 6_000.0 * n), n) for n in range(2)]


def _glider(start: Point, n: int) -> Actor:
    ways, feet, kts = [], [], []
    here, ft = start, 4_500.0
    for leg in range(4):
        climb = circles(here, 150, 9, drift_m=400)
        end = (float(climb[0][-1]), float(climb[1][-1]))
        here = to(end, 40 + 90 * leg, 9_000)
        glide = polyline([to(end, 60 + 90 * leg, 60), here], 200, 1_000)
        ways += [climb, glide]
        feet += [np.linspace(ft, ft + 1_500, len(climb[0])), np.linspace(ft + 1_500, ft, len(glide[0]))]
        kts += [np.full(len(climb[0]), 50.0), np.full(len(glide[0]), 65.0)]
        here = to(here, 180, 150)
    lat, lon, _ = joined(*ways)
    flight = knots(lat, lon, np.concatenate(feet), np.concatenate(kts), f"FCGL{n}")
    story = Story("loiter", 0, flight.seconds, "glider in thermals", innocent=True)
    return Actor(Role([(0, flight)], max(HOUR, flight.seconds + 60)), "AS25", "B1", [story], 2, squawk="7000")


def _parallel() -> list[Actor]:
    """Two approaches side by side to parallel runways."""
    actors = []
    for n, side in enumerate((-1, 1)):
        threshold = to(LEIPZIG, 353, side * 1_250)
        way = polyline([to(threshold, 83, 20 * NMI_M), threshold], 2_000, 3_000)
        high = 465 + 12 * GLIDE_FT_PER_NMI
        flight = _landed(
            path(way, [(0, high), (0.4, high), (1, 465)], [(0, 210), (0.5, 180), (1, 138)], f"BLQ{88 + n}")
        )
        story = Story("formation-flight", 0, flight.seconds, "parallel approaches", "parallel", innocent=True)
        actors.append(Actor(Role([(0, flight)], HOUR), "B738", "A3", [story], 0))
    return actors


def _stream() -> list[Actor]:
    """A busy approach: four airliners one behind the other, three miles apart."""
    way = polyline([to(NUREMBERG, 330, 60_000), to(NUREMBERG, 280, 24_000), NUREMBERG], 3_000, 3_000)
    actors = []
    for n in range(4):
        flight = _landed(
            path(way, [(0, 9_000), (0.5, 4_500), (1, 1_046)], [(0, 250), (0.5, 190), (1, 138)], f"ORV{61 + n}")
        )
        story = Story("formation-flight", 0, flight.seconds, "busy approach", innocent=True)
        actors.append(Actor(Role([(0, flight)], HOUR, offset=-75.0 * n), "A20N", "A3", [story], 0))
    return actors


def _hover() -> Actor:
    """A rescue helicopter standing in the air over its base."""
    way = circles(to(TROYES, 250, 30_000), 25, 14)
    flight = path(way, [(0, 700), (1, 700)], [(0, 4), (1, 4)], "SAMU10")
    story = Story("loiter", 0, flight.seconds, "helicopter hovering at its base", innocent=True)
    return Actor(Role([(0, flight)], HOUR), "EC35", "A7", [story], 2)


def _beyond_coverage() -> Actor:
    """A helicopter going down to a rig, far out, where nobody hears it any more."""
    way = polyline([(57.20, -2.19), (58.4, 0.9)], 1_000, 5_000)
    flight = path(
        way, [(0, 250), (0.06, 3_000), (0.85, 3_000), (1, 150)], [(0, 70), (0.1, 135), (0.9, 135), (1, 60)], "RIGGR5"
    )
    story = Story("ghost", flight.seconds, flight.seconds + 600, "below coverage at a rig", innocent=True)
    return Actor(Role([(0, flight)], 1.5 * HOUR), "S92", "A7", [story], 1)


def _slowing(kt: float) -> list[tuple[float, float]]:
    return [(0, kt + 40), (0.25, kt), (0.8, kt), (1, 137)]


def _landed(flight: Knots) -> Knots:
    """The same flight, standing on the runway for a while at its end."""
    longer = {name: np.append(getattr(flight, name), getattr(flight, name)[-1]) for name in ("time", *COLUMNS)}
    longer["time"][-1] += 120
    longer["speed"][-1] = 0
    longer["ground"][-2:] = 1
    return Knots(**longer, callsign=flight.callsign)

"""Real events that the recordings' descriptions list: which class must find which aircraft, in which file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.scorecard.corpora import FAA, PLANES, SAMPLES

MONTEREY = "adsb_actions-adsblol/20250601_36_-122.gz"
SNAPSHOT = "adsbx-snapshot-20220430/aircraft.json"


@dataclass(frozen=True)
class Event:
    """`classes`: any of them finds it. `aircraft`: hex addresses, of which each is an event; empty: any aircraft.

    `place`: latitude and longitude within two degrees of which the anomaly lies. `resources`: files by option.
    """

    what: str
    classes: Sequence[str]
    path: str
    aircraft: Sequence[str] = ()
    together: bool = False
    place: tuple[float, float] | None = None
    resources: Mapping[str, str] = field(default_factory=dict)


EVENTS: Sequence[Event] = (
    Event("a 787 and its camera ship", ("formation-flight",), f"{SAMPLES}/featured/dreamliner_airfrance.json.gz",
          ("39c424", "3900fb"), together=True),
    Event("television relay over the Tour de France", ("loiter",), f"{SAMPLES}/tv_relay/tour_de_france.json.gz",
          ("3924a4", "39cd0b")),
    Event("television relay over a ski race", ("loiter",), f"{SAMPLES}/tv_relay/vasaloppet.json.gz"),
    Event("fire-fighting aircraft over fires", ("loiter",), f"{SAMPLES}/firefighting/calfire.json.gz"),
    Event("a fire spotter", ("loiter",), f"{SAMPLES}/birddog273.json.gz", ("7c3aaa",)),
    Event("a tanker on its racetrack", ("patrol",), f"{SAMPLES}/military/inflight_refuelling.json.gz", ("3b7777",)),
    Event("two light aircraft in formation", ("formation-flight",), MONTEREY, ("aa0415", "ab0a19"), together=True),
    Event("three light aircraft side by side", ("formation-flight",), SNAPSHOT, ("a07ac4", "a1c8c0", "a7ec16"),
          together=True),
    Event("orbits", ("loiter",), MONTEREY, ("a1fec6", "a5314e")),
    Event("inside R-2513", ("restricted-zone",), MONTEREY, ("add7f1", "a4dd41"), resources={"zones": FAA}),
    Event("GPS loss between Cyprus and Israel", ("gps-jamming",), SNAPSHOT, place=(34.5, 32.5)),
    Event("GPS loss over Iraq", ("gps-jamming",), SNAPSHOT, place=(35.8, 43.8)),
    Event("GPS interference over West Asia", ("gps-jamming", "gps-spoofing"), "opensky-rest/westasia-20260318"),
    Event("test callsigns on the air", ("identity",), SNAPSHOT),
    Event("aircraft of a watch list", ("watch-list",), SNAPSHOT, resources={"watch_list": PLANES}),
    Event("military aircraft", ("sighting",), SNAPSHOT),
    Event("parabolic flight", ("vertical-oscillation", "rapid-descent"), f"{SAMPLES}/featured/zero_gravity.json.gz",
          ("38cf9b",)),
)  # fmt: skip
"""From the ORIGIN.md beside each recording."""

UNKNOWABLE: Mapping[str, str] = {
    "times that do not fit the positions (noisy_time_issue, 2022-07-13)": "the last position repeated until the next "
    "one came, for two minutes at most, as OpenSky's state vectors do: none is out of reach of the one before",
    "JL516 receivers with wrong clocks (2024-01-02)": "the file's network time is right; only receivers were wrong",
    "one address, many callsigns (savan, 2022-03-16 to 04-15)": "18 flights with a callsign each: none changes in "
    "flight",
    "EZY97TR on G-CTCB (readsb issue 124)": "the recording is cut: only facts are quoted",
}
"""Events of the same lists that no class could find in what was recorded, and why."""

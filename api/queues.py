"""Queues of review: which incidents are the business of each audience of the classes, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EVERY: Sequence[str] = ()


@dataclass(frozen=True)
class Queue:
    """A saved filter over incidents: any of `classes` (none: all), any of `bands`, at least `priority` (1 to 4)."""

    id: str
    title: str
    about: str
    classes: Sequence[str]
    bands: Sequence[str] = ("alert", "review")
    priority: int = 1


QUEUES: Mapping[str, Queue] = {
    one.id: one
    for one in (
        Queue("research", "Research", "Airspace research teams: everything, what is only watched too", EVERY,
              ("alert", "review", "monitor")),
        Queue("newsroom", "Newsroom", "Investigation teams: who stays over a place, who hides, who is there",
              ("loiter", "ghost", "patrol", "sighting", "watch-list", "formation-flight", "drone-missile-profile",
               "restricted-zone", "squawk", "gps-jamming", "gps-spoofing"), ("alert", "review"), 2),
        Queue("safety", "Safety", "Flight safety and operations: how aircraft are flown, and how near to each other",
              ("rapid-descent", "near-miss", "acas-ra", "go-around", "diversion", "flight-envelope", "low-for-cell",
               "strange-approach", "vertical-oscillation", "gps-jamming", "gps-spoofing", "squawk")),
        Queue("emergency", "Emergency response", "Coordinators: emergency codes, descents, diversions",
              ("squawk", "rapid-descent", "diversion")),
        Queue("regulator", "Regulator", "Compliance: identities, equipment, zones, regions entered",
              ("icao-spoof", "callsign-duplicate", "identity", "equipment-signature", "restricted-zone", "fir-entry",
               "injection", "ghost"), ("alert", "review", "monitor")),
        Queue("spectrum", "Spectrum", "Electromagnetic spectrum: interference and forged or replayed signals",
              ("gps-jamming", "gps-spoofing", "icao-spoof", "injection", "signal", "timing", "position-drift",
               "track-splice")),
        Queue("infrastructure", "Critical infrastructure", "Who guards a place: zones, loitering, drones, interference",
              ("restricted-zone", "loiter", "patrol", "drone-missile-profile", "gps-jamming", "gps-spoofing", "ghost"),
              ("alert", "review"), 2),
    )
}  # fmt: skip
"""By id. An incident may be the business of several; assigned it is to one."""

"""Class descriptions as `/classes` gives them, for the fake server: nine of the usual shapes, one of them inactive."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_SENTENCES = """
loiter: circled over {place} for {n} min
ghost: vanished near {place} for {n} min
squawk: squawked 7700 for {n} min near {place}
rapid-descent: descended at {n},900 ft/min near {place}, clear of any approach
icao-spoof: seen in two places {n}00 km apart, clone or misconfiguration
formation-flight: flew in company near {place} for {n} min
callsign-duplicate: two aircraft used one callsign for {n} min
gps-jamming: {n} aircraft lost GPS accuracy near {place}
restricted-zone: entered a restricted area near {place} for {n} min
"""
SENTENCES = dict(line.split(": ") for line in _SENTENCES.strip().splitlines())

_ROWS = (
    ("loiter", "Loiter", "medium", "aircraft", "area", "#f6a54c", "orbit", "dwell", 900, "s"),
    ("ghost", "Ghost aircraft", "medium", "aircraft", "point", "#a99cf5", "ghost", "gap", 300, "s"),
    ("squawk", "Squawk code", "medium", "aircraft", "path", "#ff5d73", "alert", "hold", 10, "s"),
    ("rapid-descent", "Rapid descent", "high", "aircraft", "path", "#ff7a3d", "descent", "rate", -3000, "ft/min"),
    ("icao-spoof", "ICAO spoof", "high", "aircraft", "pair", "#e267d8", "clone", "distance", 200, "km"),
    ("formation-flight", "Formation flight", "medium", "pair", "pair", "#4cc9a4", "formation", "separation", 1, "nmi"),
    ("callsign-duplicate", "Callsign duplicate", "medium", "callsign", "pair", "#5fb4ff", "tag", "hold", 60, "s"),
    ("gps-jamming", "GPS jamming", "high", "cell", "cell", "#ffd24a", "signal", "share", 0.1, ""),
    ("restricted-zone", "Restricted zone", "high", "aircraft", "path", "#ef476f", "zone", "inside", 1, "s"),
)
_COLUMNS = {"ft/min": "vertical_rate"}
CLASS_IDS = tuple(row[0] for row in _ROWS)
PRIORITIES = {row[0]: row[2] for row in _ROWS}
SHAPES = {row[0]: row[4] for row in _ROWS}


def a_class(id_: str, title: str, **changes: Any) -> Json:
    """One class as `/classes` describes it; keywords replace any of its members."""
    one: Json = {
        "id": id_,
        "title": title,
        "priority": "medium",
        "scope": "aircraft",
        "needs": [["lat", "lon"]],
        "params": {
            "hold": {
                "default": 10,
                "value": 10,
                "unit": "s",
                "help": "it must hold this long",
                "lo": 0,
                "hi": 600,
                "source": "tests",
            }
        },
        "style": {"shape": "point", "color": "#9fb4cc", "icon": "dot"},
        "describe": {
            "definition": f"{title}: behaviour that deviates from what is expected of an aircraft in that place.",
            "characteristics": ["Lasts longer than the threshold", "Not explained by a known procedure"],
            "audience": ["Newsroom investigation teams", "Monitoring analysts"],
            "priority_note": "Medium: worth review when it repeats or combines with other classes.",
            "context": "The goal is to flag behaviour worth a look, not to assume intent from one event.",
        },
        "measured": {
            "basis": "planted episodes", "episodes": 8, "found": 7, "cleared_precision": 0.9, "cleared_recall": 0.875,
            "precision": 0.9612, "recall": 0.875, "f1": 0.916, "delay_median_s": 15.0,
            "delay_p95_s": 31.5, "false_per_100h": 0.25, "version": "0.1.0", "data_until": "2025-12-13T23:59:43Z",
        },
        "active": True,
        "why": None,
        "count": {"open": 0, "last_24h": 0},
    }  # fmt: skip
    return one | changes


def nine() -> list[Json]:
    """The usual nine; `ghost` is off because its columns are missing."""
    classes = []
    for id_, title, priority, scope, shape, color, icon, param, default, unit in _ROWS:
        spec = {
            "default": default,
            "value": default,
            "unit": unit,
            "help": f"{title} begins at this {param}",
            "lo": -9999,
            "hi": 9999,
            "source": "definitions",
            "column": _COLUMNS.get(unit, ""),
        }
        more = {
            "priority": priority,
            "scope": scope,
            "params": {param: spec},
            "style": {"shape": shape, "color": color, "icon": icon},
        }
        if id_ == "ghost":
            more |= {"active": False, "why": "no feed sends rssi or messages"}
        classes.append(a_class(id_, title, **more))
    return classes
